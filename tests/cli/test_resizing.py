"""`--size`: pictures made smaller, of every type, without changing what they show."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from batches import QUICK, run
from dreambridge.arrays import Array
from dreambridge.cli.pictures import Picture, read_picture, reduced, write_picture
from servers import Server


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float16", "float32"])
def test_every_type_shrinks_to_the_same_picture(photo: Array, dtype: str) -> None:
    top = {"uint8": 255, "uint16": 65535}.get(dtype, 1)
    pixels = (photo.astype(np.float32) / 255 * top).astype(dtype)
    small = reduced(Picture(pixels), 48)
    assert small.pixels.shape == (36, 48, 3)
    assert small.pixels.dtype == dtype
    with Image.fromarray(np.asarray(photo)) as image:
        expected = np.asarray(image.resize((48, 36), Image.Resampling.LANCZOS), np.float32)
    np.testing.assert_allclose(small.pixels.astype(np.float32) / top, expected / 255, atol=0.01)


def test_a_picture_that_is_small_enough_stays_as_it_is(photo: Array) -> None:
    picture = Picture(photo)
    assert reduced(picture, 96) is picture
    assert reduced(picture, 1000) is picture


def test_transparent_pixels_lend_no_colour() -> None:
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[:, :32] = 200, 100, 50, 255
    pixels[:, 32:] = 0, 255, 0, 0  # green, if one could see it
    small = reduced(Picture(pixels), 20).pixels
    seen = small[small[..., 3] > 8]
    assert np.abs(seen[:, :3].astype(int) - (200, 100, 50)).max() <= 2


def test_values_stay_within_those_of_the_picture() -> None:
    pixels = np.zeros((64, 64, 3), np.float32)
    pixels[16:48, 16:48] = 6.0
    small = reduced(Picture(pixels, linear=True), 21)
    assert small.linear
    assert (small.pixels.min(), small.pixels.max()) == (0.0, 6.0)


def test_exif_says_the_new_size(tmp_path: Path, photo: Array) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769).update({0xA002: 96, 0xA003: 72, 0x9003: "2026:01:02 03:04:05"})
    Image.fromarray(np.asarray(photo)).save(tmp_path / "in.jpg", exif=exif)
    write_picture(tmp_path / "out.jpg", reduced(read_picture(tmp_path / "in.jpg"), 48))
    with Image.open(tmp_path / "out.jpg") as image:
        written = image.getexif().get_ifd(0x8769)
    assert (written[0xA002], written[0xA003]) == (48, 36)
    assert written[0x9003] == "2026:01:02 03:04:05"


def test_dream_at_a_size(server: Server, tmp_path: Path, photo: Array) -> None:
    Image.fromarray(np.asarray(photo)).save(tmp_path / "in.png")
    mask = Image.new("L", (96, 72))
    mask.paste(255, (0, 0, 48, 72))
    mask.save(tmp_path / "mask.png")
    files = tmp_path / "in.png", tmp_path / "out.png"
    options = ["--size", 48, "--mask", tmp_path / "mask.png", *QUICK]
    done = run(server.home.folder, "dream", *files, *options)
    assert done.exit_code == 0, done.output
    small, dreamed = reduced(Picture(photo), 48).pixels, read_picture(files[1]).pixels
    assert dreamed.shape == (36, 48, 3)
    np.testing.assert_array_equal(dreamed[:, 30:], small[:, 30:])
    assert (dreamed[:, :20] != small[:, :20]).mean() > 0.5
