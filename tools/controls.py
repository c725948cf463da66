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
        "--channels relu4_3:479,relu5_1:276=2": DreamSettings(
            layers={"relu4_3": 1.0, "relu5_1": 1.0},
            channels={"relu4_3": {479: 1}, "relu5_1": {276: 2}},
            **STRONG,
        ),
    },
    "away": {
        "--layers relu4_3": DreamSettings(),
        "--layers relu4_3=-1": DreamSettings(layers={"relu4_3": -1.0}, **STRONG),
        "--layers relu4_3,relu3_1=-0.2": DreamSettings(layers={"relu4_3": 1.0, "relu3_1": -0.2}),
        "--channels relu4_3:479,442=-1": DreamSettings(
            channels={"relu4_3": {479: 1, 442: -1}}, **STRONG
        ),
    },
    "modes": {
        f"--channel-mode {mode} --channel-count 4": DreamSettings(
            channel_mode=mode, channel_count=4, **STRONG
        )
        for mode in ("strongest", "average", "weakest")
    },
    "octaves": {
        "--layers relu3_3": DreamSettings(layers={"relu3_3": 1.0}, step=0.5),
        "--layers relu5_1": DreamSettings(layers={"relu5_1": 1.0}, **STRONG),
        "--layers-at 1:relu5_1,4:relu3_3": DreamSettings(
            layers_at={1: {"relu5_1": 1.0}, 4: {"relu3_3": 1.0}}, **STRONG
        ),
        "--layers-at 1:relu5_1,3:relu2_2": DreamSettings(
            layers_at={1: {"relu5_1": 1.0}, 3: {"relu2_2": 1.0}}, **STRONG
        ),
    },
    "pooling": {
        f"--layers {layer}{option}": DreamSettings(layers={layer: 1.0}, pooling=pooling, **STRONG)
        for layer in ("relu3_3", "relu4_3")
        for pooling, option in (("max", ""), ("average", " --pooling average"))
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
