"""Options on how picture files are read and written, shared by the commands that dream files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from dreambridge.cli.pictures import FORMATS, MAX_MEGAPIXELS, QUALITY
from dreambridge.cli.types import Number

_Command = TypeVar("_Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--format",
        type=click.Choice(list(FORMATS)),
        help="Write in this format, whatever the suffix.",
    ),
    click.option(
        "--quality", type=click.IntRange(1, 100), help=f"Of JPEG and WebP.  [default {QUALITY}]"
    ),
    click.option(
        "--size",
        type=click.IntRange(1, 1_000_000),
        metavar="PIXELS",
        help="Make a larger picture smaller first, so that its longest side has so many pixels.",
    ),
    click.option(
        "--max-megapixels",
        type=Number(min=0, min_open=True),
        default=MAX_MEGAPIXELS,
        help=f"Read no picture that says it is larger.  [default {MAX_MEGAPIXELS:g}]",
    ),
)


def file_options(command: _Command) -> _Command:
    """Add `--format`, `--quality`, `--size` and `--max-megapixels`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
