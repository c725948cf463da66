"""OpenEXR: numbers proportional to light, halves or floats, beyond white too.

Only the picture's colours and alpha are read (of a file with several parts, those of the first that
has them); depth, identifiers and further layers are named in the notes.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import replace
from typing import Any, BinaryIO

import numpy as np
import OpenEXR
from numpy.typing import NDArray

from dreambridge.arrays import Array
from dreambridge.cli.pictures.limits import Limit
from dreambridge.cli.pictures.picture import Metadata, Picture, PictureError, full_scale
from dreambridge.cli.pictures.transfer import stored

_COLOURS: tuple[tuple[str, ...], ...] = (("R", "G", "B"), ("Y",))
_STRUCTURE = {"channels", "type", "lineOrder", "tiles", "chunkCount", "version", "name", "view"}
_COMMENTS = "comments"
_WINDOWS = ("dataWindow", "displayWindow")


def read(file: BinaryIO, limit: Limit) -> Picture:
    """The picture in an open file.

    Raises:
        PictureError: it has no colours, or is damaged.
        Exception: OpenEXR's own errors.
    """
    with OpenEXR.File(file, separate_channels=True, header_only=True) as header:
        for part in header.parts:
            low, high = part.header["dataWindow"]
            width, height = (int(value) + 1 for value in high.astype(np.int64) - low)
            limit.check(width, height, len(part.header["channels"]))
    file.seek(0)
    printed = io.StringIO()  # OpenEXR says there, and only there, that pixels are damaged
    with redirect_stdout(printed), OpenEXR.File(file, separate_channels=True) as whole:
        if not whole.parts:
            why = printed.getvalue().strip().rsplit(" - ")[-1] or "nothing is in it"
            raise PictureError(f"{limit.name} is damaged or cut off ({why}).")
        return _picture(whole.parts, limit.name)


def _picture(parts: list[Any], name: str) -> Picture:
    for part in parts:
        names = next((those for those in _COLOURS if set(those) <= set(part.channels)), None)
        if names is None:
            continue
        names += ("A",) if "A" in part.channels else ()
        pixels = np.stack([_plane(part.channels[each], name) for each in names], axis=-1)
        others = sorted(set(part.channels) - set(names))
        notes = [f"The channels {', '.join(others)} of {name} are dropped."] if others else []
        if len(parts) > 1:
            notes.append(f"{name} has several parts; only one is dreamed.")
        return Picture(pixels, _metadata(part.header), notes, linear=True, associated="A" in names)
    found = ", ".join(sorted(parts[0].channels)) or "none"
    raise PictureError(f"{name} has no channels R, G and B, nor Y; it has {found}.")


def _plane(channel: Any, name: str) -> Array:
    pixels: Array = channel.pixels
    if (channel.xSampling, channel.ySampling) != (1, 1):
        raise PictureError(f"{name} has colours of reduced resolution, which are not supported.")
    if pixels.dtype.kind != "f":
        raise PictureError(f"{name} has whole numbers as colours, which are not supported.")
    return pixels


def _metadata(header: Mapping[str, Any]) -> Metadata:
    rest = {key: value for key, value in header.items() if key not in _STRUCTURE}
    attributes = {key: value for key, value in rest.items() if not isinstance(value, str)}
    texts = {key: value for key, value in rest.items() if isinstance(value, str)}
    if _COMMENTS in texts:
        texts["Comment"] = texts.pop(_COMMENTS)
    density, aspect = attributes.pop("xDensity", 0.0), attributes.get("pixelAspectRatio", 1.0)
    dpi = (density, density * aspect) if density > 0 else None
    return Metadata(dpi=dpi, texts=texts, attributes=attributes)


def write(file: BinaryIO, picture: Picture) -> None:
    """Write the picture into an open file: halves where 8 bits or halves come in, else floats.

    Raises:
        Exception: OpenEXR's own errors.
    """
    pixels = picture.pixels
    dtype = np.float16 if pixels.dtype in (np.uint8, np.float16) else np.float32
    if not picture.linear or (picture.has_alpha and not picture.associated):
        values: NDArray[Any] = pixels.astype(np.float32) / np.float32(full_scale(pixels.dtype))
        pixels = stored(replace(picture, pixels=values), linear=True, associated=True).pixels
    names = {1: "Y", 2: "YA", 3: "RGB", 4: "RGBA"}[pixels.shape[2]]
    planes = {
        name: np.ascontiguousarray(pixels[..., index].astype(dtype))
        for index, name in enumerate(names)
    }
    OpenEXR.File(_header(picture), planes).write(file)


def _header(picture: Picture) -> dict[str, Any]:
    metadata = picture.metadata
    header = {"compression": OpenEXR.ZIP_COMPRESSION, **metadata.attributes}
    header["type"] = OpenEXR.scanlineimage
    if "dataWindow" in header:
        low, high = header["dataWindow"]
        if tuple(high - low + 1) != picture.pixels.shape[1::-1]:
            for window in _WINDOWS:
                header.pop(window, None)
    for key, text in metadata.texts.items():
        header[_COMMENTS if key == "Comment" else key] = text
    if metadata.dpi:
        header["xDensity"] = metadata.dpi[0]
    return header
