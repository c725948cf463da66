"""A layer's frames written as a Krita document, for Krita to open as one animated layer.

Krita's plug-ins can't make a keyframe: its commands do that to the document in front, at the time
that it shows, each as an undo step of its own. What Krita reads from a file has its keyframes at
once. So Krita saves an empty document with one layer of the right colour space, and this adds
frames to that. The form is Krita's own since 2.9: tiles of 64 × 64 pixels, which may be stored as
they are; a list of keyframes per layer. No Qt and no Krita here.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.dom import minidom
from xml.etree import ElementTree

from bridgeclient.region import Rect

_SIDE = 64
_RAW = b"\0"
"""Marks a tile that isn't compressed."""

_NAMESPACE = "http://www.calligra.org/DTD/krita-keyframes"
_PICTURES = ("preview.png", "mergedimage.png")


@dataclass(frozen=True)
class Keyframe:
    """From this time on, the layer shows the picture of this number; None is an empty frame."""

    time: int
    picture: int | None


class FramesFile:
    """The file at `path`, made from the empty document `template` that Krita has saved.

    Raises:
        ValueError: the template isn't what Krita's documents are like.
    """

    def __init__(self, path: Path, template: Path, name: str, pixel_bytes: int) -> None:
        self._pixel_bytes = pixel_bytes
        self._file = zipfile.ZipFile(path, "w", allowZip64=True)
        with zipfile.ZipFile(template) as empty:
            self._layers, self._layer = self._begin(empty, name)

    def add(self, number: int, pixels: bytes, rect: Rect) -> None:
        """The picture of this number: packed rows within `rect`, transparent elsewhere."""
        with self._file.open(f"{self._layers}/{self._frame(number)}", "w", force_zip64=True) as out:
            for part in tiles(pixels, rect, self._pixel_bytes):
                out.write(part)
        self._default_pixel(self._frame(number))

    def finish(self, keyframes: Sequence[Keyframe]) -> None:
        """Say when each picture is shown, which ends the file; the first is at time 0."""
        root = ElementTree.Element("keyframes", xmlns=_NAMESPACE)
        channel = ElementTree.SubElement(root, "channel", name="content")
        for keyframe in keyframes:
            name = self._frame(keyframe.picture)
            facts = {"frame": name, "color-label": "0", "time": str(keyframe.time)}
            frame = ElementTree.SubElement(channel, "keyframe", facts)
            ElementTree.SubElement(frame, "offset", x="0", y="0", type="point")
        text = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
        self._file.writestr(f"{self._layers}/{self._layer}.keyframes.xml", text)
        self._file.writestr(f"{self._layers}/{self._frame(None)}", self._head(0))
        self._default_pixel(self._frame(None))
        self._file.close()

    def close(self) -> None:
        """Leave the file, finished or not."""
        self._file.close()

    def _begin(self, empty: zipfile.ZipFile, name: str) -> tuple[str, str]:
        """Copy the empty document but for its layer's pixels; the layers' folder and the layer."""
        document: Any = minidom.parseString(empty.read("maindoc.xml"))
        layers = document.getElementsByTagName("layer")
        images = document.getElementsByTagName("IMAGE")
        if len(layers) != 1 or len(images) != 1:
            raise ValueError("the template has more than one layer")
        layer = layers[0].getAttribute("filename")
        folder = f"{images[0].getAttribute('name')}/layers"
        layers[0].setAttribute("keyframes", f"{layer}.keyframes.xml")
        layers[0].setAttribute("name", name)
        replaced = (*_PICTURES, f"{folder}/{layer}", f"{folder}/{layer}.defaultpixel")
        for item in empty.infolist():  # the first is the type, by which Krita knows the file
            if item.filename == "maindoc.xml":
                self._file.writestr(item.filename, document.toxml(encoding="utf-8"))
            elif item.filename not in replaced:
                self._file.writestr(item, empty.read(item))
        return folder, layer

    def _frame(self, picture: int | None) -> str:
        """The name of a picture's file; the empty one has the layer's."""
        return self._layer if picture is None else f"{self._layer}.f{picture + 1}"

    def _head(self, count: int) -> bytes:
        return _head(self._pixel_bytes, count)

    def _default_pixel(self, frame: str) -> None:
        self._file.writestr(f"{self._layers}/{frame}.defaultpixel", bytes(self._pixel_bytes))


def tiles(pixels: bytes, rect: Rect, pixel_bytes: int) -> Iterable[bytes]:
    """Packed rows within `rect` as Krita's tiles, a row of tiles at a time."""
    left, right = _SIDE * (rect.x // _SIDE), -_SIDE * (-rect.right // _SIDE)
    top, bottom = _SIDE * (rect.y // _SIDE), -_SIDE * (-rect.bottom // _SIDE)
    yield _head(pixel_bytes, (right - left) // _SIDE * ((bottom - top) // _SIDE))
    stride, tile = rect.width * pixel_bytes, _SIDE * pixel_bytes
    before, after = (bytes(pad * pixel_bytes) for pad in (rect.x - left, right - rect.right))
    nothing = bytes((right - left) * pixel_bytes)
    for y in range(top, bottom, _SIDE):
        rows = []
        for at in range(y - rect.y, y - rect.y + _SIDE):
            inside = 0 <= at < rect.height
            row = before + pixels[at * stride : (at + 1) * stride] + after if inside else nothing
            rows.append(row)
        starts = range(0, len(nothing), tile)
        yield b"".join(
            b"%d,%d,LZF,%d\n" % (left + start // pixel_bytes, y, 1 + _SIDE * tile)
            + _RAW
            + b"".join(row[start : start + tile] for row in rows)
            for start in starts
        )


def _head(pixel_bytes: int, count: int) -> bytes:
    return (
        f"VERSION 2\nTILEWIDTH {_SIDE}\nTILEHEIGHT {_SIDE}\nPIXELSIZE {pixel_bytes}\nDATA {count}\n"
    ).encode()
