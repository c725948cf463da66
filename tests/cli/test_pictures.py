"""Picture files in and out: nothing lost in silence, nothing destroyed on failure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from dreambridge.cli.pictures import (
    Destination,
    Picture,
    PictureError,
    read_mask,
    read_picture,
    write_picture,
)

RANDOM = np.random.default_rng(5)


def pixels(channels: int, dtype: str = "uint8") -> np.ndarray:
    top = 65536 if dtype == "uint16" else 256
    return RANDOM.integers(0, top, (6, 9, channels)).astype(dtype)


@pytest.mark.parametrize(
    ("suffix", "channels", "dtype"),
    [
        *((".png", channels, "uint8") for channels in (1, 2, 3, 4)),
        *((".tif", channels, "uint8") for channels in (1, 2, 3, 4)),
        *((".png", channels, "uint16") for channels in (1, 2, 3, 4)),
        *((".tif", channels, "uint16") for channels in (1, 2, 3, 4)),
        *((".tif", channels, "float16") for channels in (1, 2, 3, 4)),
        *((".tif", channels, "float32") for channels in (1, 2, 3, 4)),
        (".bmp", 3, "uint8"),
        (".ppm", 3, "uint8"),
    ],
)
def test_what_is_written_is_read_again(
    tmp_path: Path, suffix: str, channels: int, dtype: str
) -> None:
    values = pixels(channels, dtype)
    path = tmp_path / f"picture{suffix}"
    write_picture(path, Picture(values))
    again = read_picture(path).pixels
    assert again.dtype == values.dtype
    np.testing.assert_array_equal(again, values)


@pytest.mark.parametrize("suffix", [".jpg", ".JPEG", ".webp"])
def test_lossy_formats_come_close(tmp_path: Path, suffix: str) -> None:
    smooth = np.broadcast_to(np.arange(0, 240, 5, np.uint8)[:, None, None], (48, 40, 3))
    write_picture(tmp_path / f"p{suffix}", Picture(np.ascontiguousarray(smooth)))
    assert np.abs(read_picture(tmp_path / f"p{suffix}").pixels.astype(int) - smooth).max() <= 6


@pytest.mark.parametrize(
    ("name", "channels", "dtype", "said"),
    [
        ("a.jpg", 4, "uint8", "transparency"),
        ("a.bmp", 2, "uint8", "transparency"),
        ("a.png", 1, "float32", "floats"),
        ("a.xyz", 3, "uint8", "suffix"),
        ("a", 3, "uint8", "suffix"),
        ("no/folder/a.png", 3, "uint8", "no folder"),
        ("", 3, "uint8", "is a folder"),
    ],
)
def test_what_a_format_cannot_hold_is_said_beforehand(
    tmp_path: Path, name: str, channels: int, dtype: str, said: str
) -> None:
    with (
        pytest.raises(PictureError, match=said),
        Destination(tmp_path / name) as destination,
    ):
        destination.try_encoding(Picture(pixels(channels, dtype)))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("mode", "channels"), [("1", 1), ("P", 3), ("L", 1), ("LA", 2), ("RGB", 3), ("RGBA", 4)]
)
def test_every_mode_becomes_pixels(tmp_path: Path, mode: str, channels: int) -> None:
    image = Image.fromarray(pixels(4)).convert("RGB" if mode == "P" else "RGBA")
    image.convert(mode).save(tmp_path / "p.png")
    assert read_picture(tmp_path / "p.png").pixels.shape == (6, 9, channels)


def test_a_transparent_colour_becomes_alpha(tmp_path: Path) -> None:
    palette = Image.new("P", (4, 3), 0)
    palette.putpalette([10, 20, 30, 40, 50, 60])
    palette.putpixel((0, 0), 1)
    palette.save(tmp_path / "p.png", transparency=1)
    values = read_picture(tmp_path / "p.png").pixels
    assert values.shape == (3, 4, 4)
    assert values[0, 0, 3] == 0
    assert (values[1:, 1:] == (10, 20, 30, 255)).all()


def test_the_picture_stands_upright_and_keeps_profile_and_exif(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    exif[0x010F] = "Camera maker"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    lying = np.zeros((8, 16, 3), np.uint8)
    lying[:, :8] = 250
    Image.fromarray(lying).save(tmp_path / "in.jpg", exif=exif, icc_profile=profile, quality=95)
    picture = read_picture(tmp_path / "in.jpg")
    assert picture.pixels.shape == (16, 8, 3)
    assert picture.pixels[:7].min() > 200
    assert picture.pixels[9:].max() < 50
    for name in ("out.jpg", "out.png", "out.webp", "out.tif"):
        write_picture(tmp_path / name, picture)
        with Image.open(tmp_path / name) as written:
            assert written.size == (8, 16)
            assert written.info["icc_profile"] == profile
            assert written.getexif()[0x010F] == "Camera maker"
            assert written.getexif().get(0x0112, 1) == 1


def test_what_is_lost_in_reading_is_said(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "film.gif", save_all=True, append_images=frames[1:])
    assert "several frames" in read_picture(tmp_path / "film.gif").notes[0]
    Image.new("CMYK", (4, 4)).save(tmp_path / "print.jpg")
    printed = read_picture(tmp_path / "print.jpg")
    assert "CMYK" in printed.notes[0]
    assert printed.pixels.shape == (4, 4, 3)


@pytest.mark.parametrize("content", [None, b"", b"no picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"])
def test_what_is_no_picture_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "p.png"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PictureError, match=r"p\.png"):
        read_picture(path)


def test_a_truncated_picture_is_named(tmp_path: Path) -> None:
    Image.fromarray(pixels(3).repeat(40, 0)).save(tmp_path / "p.png")
    data = (tmp_path / "p.png").read_bytes()
    (tmp_path / "p.png").write_bytes(data[: len(data) // 2])
    with pytest.raises(PictureError, match="can't be read"):
        read_picture(tmp_path / "p.png")


def test_masks_are_brightness_times_opacity(tmp_path: Path) -> None:
    rgba = np.zeros((1, 3, 4), np.uint8)
    rgba[0] = [(255, 255, 255, 255), (255, 255, 255, 0), (0, 0, 0, 255)]
    Image.fromarray(rgba).save(tmp_path / "m.png")
    assert read_mask(tmp_path / "m.png").tolist() == [[255, 0, 0]]
    grey = pixels(1, "uint16")
    write_picture(tmp_path / "deep.png", Picture(grey))
    np.testing.assert_array_equal(read_mask(tmp_path / "deep.png"), grey[:, :, 0])


def test_what_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "p.jpg"
    path.write_bytes(b"precious")
    with pytest.raises(PictureError, match="transparency"):
        write_picture(path, Picture(pixels(4)))
    assert path.read_bytes() == b"precious"
    assert list(tmp_path.iterdir()) == [path]


def test_a_replaced_file_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "p.png"
    write_picture(path, Picture(pixels(3)))
    path.chmod(0o604)
    write_picture(path, Picture(pixels(3)))
    assert path.stat().st_mode & 0o777 == 0o604


def test_a_link_stays_and_what_it_points_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real.png").write_bytes(b"old")
    (tmp_path / "link.png").symlink_to("real.png")
    values = pixels(3)
    write_picture(tmp_path / "link.png", Picture(values))
    assert (tmp_path / "link.png").is_symlink()
    np.testing.assert_array_equal(read_picture(tmp_path / "real.png").pixels, values)
