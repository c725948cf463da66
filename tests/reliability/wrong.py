"""Starting a server that answers wrongly, for the client library and for the real editors."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dreambridge import __version__
from dreambridge.paths import Paths
from servers import wait_until

_HERE = Path(__file__).parent


@contextmanager
def wrong_server(home: Paths, behaviour: str) -> Iterator[None]:
    """A server of this home that behaves so meanwhile."""
    argv = [sys.executable, str(_HERE / "wrong_server.py"), str(home.folder), behaviour]
    process = subprocess.Popen([*argv, __version__], stdin=subprocess.PIPE)
    try:
        wait_until(home.connection_file.exists, "it listens", 30)
        yield
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(30)
        home.connection_file.unlink(missing_ok=True)
