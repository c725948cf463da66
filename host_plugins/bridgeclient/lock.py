"""The lock that makes one server the only one of its data folder, and tells who holds it.

The system holds it for the server's process and frees it when that ends, however it ends. The
locked file says which process it is, for whoever finds that the server does not answer.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

FILE_NAME = "server.lock"

_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_LOCKED_BYTE = 1 << 20
"""On Windows what is locked can't be read, so it is a byte behind the text."""
_TRIES, _PAUSE_S = 5, 0.05
"""Whoever looks for the holder shares the lock for an instant, which is no reason to give up."""


@dataclass(frozen=True)
class Holder:
    """The process that holds the lock; `pid` 0 if the file does not say. `started` in epoch s."""

    pid: int = 0
    started: float = 0.0
    version: str = ""

    def __str__(self) -> str:
        return f"process {self.pid}" if self.pid else "an unknown process"


class ServerLock:
    """The server's side of it."""

    def __init__(self, path: Path, holder: Holder) -> None:
        self._path = path
        self._text = json.dumps(asdict(holder)).encode()
        self._handle = -1

    def acquire(self) -> bool:
        """Take the lock; False if another process has it.

        Raises:
            OSError: the file can't be written.
        """
        for _ in range(_TRIES):
            self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT | _FLAGS, 0o600)
            try:
                if _locked(self._handle, shared=False) and self.is_in_place():
                    self.mend()
                    return True
            except BaseException:
                self._close()
                raise
            self._close()
            time.sleep(_PAUSE_S)
        return False

    def is_in_place(self) -> bool:
        """Whether the locked file is still the one that others find at its path."""
        try:
            return os.path.samestat(os.fstat(self._handle), self._path.lstat())
        except FileNotFoundError:
            return False

    def mend(self) -> None:
        """Write down who holds the lock, unless it stands there."""
        os.lseek(self._handle, 0, os.SEEK_SET)
        if os.read(self._handle, len(self._text) + 1) != self._text:
            os.lseek(self._handle, 0, os.SEEK_SET)
            os.ftruncate(self._handle, 0)
            os.write(self._handle, self._text)
        if os.name == "posix":
            os.fchmod(self._handle, 0o600)

    def release(self) -> None:
        """Let others have it."""
        with contextlib.suppress(OSError):
            os.ftruncate(self._handle, 0)
        self._close()

    def _close(self) -> None:
        os.close(self._handle)
        self._handle = -1


def find_holder(path: Path) -> Holder | None:
    """Who holds the lock now, None if nobody does."""
    try:
        handle = os.open(path, os.O_RDONLY | _FLAGS)
    except OSError:
        return None
    try:
        if _locked(handle, shared=True):
            return None
        os.lseek(handle, 0, os.SEEK_SET)
        return _parsed(os.read(handle, 4096))
    except OSError:
        return None
    finally:
        os.close(handle)  # which ends the lock, too


def _parsed(text: bytes) -> Holder:
    try:
        values = json.loads(text)
        return Holder(int(values["pid"]), float(values["started"]), str(values["version"]))
    except (ValueError, TypeError, KeyError):
        return Holder()


def _locked(handle: int, *, shared: bool) -> bool:
    """Whether the lock was free; it is held as long as the handle is open."""
    try:
        if sys.platform == "win32":
            os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True
