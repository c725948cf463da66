"""Pictures into open files, format by format, with all that a format can carry of what is known.

Pillow writes what it can; 16-bit PNG comes from imagecodecs, with the chunks that Pillow makes;
TIFF from tifffile, with EXIF's directories laid behind it.
"""

from __future__ import annotations

import io
import struct
from typing import Any, BinaryIO

import imagecodecs
import numpy as np
import tifffile
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from dreambridge.arrays import Array
from dreambridge.cli.pictures.metadata import (
    DESCRIPTIVE,
    EXIF_DIRECTORY,
    GPS_DIRECTORY,
    directory_bytes,
    loaded,
)
from dreambridge.cli.pictures.picture import Metadata, Picture
from dreambridge.cli.pictures.transfer import stored

_PNG_SIGNATURE, _PIXEL_CHUNKS = b"\x89PNG\r\n\x1a\n", (b"IHDR", b"IDAT", b"IEND")
_TIFF_XMP = 700
_BYTE, _ASCII, _LONG, _LONG8 = 1, 2, 4, 16
_Tag = tuple[int, int, int | None, Any, bool]
_CLASSIC_BYTES = 2**32 - 2**25
"""Of pixels; with more a TIFF needs wider offsets."""


def write_png(file: BinaryIO, picture: Picture, quality: int) -> None:
    """PNG with 8 or 16 bits per channel."""
    options = _png_options(picture.metadata)
    if picture.pixels.dtype == np.uint8:
        _image(picture.pixels).save(file, "PNG", **options)
        return
    small = io.BytesIO()
    _image(picture.pixels[:1, :1].astype(np.uint8)).save(small, "PNG", **options)
    metadata = [data for kind, data in _chunks(small.getvalue()) if kind not in _PIXEL_CHUNKS]
    values = picture.pixels[:, :, 0] if picture.pixels.shape[2] == 1 else picture.pixels
    header, *rest = _chunks(bytes(imagecodecs.png_encode(np.ascontiguousarray(values), 6)))
    file.write(b"".join((_PNG_SIGNATURE, header[1], *metadata, *(data for _, data in rest))))


def _png_options(metadata: Metadata) -> dict[str, Any]:
    info = PngInfo()
    for key, text in metadata.texts.items():
        info.add_itxt(key[:79], text) if not _is_latin(text) else info.add_text(key[:79], text)
    if metadata.xmp:
        info.add_itxt("XML:com.adobe.xmp", metadata.xmp.decode("utf-8", "replace"))
    return {
        "pnginfo": info,
        **_known(icc_profile=metadata.icc, exif=metadata.exif, dpi=metadata.dpi),
    }


def _is_latin(text: str) -> bool:
    return all(ord(letter) < 256 for letter in text)


def _chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    """The chunks of a PNG: kind, and the whole of it."""
    found, at = [], len(_PNG_SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        found.append((png[at + 4 : at + 8], png[at : at + length + 12]))
        at += length + 12
    return found


def write_jpeg(file: BinaryIO, picture: Picture, quality: int) -> None:
    """JPEG without subsampled colours."""
    metadata = picture.metadata
    comment = metadata.texts.get("Comment", "").encode()
    known = _known(
        icc_profile=metadata.icc,
        exif=metadata.exif and b"Exif\0\0" + metadata.exif,
        xmp=metadata.xmp,
        dpi=metadata.dpi,
        comment=comment,
    )
    _image(picture.pixels).save(file, "JPEG", quality=quality, subsampling=0, **known)


def write_webp(file: BinaryIO, picture: Picture, quality: int) -> None:
    """WebP; the colours of transparent pixels stay."""
    metadata = picture.metadata
    known = _known(icc_profile=metadata.icc, exif=metadata.exif, xmp=metadata.xmp)
    _image(picture.pixels).save(file, "WEBP", quality=quality, exact=True, **known)


def write_bmp(file: BinaryIO, picture: Picture, quality: int) -> None:
    """BMP."""
    _image(picture.pixels).save(file, "BMP", **_known(dpi=picture.metadata.dpi))


def write_ppm(file: BinaryIO, picture: Picture, quality: int) -> None:
    """PPM or PGM."""
    _image(picture.pixels).save(file, "PPM")


def _image(pixels: Array) -> Image.Image:
    return Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)


def _known(**facts: Any) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value}


def write_tiff(file: BinaryIO, picture: Picture, quality: int) -> None:
    """TIFF, losslessly compressed, in the type and with the alpha that the picture has."""
    if picture.linear and not picture.metadata.icc:  # nothing in the file could say so
        picture = stored(picture, linear=False, associated=picture.associated)
    pixels, metadata = picture.pixels, picture.metadata
    exif, wide = loaded(metadata.exif), pixels.nbytes > _CLASSIC_BYTES
    options: dict[str, Any] = {}
    if picture.has_alpha:
        options["extrasamples"] = ["assocalpha" if picture.associated else "unassalpha"]
    if metadata.dpi:
        options |= {"resolution": metadata.dpi, "resolutionunit": "INCH"}
    tifffile.imwrite(
        file,
        pixels if pixels.shape[2] > 1 else pixels[:, :, 0],
        bigtiff=wide,
        byteorder="<",
        photometric="rgb" if pixels.shape[2] > 2 else "minisblack",
        planarconfig="contig" if pixels.shape[2] > 1 else None,
        compression="adobe_deflate",
        predictor=True,
        metadata=None,
        software=False,
        iccprofile=metadata.icc or None,
        extratags=_tiff_tags(metadata, exif, _LONG8 if wide else _LONG),
        **options,
    )
    _append_directories(file, exif, wide)


def _tiff_tags(
    metadata: Metadata, exif: Image.Exif, pointer: int
) -> list[tuple[int, int, int | None, Any, bool]]:
    texts = {code: str(exif[code]) for code in DESCRIPTIVE if code in exif}
    for code, keyword in DESCRIPTIVE.items():
        if keyword in metadata.texts:
            texts[code] = metadata.texts[keyword]
    if "Comment" in metadata.texts:
        texts.setdefault(0x010E, metadata.texts["Comment"])
    tags: list[_Tag] = [
        (code, _ASCII, None, text.encode() + b"\0", True) for code, text in texts.items()
    ]
    if metadata.xmp:
        tags.append((_TIFF_XMP, _BYTE, len(metadata.xmp), metadata.xmp, True))
    platform = [tag for tag in (EXIF_DIRECTORY, GPS_DIRECTORY) if exif.get_ifd(tag)]
    return tags + [(tag - 1, pointer, 1, 0, True) for tag in platform]


def _append_directories(file: BinaryIO, exif: Image.Exif, wide: bool) -> None:
    """Lay EXIF's directories behind the picture and let tags point to them.

    tifffile writes no such tags, so the ones before them hold their platform.
    """
    for code in (EXIF_DIRECTORY, GPS_DIRECTORY):
        if directory := dict(exif.get_ifd(code)):
            end = file.seek(0, io.SEEK_END)
            offset = end + end % 2
            file.write(b"\0" * (end % 2) + directory_bytes(directory, offset, wide))
            file.seek(0)
            with tifffile.TiffFile(file) as tiff:
                tag = tiff.pages.first.tags[code - 1]
            file.seek(tag.offset)
            file.write(struct.pack("<H", code))
            file.seek(tag.valueoffset)
            file.write(struct.pack("<Q" if wide else "<I", offset))
