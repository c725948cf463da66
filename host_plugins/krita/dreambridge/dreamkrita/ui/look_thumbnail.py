"""The picture of a look that is saved: the last dream or sketch with it, or what it is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bridgeclient.channels import chosen
from bridgeclient.looks import look
from dreamkrita.document.history import HistoryEntry
from dreamkrita.document.images import THUMBNAIL, jpeg, resized
from dreamkrita.qt import QtCore, QtGui
from dreamkrita.seeing import Channel

_FOUR = 4


def thumbnail(
    settings: Mapping[str, Any],
    dreams: Sequence[HistoryEntry],
    sketch: QtGui.QImage | None,
    pictures: Mapping[Channel, QtGui.QImage],
) -> bytes:
    """A small square JPEG, nothing where there is no picture to make it of."""
    for dream in dreams:
        if look(dream.settings) == look(settings):
            return _square(QtGui.QImage.fromData(dream.picture))
    if sketch is not None:
        return _square(sketch)
    by_layer = chosen(settings)
    channels = [(layer, number) for layer, ones in by_layer.items() for number in ones]
    found = [pictures[channel] for channel in channels if channel in pictures]
    return _square(_tiled(found[:_FOUR])) if found else b""


def _tiled(pictures: Sequence[QtGui.QImage]) -> QtGui.QImage:
    """One picture, or two to four beside one another."""
    count = 1 if len(pictures) == 1 else 2
    side = THUMBNAIL // count
    whole = QtGui.QImage(THUMBNAIL, THUMBNAIL, QtGui.QImage.Format.Format_RGBA8888)
    whole.fill(QtGui.QColor(128, 128, 128))
    painter = QtGui.QPainter(whole)
    painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform)
    for place, picture in enumerate(pictures):
        row, column = divmod(place, count)
        height = THUMBNAIL if len(pictures) == 2 else side
        painter.drawImage(
            QtCore.QRect(column * side, row * side, side, height), _narrowed(picture, side, height)
        )
    painter.end()
    return whole


def _narrowed(picture: QtGui.QImage, width: int, height: int) -> QtGui.QImage:
    """The middle of a picture in these proportions."""
    shrink = min(picture.width() / width, picture.height() / height)
    across, down = round(width * shrink), round(height * shrink)
    return picture.copy(
        (picture.width() - across) // 2, (picture.height() - down) // 2, across, down
    )


def _square(picture: QtGui.QImage) -> bytes:
    if picture.isNull():
        return b""
    return jpeg(resized(_narrowed(picture, 1, 1), THUMBNAIL, THUMBNAIL))
