"""Draws every look in float32, as auto computes it, and in int8, side by side.

python tools/precisions.py FILE
"""

from __future__ import annotations

import sys

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from dreamcore import PRESETS, Dreamer, Execution
from looks import GAP, LABEL, dreamed, photo

WIDTH, HEIGHT, COLUMNS = 210, 140, 2
PRECISIONS = ("float32", "auto", "int8")


def main(path: str) -> None:
    """Writes the sheet; a number is the correlation of the change with that in float32."""
    small = Image.fromarray(photo("chelsea.png")).resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    image = np.asarray(small)
    dreamers = [Dreamer(execution=Execution(precision=name)) for name in PRECISIONS]
    across, down = len(PRECISIONS) * (WIDTH + GAP), HEIGHT + LABEL
    size = COLUMNS * (across + GAP), -(-len(PRESETS) // COLUMNS) * down
    sheet = Image.new("RGB", size, "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(12)
    for index, (look, preset) in enumerate(PRESETS.items()):
        pictures = [dreamed(dreamer, image, preset.settings) for dreamer in dreamers]
        changes = [(picture.astype(float) - image).ravel() for picture in pictures]
        for column, (dreamer, picture) in enumerate(zip(dreamers, pictures, strict=True)):
            x = index % COLUMNS * (across + GAP) + column * (WIDTH + GAP)
            y = index // COLUMNS * down
            sheet.paste(Image.fromarray(picture), (x, y))
            alike = np.corrcoef(changes[0], changes[column])[0, 1]
            draw.text((x + 2, y + HEIGHT + 3), f"{look} {dreamer.precision} {alike:.3f}", 0, font)
    sheet.save(path)


if __name__ == "__main__":
    main(sys.argv[1])
