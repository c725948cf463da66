"""Pictures for the screen: frames as pixbufs, transparency over a checkerboard."""

from __future__ import annotations

from dataclasses import dataclass

import gi

gi.require_version("GdkPixbuf", "2.0")
from gi.repository import GdkPixbuf, GLib  # noqa: E402

from bridgeclient.protocol import ImageFrame  # noqa: E402
from bridgeclient.region import Rect, middle_square, relative  # noqa: E402

_CHECK, _LIGHT, _DARK = 8, 0xFF999999, 0xFF666666
_GREY = 0x999999FF
_SMOOTH = GdkPixbuf.InterpType.BILINEAR


def pixbuf(image: ImageFrame) -> GdkPixbuf.Pixbuf:
    """An 8-bit frame as it is, grey as RGB."""
    pixels, channels = bytes(image.pixels), image.channels
    if channels < 3:
        spread = bytearray(image.width * image.height * (channels + 2))
        for colour in range(3):
            spread[colour :: channels + 2] = pixels[::channels]
        if channels == 2:
            spread[3::4] = pixels[1::2]
        pixels, channels = bytes(spread), channels + 2
    return GdkPixbuf.Pixbuf.new_from_bytes(
        GLib.Bytes.new(pixels),
        GdkPixbuf.Colorspace.RGB,
        channels == 4,
        8,
        image.width,
        image.height,
        image.width * channels,
    )


def scaled(picture: GdkPixbuf.Pixbuf, size: tuple[int, int]) -> GdkPixbuf.Pixbuf:
    """The picture at another size, without transparency."""
    return picture.composite_color_simple(*size, _SMOOTH, 255, _CHECK, _LIGHT, _DARK)


@dataclass(frozen=True)
class Patch:
    """A picture of the rectangle `whole`, of which `part` is to be seen."""

    picture: GdkPixbuf.Pixbuf
    whole: Rect
    part: Rect


def paste(patch: Patch, onto: GdkPixbuf.Pixbuf, covers: Rect) -> None:
    """Put what is to be seen of the patch onto an opaque picture that covers a rectangle."""
    across, down = onto.get_width() / covers.width, onto.get_height() / covers.height
    at, whole = relative(patch.part, covers), relative(patch.whole, covers)
    left, top = max(0, round(at.x * across)), max(0, round(at.y * down))
    right = min(onto.get_width(), round(at.right * across))
    bottom = min(onto.get_height(), round(at.bottom * down))
    if right <= left or bottom <= top:
        return
    patch.picture.composite_color(
        onto,
        *(left, top, right - left, bottom - top),
        *(whole.x * across, whole.y * down),
        whole.width * across / patch.picture.get_width(),
        whole.height * down / patch.picture.get_height(),
        *(_SMOOTH, 255, left, top, _CHECK, _LIGHT, _DARK),
    )


def square(patch: Patch, side: int) -> GdkPixbuf.Pixbuf:
    """The middle of what is to be seen of the patch."""
    picture = GdkPixbuf.Pixbuf.new(GdkPixbuf.Colorspace.RGB, False, 8, side, side)
    picture.fill(_GREY)
    paste(patch, picture, middle_square(patch.part))
    return picture


def as_jpeg(picture: GdkPixbuf.Pixbuf | None) -> bytes:
    """The picture as a file has it; nothing for none."""
    if picture is None:
        return b""
    _, data = picture.save_to_bufferv("jpeg", ["quality"], ["88"])
    return bytes(data)
