"""Whether a file is still what something was made from; a folder for one command at a time."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bridgeclient.lock import Holder, ServerLock, find_holder
from dreambridge import __version__
from dreambridge.cli.pictures import PictureError


@dataclass(frozen=True)
class FileState:
    """A file that an output was made from; a file touched but equal counts as unchanged."""

    size: int
    mtime_ns: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> FileState:
        """The file's state now.

        Raises:
            OSError: it can't be read.
        """
        stat = path.stat()
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return cls(stat.st_size, stat.st_mtime_ns, digest)

    def is_still(self, path: Path) -> bool:
        """Whether the file is what it was."""
        try:
            stat = path.stat()
            if (stat.st_size, stat.st_mtime_ns) == (self.size, self.mtime_ns):
                return True
            return stat.st_size == self.size and FileState.of(path).sha256 == self.sha256
        except OSError:
            return False


@contextmanager
def locked_folder(folder: Path, lock: str, what: str) -> Iterator[None]:
    """The folder, which is made if need be; nobody else can hold its lock meanwhile.

    Raises:
        PictureError: it can't be written, or another command like this one (`what`) holds it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = ServerLock(folder / lock, Holder(os.getpid(), time.time(), __version__))
        if not held.acquire():
            holder = find_holder(folder / lock) or "an unknown process"
            raise PictureError(
                f"Another {what} ({holder}) writes into {folder}. Wait for it, or name another "
                "folder."
            )
    except OSError as error:
        raise PictureError(f"{folder} can't be written ({error.strerror}).") from error
    try:
        yield
    finally:
        if sys.platform != "win32":  # there an open file can't be removed
            (folder / lock).unlink(missing_ok=True)
        held.release()
