"""Picture files to arrays and back, with what belongs to a photograph: orientation, profile, EXIF.

What Pillow can't carry is said, never dropped in silence. Files are replaced whole or not at all.
"""

from __future__ import annotations

import io
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from dreambridge.arrays import Array

Image.MAX_IMAGE_PIXELS = None  # the user's own files may be large
Image.init()

_DIRECT = {"L", "LA", "RGB", "RGBA"}
_NO_ALPHA = {"JPEG", "BMP", "PPM"}
_DEEP = {"PNG", "TIFF"}
_FORMATS = {"PNG", "JPEG", "TIFF", "WEBP", "BMP", "PPM"}
_SAVING: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 95, "subsampling": 0},
    "WEBP": {"quality": 95, "exact": True},
    "TIFF": {"compression": "tiff_deflate"},
}


class PictureError(Exception):
    """A file can't be read or written as a picture; the message says why and what to do."""


@dataclass(frozen=True)
class Picture:
    """H × W × C pixels of uint8, uint16 or float32, upright, and what the file said about them.

    `extras` are Pillow's arguments for saving (`icc_profile`, `exif`); `notes` are sentences on
    what the file had and the pixels don't.
    """

    pixels: Array
    extras: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read_picture(path: Path) -> Picture:
    """The picture in a file.

    Raises:
        PictureError: there is none, or none that can be read.
    """
    try:
        with Image.open(path) as image:
            notes = _losses(path, image)
            image.load()
            return _picture(path, image, notes)
    except FileNotFoundError as error:
        raise PictureError(f"There is no file {path}.") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise PictureError(f"{path} can't be read as a picture ({error}).") from error


def _losses(path: Path, image: Image.Image) -> list[str]:
    """What Pillow will not bring along; the decoder's arguments tell, until the image is loaded."""
    losses = []
    if getattr(image, "n_frames", 1) > 1:
        losses.append(f"{path.name} has several frames; only the first is dreamed.")
    decoders = [str(tile[3]) for tile in getattr(image, "tile", [])]
    if image.mode in _DIRECT and any(";16" in decoder for decoder in decoders):
        losses.append(f"{path.name} has 16 bits per channel; its colours are read with 8.")
    if image.mode == "CMYK":
        losses.append(f"{path.name} is CMYK and becomes RGB.")
    return losses


def _picture(path: Path, image: Image.Image, notes: list[str]) -> Picture:
    upright = ImageOps.exif_transpose(image)
    extras = {name: upright.info.get(name) for name in ("icc_profile", "exif")}
    if upright.mode == "CMYK":
        upright = _to_srgb(upright, extras.pop("icc_profile"))
    kept = {name: value for name, value in extras.items() if value}
    return Picture(_pixels(path, upright), kept, notes)


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if not profile:
        return image.convert("RGB")
    source, srgb = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(image, source, srgb, outputMode="RGB")
    return converted or image.convert("RGB")


def _pixels(path: Path, image: Image.Image) -> Array:
    """The image as an array; palettes become colours, a transparent colour becomes alpha."""
    if image.mode.startswith("I;16"):
        return np.asarray(image).astype(np.uint16)[:, :, None]
    if image.mode == "I":
        values = np.asarray(image)
        if values.min() < 0 or values.max() > 0xFFFF:
            raise PictureError(f"{path} has 32-bit integer pixels, which are not supported.")
        return values.astype(np.uint16)[:, :, None]
    if image.mode == "F":
        return np.array(image, np.float32)[:, :, None]
    transparent = image.has_transparency_data
    if image.mode not in _DIRECT or transparent:
        grey = image.mode in ("1", "L", "LA", "La")
        image = image.convert(("L" if grey else "RGB") + ("A" if transparent else ""))
    pixels = np.array(image)
    return pixels[:, :, None] if pixels.ndim == 2 else pixels


def read_mask(path: Path) -> Array:
    """A mask, H × W, uint8 or uint16: brightness, times opacity where the file has alpha.

    Raises:
        PictureError: see `read_picture`.
    """
    pixels = read_picture(path).pixels
    if pixels.dtype != np.uint8 or pixels.shape[2] == 1:
        return pixels[:, :, 0]
    image = Image.fromarray(pixels)
    if image.mode.endswith("A"):
        black = Image.new("RGBA", image.size, (0, 0, 0, 255))
        image = Image.alpha_composite(black, image.convert("RGBA"))
    return np.array(image.convert("L"))


def check_writable(path: Path, pixels: Array) -> None:
    """Find out before a long dream whether its result can be written there.

    Raises:
        PictureError: the folder is not there, or the format can't hold such pixels.
    """
    if not path.parent.is_dir():
        raise PictureError(f"There is no folder {path.parent}.")
    if path.is_dir():
        raise PictureError(f"{path} is a folder; name a file in it.")
    format_ = _format(path)
    if pixels.shape[2] in (2, 4) and format_ in _NO_ALPHA:
        raise PictureError(f"{format_} can't hold the picture's transparency; choose .png.")
    if pixels.dtype == np.uint16 and format_ not in _DEEP:
        raise PictureError(f"{format_} can't hold the picture's 16 bits; choose .png or .tif.")
    if pixels.dtype.kind == "f" and format_ != "TIFF":
        raise PictureError(f"{format_} can't hold the picture's floats; choose .tif.")


def write_picture(path: Path, picture: Picture) -> None:
    """Write the picture in the format of the path's suffix, replacing a file there at once.

    Raises:
        PictureError: it can't be written; a file that was there is as it was.
    """
    pixels = picture.pixels
    image = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}.", suffix=path.suffix, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            format_ = _format(path)
            image.save(file, format_, **_SAVING.get(format_, {}), **picture.extras)
        os.chmod(name, _mode(path))
        os.replace(name, path)
    except BaseException as error:
        os.unlink(name)
        if isinstance(error, OSError | ValueError):
            raise PictureError(f"{path} could not be written ({error}).") from error
        raise


def _format(path: Path) -> str:
    format_ = Image.registered_extensions().get(path.suffix.lower(), "")
    if format_ not in _FORMATS:
        known = "png, jpg, tif, webp, bmp or ppm"
        raise PictureError(f"{path.name} has no suffix of a known format; choose {known}.")
    return format_


def _mode(path: Path) -> int:
    """The permissions of the file that is replaced, else those of any new file of the user."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0o022)
    os.umask(mask)
    return 0o666 & ~mask
