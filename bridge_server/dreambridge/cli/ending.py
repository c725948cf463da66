"""How a command that dreams ends without its result: what the user is told, and the exit code."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import click

from bridgeclient.errors import BridgeError, Cancelled
from dreambridge.cli import CANCELLED
from dreambridge.cli.pictures import PictureError


class Ending(Protocol):
    """Who tells it."""

    def failed(self, error: Exception) -> None:
        """There is no result."""

    def cancelled(self) -> None:
        """The user cancelled, and everything has stopped."""


@contextmanager
def _terminable() -> Iterator[None]:
    """Let a termination, as at logging out, clean up like Ctrl-C: no temporary file stays."""
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    found = {number: signal.getsignal(number) for number in map(signal.Signals.__getitem__, names)}
    changed = {number: old for number, old in found.items() if old == signal.SIG_DFL}
    for number in changed:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number, old in changed.items():
            signal.signal(number, old)


@contextmanager
def exit_codes(reporter: Ending) -> Iterator[None]:
    """Tell how it ended without a result, and turn that into the exit code."""
    try:
        with _terminable():
            yield
    except (KeyboardInterrupt, Cancelled):
        reporter.cancelled()
        raise click.exceptions.Exit(CANCELLED) from None
    except (BridgeError, PictureError) as error:
        reporter.failed(error)
        raise click.exceptions.Exit(1) from error
