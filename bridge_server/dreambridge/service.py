"""The server's process: the only one, with a log, a connection file, and an orderly end."""

from __future__ import annotations

import contextlib
import logging
import signal
import sys
from collections.abc import Iterator
from types import FrameType

from filelock import FileLock, Timeout

from bridgeclient.connection import read_connection, write_connection
from bridgeclient.errors import BridgeError, bridge_error
from bridgeclient.private import make_private_folder
from dreambridge import __version__
from dreambridge.home import Home
from dreambridge.keys import load_keys
from dreambridge.local import LocalWorker
from dreambridge.log import logging_to
from dreambridge.options import Options
from dreambridge.server import Server

if sys.platform != "win32":
    import resource

_log = logging.getLogger(__name__)

_OPEN_FILES = 8192


def serve(home: Home, options: Options, *, also_terminal: bool = False) -> bool:
    """Be the server of this home until it ends; False at once if another one is.

    Raises:
        AuthError: `auth.unsafe_file`, the home or a file in it is another user's.
        ServerError: `server.start_failed`, a file can't be written or the address can't be used.
    """
    make_private_folder(home.folder)
    make_private_folder(home.logs)
    lock = FileLock(home.lock_file, timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        return False
    try:
        _allow_many_files()
        with logging_to(home.server_log, also_terminal=also_terminal):
            _serve(home, options)
    except OSError as error:
        raise bridge_error(
            "server.start_failed",
            f"The server can't use {error.filename or home.folder} ({error.strerror}).",
            f"See to space and permissions in {home.folder}, then try again.",
        ) from error
    finally:
        lock.release()
    return True


def _allow_many_files() -> None:
    """Connections are files: take as many as the system lets us have, up to a sensible number."""
    if sys.platform != "win32":
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _serve(home: Home, options: Options) -> None:
    try:
        server = Server(home, load_keys(home.keys_file), options, LocalWorker)
        _run(home, server)
    except Exception:
        _log.exception("the server failed")
        raise


def _run(home: Home, server: Server) -> None:
    try:
        write_connection(home.connection_file, server.connection())
        _log.info("dreambridge %s at %s", __version__, server.connection().endpoint)
        with _signals(server):
            server.run()
    finally:
        _remove_connection(home, server)
        server.close()


def _remove_connection(home: Home, server: Server) -> None:
    """Before the server closes, so that nobody comes to a closing door."""
    with contextlib.suppress(BridgeError, OSError):
        connection = read_connection(home.connection_file)
        if connection is not None and connection.server == server.id:
            home.connection_file.unlink()


@contextlib.contextmanager
def _signals(server: Server) -> Iterator[None]:
    def stop(number: int, _: FrameType | None) -> None:
        server.stop(f"it received {signal.Signals(number).name}")

    before = {name: signal.signal(name, stop) for name in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
