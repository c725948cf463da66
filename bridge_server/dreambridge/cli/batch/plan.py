"""What a batch has to do: each picture's outputs, their names, and which of them are done.

Names are kept from run to run by the manifest, so that a picture more or less changes no other's.
Nothing is named after a file that this folder's batches have not written, nor after an input.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from dreambridge.cli.batch.inputs import Source
from dreambridge.cli.batch.manifest import Entry, Manifest
from dreambridge.cli.file_state import FileState
from dreambridge.cli.picture_job import Files, ReadOptions, WriteOptions
from dreambridge.cli.pictures import FORMATS, SUFFIXES, PictureError, format_of
from dreamcore.errors import SettingsError
from dreamcore.settings import DreamSettings


@dataclass(frozen=True)
class BatchOptions:
    """What holds for all pictures; `looks` are settings by their preset's name, "" for none."""

    out: Path
    looks: Mapping[str, DreamSettings]
    reading: ReadOptions
    writing: WriteOptions
    guide: Path | None = None
    mask_dir: Path | None = None
    seed_per_image: bool = False

    @cached_property
    def masks(self) -> Mapping[str, Path]:
        """The masks by their path in `mask_dir` without suffix."""
        if self.mask_dir is None:
            return {}
        paths = sorted(path for path in self.mask_dir.rglob("*") if path.suffix.lower() in SUFFIXES)
        return {path.relative_to(self.mask_dir).with_suffix("").as_posix(): path for path in paths}


@dataclass(frozen=True)
class Task:
    """One dream of one picture, and where it goes, below the output folder."""

    source: Source
    look: str
    out: str
    settings: DreamSettings
    options: BatchOptions

    @property
    def files(self) -> Files:
        """The paths to read and to write.

        Raises:
            PictureError: there is no mask for this picture.
        """
        return Files(self.source.path, self.options.out / self.out, self._mask)

    @property
    def _mask(self) -> Path | None:
        if self.options.mask_dir is None:
            return None
        name = self.source.name.with_suffix("").as_posix()
        if name not in self.options.masks:
            raise PictureError(f"{self.options.mask_dir} has no mask of the name {name}.")
        return self.options.masks[name]

    def entry(self) -> Entry:
        """What the manifest says of it before it is done.

        Raises:
            OSError, PictureError: a file of it is not there.
        """
        writing, size = self.options.writing, self.options.reading.size
        made_with = {
            "settings": self.settings.to_json(),
            "format": writing.format,
            "quality": writing.quality,
            "size": size,
        }
        files = {role: FileState.of(path) for role, path in self._inputs().items()}
        identity = source_id(self.source, self.options.out)
        return Entry(self.out, identity, self.look, made_with, files)

    def _inputs(self) -> dict[str, Path]:
        files = {"image": self.source.path, "mask": self._mask, "guide": self.options.guide}
        return {role: path for role, path in files.items() if path is not None}

    def is_done(self, entry: Entry | None) -> bool:
        """Whether the manifest's entry is a finished output of just these files and settings."""
        if entry is None or not entry.done or not (self.options.out / self.out).is_file():
            return False
        try:
            inputs = self._inputs()
        except PictureError:
            return False
        same_files = inputs.keys() == entry.files.keys() and all(
            entry.files[role].is_still(path) for role, path in inputs.items()
        )
        return same_files and self._is_made_with(entry.made_with)

    def _is_made_with(self, recorded: Mapping[str, Any]) -> bool:
        writing = self.options.writing
        files = writing.format, writing.quality, self.options.reading.size
        if files != tuple(recorded.get(name) for name in ("format", "quality", "size")):
            return False
        try:  # a setting that is newer than the entry had its default
            return DreamSettings.from_json(recorded.get("settings", {})) == self.settings
        except (SettingsError, TypeError):
            return False


@dataclass(frozen=True)
class Plan:
    """All tasks, those that are left, and names for what else is written."""

    tasks: Sequence[Task]
    left: Sequence[Task]
    names: Names


def make_plan(sources: Sequence[Source], options: BatchOptions, manifest: Manifest) -> Plan:
    """What to do so that every source has its outputs."""
    own = {(manifest.folder / name).resolve() for name in manifest.entries}
    wanted = [source for source in sources if source.path.resolve() not in own]
    names = Names(wanted, manifest)
    tasks = [task for source in wanted for task in _tasks(source, options, names)]
    left = [task for task in tasks if not task.is_done(manifest.entries.get(task.out))]
    return Plan(tasks, left, names)


def _tasks(source: Source, options: BatchOptions, names: Names) -> Iterator[Task]:
    for look, settings in options.looks.items():
        if options.seed_per_image:
            settings = replace(settings, seed=_own_seed(source, settings.seed))
        suffix = _suffix(source, options.writing.format)
        part = f"-{look}" if len(options.looks) > 1 else ""
        name = source.name.with_name(f"{source.name.stem}{part}{suffix}")
        yield Task(source, look, names.assign(source, look, name), settings, options)


def _own_seed(source: Source, seed: int) -> int:
    """A seed that depends on the picture's name alone, so that other pictures don't change it."""
    return (seed + zlib.crc32(source.name.as_posix().encode("utf-8", "surrogateescape"))) % 2**32


def _suffix(source: Source, format_: str | None) -> str:
    """The source's own suffix where that can be written in the format, else the format's."""
    suffix = source.path.suffix
    try:
        known = format_of(source.path).name
    except PictureError:
        return FORMATS[format_ or "png"].suffixes[0]
    return suffix if format_ in (None, known) else FORMATS[format_ or known].suffixes[0]


def source_id(source: Source, out: Path) -> str:
    """The source's path as seen from the output folder, so that both can be moved together."""
    path = source.path.resolve()
    try:
        return Path(os.path.relpath(path, out.resolve())).as_posix()
    except ValueError:  # on another of Windows' drives
        return path.as_posix()


class Names:
    """Names for outputs, none of them twice, nor in upper and lower case."""

    def __init__(self, sources: Sequence[Source], manifest: Manifest) -> None:
        self._folder = manifest.folder
        self._inputs = {source.path.resolve() for source in sources}
        self._known = {
            (entry.source, entry.look, PurePosixPath(name).suffix): name
            for name, entry in manifest.entries.items()
        }
        self._taken = {name.casefold() for name in manifest.entries}

    def assign(self, source: Source, look: str, wanted: PurePosixPath) -> str:
        """The output's name: an earlier run's, else the wanted one or the next that is free."""
        key = source_id(source, self._folder), look, wanted.suffix
        if key not in self._known:
            self._known[key] = self._free(wanted)
            self._taken.add(self._known[key].casefold())
        return self._known[key]

    def _free(self, wanted: PurePosixPath) -> str:
        name, number = wanted, 1
        while self._is_taken(name):
            number += 1
            name = wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
        return name.as_posix()

    def _is_taken(self, name: PurePosixPath) -> bool:
        path = self._folder / name
        return (
            name.as_posix().casefold() in self._taken
            or os.path.lexists(path)
            or path.resolve() in self._inputs
        )
