"""Picture files to arrays, with what belongs to a photograph: orientation, profile, EXIF.

What Pillow can't carry is said, never dropped in silence.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from dreambridge.arrays import Array
from dreambridge.cli.pictures.picture import Picture, PictureError

Image.MAX_IMAGE_PIXELS = None  # the user's own files may be large
Image.init()

_DIRECT = {"L", "LA", "RGB", "RGBA"}


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
