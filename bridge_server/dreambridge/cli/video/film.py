"""A film from its first frame to its file: what `video` and `zoom` share.

Everything that can fail is tried before the dream: the codec, the place, the sound. Frames are kept
until the file is whole, so that a disk that is full at the end costs nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bridgeclient.client import BridgeClient
from bridgeclient.discovery import connect
from bridgeclient.events import Accepted, Progress, Started
from bridgeclient.request import DreamRequest
from dreambridge.arrays import Array
from dreambridge.cli.engines import dream_on_bridge, installation
from dreambridge.cli.pictures import PictureError
from dreambridge.cli.video.chains import Chain
from dreambridge.cli.video.folder import FrameFolder, open_folder
from dreambridge.cli.video.rendering import Renderer
from dreambridge.cli.video.report import FilmReporter, Outlook
from dreambridge.cli.video.source import Moment
from dreambridge.cli.video.targets import Target


@dataclass(frozen=True)
class FilmJob:
    """A film to make.

    `files` and `made_with` are what its frames depend on; `first` is a frame before it is dreamed,
    `trial` a dream of it with one step. `chains` gives the frames, read by the threads it gets.
    """

    target: Target
    times: Sequence[Moment]
    files: Mapping[str, Path]
    made_with: Mapping[str, Any]
    first: Array
    trial: DreamRequest
    chains: Callable[[Executor], Sequence[Chain]]
    restart: bool = False


def make_film(job: FilmJob, reporter: FilmReporter) -> None:
    """Dream the frames that are not done, and put them together.

    Raises:
        PictureError: a file can't be read or written.
        BridgeError: a dream failed.
        KeyboardInterrupt: the user cancelled, and everything has stopped.
    """
    deep = job.first.dtype.kind == "f"
    out = job.target.out
    with open_folder(out, job.files, job.made_with, deep=deep, restart=job.restart) as folder:
        try:
            dreamed, took = _dream(job, folder, reporter)
        except BaseException:
            if not folder.done(len(job.times)):
                folder.remove()
            raise
        reporter.writing()
        _put_together(job, folder)
    folder.remove()
    height, width = job.first.shape[:2]
    reporter.done(
        out=str(out),
        width=width,
        height=height,
        frames=len(job.times),
        dreamed=dreamed,
        seconds_per_frame=took / dreamed if dreamed else 0.0,
    )


def _dream(job: FilmJob, folder: FrameFolder, reporter: FilmReporter) -> tuple[int, float]:
    """Dream what is left; returns how many frames that were, and in how many seconds."""
    for note in job.target.prepare(folder.folder, job.first):
        reporter.note(note)
    height, width = job.first.shape[:2]
    done = folder.done(len(job.times))
    with ThreadPoolExecutor(2) as readers:
        chains = job.chains(readers)
        outlook = Outlook(
            job.target.out,
            folder.latest,
            len(job.times),
            len(done),
            len(chains),
            (width, height),
            _expected(job, chains, done),
        )
        reporter.start(outlook)
        began = time.monotonic()
        Renderer(_connect, folder, reporter).run(chains, done)
    return len(job.times) - len(done), time.monotonic() - began


def _expected(job: FilmJob, chains: Sequence[Chain], done: set[int]) -> float | None:
    """How many seconds the rest may take, told by a dream with a single step."""
    left = [
        sum(chain.iterations(number) for number in chain.span if number not in done)
        for chain in chains
    ]
    if not any(left):
        return None
    trial = replace(job.trial, settings={**job.trial.settings, "iterations": 1})
    step_s = dream_on_bridge(trial, _ignore).seconds
    with _connect() as client:
        workers = max(1, len(client.status().workers))
    return step_s * max(sum(left) / workers, *left)


def _ignore(event: Accepted | Started | Progress) -> None:
    return None


def _connect() -> BridgeClient:
    return connect(installation(), name="dreambridge-cli")


def _put_together(job: FilmJob, folder: FrameFolder) -> None:
    frames = (folder.read(number) for number in range(len(job.times)))
    try:
        job.target.write(folder.folder, frames, job.times)
    except PictureError as error:
        raise PictureError(
            f"{error} All its frames are kept in {folder.folder}: the same command needs only to "
            "write them."
        ) from error
