"""A process with an engine: started, watched, ended. Knows nothing of jobs.

Runs in the server's I/O thread, so nothing in it waits.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bridgeclient.process import no_window
from dreambridge.log import open_private
from dreambridge.workers.link import Link

_log = logging.getLogger(__name__)

_MOST_OUTPUT = 1 << 20


class SupervisedProcess:
    """A process that runs a module of ours and has a link to it; started when this is made.

    The process gets `config` and its link's `address` as one line of JSON on its standard input,
    which stays open as long as it shall live. It keeps its `log` itself; what else it prints, as
    libraries do when they die, goes to a file of its own beside it, because a log that others have
    open can't be rotated on Windows, and elsewhere they would go on writing into the old one.

    Raises:
        OSError: it can't be started.
    """

    def __init__(
        self,
        module: str,
        link: Link,
        config: Mapping[str, Any],
        log: Path,
        environment: Mapping[str, str],
    ) -> None:
        self.link = link
        config = {**config, "address": link.address, "log": str(log)}
        self._process = _spawn([sys.executable, "-P", "-m", module], log, environment)
        with contextlib.suppress(BrokenPipeError):  # it died already, which is noticed soon
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(config).encode() + b"\n")

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def dead(self) -> bool:
        """Whether it has ended, or has closed its end of the link."""
        return self._process.poll() is not None or self.link.broken

    @property
    def ended(self) -> bool:
        """Whether nothing of it is left."""
        return self._process.poll() is not None

    def ending(self) -> str:
        """How it died, as a few words."""
        code = self._process.poll()
        if code is None:
            return "it closed its connection"
        return f"signal {-code}" if code < 0 else f"exit code {code}"

    def let_go(self) -> None:
        """Close the link and let it end by itself, as it does without standard input."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self.link.close()

    def kill(self) -> None:
        """Close the link and end it by force."""
        self.let_go()
        self._process.kill()

    def wait(self, timeout_s: float | None = None) -> None:
        """Wait until it has ended; after `timeout_s`, if given, it is killed."""
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def output_file(log: Path) -> Path:
    """Where a process with this log prints."""
    return log.with_suffix(".out")


def _spawn(
    command: Sequence[str], log: Path, environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    output = _open_output(output_file(log))
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            cwd=log.parent,
            env=environment,
            creationflags=no_window(),
            bufsize=0,
        )
    finally:
        os.close(output)


def _open_output(path: Path) -> int:
    """Open the file for more, or anew when it is large."""
    large = path.exists() and path.stat().st_size > _MOST_OUTPUT
    return open_private(path, anew=large)
