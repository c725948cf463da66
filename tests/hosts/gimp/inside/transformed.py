"""A dream is dreamed again after its image was transformed.

Dreamed again with a step of 0, a dream shows its region of the source as it is: it must be the very
pixels that lie beneath it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gi.repository import Gimp, Gio

from inside.harness import (
    AGAIN,
    FOLDER,
    QUICK,
    call,
    case,
    ellipse,
    painted,
    picture,
    raw,
    rectangle,
)

SIZE = 96, 72
SELECTION = (12, 8, 40, 28)
Transformation = Callable[[Gimp.Image], Gimp.Image | None]


def dreamed_document(precision: str = "U8_NON_LINEAR") -> Gimp.Image:
    """A photograph with a dream of a part that isn't in the middle."""
    image = picture(*SIZE, precision=precision)
    painted(image, name="photo")
    ellipse(image, *SELECTION)
    assert call(image, [image.get_layers()[0]], **QUICK)["status"] == "success"
    Gimp.Selection.none(image)
    return image


def after(transform: Transformation, precision: str = "U8_NON_LINEAR") -> Callable[[], Any]:
    """Dream, go, dream again with a step of 0, compare with what lies beneath."""

    def run() -> Any:
        image = dreamed_document(precision)
        image = transform(image) or image
        dream, photo = image.get_layers()[:2]
        mask = raw(dream.get_mask())
        outcome = call(image, [dream], AGAIN, step=0.0)
        return {**outcome, "far": _far(dream, photo), "mask": raw(dream.get_mask()) == mask}

    return run


def _far(dream: Gimp.Layer, photo: Gimp.Layer, dx: int = 0, dy: int = 0) -> int:
    """How many bytes of the dream's colours are not those of the photograph beneath."""
    (_, x, y), (_, left, top) = dream.get_offsets(), photo.get_offsets()
    at = rectangle(x - left - dx, y - top - dy, dream.get_width(), dream.get_height())
    pairs = zip(raw(dream, kind="R'G'B' u8"), raw(photo, at, "R'G'B' u8"), strict=True)
    return sum(one != other for one, other in pairs)


def flip(which: str) -> Transformation:
    return lambda image: image.flip(getattr(Gimp.OrientationType, which)) and None


def rotate(degrees: int) -> Transformation:
    return lambda image: image.rotate(getattr(Gimp.RotationType, f"DEGREES{degrees}")) and None


case("nothing")(after(lambda image: None))
case("scaled up")(after(lambda image: image.scale(192, 144) and None))
case("scaled unevenly")(after(lambda image: image.scale(70, 65) and None))
case("flipped across")(after(flip("HORIZONTAL")))
case("flipped down")(after(flip("VERTICAL")))
for turn in (90, 180, 270):
    case(f"turned by {turn}")(after(rotate(turn)))
case("cropped around the dream")(after(lambda image: image.crop(70, 50, 6, 5) and None))
case("cropped through the dream")(after(lambda image: image.crop(50, 40, 25, 0) and None))
case("canvas enlarged")(after(lambda image: image.resize(130, 110, 20, 10) and None))
for precision in ("U16_LINEAR", "FLOAT_LINEAR"):
    case(f"flipped across, {precision}")(after(flip("HORIZONTAL"), precision))
case("duplicated")(after(lambda image: image.duplicate()))


@case("duplicated, turned and scaled")
def _() -> Any:
    def transform(image: Gimp.Image) -> Gimp.Image:
        copy = image.duplicate()
        copy.rotate(Gimp.RotationType.DEGREES90)
        copy.flip(Gimp.OrientationType.HORIZONTAL)
        copy.scale(144, 192)
        return copy

    return after(transform)()


@case("flipped, saved and opened")
def _() -> Any:
    def transform(image: Gimp.Image) -> Gimp.Image:
        image.flip(Gimp.OrientationType.HORIZONTAL)
        file = Gio.File.new_for_path(str(FOLDER / "flipped.xcf"))
        Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, file, None)
        return Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, file)

    return after(transform)()


@case("moved")
def _() -> Any:
    """The dream alone was moved: it is still of the region that it was of."""
    image = dreamed_document()
    dream, photo = image.get_layers()
    _, x, y = dream.get_offsets()
    dream.set_offsets(x + 30, y + 20)
    outcome = call(image, [dream], AGAIN, step=0.0)
    return {**outcome, "far": _far(dream, photo, 30, 20), "mask": True}


@case("moved, and the image flipped")
def _() -> Any:
    image = dreamed_document()
    dream, photo = image.get_layers()
    _, x, y = dream.get_offsets()
    dream.set_offsets(x + 20, y + 12)
    image.flip(Gimp.OrientationType.HORIZONTAL)
    outcome = call(image, [dream], AGAIN, step=0.0)
    return {**outcome, "far": _far(dream, photo, -20, 12), "mask": True}


@case("painted on")
def _() -> Any:
    def transform(image: Gimp.Image) -> None:
        photo = image.get_layers()[1]
        buffer = photo.get_buffer()
        buffer.set(rectangle(16, 12, 20, 16), "R'G'B' u8", b"\xff" * (20 * 16 * 3))
        buffer.flush()
        photo.update(16, 12, 20, 16)

    return after(transform)()


@case("copied into the duplicate of its image")
def _() -> Any:
    """It is the same picture there."""

    def transform(image: Gimp.Image) -> Gimp.Image:
        other = image.duplicate()
        other.remove_layer(other.get_layers()[0])
        other.insert_layer(Gimp.Layer.new_from_drawable(image.get_layers()[0], other), None, 0)
        return other

    return after(transform)()


@case("all changed")
def _() -> Any:
    """Flipped, and another picture painted over the source: nobody can tell what was dreamed."""
    image = dreamed_document()
    dream, photo = image.get_layers()
    image.flip(Gimp.OrientationType.HORIZONTAL)
    white = bytes([255, 255, 255]) * (SIZE[0] * SIZE[1])
    buffer = photo.get_buffer()
    buffer.set(rectangle(0, 0, *SIZE), "R'G'B' u8", white)
    buffer.flush()
    before = raw(dream)
    return {**call(image, [dream], AGAIN), "unchanged": raw(dream) == before}
