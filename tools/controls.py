"""Draws the pictures of docs/looks.md that show what each finer control does: a row for each.

python tools/controls.py [NAME …]
"""

from __future__ import annotations

import sys

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from dreamcore import Dreamer, DreamSettings
from looks import GAP, IMAGES, LABEL, dreamed, photo

WIDTH, HEIGHT = 300, 200

STRONG = {"step": 1.0, "iterations": 14}

ROWS: dict[str, dict[str, DreamSettings]] = {
    "channels": {
        "--channels relu4_3:479": DreamSettings(channels={"relu4_3": {479: 1}}, **STRONG),
        "--channels relu4_3:309": DreamSettings(channels={"relu4_3": {309: 1}}, **STRONG),
        "--channels relu4_3:479,309=0.5": DreamSettings(
            channels={"relu4_3": {479: 1, 309: 0.5}}, **STRONG
        ),
        "--channels relu4_3:479,relu5_1:276=6": DreamSettings(
            layers={"relu4_3": 1.0, "relu5_1": 1.0},
            channels={"relu4_3": {479: 1}, "relu5_1": {276: 6}},
            **STRONG,
        ),
    },
}
"""What to write on the command line, and the settings that it means."""


def main(names: list[str]) -> None:
    """Writes a picture for each of these rows, or for all."""
    dreamer = Dreamer()
    small = Image.fromarray(photo("chelsea.png")).resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    for name in names or ROWS:
        pictures = {
            label: dreamed(dreamer, np.asarray(small), settings)
            for label, settings in ROWS[name].items()
        }
        row(pictures).save(IMAGES / f"control-{name}.webp", quality=80, method=6)


def row(pictures: dict[str, np.ndarray]) -> Image.Image:
    """The pictures side by side with their labels below."""
    size = len(pictures) * (WIDTH + GAP) - GAP, HEIGHT + LABEL
    sheet = Image.new("RGB", size, "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
    for index, (label, picture) in enumerate(pictures.items()):
        x = index * (WIDTH + GAP)
        sheet.paste(Image.fromarray(picture), (x, 0))
        draw.text((x + 2, HEIGHT + 3), label, "black", font)
    return sheet


if __name__ == "__main__":
    main(sys.argv[1:])
