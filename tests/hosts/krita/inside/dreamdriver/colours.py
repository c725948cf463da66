"""Colours that don't survive the way to the engine: what a dream leaves of them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from exporting import SELECTED, bare, prepared
from lab import (
    CHANNELS,
    K,
    click_item,
    docker,
    document,
    double_click_item,
    dream,
    message,
    settled,
    unpack,
    widget,
)
from runner import case

SIZE = (200, 150)
CODES = {"U8": "B", "U16": "H", "F16": "e", "F32": "f"}


def colours(name: str, model: str, depth: str, profile: str, pixel: tuple[float, ...]) -> None:
    """A layer with a ramp of one colour, dreamed without a change and with one."""

    @case(name)
    def _() -> Iterator[Any]:
        known = K.profiles(model, depth)
        chosen = profile if profile in known else known[0]
        doc = bare((yield from document(model, depth, chosen, *SIZE)))
        source = doc.createNode("source", "paintlayer")
        source.setPixelData(ramp(depth, pixel), 0, 0, *SIZE)
        doc.rootNode().addChildNode(source, None)
        yield from prepared(doc, source)
        docker()._controller.model.set("step", 0.0)
        yield from dream()
        yield settled(doc)
        x, y, w, h = SELECTED
        inner = (x + 4, y + 4, w - 8, h - 8)
        original = bytes(source.pixelData(*inner))
        facts: dict[str, Any] = {"message": message(), "profile": chosen}
        facts["untouched"] = bytes(doc.topLevelNodes()[1].pixelData(*inner)) == original
        click_item("looks", 6)
        widget("detail").setValue(5)
        yield from dream()
        yield settled(doc)
        layer = doc.topLevelNodes()[2]
        new, old = (unpack(data, depth) for data in (bytes(layer.pixelData(*inner)), original))
        facts["changed"] = sum(a != b for a, b in zip(new, old, strict=True)) / len(new)
        colours_of = range(CHANNELS[model] - 1)
        brightest = [
            max(max(values[c :: CHANNELS[model]]) for c in colours_of) for values in (new, old)
        ]
        facts["kept"] = brightest[0] / brightest[1]
        double_click_item("history", 0)
        yield lambda: message().endswith("placed again.")
        yield settled(doc)
        placed = doc.topLevelNodes()[3]
        facts["placed_is_same"] = placed.pixelData(*inner) == layer.pixelData(*inner)
        return facts


def ramp(depth: str, pixel: tuple[float, ...]) -> bytes:
    """Shades of a colour, the last value is alpha."""
    full = {"U8": 255, "U16": 65535}.get(depth)
    values: list[float] = []
    for at in range(SIZE[0] * SIZE[1]):
        share = 0.7 + 0.3 * (at * 7 % 97) / 97
        values += [value * share for value in pixel[:-1]] + [pixel[-1]]
    if full:
        values = [round(full * value) for value in values]
    return struct.pack(f"={len(values)}{CODES[depth]}", *values)


colours("HDR float", "RGBA", "F32", "sRGB-elle-V2-g10.icc", (8.0, 6.0, 3.0, 1.0))
colours("HDR half", "RGBA", "F16", "sRGB-elle-V2-g10.icc", (8.0, 6.0, 3.0, 1.0))
colours("wide gamut", "RGBA", "U16", "LargeRGB-elle-V2-g22.icc", (0.05, 0.9, 0.1, 1.0))
colours("inks", "CMYKA", "U8", "Chemical proof", (0.9, 0.1, 0.8, 0.3, 1.0))
