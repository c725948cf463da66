"""GIMP's buffers to the bridge's image frames and back, without losing what GIMP keeps.

Values travel in the layer's own colour space: a wide profile's colours survive, and what isn't
dreamed comes back as it was. They travel with a perceptual curve, which the network was made for,
in a type that holds the layer's precision.
"""

from __future__ import annotations

import array
from dataclasses import astuple, dataclass

import gi

gi.require_version("Gegl", "0.4")
from gi.repository import Babl, Gegl, Gimp  # noqa: E402

from bridgeclient.protocol import ImageFrame  # noqa: E402
from bridgeclient.region import Rect  # noqa: E402

GREY = "Y u8"
_FINGERPRINT_SIDE = 288
_DTYPES = {"u8": "uint8", "u16": "uint16", "float": "float32"}


@dataclass(frozen=True)
class PixelFormat:
    """A babl format by name, and what it is on the wire."""

    name: str
    channels: int
    dtype: str


def format_of(layer: Gimp.Drawable) -> PixelFormat:
    """The format in which a layer's pixels travel."""
    native = layer.get_format()
    encoding = Babl.format_get_encoding(native)
    linear_space = layer.get_image().get_effective_color_profile().is_linear()
    curve = "'" if "'" in encoding and not linear_space else "~"
    kind = _component(encoding.split()[-1], exact=curve in encoding)
    model = f"Y{curve}" if layer.is_gray() else f"R{curve}G{curve}B{curve}"
    alpha = "A" if layer.has_alpha() else ""
    wanted = Babl.format_with_space(f"{model}{alpha} {kind}", native)
    channels = (1 if layer.is_gray() else 3) + len(alpha)
    return PixelFormat(Babl.get_name(wanted), channels, _DTYPES[kind])


def _component(native: str, *, exact: bool) -> str:
    """The smallest type that keeps values of the native type; a changed curve needs finer steps."""
    if native == "u8":
        return "u8" if exact else "u16"
    return "u16" if native == "u16" and exact else "float"


def read(layer: Gimp.Drawable, rect: Rect) -> ImageFrame:
    """The pixels of `rect`, in the layer's own coordinates."""
    pixels = format_of(layer)
    data = layer.get_buffer().get(_gegl(rect), 1.0, pixels.name, Gegl.AbyssPolicy.NONE)
    return ImageFrame(rect.width, rect.height, pixels.channels, pixels.dtype, data)


def read_small(drawable: Gimp.Drawable, rect: Rect, side: int) -> ImageFrame:
    """What `rect` shows, with no side longer than `side` pixels: 8-bit sRGB, or grey values.

    GIMP scales it, a group's content and the layer's filters included but not its mask, and copies
    nothing. A small rectangle is not enlarged.
    """
    scale = min(1.0, side / max(rect.width, rect.height))
    size = (max(1, round(length * scale)) for length in (rect.width, rect.height))
    data, width, height, _ = drawable.get_sub_thumbnail_data(*astuple(rect), *size)
    whole, own = Gegl.Rectangle.new(0, 0, width, height), native(drawable)
    buffer = Gegl.Buffer.new(own, 0, 0, width, height)
    buffer.set(whole, own, data.get_data())  # GIMP gives the drawable's own format
    model, channels = ("Y'", 1) if drawable.is_gray() else ("R'G'B'", 3)
    if drawable.has_alpha():
        model, channels = f"{model}A", channels + 1
    name = f"{model} u8" if drawable.is_layer() else GREY
    pixels = buffer.get(whole, 1.0, name, Gegl.AbyssPolicy.NONE)
    return ImageFrame(width, height, channels, "uint8", pixels)


def fingerprint(drawable: Gimp.Drawable) -> bytes:
    """A value that changes with what one sees of the drawable; cheap."""
    whole = Rect(0, 0, drawable.get_width(), drawable.get_height())
    return bytes(read_small(drawable, whole, _FINGERPRINT_SIDE).pixels)


def read_patch(layer: Gimp.Drawable, rect: Rect, side: int) -> bytes:
    """`side` × `side` grey values of what is seen in `rect`, whatever its shape."""
    small = read_small(layer, rect, 4 * side)
    width, height = small.width, small.height
    greys = _greys(bytes(small.pixels), small.channels)
    columns = [slice(a, b) for a, b in _cells(width, side)]
    patch = bytearray()
    for top, bottom in _cells(height, side):
        rows = [greys[row * width : (row + 1) * width] for row in range(top, bottom)]
        for column in columns:
            values = b"".join(row[column] for row in rows)
            patch.append(sum(values) // len(values))
    return bytes(patch)


def _greys(data: bytes, channels: int) -> bytes:
    """The lightness of packed 8-bit pixels of 1 to 4 channels, nothing where they are clear."""
    if channels < 3:
        greys = data[::channels]
    else:
        planes = (data[channel::channels] for channel in range(3))
        greys = bytes((54 * r + 183 * g + 19 * b) >> 8 for r, g, b in zip(*planes, strict=True))
    if channels % 2:
        return greys
    alphas = data[channels - 1 :: channels]
    return bytes(grey * alpha // 255 for grey, alpha in zip(greys, alphas, strict=True))


def _cells(length: int, count: int) -> list[tuple[int, int]]:
    starts = [(i * length // count, -(-(i + 1) * length // count)) for i in range(count)]
    return [(start, max(stop, start + 1)) for start, stop in starts]


def write(
    layer: Gimp.Drawable,
    frame: ImageFrame,
    pixels: PixelFormat,
    *,
    shadow: bool,
    at: tuple[int, int] = (0, 0),
) -> None:
    """Put a frame into the layer; through its shadow, which knows of undo and the selection."""
    rect = Rect(*at, frame.width, frame.height)
    buffer = layer.get_shadow_buffer() if shadow else layer.get_buffer()
    buffer.set(_gegl(rect), pixels.name, bytes(frame.pixels))
    buffer.flush()
    if shadow:
        layer.merge_shadow(True)
    layer.update(*astuple(rect))


def native(drawable: Gimp.Drawable) -> str:
    """The name of the format that GIMP itself keeps the drawable in."""
    name: str = Babl.get_name(drawable.get_format())
    return name


def native_size(drawable: Gimp.Drawable) -> int:
    """The bytes of one pixel in its native format."""
    size: int = Babl.format_get_bytes_per_pixel(drawable.get_format())
    return size


def read_values(drawable: Gimp.Drawable, rect: Rect, name: str = GREY) -> bytes:
    """The grey values of a mask or selection, in 8 bits or in the format of that name."""
    return bytes(drawable.get_buffer().get(_gegl(rect), 1.0, name, Gegl.AbyssPolicy.NONE))


def read_greys(drawable: Gimp.Drawable, rect: Rect) -> bytes:
    """8-bit greys as one sees them in a layer, black where it is clear, or those of a channel."""
    if not drawable.is_layer():
        return read_values(drawable, rect)
    data = drawable.get_buffer().get(_gegl(rect), 1.0, "Y'A u8", Gegl.AbyssPolicy.NONE)
    return bytes(grey * alpha // 255 for grey, alpha in zip(data[::2], data[1::2], strict=True))


def write_values(drawable: Gimp.Drawable, rect: Rect, values: bytes, name: str = GREY) -> None:
    """Set the grey values of a mask or selection."""
    buffer = drawable.get_buffer()
    buffer.set(_gegl(rect), name, values)
    buffer.flush()
    drawable.update(rect.x, rect.y, rect.width, rect.height)


def read_floats(layer: Gimp.Drawable, rect: Rect) -> array.array[float]:
    """The linear colours of `rect` as they are, without alpha."""
    name = "Y float" if layer.is_gray() else "RGB float"
    data = layer.get_buffer().get(_gegl(rect), 1.0, name, Gegl.AbyssPolicy.NONE)
    values: array.array[float] = array.array("f")
    values.frombytes(data)
    return values


def write_floats(layer: Gimp.Drawable, rect: Rect, values: array.array[float]) -> None:
    """Set what `read_floats` reads."""
    write_values(layer, rect, values.tobytes(), "Y float" if layer.is_gray() else "RGB float")


def is_transparent(layer: Gimp.Drawable, rect: Rect) -> bool:
    """Whether nothing at all can be seen of the layer in `rect`."""
    return layer.has_alpha() and not read_alpha(layer, rect).strip(b"\0")


def read_alpha(layer: Gimp.Drawable, rect: Rect) -> bytes:
    """The 8-bit alpha of `rect`, in the layer's own coordinates."""
    return bytes(layer.get_buffer().get(_gegl(rect), 1.0, "A u8", Gegl.AbyssPolicy.NONE))


def _gegl(rect: Rect) -> Gegl.Rectangle:
    return Gegl.Rectangle.new(rect.x, rect.y, rect.width, rect.height)
