"""A guide from a picture file, read by Qt. No Krita."""

from __future__ import annotations

from pathlib import Path

from bridgeclient.region import GUIDE_SIDE, Rect
from dreamkrita.document import images
from dreamkrita.document.payload import GuidePixels
from dreamkrita.document.pixels import swapped
from dreamkrita.errors import UserError
from dreamkrita.qt import QtCore, QtGui


def read_picture(path: str, side: int = GUIDE_SIDE) -> QtGui.QImage | None:
    """What the file shows, no side longer than `side`; None if it can't be read."""
    reader = QtGui.QImageReader(path)
    reader.setAutoTransform(True)
    reader.setDecideFormatFromContent(True)
    size = reader.size()
    if size.isValid() and max(size.width(), size.height()) > 4 * side:  # a JPEG is quicker so
        keep = QtCore.Qt.AspectRatioMode.KeepAspectRatio
        reader.setScaledSize(size.scaled(4 * side, 4 * side, keep))
    image = reader.read()
    if image.isNull():
        return None
    return images.shrunk(images.straight(image), side)


def guide_pixels(path: str) -> GuidePixels:
    """The guide that the file shows.

    Raises:
        UserError: it can't be read.
    """
    image = read_picture(path)
    if image is None:
        raise UserError(f"The guide “{Path(path).name}” can't be read: choose another file.")
    pixels = swapped(images.bytes_of(image), "U8")
    return GuidePixels([pixels], Rect(0, 0, image.width(), image.height()))


def readable_names() -> str:
    """The file names that Qt can read, as a file dialog wants them."""
    formats = QtGui.QImageReader.supportedImageFormats()
    return " ".join(f"*.{bytes(one).decode()}" for one in formats)
