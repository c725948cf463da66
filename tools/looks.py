"""Draws the README's pictures: the demo's before and after, and every preset on a photograph."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from dreamcore import DEFAULT, PRESETS, Dreamer, DreamSettings, Result

IMAGES = Path(__file__).parent.parent / "docs" / "images"
COLUMNS, GAP, LABEL = 4, 6, 24


def photo(name: str) -> np.ndarray:
    """A bundled photograph, H x W x 3 uint8."""
    with Image.open(str(files("dreamcore") / "data" / "photos" / name)) as picture:
        return np.asarray(picture.convert("RGB"))


def dreamed(dreamer: Dreamer, image: np.ndarray, settings: DreamSettings) -> np.ndarray:
    """The image after a dream."""
    *_, result = dreamer.dream(image, settings)
    assert isinstance(result, Result)
    return result.image


def main() -> None:
    """Writes before_after.jpg and looks.jpg."""
    dreamer, coffee, cat = Dreamer(), photo("coffee.png"), photo("chelsea.png")
    gap = np.full((coffee.shape[0], GAP, 3), 255, np.uint8)
    pair = np.hstack([coffee, gap, dreamed(dreamer, coffee, PRESETS[DEFAULT].settings)])
    IMAGES.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pair).save(IMAGES / "before_after.jpg", quality=88)

    width, height = 300, round(300 * cat.shape[0] / cat.shape[1])
    rows = -(-len(PRESETS) // COLUMNS)
    size = COLUMNS * (width + GAP) - GAP, rows * (height + LABEL)
    sheet = Image.new("RGB", size, "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(15)
    for index, (name, look) in enumerate(PRESETS.items()):
        x, y = index % COLUMNS * (width + GAP), index // COLUMNS * (height + LABEL)
        picture = Image.fromarray(dreamed(dreamer, cat, look.settings))
        sheet.paste(picture.resize((width, height), Image.Resampling.LANCZOS), (x, y))
        draw.text((x + 2, y + height + 3), name, "black", font)
    sheet.save(IMAGES / "looks.jpg", quality=86)


if __name__ == "__main__":
    main()
