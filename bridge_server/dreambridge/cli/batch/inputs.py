"""Which pictures the arguments of `batch` mean: files, folders, and patterns that a shell left.

Knows names only; whether a file can be read as a picture is found out when its turn comes.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from dreambridge.cli.pictures import SUFFIXES, PictureError


@dataclass(frozen=True)
class Source:
    """A picture to dream, and the path below the output folder that its name asks for."""

    path: Path
    name: PurePosixPath


@dataclass
class Sources:
    """The pictures that were found, each once, and why arguments stand for none."""

    found: dict[Path, Source] = field(default_factory=dict)
    missing: dict[str, PictureError] = field(default_factory=dict)

    def add(self, path: Path, name: PurePosixPath) -> None:
        """Take a picture in, unless it is there under another spelling."""
        self.found.setdefault(path.resolve(), Source(path, name))


def find_sources(inputs: Sequence[str], out: Path, *, recursive: bool) -> Sources:
    """The pictures in the order of the arguments; a folder's keep their place below it.

    What lies in `out` is no input of a folder that holds it.
    """
    sources = Sources()
    for text in inputs:
        paths = [Path(text)] if os.path.lexists(text) else _matching(text)
        if not paths:
            sources.missing[text] = PictureError(f"There is no file or folder {text}.")
        for path in paths:
            if not path.is_dir():
                sources.add(path, PurePosixPath(path.name))
                continue
            for found in _pictures(path, out.resolve(), recursive):
                sources.add(found, PurePosixPath(found.relative_to(path).as_posix()))
    return sources


def _matching(pattern: str) -> list[Path]:
    if not glob.has_magic(pattern):
        return []
    return [Path(name) for name in sorted(glob.glob(pattern, recursive=True))]


def _pictures(folder: Path, out: Path, recursive: bool) -> Iterator[Path]:
    """A folder's files whose suffix is that of a picture; hidden ones are left out."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(
            name
            for name in folders
            if recursive and not name.startswith(".") and Path(place, name).resolve() != out
        )
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                yield Path(place, name)
