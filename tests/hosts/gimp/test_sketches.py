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


@pytest.mark.parametrize("preset", ["eyes", "faces"])
def test_the_preview_is_what_the_dream_begins_with(found: dict[str, Any], preset: str) -> None:
    facts = found[f"{preset} 90000"]
    assert "traceback" not in facts, facts["traceback"]
    small, whole = facts["found"]
    size = tuple(small[0]["size"][:2])
    alike = np.corrcoef(change(*small, size), change(*whole, size))[0, 1]
    print(f"{preset}: correlation {alike:.2f}")
    assert alike > 0.6
    assert "octave" in facts["difference"]


@pytest.mark.parametrize("preset", ["eyes", "faces"])
def test_with_all_octaves_it_is_the_dream(found: dict[str, Any], preset: str) -> None:
    facts = found[f"{preset} 10000000"]
    assert "traceback" not in facts, facts["traceback"]
    small, whole = facts["found"]
    size = tuple(small[0]["size"][:2])
    assert size == tuple(whole[0]["size"][:2])
    alike = np.corrcoef(change(*small, size), change(*whole, size))[0, 1]
    assert alike > 0.95, "but for the selection's soft edge"
    assert facts["difference"] == "The dream will be just this."
