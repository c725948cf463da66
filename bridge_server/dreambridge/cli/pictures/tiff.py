"""TIFF, read by tifffile: any depth and layout, planar ones too, Lab and CMYK by conversion."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from tifffile import COMPRESSION, EXTRASAMPLE, PHOTOMETRIC, TiffFile, TiffPage

from dreambridge.arrays import Array
from dreambridge.cli.pictures import pillow
from dreambridge.cli.pictures.colour import cmyk_to_rgb, fitting_profile, is_linear, lab_to_rgb
from dreambridge.cli.pictures.limits import Limit
from dreambridge.cli.pictures.metadata import ORIENTATION, exif_of_tiff, upright, upright_xmp
from dreambridge.cli.pictures.picture import Metadata, Picture, PictureError, full_scale

XMP, PHOTOSHOP, IPTC, ICC, EXIF, GPS, COPYRIGHT = 700, 34377, 33723, 34675, 34665, 34853, 33432
_X_RESOLUTION, _Y_RESOLUTION, _UNIT, _INKS, _DNG = 282, 283, 296, 332, 50706
_CENTIMETRE = 3
_PRIVATE = 32768
"""Tags from here on belong to programs."""

_COLOURS = {
    PHOTOMETRIC.MINISBLACK: 1,
    PHOTOMETRIC.MINISWHITE: 1,
    PHOTOMETRIC.PALETTE: 1,
    PHOTOMETRIC.RGB: 3,
    PHOTOMETRIC.YCBCR: 3,
    PHOTOMETRIC.CIELAB: 3,
    PHOTOMETRIC.ICCLAB: 3,
    PHOTOMETRIC.SEPARATED: 4,
}
logging.getLogger("tifffile").addHandler(logging.NullHandler())  # what matters is an error

_ALPHA = (EXTRASAMPLE.ASSOCALPHA, EXTRASAMPLE.UNASSALPHA)
_JPEG = (COMPRESSION.OJPEG, COMPRESSION.JPEG)


def read(file: BinaryIO, limit: Limit) -> Picture:
    """The first picture in an open file.

    Raises:
        PictureError: it is of a kind that is not supported.
        Exception: tifffile's and its decoders' errors.
    """
    with TiffFile(file) as tiff:
        page = tiff.pages.first
        assert isinstance(page, TiffPage)
        limit.check(page.imagewidth, page.imagelength, page.samplesperpixel)
        if page.photometric == PHOTOMETRIC.YCBCR and page.compression not in _JPEG:
            file.seek(0)
            return pillow.read(file, limit)
        _check_kind(page, limit.name)
        _check_whole(page, tiff.filehandle.size, limit.name)
        several = [f"{limit.name} has several pages; only the first is dreamed."]
        picture = _picture(page, limit.name, several if len(tiff.pages) > 1 else [])
    try:
        return replace(picture, metadata=replace(picture.metadata, exif=exif_of_tiff(file)))
    except Exception:  # damaged, or in a BigTIFF; it is not worth the picture
        said = f"The EXIF data of {limit.name} can't be read; it is dropped."
        return replace(picture, notes=[*picture.notes, said])


def _check_kind(page: TiffPage, name: str) -> None:
    if page.photometric not in _COLOURS or page.is_reduced or _DNG in page.tags:
        raise PictureError(
            f"{name} is a raw photograph or another kind of TIFF that is not supported. "
            "Develop it first and save it as TIFF or PNG."
        )
    if page.imagedepth != 1:
        raise PictureError(f"{name} is a volume, not a picture.")
    if page.photometric == PHOTOMETRIC.SEPARATED and _tag(page, _INKS, 1) != 1:
        raise PictureError(f"{name} is separated into inks that are not CMYK.")


def _check_whole(page: TiffPage, size: int, name: str) -> None:
    """Decoders would fill in what is missing."""
    pieces = list(zip(page.dataoffsets, page.databytecounts, strict=False))
    if not pieces or any(count < 1 or offset + count > size for offset, count in pieces):
        raise PictureError(f"{name} is cut off: a part of its pixels is missing.")


def _picture(page: TiffPage, name: str, notes: list[str]) -> Picture:
    values, notes = _samples(page, name, notes)
    count = _COLOURS[PHOTOMETRIC(page.photometric)]
    colours, rest = values[..., :count], values[..., count:]
    alpha = bool(page.extrasamples) and page.extrasamples[0] in _ALPHA and rest.shape[2] > 0
    if rest.shape[2] > alpha:
        notes.append(f"{name} has further channels; only colours and alpha are dreamed and kept.")
    icc = bytes(_tag(page, ICC, b""))
    colours, icc, said = _rgb_or_grey(page, colours, icc, name)
    pixels = np.concatenate((colours, rest[..., :1]), axis=2) if alpha else colours
    metadata = _metadata(page, icc)
    return Picture(
        upright(pixels, int(_tag(page, ORIENTATION, 1))),
        metadata,
        [*notes, *said, *_dropped(page, name)],
        linear=pixels.dtype.kind == "f" and is_linear(icc),
        associated=alpha and page.extrasamples[0] == EXTRASAMPLE.ASSOCALPHA,
    )


def _tag(page: TiffPage, code: int, default: Any) -> Any:
    tag = page.tags.get(code)
    return default if tag is None or tag.value is None else tag.value


def _samples(page: TiffPage, name: str, notes: list[str]) -> tuple[NDArray[Any], list[str]]:
    """H × W × samples in a type that a picture may have, integers over the type's whole range."""
    values: NDArray[Any] = page.asarray()
    if "S" not in page.axes:
        values = values[..., None]
    elif page.axes.index("S") == 0:  # planar: the channels one after another
        values = np.moveaxis(values, 0, -1)
    bits = page.bitspersample
    if page.photometric == PHOTOMETRIC.PALETTE or values.dtype in (np.float16, np.float32):
        return values, notes
    if values.dtype == np.float64:
        return values.astype(np.float32), [*notes, f"{name} has doubles; they are read as floats."]
    lab = page.photometric in (PHOTOMETRIC.CIELAB, PHOTOMETRIC.ICCLAB)
    if values.dtype.kind not in "ub" and not lab:
        raise PictureError(f"{name} has signed or complex numbers, which are not supported.")
    if bits == 32:
        said = f"{name} has 32 bits per channel; they are read with 16."
        return (values >> 16).astype(np.uint16), [*notes, said]
    if bits not in (8, 16):
        dtype = np.uint8 if bits < 8 else np.uint16
        full, top = int(np.iinfo(dtype).max), (1 << bits) - 1
        values = (values.astype(np.uint32) * full // top).astype(dtype)
    return values, notes


def _rgb_or_grey(
    page: TiffPage, values: NDArray[Any], icc: bytes, name: str
) -> tuple[Array, bytes, list[str]]:
    """The colours in a model that can be dreamed, and the profile if it is still theirs."""
    match page.photometric:
        case PHOTOMETRIC.SEPARATED:
            if values.dtype.kind == "f":
                values = np.rint(np.clip(values, 0, 1) * 65535).astype(np.uint16)
            values, said = cmyk_to_rgb(values, icc, name)
            return values, b"", said
        case PHOTOMETRIC.CIELAB | PHOTOMETRIC.ICCLAB:
            dtype = np.uint8 if values.dtype.itemsize == 1 else np.uint16
            signed = page.photometric == PHOTOMETRIC.CIELAB
            said = [f"{name} is Lab and becomes sRGB; stronger colours become its strongest."]
            return lab_to_rgb(_lab(values, signed), dtype), b"", said
        case PHOTOMETRIC.PALETTE:
            table = np.asarray(page.colormap)
            table = (table >> 8 if table.max() > 255 else table).astype(np.uint8)
            values = np.moveaxis(table, 0, -1)[values[..., 0]]
        case PHOTOMETRIC.MINISWHITE:
            values = (full_scale(values.dtype) - values).astype(values.dtype)
    fitting, said = fitting_profile(icc, values.shape[2], name)
    return values, fitting, said


def _lab(values: Array, signed: bool) -> Any:
    """L* from 0 to 100, a* and b*, from one of TIFF's ways to write them."""
    if values.dtype.kind == "f":
        return values.astype(np.float32)
    wide = values.dtype.itemsize == 2
    unsigned = values.view(np.uint16 if wide else np.uint8)
    step = 256 if wide else 1
    white = 0xFF00 if wide and not signed else 0xFFFF if wide else 0xFF
    light = unsigned[..., :1].astype(np.float32) * (100 / white)
    if signed:
        ab = values.view(np.int16 if wide else np.int8)[..., 1:].astype(np.float32) / step
    else:
        ab = unsigned[..., 1:].astype(np.float32) / step - 128
    return np.concatenate((light, ab), axis=-1)


def _metadata(page: TiffPage, icc: bytes) -> Metadata:
    across, down = _tag(page, _X_RESOLUTION, (0, 1)), _tag(page, _Y_RESOLUTION, (0, 1))
    per_inch = 2.54 if _tag(page, _UNIT, 2) == _CENTIMETRE else 1.0
    dpi = None
    if min(*across, *down) > 0 and _tag(page, _UNIT, 2) != 1:
        dpi = (across[0] / across[1] * per_inch, down[0] / down[1] * per_inch)
    xmp = _tag(page, XMP, b"")
    return Metadata(
        icc=icc, xmp=upright_xmp(xmp.encode() if isinstance(xmp, str) else bytes(xmp)), dpi=dpi
    )


def _dropped(page: TiffPage, name: str) -> list[str]:
    """A sentence on tags that belong to programs and are not carried along."""
    kept = (ICC, EXIF, GPS, COPYRIGHT)
    others = [tag.name for tag in page.tags if tag.code >= _PRIVATE and tag.code not in kept]
    return [f"Of {name} these tags are dropped: {', '.join(others)}."] if others else []
