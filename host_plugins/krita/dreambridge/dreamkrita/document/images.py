"""Pictures on the way to the screen: previews as large as the layer, thumbnails, guides.

QImage only, no widgets and no Krita objects: the bridge thread uses it too.
"""

from __future__ import annotations

from bridgeclient import ImageFrame
from bridgeclient.region import Rect, relative
from dreamkrita.document.pixels import coloured, swapped
from dreamkrita.qt import QtCore, QtGui

_STRAIGHT = QtGui.QImage.Format.Format_RGBA8888

THUMBNAIL = 96
"""Longest side of a thumbnail in pixels."""


def image_of(rgba: bytes, width: int, height: int) -> QtGui.QImage:
    """8-bit RGBA as an image of its own."""
    return QtGui.QImage(rgba, width, height, 4 * width, _STRAIGHT).copy()


def image_of_bgra(bgra: bytes, width: int, height: int) -> QtGui.QImage:
    """8-bit pixels in Krita's order of channels as an image of its own."""
    image = QtGui.QImage(bgra, width, height, 4 * width, QtGui.QImage.Format.Format_ARGB32)
    return image.convertToFormat(_STRAIGHT)


def straight(image: QtGui.QImage) -> QtGui.QImage:
    """The image as 8-bit RGBA."""
    return image.convertToFormat(_STRAIGHT)


def greys_of(bgra: bytes, width: int, height: int) -> bytes:
    """How bright 8-bit pixels in Krita's order of channels are, 0 where they are transparent."""
    black = QtGui.QImage(width, height, QtGui.QImage.Format.Format_RGB32)
    black.fill(QtGui.QColor(0, 0, 0))
    image = laid_over(image_of_bgra(bgra, width, height), black)
    return _packed(image.convertToFormat(QtGui.QImage.Format.Format_Grayscale8))


def _packed(image: QtGui.QImage) -> bytes:
    """The values of an 8-bit image without the padding of its rows."""
    data, line, width = bytes_of(image), image.bytesPerLine(), image.width()
    return b"".join(data[start : start + width] for start in range(0, len(data), line))


def bytes_of(image: QtGui.QImage) -> bytes:
    """The inverse of `image_of`; rows of this format have no padding."""
    bits = image.constBits()
    bits.setsize(image.sizeInBytes())
    return bytes(bits)


def preview_of(frame: ImageFrame) -> QtGui.QImage:
    """An 8-bit frame of two or four channels as an image."""
    pixels = bytes(frame.pixels)
    rgba = coloured(pixels) if frame.channels == 2 else pixels
    return image_of(rgba, frame.width, frame.height)


def picture_of(frame: ImageFrame) -> QtGui.QImage:
    """An 8-bit frame of three channels as an image of its own."""
    form, line = QtGui.QImage.Format.Format_RGB888, 3 * frame.width
    return QtGui.QImage(bytes(frame.pixels), frame.width, frame.height, line, form).copy()


def enlarged(frame: ImageFrame, context: Rect, region: Rect) -> bytes:
    """The region's part of a small preview of the context, in the region's full size.

    In Krita's order of channels (B, G, R, A), 8 bits, sRGB.
    """
    part = relative(region, context)
    across, down = frame.width / context.width, frame.height / context.height
    shown = QtCore.QRectF(part.x * across, part.y * down, part.width * across, part.height * down)
    image = QtGui.QImage(region.width, region.height, _STRAIGHT)
    painter = QtGui.QPainter(image)
    painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform)
    painter.setCompositionMode(QtGui.QPainter.CompositionMode.CompositionMode_Source)
    painter.drawImage(QtCore.QRectF(0, 0, region.width, region.height), preview_of(frame), shown)
    painter.end()
    return swapped(bytes_of(image), "U8")


def shrunk(image: QtGui.QImage, side: int) -> QtGui.QImage:
    """The image, smoothly made so small that no side is longer."""
    if max(image.width(), image.height()) <= side:
        return image
    keep = QtCore.Qt.AspectRatioMode.KeepAspectRatio
    smooth = QtCore.Qt.TransformationMode.SmoothTransformation
    return image.scaled(side, side, keep, smooth).convertToFormat(_STRAIGHT)


def resized(image: QtGui.QImage, width: int, height: int) -> QtGui.QImage:
    """The image smoothly brought to another size."""
    stretch = QtCore.Qt.AspectRatioMode.IgnoreAspectRatio
    smooth = QtCore.Qt.TransformationMode.SmoothTransformation
    return image.scaled(width, height, stretch, smooth).convertToFormat(_STRAIGHT)


def resized_greys(greys: bytes, size: tuple[int, int], wanted: tuple[int, int]) -> bytes:
    """Packed 8-bit values of `size` (width, height) smoothly brought to another size."""
    if size == wanted:
        return greys
    form = QtGui.QImage.Format.Format_Grayscale8
    stretch = QtCore.Qt.AspectRatioMode.IgnoreAspectRatio
    smooth = QtCore.Qt.TransformationMode.SmoothTransformation
    image = QtGui.QImage(greys, *size, size[0], form)
    return _packed(image.scaled(*wanted, stretch, smooth).convertToFormat(form))


def excess(image: QtGui.QImage, other: QtGui.QImage) -> QtGui.QImage:
    """How much brighter the image is than another, channel by channel; both are opaque."""
    mode = QtGui.QPainter.CompositionMode
    lighter = _composed(image, other, mode.CompositionMode_Lighten)
    return _composed(lighter, other, mode.CompositionMode_Difference)


def shifted(image: QtGui.QImage, more: QtGui.QImage, less: QtGui.QImage) -> QtGui.QImage:
    """The image, brighter by one and then darker by the other; all are opaque."""
    plus = QtGui.QPainter.CompositionMode.CompositionMode_Plus
    brighter = _composed(image, more, plus)
    brighter.invertPixels()
    darker = _composed(brighter, less, plus)
    darker.invertPixels()
    return darker


def opaque(image: QtGui.QImage) -> QtGui.QImage:
    """The image's colours, whatever its alpha."""
    pixels = bytearray(bytes_of(image))
    pixels[3::4] = b"\xff" * (image.width() * image.height())
    return image_of(bytes(pixels), image.width(), image.height())


def with_alpha_of(image: QtGui.QImage, other: QtGui.QImage) -> QtGui.QImage:
    """The image's colours with the alpha of another of its size."""
    pixels = bytearray(bytes_of(image))
    pixels[3::4] = bytes_of(other)[3::4]
    return image_of(bytes(pixels), image.width(), image.height())


def masked(image: QtGui.QImage, greys: bytes) -> QtGui.QImage:
    """The image as far as packed 8-bit values of its size let it through."""
    form = QtGui.QImage.Format.Format_Alpha8
    mask = QtGui.QImage(greys, image.width(), image.height(), image.width(), form)
    return _composed(image, mask, QtGui.QPainter.CompositionMode.CompositionMode_DestinationIn)


def laid_over(image: QtGui.QImage, below: QtGui.QImage) -> QtGui.QImage:
    """The image over another of its size."""
    return _composed(below, image, QtGui.QPainter.CompositionMode.CompositionMode_SourceOver)


def _composed(image: QtGui.QImage, other: QtGui.QImage, mode: int) -> QtGui.QImage:
    result = image.copy()
    painter = QtGui.QPainter(result)
    painter.setCompositionMode(mode)
    painter.drawImage(0, 0, other)
    painter.end()
    return result


def jpeg(image: QtGui.QImage) -> bytes:
    """A thumbnail as a file, on grey where it is transparent."""
    flat = QtGui.QImage(image.size(), QtGui.QImage.Format.Format_RGB32)
    flat.fill(QtGui.QColor(128, 128, 128))
    painter = QtGui.QPainter(flat)
    painter.drawImage(0, 0, image)
    painter.end()
    buffer = QtCore.QBuffer()
    buffer.open(QtCore.QIODevice.OpenModeFlag.WriteOnly)
    flat.save(buffer, "JPEG", 85)
    return bytes(buffer.data())
