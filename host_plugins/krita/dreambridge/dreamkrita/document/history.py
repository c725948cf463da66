"""The dreams that a document remembers, as plain data: what each was, in order, within bounds.

The newest comes first. The list and each dream's pixels are kept as bytes that `memory` writes to
the document, so that dreams can be placed again and continued after it was saved and opened. No Qt
and no Krita here.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from bridgeclient.region import Rect, moved
from dreamkrita.document.colour_space import ColourSpace

MOST_DREAMS = 12
MOST_BYTES = 64 * 2**20
"""All dreams' pixels in a document together, compressed."""

MOST_UNPACKED_BYTES = 2**31
"""A dream's pixels in memory; no layer that can be dreamed of is larger."""

_NESTED: dict[str, type[Rect] | type[ColourSpace]] = {"region": Rect, "space": ColourSpace}
"""Entries that are objects themselves."""

_SQUEEZE = 1  # dreams hardly compress; this takes what is cheap


@dataclass(frozen=True)
class HistoryEntry:
    """A dream that was placed.

    `region` is in the document's pixels; `space` that of the stored pixels, `name` the layer's;
    `source` the unique id of the layer it was made from, which stood `at` that position on a canvas
    of that size; `nbytes` the size of what is stored;
    `masked` whether a selection shapes it; `picture` a small JPEG or PNG; `unknown` is what another
    version wrote beside all that. A new field needs a default, which it has in older documents.
    """

    id: str
    name: str
    settings: dict[str, Any]
    region: Rect
    space: ColourSpace
    source: str
    masked: bool
    nbytes: int
    picture: bytes = b""
    device: str = ""
    seconds: float = 0.0
    canvas: tuple[int, int] | None = None
    at: tuple[int, int] = (0, 0)
    unknown: dict[str, Any] = field(default_factory=dict)


def to_json(dreams: Sequence[HistoryEntry]) -> bytes:
    """The list as bytes."""
    return json.dumps({"version": 1, "dreams": [_entry(dream) for dream in dreams]}).encode()


def from_json(data: bytes) -> list[HistoryEntry]:
    """The inverse of `to_json`; empty when the bytes are damaged or of another version."""
    try:
        values = json.loads(data)
        if values["version"] != 1:
            return []
        read = [_dream(entry) for entry in values["dreams"]]
    except (ValueError, KeyError, TypeError):
        return []
    return [dream for dream in read if dream is not None]


def _entry(dream: HistoryEntry) -> dict[str, Any]:
    values = asdict(dream)
    unknown: dict[str, Any] = values.pop("unknown")
    nested = {name: unknown.get(name, {}) | values[name] for name in _NESTED}
    picture = base64.b64encode(dream.picture).decode()
    return unknown | values | nested | {"picture": picture}


def _dream(entry: dict[str, Any]) -> HistoryEntry | None:
    """The dream of an entry, None if it is damaged: the others are still there."""
    fields = HistoryEntry.__dataclass_fields__.keys() - {"unknown"}
    try:
        known = {name: entry[name] for name in fields if name in entry}
        unknown = {name: value for name, value in entry.items() if name not in fields}
        for name, kind in _NESTED.items():
            own, values = kind.__dataclass_fields__, known[name]
            known[name] = kind(**{key: value for key, value in values.items() if key in own})
            if rest := {key: value for key, value in values.items() if key not in own}:
                unknown[name] = rest
        known["picture"] = base64.b64decode(known.get("picture", ""))
        for pair in ("canvas", "at"):
            if known.get(pair) is not None:
                known[pair] = tuple(known[pair])
        return HistoryEntry(**known, unknown=unknown)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def with_entry(
    dreams: Sequence[HistoryEntry], new: HistoryEntry
) -> tuple[list[HistoryEntry], list[HistoryEntry]]:
    """The list with a new dream at its head, and the oldest ones that have to go for it."""
    kept, total = [new], new.nbytes
    gone: list[HistoryEntry] = []
    for dream in dreams:
        total += dream.nbytes
        fits = total <= MOST_BYTES and len(kept) < MOST_DREAMS and not gone
        (kept if fits else gone).append(dream)
    return kept, gone


def region_now(
    dream: HistoryEntry, canvas: tuple[int, int], at: tuple[int, int] | None
) -> Rect | None:
    """Where a dream belongs on a canvas of this size, its source at this position (None: gone).

    A canvas of the same proportions whose layer stands where scaling puts it was scaled; else it
    was cropped or grown, and the layer's position tells from where. None where nothing tells.
    """
    region, then = dream.region, dream.canvas
    if then is None or (canvas == then and at is None):
        return region
    across, down = canvas[0] / then[0], canvas[1] / then[1]
    scaled = canvas != then and abs(then[1] * across - canvas[1]) <= 1
    if scaled and (
        at is None or all(abs(a * across - b) <= 1 for a, b in zip(dream.at, at, strict=True))
    ):
        left, top = round(region.x * across), round(region.y * down)
        right, bottom = round(region.right * across), round(region.bottom * down)
        return Rect(left, top, max(1, right - left), max(1, bottom - top))
    return moved(region, at[0] - dream.at[0], at[1] - dream.at[1]) if at is not None else None


def pack(pixels: bytes, mask: bytes | None) -> bytes:
    """A dream's pixels and its mask as one block of bytes."""
    packer = PixelPacker()
    packer.add(pixels)
    return packer.block(mask)


class PixelPacker:
    """Makes such a block of pixels that come in parts."""

    def __init__(self) -> None:
        self._squeeze, self._parts = zlib.compressobj(_SQUEEZE), [b""]

    def add(self, pixels: bytes) -> None:
        """The next pixels."""
        self._parts.append(self._squeeze.compress(pixels))

    def block(self, mask: bytes | None) -> bytes:
        """All of it."""
        whole = b"".join([*self._parts, self._squeeze.flush()])
        return len(whole).to_bytes(8, "little") + whole + zlib.compress(mask or b"", _SQUEEZE)


def unpack(block: bytes, dream: HistoryEntry) -> tuple[bytes, bytes | None]:
    """The inverse of `pack`.

    Raises:
        ValueError: the block is damaged or not of this dream.
    """
    end = 8 + int.from_bytes(block[:8], "little")
    area = dream.region.width * dream.region.height
    if not 0 < area * dream.space.pixel_bytes <= MOST_UNPACKED_BYTES:
        raise ValueError("the stored dream has an impossible size")
    pixels = _inflated(block[8:end], area * dream.space.pixel_bytes)
    mask = _inflated(block[end:], area * dream.masked)
    return pixels, mask if dream.masked else None


def _inflated(data: bytes, size: int) -> bytes:
    """The decompressed data, which must have this size; a document may come from anywhere."""
    inflate = zlib.decompressobj()
    try:
        out = inflate.decompress(data, size + 1)
    except zlib.error as error:
        raise ValueError("the stored pixels are damaged") from error
    if len(out) > size or not inflate.eof:
        raise ValueError("the stored pixels are damaged or have another size")
    if len(out) != size:
        raise ValueError("the stored pixels have another size")
    return out


def with_size(dream: HistoryEntry, block: bytes) -> HistoryEntry:
    """The dream with the size of its block."""
    return replace(dream, nbytes=len(block))
