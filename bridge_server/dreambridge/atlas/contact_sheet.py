"""All channels of a layer in one picture, with their numbers, those that look alike together."""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFont

from dreambridge.atlas import index, picture

_ACROSS, _LABEL, _GAP, _LEAST_SIDE = 24, 16, 4, 64


def contact_sheet(layer: str) -> Image.Image:
    """The sheet of a layer; a channel that grows nothing has its number in brackets.

    Raises:
        KeyError: the atlas has no such layer.
    """
    entry = index()[layer]
    side, silent = max(entry.side, _LEAST_SIDE), set(entry.silent)
    rows = -(-len(entry.order) // _ACROSS)
    size = _ACROSS * (side + _GAP) + _GAP, rows * (side + _LABEL + _GAP) + _GAP
    sheet = Image.new("RGB", size, "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(12)
    for place, channel in enumerate(entry.order):
        row, column = divmod(place, _ACROSS)
        x, y = _GAP + column * (side + _GAP), _GAP + row * (side + _LABEL + _GAP)
        tile = picture(layer, channel).resize((side, side), Image.Resampling.LANCZOS)
        sheet.paste(tile, (x, y))
        label = f"({channel})" if channel in silent else str(channel)
        draw.text((x + side / 2, y + side), label, "black", font, anchor="ma")
    return sheet
