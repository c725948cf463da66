"""Files that claim too much, are cut off or damaged: refused with a sentence, at once."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
import tifffile
from PIL import Image

from dreambridge.cli.pictures import (
    PictureError,
    read_picture,
)
from picture_files import deep_png, exr, values


def bomb(kind: str) -> bytes:
    """A few bytes that claim 100,000 × 100,000 pixels."""
    side = 100_000
    if kind == "png":
        small = bytearray(deep_png(np.zeros((1, 1, 3), np.uint16)))
        small[16:24] = struct.pack(">II", side, side)
        small[29:33] = struct.pack(">I", zlib.crc32(small[12:29]))
        return bytes(small)
    file = io.BytesIO()
    if kind == "tif":
        tifffile.imwrite(file, np.zeros((1, 1), np.uint8))
        data = bytearray(file.getvalue())
        with tifffile.TiffFile(io.BytesIO(data)) as tiff:
            for tag in ("ImageWidth", "ImageLength"):
                place = tiff.pages.first.tags[tag]
                code = "<I" if place.dtype == 4 else "<H"
                number = side if code == "<I" else 65535
                data[place.valueoffset : place.valueoffset + struct.calcsize(code)] = struct.pack(
                    code, number
                )
        return bytes(data)
    if kind == "bmp":
        Image.new("RGB", (1, 1)).save(file, "BMP")
        data = bytearray(file.getvalue())
        data[18:26] = struct.pack("<II", side, side)
        return bytes(data)
    OpenEXR.File({}, {"Y": np.zeros((1, 1), np.float16)}).write(file)
    data = bytearray(file.getvalue())
    for name in (b"dataWindow\0", b"displayWindow\0"):
        at = data.index(name) + len(name) + len(b"box2i\0") + 4
        data[at + 8 : at + 16] = struct.pack("<ii", side - 1, side - 1)
    return bytes(data)


@pytest.mark.parametrize("kind", ["png", "tif", "bmp", "exr"])
def test_a_decompression_bomb_is_refused_by_its_header(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"bomb.{kind}"
    path.write_bytes(bomb(kind))
    with pytest.raises(PictureError, match=r"megapixels are read.*--max-megapixels"):
        read_picture(path)


def test_the_limit_can_be_moved(tmp_path: Path) -> None:
    Image.new("RGB", (2000, 1000)).save(tmp_path / "in.png")
    assert read_picture(tmp_path / "in.png", max_megapixels=2).pixels.shape == (1000, 2000, 3)
    with pytest.raises(PictureError, match="--max-megapixels 3"):
        read_picture(tmp_path / "in.png", max_megapixels=1.9)


@pytest.mark.parametrize("kind", ["exr", "tif", "png", "jpg", "webp", "heic", "avif"])
def test_a_file_that_is_cut_off_is_named(
    tmp_path: Path, kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"in.{kind}"
    if kind == "exr":
        exr(path, {"Y": values(1, "float16")[..., 0]})
    elif kind == "tif":
        tifffile.imwrite(path, values(3, "uint16"), photometric="rgb", rowsperstrip=8)
    else:
        Image.fromarray(values(3, "uint8").repeat(8, 0)).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with pytest.raises(PictureError, match=rf"in\.{kind}"):
        read_picture(path)
    assert capfd.readouterr().out == ""


def test_a_tiff_whose_damage_makes_its_decoder_stumble_is_called_damaged(tmp_path: Path) -> None:
    file = io.BytesIO()
    tifffile.imwrite(file, values(3, "uint8"), photometric="rgb")
    data = bytearray(file.getvalue())
    with tifffile.TiffFile(io.BytesIO(data)) as tiff:
        place = tiff.pages.first.tags["SamplesPerPixel"].valueoffset
    data[place : place + 2] = b"\0\0"
    (tmp_path / "in.tif").write_bytes(data)
    with pytest.raises(PictureError, match=r"in\.tif .*(damaged|cut off)"):
        read_picture(tmp_path / "in.tif")
