"""The atlas: a picture of what every channel of VGG16 grows, and what an index says of each.

The pictures are sprite sheets beside this module, made by `tools/atlas`. Knows no network; loads
Pillow and numpy, so the server's process leaves it alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

INDEX, COLUMNS, PER_SHEET = "index.json", 8, 32
"""The index's file; tiles in a row and in a sheet, which holds channels in their order."""


_FOLDER = files(__package__)


@dataclass(frozen=True)
class LayerPictures:
    """What the index says of a layer's channels.

    `side` is that of its pictures in pixels. `order` lists all channels so that neighbours look
    alike, `silent` those that grow nothing. By channel: `colours` is the average as "#rrggbb",
    `coarseness` the typical width of what is in the picture, in pixels of the network's input.
    """

    side: int
    order: tuple[int, ...]
    silent: tuple[int, ...]
    colours: tuple[str, ...]
    coarseness: tuple[float, ...]


@cache
def index() -> dict[str, LayerPictures]:
    """The layers of the atlas by name, in the network's order."""
    entries: dict[str, dict[str, Any]] = json.loads((_FOLDER / INDEX).read_text("utf-8"))
    return {name: LayerPictures(**_as_tuples(entry)) for name, entry in entries.items()}


def _as_tuples(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(v) if isinstance(v, list) else v for key, v in entry.items()}


def picture(layer: str, channel: int) -> Image.Image:
    """The picture of a channel.

    Raises:
        KeyError: the atlas has no such layer.
    """
    side = index()[layer].side
    row, column = divmod(channel % PER_SHEET, COLUMNS)
    left, top = column * side, row * side
    sheet = _sheet(sheet_name(layer, channel))
    return sheet.crop((left, top, left + side, top + side))


def pictures(named: Sequence[tuple[str, int]], side: int) -> NDArray[np.uint8]:
    """Pictures of channels, named by layer and number, one below another.

    Returns (n * side) x side x 3.
    """
    scaled = [picture(*name).resize((side, side), Image.Resampling.LANCZOS) for name in named]
    return np.concatenate([np.asarray(one) for one in scaled])


def sheet_name(layer: str, channel: int) -> str:
    """The file of the sheet that shows a channel."""
    return f"{layer}-{channel // PER_SHEET * PER_SHEET:03}.webp"


@lru_cache(maxsize=32)
def _sheet(name: str) -> Image.Image:
    with (_FOLDER / name).open("rb") as file, Image.open(file) as sheet:
        return sheet.convert("RGB")
