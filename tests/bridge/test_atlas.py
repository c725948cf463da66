"""The atlas that comes with the package: whole, in order, and small enough."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pytest

from dreambridge.atlas import index, picture, pictures
from dreamcore.layers import LAYERS

RELUS = [name for name, layer in LAYERS.items() if layer.kind == "relu"]


def test_it_has_every_layer_in_the_networks_order() -> None:
    assert list(index()) == RELUS


@pytest.mark.parametrize("layer", RELUS)
def test_every_channel_has_a_picture_or_is_called_silent(layer: str) -> None:
    entry, count = index()[layer], LAYERS[layer].channels
    assert sorted(entry.order) == list(range(count))
    assert len(entry.colours) == len(entry.coarseness) == count
    assert len(entry.silent) < count / 4
    for channel in set(range(0, count, 17)) - set(entry.silent):
        shown = picture(layer, channel)
        assert shown.size == (entry.side, entry.side)
        assert np.asarray(shown.convert("L")).std() > 4


@pytest.mark.parametrize("layer", ["relu3_3", "relu4_3", "relu5_1"])
def test_neighbours_in_the_order_look_alike(layer: str) -> None:
    """In how coarse they are, of which the order knows nothing by itself."""
    entry = index()[layer]
    widths = np.log(entry.coarseness)
    neighbours = np.abs(np.diff(widths[list(entry.order)])).mean()
    strangers = np.abs(widths[:, None] - widths).mean()
    assert neighbours < 0.95 * strangers


def test_pictures_come_one_below_another_at_the_side_asked_for() -> None:
    shown = pictures([("relu4_3", 7), ("relu1_1", 3)], 40)
    assert shown.shape == (80, 40, 3)
    assert shown.dtype == np.uint8


def test_the_package_stays_small() -> None:
    folder = files("dreambridge.atlas")
    sizes = [len(entry.read_bytes()) for entry in folder.iterdir() if entry.is_file()]
    assert sum(sizes) < 16e6
