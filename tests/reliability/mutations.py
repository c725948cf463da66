"""Real messages made wrong: bytes, frames, fields and whole conversations, from a seeded dice."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import msgpack

from bridgeclient.codec import Buffer, encode
from bridgeclient.protocol import ImageFrame

Frames = list[bytes]

_ODD_VALUES = [
    None,
    -1,
    0,
    2**63,
    -(2**63),
    1e308,
    float("nan"),
    float("inf"),
    True,
    "",
    "\x00",
    "../../etc/passwd",
    "x" * 5000,
    b"\xff" * 40,
    [],
    [[[[]]]] * 9,
    {},
    {"a": {"b": {"c": [1, 2, 3]}}},
    {"seed": -1},
    {"layers": {"relu9_9": 1}},
    {"iterations": 10**9},
]


def conversation(dice: random.Random) -> list[list[Buffer]]:
    """Correct messages of one job, in order; its image is never dreamed because it is cancelled."""
    job = f"fuzz{dice.randrange(10**9)}"
    image = ImageFrame(4, 3, 3, "uint8", bytes(36))
    mask = ImageFrame(4, 3, 1, "uint8", bytes(12))
    given = {"image": image} | ({"mask": mask} if dice.random() < 0.5 else {})
    submit = {"job": job, "settings": {"seed": 7}, "preview_side": 64}
    return [
        encode("hello", {"name": "fuzz", "version": "1"}),
        encode("submit", submit, given),
        encode("credit", {"job": job}),
        encode("ping"),
        encode("status"),
        encode("cancel", {"job": job}),
    ]


def mutated(message: Sequence[Buffer], dice: random.Random) -> Frames:
    """The message with one to three things wrong. It never asks the server to stop."""
    frames = [bytes(frame) for frame in message]
    for _ in range(dice.randint(1, 3)):
        if frames:
            dice.choice(_MUTATIONS)(frames, dice)
    return [frame for frame in frames if b"shutdown" not in frame] or [b""]


def _flip(frames: Frames, dice: random.Random) -> None:
    place = dice.randrange(len(frames))
    frame = bytearray(frames[place])
    for _ in range(dice.randint(1, 8)):
        if frame:
            frame[dice.randrange(len(frame))] = dice.randrange(256)
    frames[place] = bytes(frame)


def _cut(frames: Frames, dice: random.Random) -> None:
    place = dice.randrange(len(frames))
    frames[place] = frames[place][: dice.randrange(len(frames[place]) + 1)]


def _stretch(frames: Frames, dice: random.Random) -> None:
    frames[dice.randrange(len(frames))] += dice.randbytes(dice.choice([1, 40, 5000]))


def _drop(frames: Frames, dice: random.Random) -> None:
    del frames[dice.randrange(len(frames))]


def _repeat(frames: Frames, dice: random.Random) -> None:
    frames.extend([dice.choice(frames)] * dice.choice([1, 3, 30]))


def _shuffle(frames: Frames, dice: random.Random) -> None:
    dice.shuffle(frames)


def _noise(frames: Frames, dice: random.Random) -> None:
    frames[dice.randrange(len(frames))] = dice.randbytes(dice.choice([0, 1, 9, 200]))


def _nest(frames: Frames, dice: random.Random) -> None:
    frames[dice.randrange(len(frames))] = b"\x91" * dice.choice([100, 2000, 100_000])


def _boast(frames: Frames, dice: random.Random) -> None:
    """A msgpack head that promises far more than there is."""
    head = dice.choice([b"\xdd", b"\xdf", b"\xc6", b"\xdb", b"\xc9"])
    frames[dice.randrange(len(frames))] = head + b"\xff" * 4


def _change_entry(frames: Frames, dice: random.Random) -> None:
    """An odd value, a missing entry or an unknown one, in a header or an image's description."""
    place = dice.randrange(len(frames))
    try:
        entries = msgpack.unpackb(frames[place], strict_map_key=False)
    except (ValueError, TypeError, msgpack.UnpackException):
        return
    if not isinstance(entries, dict) or not entries:
        return
    images = entries.get("images")
    described = [one for one in images if one] if isinstance(images, list) else []
    changed = dice.choice([entries, *(one for one in described if isinstance(one, dict))])
    key = dice.choice(list(changed))
    change = dice.randrange(3)
    if change == 0:
        changed[key] = dice.choice(_ODD_VALUES)
    elif change == 1:
        del changed[key]
    else:
        changed[dice.choice(["path", "weights", "", "type"])] = dice.choice(_ODD_VALUES)
    frames[place] = msgpack.packb(entries)


_MUTATIONS: list[Callable[[Frames, random.Random], None]] = [
    _flip,
    _cut,
    _stretch,
    _drop,
    _repeat,
    _shuffle,
    _noise,
    _nest,
    _boast,
    _change_entry,
    _change_entry,
    _change_entry,
]
