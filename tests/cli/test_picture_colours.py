"""Colour models and light: CMYK, Lab, profiles, OpenEXR, colours multiplied by alpha."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
import tifffile
from PIL import Image, ImageCms

from dreambridge.cli.pictures import (
    from_dream,
    read_picture,
    to_dream,
    write_picture,
)
from picture_files import RANDOM, SIZE, exr, values


def test_lab_becomes_what_little_cms_makes_of_it(tmp_path: Path) -> None:
    lab = np.zeros((*SIZE, 3), np.uint8)
    lab[..., 0] = np.linspace(100, 200, 30)
    lab[..., 1:] = RANDOM.integers(-8, 8, (*SIZE, 2)).astype(np.int8).view(np.uint8)
    Image.frombytes("LAB", SIZE[::-1], lab.tobytes()).save(tmp_path / "lab.tif")
    picture = read_picture(tmp_path / "lab.tif")
    assert "Lab" in picture.notes[0]
    profile = ImageCms.createProfile("LAB", 5000)
    shifted = Image.frombytes("LAB", SIZE[::-1], lab.tobytes())
    expected = ImageCms.profileToProfile(
        shifted, profile, ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    assert expected is not None
    assert np.abs(picture.pixels.astype(int) - np.asarray(expected)).max() <= 2
    deep = np.empty((*SIZE, 3), np.uint16)
    deep[..., 0] = lab[..., 0] * np.uint16(257)
    deep[..., 1:] = (lab[..., 1:].view(np.int8) * np.int16(256)).view(np.uint16)
    tifffile.imwrite(tmp_path / "deep.tif", deep, photometric="cielab")
    read = read_picture(tmp_path / "deep.tif").pixels
    assert read.dtype == np.uint16
    assert np.abs(read / 257 - picture.pixels).max() < 1


def ink_profile() -> bytes:
    """A small CMYK profile: a table with two points per ink, each of which darkens by half."""
    points = np.indices((2, 2, 2, 2)).reshape(4, -1).T
    light = 255 * 0.55 ** points.sum(axis=1)
    tints = 128 + 40 * (points[:, 1] - points[:, 0]), 128 + 40 * (points[:, 2] - points[:, 3])
    table = np.stack((light, *tints), axis=1).astype(np.uint8)
    ramp = bytes(range(256))
    matrix = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    lut = b"mft1\0\0\0\0" + bytes((4, 3, 2, 0)) + matrix + ramp * 4 + table.tobytes() + ramp * 3
    offset = 128 + 4 + 12
    header = bytearray(128)
    header[:4] = struct.pack(">I", offset + len(lut))
    header[8:24] = b"\2\x40\0\0prtrCMYKLab "
    header[36:40] = b"acsp"
    header[68:80] = struct.pack(">3i", 63190, 65536, 54061)
    return bytes(header) + struct.pack(">I4sII", 1, b"A2B0", offset, len(lut)) + lut


def test_cmyk_goes_through_its_profile_and_says_so_where_that_is_none(tmp_path: Path) -> None:
    inks, profile = values(4, "uint8"), ink_profile()
    expected = ImageCms.profileToProfile(
        Image.frombytes("CMYK", SIZE[::-1], inks.tobytes()),
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        outputMode="RGB",
    )
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for dtype in ("uint8", "uint16"):
        data = inks if dtype == "uint8" else inks.astype(np.uint16) * 257
        for icc, said in (
            (profile, "through its profile"),
            (srgb, "its profile is for RGB"),
            (profile[:300], "its profile is damaged"),
            (None, "no profile"),
        ):
            tifffile.imwrite(
                tmp_path / "in.tif",
                data,
                photometric="separated",
                planarconfig="contig",
                iccprofile=icc,
            )
            picture = read_picture(tmp_path / "in.tif")
            assert picture.pixels.shape[2] == 3
            assert said in picture.notes[0]
            assert not picture.metadata.icc
            if icc is profile:
                full = np.iinfo(dtype).max / 255
                assert np.abs(picture.pixels / full - np.asarray(expected)).max() <= 1


def test_a_profile_for_another_model_is_dropped_and_that_is_said(tmp_path: Path) -> None:
    Image.fromarray(values(3, "uint8")).save(tmp_path / "in.png", icc_profile=ink_profile())
    picture = read_picture(tmp_path / "in.png")
    assert picture.metadata.icc == b""
    assert "CMYK" in picture.notes[0]


def light(channels: int, dtype: str = "float32") -> np.ndarray:
    """Light with everything that a display can't show, colours multiplied by alpha."""
    pixels = RANDOM.uniform(0, 1, (*SIZE, channels)).astype(dtype)
    pixels[0, :4, 0] = (8.0, -0.25, np.inf, np.nan)
    if channels in (2, 4):
        pixels[5:9, :, -1] = 0
    return pixels


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize("names", ["Y", "YA", "RGB", "RGBA"])
def test_exr_that_no_dream_changed_comes_back_bit_for_bit(
    tmp_path: Path, names: str, dtype: str
) -> None:
    pixels = light(len(names), dtype)
    exr(tmp_path / "in.exr", {name: pixels[..., i].copy() for i, name in enumerate(names)})
    picture = read_picture(tmp_path / "in.exr")
    sent = to_dream(picture)
    assert np.isfinite(sent).all()
    write_picture(tmp_path / "out.exr", from_dream(picture, sent, sent.copy()))
    with OpenEXR.File(str(tmp_path / "out.exr"), separate_channels=True) as written:
        for index, name in enumerate(names):
            plane = written.channels()[name].pixels
            assert plane.dtype == dtype
            np.testing.assert_array_equal(plane, pixels[..., index])


def test_a_dreams_change_is_added_to_light_beyond_white(tmp_path: Path) -> None:
    pixels = np.full((*SIZE, 4), 0.5, np.float32)
    pixels[..., 0], pixels[..., 3] = 4.0, 0.5
    exr(tmp_path / "in.exr", {name: pixels[..., i].copy() for i, name in enumerate("RGBA")})
    picture = read_picture(tmp_path / "in.exr")
    sent = to_dream(picture)
    np.testing.assert_allclose(sent[0, 0], (2.4542, 1.0, 1.0, 0.5), atol=1e-4)  # 8 and 1, encoded
    dreamed = sent.copy()
    dreamed[:20, :, :3] -= 0.1
    result = from_dream(picture, sent, dreamed).pixels
    np.testing.assert_array_equal(result[20:], pixels[20:])
    np.testing.assert_allclose(result[0, 0], (3.628, 0.394, 0.394, 0.5), atol=2e-2)


def test_exr_keeps_windows_chromaticities_and_texts_and_says_what_it_drops(tmp_path: Path) -> None:
    planes = {name: values(1, "float16")[..., 0] for name in ("R", "G", "B", "Z")}
    windows = {
        "dataWindow": (np.array((2, 3), np.int32), np.array((31, 42), np.int32)),
        "displayWindow": (np.array((0, 0), np.int32), np.array((99, 99), np.int32)),
    }
    primaries = (0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.077, 0.32168, 0.33767)
    exr(tmp_path / "in.exr", planes, **windows, chromaticities=primaries, owner="someone")
    picture = read_picture(tmp_path / "in.exr")
    assert picture.notes == ["The channels Z of in.exr are dropped."]
    write_picture(tmp_path / "out.exr", picture)
    with OpenEXR.File(str(tmp_path / "out.exr")) as written:
        header = dict(written.header())
    assert header["owner"] == "someone"
    np.testing.assert_allclose(header["chromaticities"], primaries, atol=1e-6)
    for window, (low, high) in windows.items():
        np.testing.assert_array_equal(header[window], (low, high))


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_what_is_encoded_becomes_light_in_exr(tmp_path: Path, suffix: str) -> None:
    Image.new("RGBA", (4, 4), (188, 255, 0, 128)).save(tmp_path / f"in{suffix}")
    write_picture(tmp_path / "out.exr", read_picture(tmp_path / f"in{suffix}"))
    with OpenEXR.File(str(tmp_path / "out.exr")) as written:
        pixels = written.channels()["RGBA"].pixels
    np.testing.assert_allclose(pixels[0, 0], (0.5029 * 0.502, 0.502, 0, 0.502), atol=2e-3)


def test_float_tiff_is_light_where_its_profile_says_so(tmp_path: Path) -> None:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for linear in (False, True):
        if linear:
            at = profile.index(b"rTRC") + 4
            place = int.from_bytes(profile[at : at + 4], "big")
            profile[place : place + 12] = b"curv" + bytes(8)
        tifffile.imwrite(
            tmp_path / "in.tif", values(3, "float32"), photometric="rgb", iccprofile=bytes(profile)
        )
        assert read_picture(tmp_path / "in.tif").linear == linear


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_colours_multiplied_by_alpha_come_back_as_they_were_or_divided_where_they_must(
    tmp_path: Path, dtype: str
) -> None:
    pixels = values(4, dtype)
    pixels[..., :3] = np.minimum(pixels[..., :3], pixels[..., 3:])
    tifffile.imwrite(tmp_path / "in.tif", pixels, photometric="rgb", extrasamples=["assocalpha"])
    picture = read_picture(tmp_path / "in.tif")
    sent = to_dream(picture)
    dreamed = sent.copy()
    dreamed[:5, :, :3] = (dreamed[:5, :, :3] / 2).astype(dtype)
    result = from_dream(picture, sent, dreamed)
    np.testing.assert_array_equal(result.pixels[5:], pixels[5:])
    assert (result.pixels[:5, :, :3] <= result.pixels[:5, :, 3:]).all()
    write_picture(tmp_path / "out.tif", result)
    with tifffile.TiffFile(tmp_path / "out.tif") as tiff:
        assert tiff.pages.first.extrasamples == (tifffile.EXTRASAMPLE.ASSOCALPHA,)
        np.testing.assert_array_equal(tiff.asarray(), result.pixels)
    if dtype != "float32":
        write_picture(tmp_path / "out.png", picture)
        straight = read_picture(tmp_path / "out.png").pixels.astype(float)
        top = np.iinfo(dtype).max
        seen = pixels[..., 3] > top / 10
        again = straight[..., :3] * straight[..., 3:] / top
        assert np.abs(again - pixels[..., :3])[seen].max() <= 1
