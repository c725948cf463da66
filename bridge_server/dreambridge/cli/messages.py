"""What goes wrong on the command line, as a sentence for people or a line of JSON for programs.

Loads nothing that the server's process would not have.
"""

from __future__ import annotations

import io
import json
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EPIPE
from typing import Any, TextIO

import click

from bridgeclient.errors import BridgeError

USAGE, PICTURE, SYSTEM = "usage", "picture", "system"
"""Codes beyond those of the wire: a wrong command line, a picture file, what the system refuses."""


def error_event(error: Exception) -> str:
    """The `error` event of `--json`; every field is there in each, null where it says nothing."""
    facts: dict[str, Any] = {"code": PICTURE, "message": str(error), "hint": "", "retryable": False}
    facts |= {"field": None, "limit": None, "retry_after_s": None, "rescued": None}
    if isinstance(error, BridgeError):
        facts |= error.to_fields()
        facts.pop("job", None)
    elif isinstance(error, click.ClickException):
        facts |= {"code": USAGE, "message": error.format_message()}
        param = getattr(error, "param", None)
        facts["field"] = param.name if param is not None else None
    elif isinstance(error, OSError):
        facts |= {"code": SYSTEM, "message": system_message(error)}
    elif rescued := getattr(error, "rescued", None):
        facts["rescued"] = str(rescued)
    return json.dumps({"event": "error", **facts})


def system_message(error: OSError) -> str:
    """What the system refused, and where."""
    where = error.filename2 or error.filename
    what = error.strerror or str(error) or type(error).__name__
    return f"{where}: {what}." if where else f"The system refused something: {what}."


def sentence(error: Exception) -> str:
    """What happened, for people."""
    if isinstance(error, OSError):
        return system_message(error)
    return str(error) or type(error).__name__


def escape_unprintable() -> None:
    """Let names of files and signs that the terminal's encoding lacks be printed in escapes.

    A dream that is done must not end with an error because its name can't be shown.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def reported(*, as_json: bool) -> Iterator[None]:
    """Turn errors into a sentence or a line, with the exit code; libraries' warnings into notes.

    Raises:
        click.exceptions.Exit, click.ClickException: for every error that is no mistake of ours.
    """
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _note
            yield
    except click.UsageError as error:
        if not as_json:
            raise
        click.echo(error_event(error))
        raise click.exceptions.Exit(error.exit_code) from error
    except (BridgeError, OSError) as error:
        if isinstance(error, OSError) and error.errno == EPIPE:
            raise  # who reads our output has enough
        if as_json:
            click.echo(error_event(error))
            raise click.exceptions.Exit(1) from error
        raise click.ClickException(sentence(error)) from error


def _note(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """A warning without the place in a library's code, which tells its user nothing."""
    print(f"Note: {' '.join(str(message).split())}", file=file or sys.stderr)
