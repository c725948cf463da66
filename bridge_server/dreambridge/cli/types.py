"""Kinds of values on the command line that click has none for."""

from __future__ import annotations

import ipaddress
import math
from pathlib import Path
from typing import Any

import click

from dreamcore.bundled import BUNDLED, TORCHVISION

_MAX_PORT = 65535

picture_path = click.Path(path_type=Path, dir_okay=False, allow_dash=True)
"""A picture file, or `-`."""


class Folder(click.Path):
    """A folder that has a name; "" would be the working directory."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail("no folder is named.", param, ctx)
        return super().convert(value, param, ctx)


class Number(click.FloatRange):
    """A finite number within bounds: click's own takes NaN, which every comparison lets through."""

    name = "number"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        if not math.isfinite(click.FLOAT.convert(value, param, ctx)):
            self.fail(f"{value} is not a finite number.", param, ctx)
        number: float = super().convert(value, param, ctx)
        return number


def address(text: str) -> tuple[str, int]:
    """An IPv4 address with or without a port; port 0 lets the system choose."""
    host, colon, port = text.partition(":")
    try:
        ipaddress.IPv4Address(host)
    except ValueError as error:
        said = f"{text!r} is no IPv4 address such as 127.0.0.1 or 127.0.0.1:5555."
        raise click.BadParameter(said) from error
    if colon and not (port.isascii() and port.isdecimal() and int(port) <= _MAX_PORT):
        raise click.BadParameter(f"The port of {text!r} is none; ports are 0 to {_MAX_PORT}.")
    return host, int(port or 0)


def weights(text: str) -> str:
    """The name of weights that are known, or the whole path of an existing file of them."""
    known = (BUNDLED, *TORCHVISION)
    if text in known:
        return text
    if not Path(text).is_file():
        raise click.BadParameter(f"{text!r} is neither a file nor one of {', '.join(known)}.")
    return str(Path(text).absolute())
