"""What tells others that this server is here and where: its lock and its connection file.

Both are looked at while the server runs. A connection file that was deleted or damaged is written
again; a server whose lock was deleted is no longer this folder's server and ends.
"""

from __future__ import annotations

import contextlib
import logging
import os
import time

import psutil

from bridgeclient.connection import Connection, read_connection, write_connection
from bridgeclient.errors import BridgeError, ServerError
from bridgeclient.lock import Holder, ServerLock
from dreambridge import __version__
from dreambridge.paths import Paths

_log = logging.getLogger(__name__)

_INTERVAL_S = 1.0


def lock_of(paths: Paths) -> ServerLock:
    """This process's lock on the data folder, not yet taken."""
    started = psutil.Process().create_time()
    return ServerLock(paths.lock_file, Holder(os.getpid(), started, __version__))


class Announcement:
    """The running server's connection file beside the lock that it holds."""

    def __init__(self, paths: Paths, lock: ServerLock, connection: Connection) -> None:
        self._file, self._lock, self._connection = paths.connection_file, lock, connection
        self._due = 0.0
        self._failed = False
        write_connection(self._file, connection)

    def keep(self) -> bool:
        """Put right what is wrong, at most once a second; False if the lock is no longer there."""
        now = time.monotonic()
        if now < self._due:
            return True
        self._due = now + _INTERVAL_S
        try:
            if not self._lock.is_in_place():
                return False
            self._lock.mend()
            self._mend_connection()
            self._failed = False
        except OSError as error:
            if not self._failed:
                _log.warning("the connection file can't be looked after: %s", error)
            self._failed = True
        return True

    def _mend_connection(self) -> None:
        """What is unsafe (`AuthError`) is left to its owner: others may have a hand in it."""
        found: Connection | None = None
        try:
            found = read_connection(self._file)
        except ServerError:
            pass
        except BridgeError:
            return
        if found != self._connection:
            write_connection(self._file, self._connection)
            _log.info("the connection file was gone or damaged and is written again")

    def withdraw(self) -> None:
        """Remove the connection file, so that nobody comes to a closing door."""
        with contextlib.suppress(BridgeError, OSError):
            found = read_connection(self._file)
            if found is not None and found.server == self._connection.server:
                self._file.unlink()
