"""A server that holds its lock and does not answer: why that is, and ending it all the same.

Its process is known from the lock's file. Nothing is done to a process that is not that server
beyond doubt, as one in a container may have another's number.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path

import psutil

from bridgeclient.errors import BridgeError, bridge_error
from bridgeclient.lock import Holder, find_holder

_ORDERLY_S = 10.0
_KILLED_S = 5.0
_SAME_START_S = 1.0


def reason(holder: Holder, lock: Path) -> str:
    """Why the holder does not answer, as the end of a sentence."""
    process = _process(holder, lock)
    if process is None:
        return "it can't be seen from here: it may run in a container or as another user"
    with contextlib.suppress(psutil.Error):
        if process.status() == psutil.STATUS_STOPPED:
            return f"it is suspended; `kill -CONT {holder.pid}` lets it go on"
    if _network(holder.pid) != _network(os.getpid()):
        return "it is in another network namespace, as in a sandbox or container"
    return "it hangs, or what it listens on can't be reached from here"


def end(holder: Holder, lock: Path) -> None:
    """End the server's process and its worker, in order if it can, else by force.

    Raises:
        ServerError: `server.unreachable`, it can't be found or can't be ended.
    """
    process = _process(holder, lock)
    if process is None:
        raise _stays(holder, "can't be seen from here")
    try:
        workers = process.children(recursive=True)
        process.terminate()
        if sys.platform != "win32":
            process.resume()  # so that a suspended one hears of it
        if not _freed(lock, _ORDERLY_S):
            process.kill()
    except psutil.NoSuchProcess:
        return
    except psutil.AccessDenied as error:
        raise _stays(holder, "may not be ended by this user") from error
    if not _freed(lock, _KILLED_S):
        raise _stays(holder, "does not end")
    for worker in psutil.wait_procs(workers, timeout=_KILLED_S)[1]:
        with contextlib.suppress(psutil.Error):
            worker.kill()


def _stays(holder: Holder, why: str) -> BridgeError:
    return bridge_error(
        "server.unreachable",
        f"The server ({holder}) {why}.",
        "End it where it was started, in its container or as the user whose it is.",
        retryable=False,
    )


def _freed(lock: Path, patience_s: float) -> bool:
    """Whether the lock is free within that time, as it is once the process is gone."""
    deadline = time.monotonic() + patience_s
    while find_holder(lock) is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _process(holder: Holder, lock: Path) -> psutil.Process | None:
    """The holder's process, known by its start or by the lock that it has open; else None."""
    if not holder.pid:
        return None
    with contextlib.suppress(psutil.Error, OSError):
        process = psutil.Process(holder.pid)
        if abs(process.create_time() - holder.started) < _SAME_START_S:
            return process
        opened = [Path(file.path) for file in process.open_files()]
        if any(path.exists() and path.samefile(lock) for path in opened):
            return process
    return None


def _network(pid: int) -> str:
    """The network namespace of a process, "" where that can't be known."""
    try:
        return os.readlink(f"/proc/{pid}/ns/net")
    except OSError:
        return ""
