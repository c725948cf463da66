"""The formats of photographs and the web, read by Pillow: PNG, JPEG, WebP, HEIC, AVIF, GIF, …

Where a file has more than 8 bits per channel, which Pillow reads with 8, another decoder reads it.
"""

from __future__ import annotations

from typing import Any, BinaryIO

import imagecodecs
import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image
from PIL.ImageFile import ImageFile

from dreambridge.arrays import Array
from dreambridge.cli.pictures.colour import cmyk_to_rgb, fitting_profile
from dreambridge.cli.pictures.limits import Limit
from dreambridge.cli.pictures.metadata import upright, upright_exif, upright_xmp
from dreambridge.cli.pictures.picture import Metadata, Picture, PictureError

Image.MAX_IMAGE_PIXELS = None  # `Limit` decides
Image.init()
pillow_heif.register_heif_opener()

_DIRECT = {"L", "LA", "RGB", "RGBA"}
_NOT_TEXTS = {"XML:com.adobe.xmp", "Raw profile type exif", "Raw profile type xmp"}


def read(file: BinaryIO, limit: Limit) -> Picture:
    """The (first) picture in an open file.

    Raises:
        Exception: Pillow's and the other decoders' errors.
    """
    with Image.open(file) as image:
        limit.check(*image.size)
        notes = _losses(limit.name, image)
        orientation = image.getexif().get(0x0112, 1)
        deep = _deep_pixels(file, image)
        image.load()
        metadata = _metadata(image)
        if image.mode == "CMYK":
            pixels, said = cmyk_to_rgb(np.array(image), metadata.icc, limit.name)
            icc = b""
        else:
            pixels = _pixels(limit.name, image) if deep is None else deep
            icc, said = fitting_profile(metadata.icc, pixels.shape[2], limit.name)
    metadata = Metadata(**{**vars(metadata), "icc": icc})
    return Picture(upright(pixels, orientation), metadata, notes + said)


def _losses(name: str, image: ImageFile) -> list[str]:
    """What will not be brought along; the decoder's arguments tell, until the image is loaded."""
    losses = []
    if getattr(image, "n_frames", 1) > 1:
        losses.append(f"{name} has several frames; only the first is dreamed.")
    if image.mode in _DIRECT and _is_read_shallow(image):
        losses.append(f"{name} has more than 8 bits per channel; its colours are read with 8.")
    if "photoshop" in image.info:
        losses.append(f"The Photoshop data of {name} (IPTC among it) is dropped.")
    gamma = image.info.get("gamma", 1 / 2.2)
    if "icc_profile" not in image.info and abs(gamma - 1 / 2.2) > 0.01:
        losses.append(f"{name} asks for a gamma of {gamma:.3g}; its numbers are taken as sRGB's.")
    return losses


def _is_read_shallow(image: ImageFile) -> bool:
    """Whether Pillow cuts values down to 8 bits and nothing else here reads them."""
    if image.format in ("PNG", "HEIF", "AVIF"):
        return False
    if image.format == "JPEG2000" and image.fp:
        image.fp.seek(0)
        head: bytes = image.fp.read(4096)
        size = head.find(b"\xff\x51")  # the marker SIZ; a component's bits, less one, from 40 on
        return 0 <= size < len(head) - 40 and head[size + 40] & 0x7F > 7
    for tile in getattr(image, "tile", []):
        words = tile[3] if isinstance(tile[3], tuple) else (tile[3],)
        if any(";16" in str(word) for word in words):
            return True
        if image.format == "PPM" and isinstance(words[-1], int) and words[-1] > 255:
            return True
    return False


def _metadata(image: Image.Image) -> Metadata:
    info = image.info
    texts = {
        key: str(text) for key, text in getattr(image, "text", {}).items() if key not in _NOT_TEXTS
    }
    if comment := info.get("comment"):
        texts["Comment"] = _text(comment)
    xmp = info.get("xmp") or b""
    dpi = info.get("dpi")
    return Metadata(
        icc=info.get("icc_profile") or b"",
        exif=upright_exif((info.get("exif") or b"").removeprefix(b"Exif\0\0")),
        xmp=upright_xmp(xmp.encode() if isinstance(xmp, str) else xmp),
        dpi=(float(dpi[0]), float(dpi[1])) if dpi and min(dpi) > 0 else None,
        texts=texts,
    )


def _text(value: bytes | str) -> str:
    if isinstance(value, str):
        return value
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _deep_pixels(file: BinaryIO, image: Image.Image) -> Array | None:
    """Pixels of 16 bits per channel, scaled to their whole range; None where there are 8."""
    if image.format == "PNG" and image.mode not in ("I;16", "I"):
        file.seek(0)
        if file.read(25)[24:] == b"\x10":
            return _planes(imagecodecs.png_decode(_all(file)))
    if image.format == "HEIF" and image.info.get("bit_depth", 8) > 8:
        file.seek(0)
        heif = pillow_heif.open_heif(file, convert_hdr_to_8bit=False)
        return _stretched(_planes(np.asarray(heif)), image.info["bit_depth"], left=True)
    if image.format == "AVIF" and getattr(image, "n_frames", 1) == 1:
        pixels = _planes(imagecodecs.avif_decode(_all(file)))
        if pixels.dtype == np.uint16:
            return _stretched(pixels, 12 if int(pixels.max()) > 1023 else 10)
    return None


def _all(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read()


def _planes(pixels: NDArray[Any]) -> NDArray[Any]:
    return pixels[:, :, None] if pixels.ndim == 2 else pixels


def _stretched(pixels: Array, bits: int, *, left: bool = False) -> Array:
    """Values of so many bits, which may stand at the left end of 16, as values of 16 bits."""
    values = pixels.astype(np.uint32) >> (16 - bits if left else 0)
    return (values * 0xFFFF // ((1 << bits) - 1)).astype(np.uint16)


def _pixels(name: str, image: Image.Image) -> Array:
    """The image as an array; palettes become colours, a transparent colour becomes alpha."""
    if image.mode.startswith("I;16"):
        return _planes(np.asarray(image).astype(np.uint16))
    if image.mode == "I":
        values = np.asarray(image)
        if values.min() < 0 or values.max() > 0xFFFF:
            raise PictureError(f"{name} has 32-bit integer pixels, which are not supported.")
        return _planes(values.astype(np.uint16))
    if image.mode == "F":
        return _planes(np.array(image, np.float32))
    transparent = image.has_transparency_data
    if image.mode not in _DIRECT or transparent:
        grey = image.mode in ("1", "L", "LA", "La")
        image = image.convert(("L" if grey else "RGB") + ("A" if transparent else ""))
    return _planes(np.array(image))
