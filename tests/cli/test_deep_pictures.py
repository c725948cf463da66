"""Deep and unusual pictures that other tools wrote: every bit is read, or what is lost is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pillow_heif
import pytest
import tifffile
from PIL import Image

from dreambridge.cli.pictures import (
    Destination,
    Picture,
    PictureError,
    read_mask,
    read_picture,
    write_picture,
)
from picture_files import RANDOM, SIZE, deep_png, values


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float16", "float32"])
@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize(("channels", "extra"), [(3, None), (4, ["unassalpha"])])
@pytest.mark.parametrize("layout", [{}, {"tile": (16, 16)}, {"byteorder": ">"}])
def test_tiff_of_every_depth_and_layout_is_read_as_it_is(
    tmp_path: Path, dtype: str, planar: str, channels: int, extra: Any, layout: Any
) -> None:
    pixels = values(channels, dtype)
    data = pixels if planar == "contig" else np.moveaxis(pixels, -1, 0)
    path = tmp_path / "in.tif"
    tifffile.imwrite(
        path, data, photometric="rgb", planarconfig=planar, extrasamples=extra, **layout
    )
    picture = read_picture(path)
    assert picture.notes == []
    assert picture.pixels.dtype == pixels.dtype
    np.testing.assert_array_equal(picture.pixels, pixels)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float16", "float32"])
@pytest.mark.parametrize("compression", [None, "lzw", "adobe_deflate"])
def test_grey_tiff_with_and_without_alpha(tmp_path: Path, dtype: str, compression: Any) -> None:
    for channels in (1, 2):
        pixels = values(channels, dtype)
        data = pixels[..., 0] if channels == 1 else pixels
        extra = ["unassalpha"] if channels == 2 else None
        tifffile.imwrite(
            tmp_path / "in.tif",
            data,
            photometric="minisblack",
            planarconfig="contig" if channels == 2 else None,
            extrasamples=extra,
            compression=compression,
        )
        np.testing.assert_array_equal(read_picture(tmp_path / "in.tif").pixels, pixels)


def test_bits_palettes_and_white_that_is_zero(tmp_path: Path) -> None:
    path = tmp_path / "in.tif"
    bits = RANDOM.integers(0, 2, SIZE).astype(bool)
    Image.fromarray(bits).save(path)
    np.testing.assert_array_equal(read_picture(path).pixels[..., 0], bits * 255)
    tifffile.imwrite(path, bits.astype(np.uint8) * 200, photometric="miniswhite")
    np.testing.assert_array_equal(read_picture(path).pixels[..., 0], 255 - bits * 200)
    table = RANDOM.integers(0, 256, (3, 256), np.uint16)
    places = RANDOM.integers(0, 256, SIZE, np.uint8)
    tifffile.imwrite(path, places, photometric="palette", colormap=table * 257)
    np.testing.assert_array_equal(read_picture(path).pixels, table.T[places])


def test_doubles_and_whole_numbers_of_32_bits_are_read_with_less_and_that_is_said(
    tmp_path: Path,
) -> None:
    path = tmp_path / "in.tif"
    doubles = RANDOM.uniform(0, 1, (*SIZE, 3))
    tifffile.imwrite(path, doubles, photometric="rgb")
    picture = read_picture(path)
    np.testing.assert_array_equal(picture.pixels, doubles.astype(np.float32))
    assert "doubles" in picture.notes[0]
    tifffile.imwrite(path, np.full((*SIZE, 3), 0x12345678, np.uint32), photometric="rgb")
    picture = read_picture(path)
    assert (picture.pixels == 0x1234).all()
    assert "32 bits" in picture.notes[0]


@pytest.mark.parametrize(
    ("data", "options", "said"),
    [
        (np.zeros((*SIZE, 3), np.int16), {"photometric": "rgb"}, "signed"),
        (np.zeros(SIZE, np.uint16), {"photometric": "cfa"}, "raw photograph"),
        (np.zeros(SIZE, np.uint8), {"subfiletype": 1}, "raw photograph"),
        (np.zeros((*SIZE, 12), np.uint8), {"photometric": "separated"}, "not CMYK"),
    ],
)
def test_a_tiff_that_is_no_picture_says_why(
    tmp_path: Path, data: np.ndarray, options: dict[str, Any], said: str
) -> None:
    if said == "not CMYK":
        options = {**options, "extratags": [(332, 3, 1, 2, True)]}
    tifffile.imwrite(tmp_path / "in.tif", data, **options)
    with pytest.raises(PictureError, match=said):
        read_picture(tmp_path / "in.tif")


def test_further_pages_and_channels_are_said(tmp_path: Path) -> None:
    path = tmp_path / "in.tif"
    tifffile.imwrite(path, values(5, "uint8"), photometric="rgb", planarconfig="contig")
    picture = read_picture(path)
    assert picture.pixels.shape[2] == 3
    assert "further channels" in picture.notes[0]
    tifffile.imwrite(path, values(1, "uint8")[None].repeat(2, 0), photometric="minisblack")
    assert "several pages" in read_picture(path).notes[0]


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_png_keeps_16_bits_through_reading_and_writing(tmp_path: Path, channels: int) -> None:
    pixels = values(channels, "uint16")
    (tmp_path / "in.png").write_bytes(deep_png(pixels, (b"tEXt", b"Title\0Coffee")))
    picture = read_picture(tmp_path / "in.png")
    np.testing.assert_array_equal(picture.pixels, pixels)
    assert picture.notes == []
    write_picture(tmp_path / "out.png", picture)
    again = read_picture(tmp_path / "out.png")
    np.testing.assert_array_equal(again.pixels, pixels)
    assert again.metadata.texts == {"Title": "Coffee"}


def test_a_transparent_colour_of_16_bits_becomes_alpha(tmp_path: Path) -> None:
    pixels = values(3, "uint16")
    key = pixels[3, 4].astype(">u2").tobytes()
    (tmp_path / "in.png").write_bytes(deep_png(pixels, (b"tRNS", key)))
    read = read_picture(tmp_path / "in.png").pixels
    assert read.shape[2] == 4
    assert read[3, 4, 3] == 0
    assert (read[..., 3] == 65535).sum() == read[..., 3].size - 1


@pytest.mark.parametrize(("bits", "dtype"), [(8, "uint8"), (10, "uint16"), (12, "uint16")])
def test_heic_is_read_with_its_depth(tmp_path: Path, bits: int, dtype: str) -> None:
    smooth = np.linspace(0.1, 0.9, 64)[:, None, None] * np.ones((64, 48, 3))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pillow_heif.options, "SAVE_HDR_TO_12_BIT", bits == 12)
        deep = np.rint(smooth * 65535).astype(np.uint16)
        flat = np.rint(smooth * 255).astype(np.uint8)
        heif = (
            pillow_heif.from_bytes("RGB", (48, 64), flat.tobytes())
            if bits == 8
            else pillow_heif.from_bytes("RGB;16", (48, 64), deep.tobytes())
        )
        heif.save(tmp_path / "in.heic", quality=100)
    picture = read_picture(tmp_path / "in.heic")
    full = 255 if bits == 8 else 65535
    assert picture.pixels.dtype == dtype
    assert np.abs(picture.pixels / full - smooth).max() < 0.03
    if bits > 8:
        assert (picture.pixels % 257 != 0).any()  # finer than 8 bits


def test_avif_is_read_with_its_depth(tmp_path: Path) -> None:

    smooth = np.linspace(0.1, 0.9, 64)[:, None, None] * np.ones((64, 48, 3))
    Image.fromarray(np.rint(smooth * 255).astype(np.uint8)).save(tmp_path / "in.avif", quality=95)
    assert read_picture(tmp_path / "in.avif").pixels.dtype == np.uint8
    deep = np.rint(smooth * 1023).astype(np.uint16)
    (tmp_path / "deep.avif").write_bytes(imagecodecs.avif_encode(deep, level=98, bitspersample=10))
    pixels = read_picture(tmp_path / "deep.avif").pixels
    assert pixels.dtype == np.uint16
    assert np.abs(pixels / 65535 - smooth).max() < 0.03


@pytest.mark.parametrize("kind", ["ppm", "jp2"])
def test_depth_that_is_lost_in_reading_is_said(tmp_path: Path, kind: str) -> None:
    for dtype, notes in (("uint8", 0), ("uint16", 1)):
        pixels = values(3, dtype)
        top = np.iinfo(dtype).max
        big_endian = pixels.astype(">u2" if top > 255 else "u1").tobytes()
        (tmp_path / "in").write_bytes(
            b"P6 %d %d %d\n" % (SIZE[1], SIZE[0], top) + big_endian
            if kind == "ppm"
            else imagecodecs.jpeg2k_encode(pixels, codecformat="jp2", reversible=True)
        )
        picture = read_picture(tmp_path / "in")
        assert picture.pixels.dtype == np.uint8
        assert len(picture.notes) == notes
        if notes:
            assert "more than 8 bits" in picture.notes[0]


@pytest.mark.parametrize("suffix", [".bmp", ".ppm", ".jpg", ".webp"])
def test_16_bits_are_rounded_where_a_format_has_8_and_that_is_said(
    tmp_path: Path, suffix: str
) -> None:
    ramp = np.arange(0, 65536, 64, np.uint16).reshape(32, 32, 1).repeat(3, axis=2)
    path = tmp_path / f"out{suffix}"
    with Destination(path) as destination:
        assert "8 bits" in destination.try_encoding(Picture(ramp))[0]
        destination.write(Picture(ramp))
    read = read_picture(path).pixels
    assert read.dtype == np.uint8
    assert np.abs(read - ramp / 257).max() <= (0.51 if suffix in (".bmp", ".ppm") else 4)


def test_masks_may_be_deep_light_and_transparent(tmp_path: Path) -> None:
    pixels = np.full((*SIZE, 4), 65535, np.uint16)
    pixels[:10, :, 3] = 0
    pixels[10:20, :, :3] = 0
    (tmp_path / "mask.png").write_bytes(deep_png(pixels))
    mask = read_mask(tmp_path / "mask.png")
    assert mask.dtype == np.uint16
    assert (mask[:20] == 0).all()
    assert (mask[20:] == 65535).all()
