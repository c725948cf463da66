"""Clips of which the true motion is known, made from bundled photographs by moving a camera."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from measure import photo

Floats = NDArray[np.float32]
SIZE = (180, 320)


@dataclass(frozen=True)
class Frame:
    """One frame: (H, W, 3) uint8; where each pixel was in the frame before, (H, W, 2) x and y.

    `seen` is (H, W): whether that place was in view.
    """

    image: NDArray[np.uint8]
    before: Floats
    seen: NDArray[np.bool_]


def grid() -> Floats:
    """(H, W, 2): the x and y of every pixel."""
    height, width = SIZE
    return np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1).astype(np.float32)


def camera(
    picture: NDArray[np.uint8], pose: Callable[[float], NDArray[np.float64]], count: int
) -> list[Frame]:
    """The picture seen by a camera whose `pose`, at 0 to 1, maps a frame's pixels into it."""
    frames: list[Frame] = []
    height, width = SIZE
    points = grid()
    for index in range(count):
        now, past = (pose(t / 24) for t in (index, index - 1))
        image = cv2.warpAffine(
            picture,
            now,
            (width, height),
            flags=cv2.INTER_AREA | cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REFLECT_101,
        )
        back = np.vstack([past, [0, 0, 1]])
        into = np.linalg.inv(back) @ np.vstack([now, [0, 0, 1]])
        before = (points @ into[:2, :2].T + into[:2, 2]).astype(np.float32)
        frames.append(Frame(image, before, inside(before)))
    return frames


def inside(points: Floats) -> NDArray[np.bool_]:
    """Where points lie in the frame."""
    height, width = SIZE
    x, y = points[..., 0], points[..., 1]
    return np.asarray((x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1))


def pose(
    scale: float = 1.0,
    angle: float = 0.0,
    x: float = 0.0,
    y: float = 0.0,
    at: tuple[float, float] = (230, 150),
) -> NDArray[np.float64]:
    """A camera that looks at `at`, in the picture's pixels, magnified and turned."""
    height, width = SIZE
    cosine, sine = np.cos(angle) / scale, np.sin(angle) / scale
    turn = np.array([[cosine, -sine], [sine, cosine]])
    centre = np.array([at[0] + x, at[1] + y]) - turn @ np.array([width / 2, height / 2])
    return np.column_stack([turn, centre])


def passing(picture: NDArray[np.uint8], other: NDArray[np.uint8], count: int) -> list[Frame]:
    """An ellipse cut from `other` that passes in front of a still picture."""
    still = camera(picture, lambda t: pose(), count)
    height, width = SIZE
    thing = cv2.resize(other, (110, 110), interpolation=cv2.INTER_AREA)
    points, frames = grid(), []

    def cover(t: float) -> tuple[float, float, NDArray[np.bool_]]:
        x, y = -20 + 3.3 * t, 40 + 0.4 * t
        u, v = (points[..., 0] - x - 55) / 50, (points[..., 1] - y - 55) / 50
        return x, y, u * u + v * v < 1

    for index, frame in enumerate(still):
        (x, y, now), (x0, y0, past) = cover(index), cover(index - 1)
        moved = cv2.warpAffine(
            thing, np.array([[1, 0, x], [0, 1, y]]), (width, height), flags=cv2.INTER_CUBIC
        )
        image = np.where(now[..., None], moved, frame.image)
        before = np.where(now[..., None], points - (x - x0, y - y0), points).astype(np.float32)
        seen = np.where(now, inside(before), ~past)
        frames.append(Frame(image, before, seen))
    return frames


def clips(count: int) -> dict[str, list[Frame]]:
    """Every clip by name, `count` frames at 24 frames a second."""
    cat, cup = photo("chelsea.png"), photo("coffee.png")
    swing = lambda t: np.sin(t * 1.3)  # noqa: E731
    return {
        "still": camera(cup, lambda t: pose(at=(300, 200)), count),
        "pan": camera(
            cup,
            lambda t: pose(1.0, x=90 * swing(2 * t), y=60 * swing(1.4 * t), at=(300, 200)),
            count,
        ),
        "zoom": camera(cat, lambda t: pose(1.2 + 0.35 * np.sin(2.5 * t)), count),
        "rotation": camera(cup, lambda t: pose(1.1, 0.35 * swing(2 * t), at=(300, 200)), count),
        "passing": passing(cup, cat, count),
    }
