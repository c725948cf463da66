"""The logs of the server and of its worker: rotating files that only their user can read.

A log that can't be written, as on a full disk, is no reason to stop: the lines are lost.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

_PRIVATE_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)

_FILE_BYTES = 1 << 20
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def open_private(path: str | Path, *, anew: bool = False) -> int:
    """Open a log at its end, or empty it, for its user alone; never where a link leads."""
    handle = os.open(path, _PRIVATE_APPEND | (os.O_TRUNC if anew else 0), 0o600)
    if os.name == "posix":
        os.fchmod(handle, 0o600)
    return handle


class _PrivateFile(RotatingFileHandler):
    """Opens its files with mode 0600, and says nothing when it can't write."""

    def handleError(self, record: logging.LogRecord) -> None:
        return

    def close(self) -> None:
        with suppress(OSError):  # lines that could not be written so far
            super().close()

    def _open(self) -> Any:
        return os.fdopen(open_private(self.baseFilename), self.mode, encoding="utf-8")


@contextmanager
def logging_to(path: Path, *, also_terminal: bool = False) -> Iterator[None]:
    """Log to `path` meanwhile, about 4 MiB at most, and to standard error if asked."""
    logger = logging.getLogger()
    logger.setLevel(logging.INFO)
    handlers: list[logging.Handler] = [_PrivateFile(path, maxBytes=_FILE_BYTES, backupCount=3)]
    if also_terminal:
        handlers.append(logging.StreamHandler())
    for handler in handlers:
        handler.setFormatter(logging.Formatter(_FORMAT))
        logger.addHandler(handler)
    try:
        yield
    finally:
        for handler in handlers:
            logger.removeHandler(handler)
            handler.close()
