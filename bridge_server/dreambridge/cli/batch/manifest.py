"""What a batch has done, in a file of its output folder, and the lock that keeps others out of it.

One JSON object a line, appended and synchronised before and after each output is put in its place,
so that whatever interrupts the batch, the next run knows what is whole and which files are its own.
A line that a power cut left half written is ignored. Knows no settings and no pictures.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from dreambridge.cli.file_state import FileState, locked_folder
from dreambridge.cli.pictures.writing import TEMPORARY_PREFIX

NAME = "dreambridge-batch.jsonl"
_LOCK = ".batch.lock"


@dataclass(frozen=True)
class Entry:
    """An output: whose dream it is (`source`, from the output folder, and `look`), and from what.

    `made_with` holds settings and options, `files` the state of each file by its role.
    """

    out: str
    source: str
    look: str
    made_with: Mapping[str, Any]
    files: Mapping[str, FileState]
    done: bool = False


class Manifest:
    """The entries of an output folder, by output; made by `open_manifest`."""

    def __init__(self, folder: Path, file: BinaryIO, entries: dict[str, Entry]) -> None:
        self.folder = folder
        self.entries = entries
        self._file = file
        self._writing = threading.Lock()

    def record(self, entry: Entry) -> None:
        """Write an entry down for good; from any thread."""
        with self._writing:
            self.entries[entry.out] = entry
            self._file.write(_line(asdict(entry)))
            self._file.flush()
            os.fsync(self._file.fileno())


@contextmanager
def open_manifest(folder: Path) -> Iterator[Manifest]:
    """The manifest of a folder, which is made if need be; nobody else can open it meanwhile.

    Raises:
        PictureError: the folder can't be written, or another batch writes into it.
    """
    with locked_folder(folder, _LOCK, "batch"):
        entries = _read(folder / NAME)
        _rewrite(folder / NAME, entries)
        with (folder / NAME).open("ab") as file:
            yield Manifest(folder, file, entries)


def remove_temporary(folders: Iterable[Path]) -> None:
    """Remove temporary files that a killed batch has left in folders of its outputs."""
    for folder in folders:
        for left in folder.glob(f"{TEMPORARY_PREFIX}*"):
            with suppress(OSError):
                left.unlink()


def _read(path: Path) -> dict[str, Entry]:
    """The last entry of each output; lines that make no sense are passed over."""
    entries: dict[str, Entry] = {}
    lines = path.read_bytes().splitlines() if path.exists() else []
    for line in lines:
        try:
            values = json.loads(line)
            files = {role: FileState(**state) for role, state in values.pop("files").items()}
            entry = Entry(**values, files=files)
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
        if ".." not in Path(entry.out).parts and not Path(entry.out).is_absolute():
            entries[entry.out] = entry
    return entries


def _rewrite(path: Path, entries: Mapping[str, Entry]) -> None:
    """Leave out what later lines replaced, so that the file doesn't grow with every run."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=TEMPORARY_PREFIX)
    with os.fdopen(handle, "wb") as file:
        for entry in entries.values():
            file.write(_line(asdict(entry)))
        file.flush()
        os.fsync(file.fileno())
    os.replace(name, path)


def _line(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False).encode() + b"\n"
