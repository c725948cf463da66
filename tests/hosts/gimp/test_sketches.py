"""How much the dialog's preview is like the dream, in the real GIMP."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hosts.gimp.conftest import Gimp

PHOTO = "coffee.png"


@pytest.fixture(scope="module")
def found(gimp: Gimp) -> dict[str, Any]:
    photo = gimp.home / PHOTO
    photo.write_bytes((files("dreamcore") / "data" / "photos" / PHOTO).read_bytes())
    return gimp.run("sketches", plugin=str(gimp.plugin), photo=str(photo))


def change(before: dict[str, Any], after: dict[str, Any], size: tuple[int, int]) -> Any:
    """What was dreamed, at this size."""
    pictures = []
    for one in (before, after):
        width, height, channels = one["size"]
        values = np.frombuffer(bytes.fromhex(one["pixels"]), np.uint8)
        picture = Image.fromarray(values.reshape(height, width, channels)).convert("RGB")
        pictures.append(np.asarray(picture.resize(size, Image.Resampling.BOX), float))
    return (pictures[1] - pictures[0]).ravel()


def alike(facts: dict[str, Any], sketch: str) -> tuple[float, bool]:
    """How well what a sketch changed correlates with what the dream did; whether of one size."""
    assert "traceback" not in facts, facts["traceback"]
    size = tuple(facts[sketch][0]["size"][:2])
    changes = change(*facts[sketch], size), change(*facts["dream"], size)
    return float(np.corrcoef(*changes)[0, 1]), size == tuple(facts["dream"][0]["size"][:2])


@pytest.mark.parametrize("preset", ["eyes", "faces"])
def test_the_preview_is_what_the_dream_begins_with(found: dict[str, Any], preset: str) -> None:
    correlation, same_size = alike(found[preset], "small")
    print(f"{preset}: correlation {correlation:.2f}")
    assert correlation > 0.6
    assert not same_size
    assert "octave" in found[preset]["differences"][0]


@pytest.mark.parametrize("preset", ["eyes", "faces"])
def test_with_all_octaves_it_is_the_dream(found: dict[str, Any], preset: str) -> None:
    correlation, same_size = alike(found[preset], "all octaves")
    assert correlation > 0.95, "but for the selection's soft edge"
    assert same_size
    assert found[preset]["differences"][1] == "The dream will be just this."
    assert found[preset]["selected"]
