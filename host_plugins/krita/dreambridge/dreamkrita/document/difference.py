"""A dream's change added to the original pixels, for colours that don't survive the way.

What travels is sRGB: linear light above 1.0, wide gamuts and inks come back as the nearest that it
has. So the original stays, and gets only the difference between what was sent and what came back,
both in its own colour space. Pure functions on packed pixels, without numpy; no Qt and no Krita.
"""

from __future__ import annotations

import struct
from array import array

from dreamkrita.document.colour_space import BYTES

_WHOLE = {"U8": ("B", 255), "U16": ("H", 65535)}
_FLOATS = {"F16": ("e", 65504.0), "F32": ("f", 3.4e38)}


def added(original: bytes, sent: bytes, dreamed: bytes, depth: str) -> bytes:
    """`original + dreamed - sent`, value by value; `depth` is Krita's name for all three.

    Whole numbers stay in their range. Where nothing came back changed, every bit stays.
    """
    if sent == dreamed:
        return original
    if depth in _WHOLE:
        code, most = _WHOLE[depth]
        whole = (array(code, part) for part in (original, sent, dreamed))
        sums = [min(most, max(0, o + d - s)) for o, s, d in zip(*whole, strict=True)]
        return array(code, sums).tobytes()
    code, limit = _FLOATS[depth]
    form = f"={len(original) // BYTES[depth]}{code}"
    old, before, after = (struct.unpack(form, part) for part in (original, sent, dreamed))
    three = zip(old, before, after, strict=True)
    return struct.pack(form, *(min(limit, max(-limit, o + (d - s))) for o, s, d in three))
