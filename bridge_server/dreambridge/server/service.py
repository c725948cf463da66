"""The server's process: the only one, with a log, a connection file, and an orderly end."""

from __future__ import annotations

import contextlib
import logging
import signal
import sys
from collections.abc import Iterator
from types import FrameType

from bridgeclient.errors import BridgeError, bridge_error
from bridgeclient.lock import ServerLock
from bridgeclient.private import make_private_folder
from dreambridge import __version__
from dreambridge.log import logging_to
from dreambridge.paths import Paths
from dreambridge.server.announcement import Announcement, lock_of
from dreambridge.server.keys import load_keys
from dreambridge.server.loop import ServerLoop
from dreambridge.server.options import Options
from dreambridge.workers.cluster.options import ClusterOptions
from dreambridge.workers.cluster.pool import ClusterPool
from dreambridge.workers.interface import EnginePool
from dreambridge.workers.local_pool import LocalPool
from dreambridge.workers.options import WorkerOptions

if sys.platform != "win32":
    import resource

_log = logging.getLogger(__name__)

_OPEN_FILES = 8192

PoolOptions = WorkerOptions | ClusterOptions


def serve(
    paths: Paths, options: Options, workers: PoolOptions, *, also_terminal: bool = False
) -> bool:
    """Be the server of these paths until it ends; False at once if another one is.

    Raises:
        AuthError: `auth.unsafe_file`, the folder or a file in it is another user's.
        ServerError: `server.start_failed`, a file can't be written or the address can't be used.
    """
    make_private_folder(paths.folder)
    make_private_folder(paths.logs)
    try:
        lock = lock_of(paths)
        if not lock.acquire():
            return False
        try:
            _allow_many_files()
            with logging_to(paths.server_log, also_terminal=also_terminal):
                _serve(paths, lock, options, workers)
        finally:
            lock.release()
    except OSError as error:
        raise bridge_error(
            "server.start_failed",
            f"The server can't use {error.filename or paths.folder} ({error.strerror}).",
            f"See to space and permissions in {paths.folder}, then try again.",
        ) from error
    return True


def _allow_many_files() -> None:
    """Connections are files: take as many as the system lets us have, up to a sensible number."""
    if sys.platform != "win32":
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _serve(paths: Paths, lock: ServerLock, options: Options, workers: PoolOptions) -> None:
    try:
        _run(paths, lock, _make_server(paths, options, _make_pool(workers, paths)))
    except BridgeError as error:
        _log.error("%s", error)
        raise
    except Exception:
        _log.exception("the server failed")
        raise


def _make_pool(workers: PoolOptions, paths: Paths) -> EnginePool:
    if isinstance(workers, ClusterOptions):
        return ClusterPool(workers, paths.logs)
    return LocalPool(workers, paths.logs)


def _make_server(paths: Paths, options: Options, pool: EnginePool) -> ServerLoop:
    try:
        return ServerLoop(paths, load_keys(paths.keys_file), options, pool)
    except BaseException:
        pool.close()
        raise


def _run(paths: Paths, lock: ServerLock, server: ServerLoop) -> None:
    try:
        with _signals(server):
            announcement = Announcement(paths, lock, server.connection())
            _log.info("dreambridge %s at %s", __version__, server.connection().endpoint)
            try:
                server.run(announcement.keep)
            finally:
                announcement.withdraw()
    finally:
        server.close()


@contextlib.contextmanager
def _signals(server: ServerLoop) -> Iterator[None]:
    def stop(number: int, _: FrameType | None) -> None:
        server.stop(f"it received {signal.Signals(number).name}")

    before = {name: signal.signal(name, stop) for name in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
