"""The server's process, started so that it outlives whoever needed it first.

Knows which Python to run and where the server's home is; waiting for its welcome is `discovery`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

from bridgeclient.errors import ServerError
from bridgeclient.process import environment


def not_started(why: str, log: Path) -> ServerError:
    """The error for a server that didn't come up, with the last line of what it wrote."""
    lines = log.read_text("utf-8", "replace").split("\n") if log.exists() else []
    last = next((line for line in reversed(lines) if line.strip()), "nothing was written")
    return ServerError(
        "server.start_failed",
        f"The dreambridge server could not be started: {why} ({last.strip()[:200]}).",
        f"Read {log}, or run `dreambridge serve` in a terminal to see what is wrong.",
    )


def spawn(python: str, home: Path, log: Path) -> subprocess.Popen[bytes]:
    """Start a server that outlives this program; what it says before it has a log goes to `log`.

    Raises:
        ServerError: `server.start_failed`, the log can't be written or Python can't be run.
    """
    command = [python, "-E", "-P", "-m", "dreambridge", "serve", "--home", str(home)]
    try:
        handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise ServerError(
            "server.start_failed",
            f"{log} can't be written ({error.strerror}).",
            f"See to space and permissions in {home}, then try again.",
        ) from error
    try:
        server = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=handle,
            stderr=handle,
            cwd=home,
            env=environment(),
            start_new_session=os.name == "posix",
            creationflags=_creation_flags(),
        )
    except OSError as error:
        raise ServerError(
            "server.start_failed",
            f"{python} could not be run ({error.strerror}).",
            "Run `dreambridge install` for this editor again.",
        ) from error
    finally:
        os.close(handle)
    threading.Thread(target=server.wait, daemon=True).start()  # leaves no zombie when it ends
    return server


def _creation_flags() -> int:
    if sys.platform == "win32":
        return subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
    return 0
