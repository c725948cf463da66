"""Frames, burnt spots and casts of every look: what a dream shows that a picture should not.

For each look and photograph, at 260 pixels, 1 being best:

    frame  8, 32   change in the outermost 8 and 32 pixels against the inside, divided by the same
                   in a dream of the photograph continued by 96 mirrored pixels on every side
    box    8, 32   the same just inside a hard rectangular selection in the middle, divided by the
                   same place in a dream of the whole photograph
    burnt          share of values that became 0 or 255
    cast           largest shift of a channel's mean, in grey levels

    python bench/looks.py [LOOK …] [--out=FOLDER]
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from dreamcore import PRESETS, Dreamer, DreamSettings, Result
from measure import photo

PHOTOS = ("coffee.png", "chelsea.png", "rocket.jpg", "hubble_deep_field.jpg")
SIDE, CONTINUED, WIDTHS = 260, 96, (8, 32)


@dataclass(frozen=True)
class Figures:
    """What one dream shows; `change` is the mean change in grey levels."""

    frame: tuple[float, float]
    box: tuple[float, float]
    burnt: float
    cast: float
    change: float


def small(name: str) -> np.ndarray:
    """A bundled photograph, its longer side `SIDE` pixels."""
    picture = Image.fromarray(photo(name))
    picture.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    return np.array(picture)


def dreamed(
    dreamer: Dreamer, image: np.ndarray, settings: DreamSettings, **more: object
) -> np.ndarray:
    """The image after a dream."""
    *_, result = dreamer.dream(image, settings, **more)  # type: ignore[arg-type]
    assert isinstance(result, Result)
    return result.image


def rim(change: np.ndarray, width: int) -> float:
    """Mean change in the outermost `width` pixels against the mean inside of the widest rim."""
    inside = change[WIDTHS[-1] : -WIDTHS[-1], WIDTHS[-1] : -WIDTHS[-1]]
    ring = change.sum() - change[width:-width, width:-width].sum()
    count = change.size - change[width:-width, width:-width].size
    return float(ring / count / inside.mean())


def figures(
    dreamer: Dreamer, image: np.ndarray, settings: DreamSettings
) -> tuple[Figures, np.ndarray]:
    """The figures of a look on a photograph, and the dream."""

    def change(one: np.ndarray) -> np.ndarray:
        return np.abs(one.astype(float) - source).mean(axis=2)

    source, side = image, CONTINUED
    whole = dreamed(dreamer, image, settings)
    around = np.pad(image, ((side, side), (side, side), (0, 0)), mode="symmetric")
    continued = dreamed(dreamer, around, settings)[side:-side, side:-side]
    rows, columns = (slice(length // 4, length - length // 4) for length in image.shape[:2])
    mask = np.zeros(image.shape[:2], np.uint8)
    mask[rows, columns] = 255
    part = dreamed(dreamer, image, settings, mask=mask)
    frame = tuple(rim(change(whole), w) / rim(change(continued), w) for w in WIDTHS)
    box = tuple(
        rim(change(part)[rows, columns], w) / rim(change(whole)[rows, columns], w) for w in WIDTHS
    )
    ends = (whole == 0) | (whole == 255)
    burnt = float((ends & (image > 0) & (image < 255)).mean())
    shift = whole.mean(axis=(0, 1)) - image.mean(axis=(0, 1))
    cast = float(shift[np.abs(shift).argmax()])
    return Figures(frame, box, burnt, cast, float(change(whole).mean())), whole


def line(name: str, ones: list[Figures]) -> str:
    """One line of the table; ratios are means, burnt and cast the worst."""
    ratios = [np.mean([one.frame[i] for one in ones]) for i in (0, 1)]
    ratios += [np.mean([one.box[i] for one in ones]) for i in (0, 1)]
    burnt, cast = max(one.burnt for one in ones), max((one.cast for one in ones), key=abs)
    change = np.mean([one.change for one in ones])
    shown = " ".join(f"{ratio:6.2f}" for ratio in ratios)
    return f"{name:<34} {shown} {100 * burnt:7.1f} % {cast:+7.1f} {change:7.1f}"


def main() -> None:
    """Prints the table, photograph by photograph and each look's mean."""
    names = [name for name in sys.argv[1:] if name in PRESETS] or list(PRESETS)
    out = next((Path(a.split("=")[1]) for a in sys.argv if a.startswith("--out=")), None)
    if out:
        out.mkdir(parents=True, exist_ok=True)
    dreamer, images = Dreamer(), {name: small(name) for name in PHOTOS}
    print(f"{'':<34} {'frame':>13} {'box':>13} {'burnt':>9} {'cast':>7} {'change':>7}")
    print(f"{'':<34} " + " ".join(f"{width:6d}" for width in WIDTHS * 2))
    for name in names:
        found = []
        for one, image in images.items():
            result, dream = figures(dreamer, image, PRESETS[name].settings)
            found.append(result)
            print(line(f"  {name} · {one}", [result]), flush=True)
            if out:
                Image.fromarray(dream).save(out / f"{name}-{one.split('.')[0]}.png")
        print(line(name, found), flush=True)


if __name__ == "__main__":
    main()
