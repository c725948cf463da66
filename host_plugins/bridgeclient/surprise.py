"""A look that nobody chose: two looks mixed, within bounds that were looked at.

Plain choices on the schema's presets; knows no editor.
"""

from __future__ import annotations

import random

from bridgeclient.looks import Json, defaults, look

_STRENGTH = 0.7, 1.3
_SHARE = 0.25, 0.75
_COLOURS = 0.3, 1.0
_GREATEST_STEP = 1.6
_FAINTER = 20.0


def surprise(schema: Json, dice: random.Random) -> Json:
    """Settings of a look between two others, with a seed of its own.

    The first gives sizes, steps and colours, a little changed; the second lends its layer, from
    the same block of the network or the next, and weighted so that both count.
    """
    looks = [preset["settings"] for preset in schema["x-presets"].values()]
    plain = [settings for settings in looks if len(settings["layers"]) == 1]
    first = dice.choice(plain)
    (own,) = first["layers"]
    near = {name for other in plain for name in other["layers"] if _are_near(own, name)}
    settings = defaults(schema) | look(first)
    if near:
        lent, share = dice.choice(sorted(near)), dice.uniform(*_SHARE)
        weights = {own: (1 - share) * _answer(own), lent: share * _answer(lent)}
        least = min(weights.values())
        settings["layers"] = {name: round(weight / least, 2) for name, weight in weights.items()}
    settings["step"] = round(min(_GREATEST_STEP, first["step"] * dice.uniform(*_STRENGTH)), 2)
    if settings["saturation"] > 0:
        settings["saturation"] = round(dice.uniform(*_COLOURS), 2)
    settings["octaves"] = max(3, settings["octaves"] + dice.choice((-1, 0, 1)))
    return settings | {"seed": dice.randrange(1_000_000)}


def _are_near(one: str, other: str) -> bool:
    return one != other and abs(_block(one) - _block(other)) <= 1


def _block(layer: str) -> int:
    """The block of VGG16 that a layer such as relu4_3 is in."""
    return int(layer.partition("_")[0][-1])


def _answer(layer: str) -> float:
    """The weight that a layer needs to count as much as others: deep ones answer more faintly.

    By the look *fever*, where relu5_1 has twenty times the weight of relu4_3.
    """
    return float(_FAINTER ** _block(layer))
