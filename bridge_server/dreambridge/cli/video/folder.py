"""The folder beside the output that keeps finished frames until the film is whole.

Frames are pictures without loss, each put in its place at once; a manifest says what they were made
from and how. So whatever interrupts a film, the same command goes on where it was.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dreambridge.arrays import Array
from dreambridge.cli.file_state import FileState, locked_folder
from dreambridge.cli.pictures import Picture, PictureError, read_picture, write_picture

SUFFIX = ".frames"
LATEST = "latest"
_MANIFEST, _LOCK = "manifest.json", ".lock"
_ANY_MEGAPIXELS = 1e6


class FrameFolder:
    """Finished frames by their number in the film; made by `open_folder`."""

    def __init__(self, folder: Path, *, deep: bool) -> None:
        self.folder = folder
        self._suffix = ".tif" if deep else ".png"

    @property
    def latest(self) -> Path:
        """The picture of the frame that was finished last."""
        return self.folder / f"{LATEST}{self._suffix}"

    def done(self, count: int) -> set[int]:
        """The numbers of the finished frames of a film of so many."""
        return {number for number in range(count) if self._path(number).exists()}

    def write(self, number: int, pixels: Array) -> None:
        """Keep a finished frame.

        Raises:
            PictureError: it can't be written; the disk is full, say.
        """
        path = self._path(number)
        write_picture(path, Picture(pixels))
        fresh = path.with_name(f".{path.name}")
        try:
            shutil.copyfile(path, fresh)
            os.replace(fresh, self.latest)
        except OSError as error:
            raise PictureError(f"{self.latest} can't be written ({error.strerror}).") from error

    def read(self, number: int) -> Array:
        """A finished frame, bit for bit as it was dreamed.

        Raises:
            PictureError: somebody took it away.
        """
        return read_picture(self._path(number), _ANY_MEGAPIXELS).pixels

    def remove(self) -> None:
        """The film is whole: its frames are needed no more."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _path(self, number: int) -> Path:
        return self.folder / f"{number + 1:06d}{self._suffix}"


def folder_of(out: Path) -> Path:
    """Where the frames of a film in this file are kept."""
    return out.with_name(out.name + SUFFIX)


class Manifest:
    """What the frames of a folder were made from and how."""

    def __init__(self, files: Mapping[str, FileState], made_with: Mapping[str, Any]) -> None:
        self.files, self.made_with = files, made_with

    @classmethod
    def read(cls, folder: Path) -> Manifest | None:
        """The one in a folder, None if there is none that makes sense."""
        try:
            values = json.loads((folder / _MANIFEST).read_text("utf-8"))
            files = {name: FileState(**state) for name, state in values["files"].items()}
            return cls(files, dict(values["made_with"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def write(self, folder: Path) -> None:
        """Put it into a folder."""
        files = {name: asdict(state) for name, state in self.files.items()}
        text = json.dumps({"files": files, "made_with": self.made_with}, indent=1)
        fresh = folder / f".{_MANIFEST}"
        fresh.write_text(text, "utf-8")
        os.replace(fresh, folder / _MANIFEST)

    def changes(self, files: Mapping[str, Path], made_with: Mapping[str, Any]) -> list[str]:
        """What is not as it was, by name."""
        if files.keys() != self.files.keys():
            return ["the files"]
        moved = [name for name, path in files.items() if not self.files[name].is_still(path)]
        names = [*self.made_with, *(name for name in made_with if name not in self.made_with)]
        now = json.loads(json.dumps(made_with))
        return moved + [name for name in names if self.made_with.get(name) != now.get(name)]


@contextmanager
def open_folder(
    out: Path,
    files: Mapping[str, Path],
    made_with: Mapping[str, Any],
    *,
    deep: bool,
    restart: bool,
) -> Iterator[FrameFolder]:
    """The folder of an output's frames, with those in it that these files and settings made.

    Raises:
        PictureError: it can't be written, or holds the frames of another film.
    """
    folder = folder_of(out)
    if not out.parent.is_dir():
        raise PictureError(f"There is no folder {out.parent}.")
    with locked_folder(folder, _LOCK, "film"):
        known = Manifest.read(folder)
        frames = FrameFolder(folder, deep=deep)
        if known is not None and not restart and (changed := known.changes(files, made_with)):
            raise PictureError(
                f"{folder} keeps frames that were made otherwise: {', '.join(changed)} changed "
                "since. Go on as it was begun, or add --restart to begin anew."
            )
        try:
            if known is None or restart:
                _clear(folder)
                states = {name: FileState.of(path) for name, path in files.items()}
                Manifest(states, made_with).write(folder)
            yield frames
        except OSError as error:
            raise PictureError(f"{folder} can't be used ({error.strerror}).") from error


def _clear(folder: Path) -> None:
    """Remove the frames of an older film."""
    for path in folder.iterdir():
        if path.name != _LOCK and path.suffix in (".png", ".tif", ".json"):
            path.unlink()
