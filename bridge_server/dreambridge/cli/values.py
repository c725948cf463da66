"""Values of the server's options, checked before the server starts, with a sentence each."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

import click

from dreambridge.options import Options
from dreamcore.settings import DreamSettings


class Folder(click.Path):
    """A folder that has a name; "" would be the working directory."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The folder, unless it is none."""
        if value == "":
            self.fail("no folder is named.", param, ctx)
        return super().convert(value, param, ctx)


class Number(click.FloatRange):
    """A number in a range, which NaN and infinity are not."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The number, if it is finite and in the range."""
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return number


def choice_of(setting: str) -> click.Choice[str]:
    """The choices that the engine's setting of this name has."""
    fields = {field.name: field for field in dataclasses.fields(DreamSettings)}
    return click.Choice(fields[setting].metadata["choices"])


def weights_given(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    """A file of weights with its whole path, or a name that only the engine knows."""
    path = Path(value)
    if value == Options().weights:
        return value
    if path.is_file():
        return str(path.absolute())
    if path.suffix or path.name != value:
        raise click.BadParameter(f"there is no file {value}.")
    return value
