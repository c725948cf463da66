"""Programs run in a pseudo-terminal, which is what makes them show bars."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence


def shown_on_terminal(
    command: Sequence[str], environment: Mapping[str, str], *, stdout: bool
) -> tuple[int, str]:
    """The exit code, and all that a person sees on standard error and, if asked for, output."""
    import pty

    leader, follower = pty.openpty()
    with subprocess.Popen(
        command,
        stderr=follower,
        stdout=follower if stdout else subprocess.DEVNULL,
        env={**os.environ, "COLUMNS": "120", "TERM": "xterm", **environment},
    ) as process:
        os.close(follower)
        shown = b""
        while True:
            try:
                chunk = os.read(leader, 65536)
            except OSError:  # the other end is closed
                break
            if not chunk:
                break
            shown += chunk
        code = process.wait(60)
    os.close(leader)
    return code, shown.decode("utf-8", "replace")
