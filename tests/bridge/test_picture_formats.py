"""Deep and unusual pictures, from files that other tools wrote, and back for other tools."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import OpenEXR
import pillow_heif
import pytest
import tifffile
from PIL import ExifTags, Image, ImageCms
from PIL.TiffImagePlugin import IFDRational

from dreambridge.cli.pictures import (
    About,
    Destination,
    Picture,
    PictureError,
    from_dream,
    read_mask,
    read_picture,
    to_dream,
    write_picture,
)

RANDOM = np.random.default_rng(24)
SIZE = (40, 30)


def values(channels: int, dtype: str) -> np.ndarray:
    if dtype.startswith("float"):
        return RANDOM.uniform(0, 1, (*SIZE, channels)).astype(dtype)
    return RANDOM.integers(0, np.iinfo(dtype).max, (*SIZE, channels), dtype, endpoint=True)


# what other tools write


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


def deep_png(pixels: np.ndarray, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG with 16 bits per channel, made by hand, because Pillow can't write one in colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    height, width, channels = pixels.shape
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, kind, 0, 0, 0))
    between = b"".join(chunk(*each) for each in chunks)
    body = chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + header + between + body


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
    assert again.about.texts == {"Title": "Coffee"}


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


# colour models


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
            assert not picture.about.icc
            if icc is profile:
                full = np.iinfo(dtype).max / 255
                assert np.abs(picture.pixels / full - np.asarray(expected)).max() <= 1


def test_a_profile_for_another_model_is_dropped_and_that_is_said(tmp_path: Path) -> None:
    Image.fromarray(values(3, "uint8")).save(tmp_path / "in.png", icc_profile=ink_profile())
    picture = read_picture(tmp_path / "in.png")
    assert picture.about.icc == b""
    assert "CMYK" in picture.notes[0]


# OpenEXR and light


def exr(path: Path, channels: dict[str, np.ndarray], **header: Any) -> None:
    OpenEXR.File({"type": OpenEXR.scanlineimage, **header}, channels).write(str(path))


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


def test_masks_may_be_deep_light_and_transparent(tmp_path: Path) -> None:
    pixels = np.full((*SIZE, 4), 65535, np.uint16)
    pixels[:10, :, 3] = 0
    pixels[10:20, :, :3] = 0
    (tmp_path / "mask.png").write_bytes(deep_png(pixels))
    mask = read_mask(tmp_path / "mask.png")
    assert mask.dtype == np.uint16
    assert (mask[:20] == 0).all()
    assert (mask[20:] == 65535).all()


# what is too large, and what is damaged


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


# what files say about their pictures


def about(tmp_path: Path) -> About:
    """Everything that a photograph and its editors may say, read from a JPEG and completed."""
    exif = Image.Exif()
    exif[0x010F], exif[0x8298] = "Maker", "Someone"
    exif.get_ifd(0x8769).update({0x829A: IFDRational(1, 250), 0x9003: "2026:01:02 03:04:05"})
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.5)})
    Image.new("RGB", (4, 4)).save(
        tmp_path / "about.jpg",
        exif=exif,
        icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
        xmp=b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>',
        dpi=(300, 300),
        comment="A comment",
    )
    return read_picture(tmp_path / "about.jpg").about


@pytest.mark.parametrize(
    ("suffix", "dtype"),
    [
        *((suffix, "uint8") for suffix in (".jpg", ".png", ".tif", ".webp")),
        *((suffix, "uint16") for suffix in (".png", ".tif")),
        (".tif", "float32"),
    ],
)
def test_exif_xmp_profile_resolution_and_comment_are_kept(
    tmp_path: Path, suffix: str, dtype: str
) -> None:
    picture = Picture(values(3, dtype), about(tmp_path))
    path = tmp_path / f"out{suffix}"
    with Destination(path) as destination:
        notes = destination.rehearse(picture)
        destination.write(picture)
    again = read_picture(path).about
    assert again.icc == picture.about.icc
    assert again.xmp == picture.about.xmp
    exif = Image.Exif()
    exif.load(again.exif)
    assert (exif[0x010F], exif[0x8298]) == ("Maker", "Someone")
    assert exif.get_ifd(0x8769)[0x829A] == pytest.approx(1 / 250)
    assert exif.get_ifd(0x8825)[2] == (52.0, 31.0, 12.5)
    if suffix == ".webp":
        assert notes == ["Dropped, because WEBP can't hold it: resolution, text “Comment”."]
    else:
        assert notes == []
        assert again.dpi == pytest.approx((300, 300), abs=0.01)
        assert again.texts.get("Comment") == (None if suffix == ".tif" else "A comment")


def test_other_programs_find_exif_in_our_tiff(tmp_path: Path) -> None:
    write_picture(tmp_path / "out.tif", Picture(values(3, "uint8"), about(tmp_path)))
    # Pillow's own reader, which other readers agree with
    with Image.open(tmp_path / "out.tif") as image:
        image.load()
        exif = image.getexif()
        assert exif.get_ifd(0x8769)[0x9003] == "2026:01:02 03:04:05"
        assert exif.get_ifd(0x8825)[2] == (52.0, 31.0, 12.5)
        assert exif[0x010E] == "A comment"
        assert image.info["dpi"] == (300, 300)


def test_a_lying_tiff_stands_upright_and_no_longer_says_that_it_lies(tmp_path: Path) -> None:
    pixels = values(3, "uint16")
    xmp = b'<rdf tiff:Orientation="6"/>'
    tags = [(274, 3, 1, 6, True), (700, 1, len(xmp), xmp, True)]
    tifffile.imwrite(tmp_path / "in.tif", pixels, photometric="rgb", extratags=tags)
    picture = read_picture(tmp_path / "in.tif")
    np.testing.assert_array_equal(picture.pixels, np.rot90(pixels, -1))
    write_picture(tmp_path / "out.tif", picture)
    again = read_picture(tmp_path / "out.tif")
    np.testing.assert_array_equal(again.pixels, picture.pixels)
    assert again.about.xmp == b"<rdf/>"


def test_quality_is_jpegs_and_webps(tmp_path: Path) -> None:
    picture = Picture(values(3, "uint8"))
    for suffix in (".jpg", ".webp"):
        sizes = []
        for quality in (30, 95):
            with Destination(tmp_path / f"out{suffix}", quality=quality) as destination:
                destination.rehearse(picture)
                destination.write(picture)
            sizes.append((tmp_path / f"out{suffix}").stat().st_size)
        assert sizes[0] < sizes[1] / 2


def test_exif_goes_into_a_tiff_of_more_than_4_gib_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dreambridge.cli.pictures.saving._CLASSIC_BYTES", 0)
    write_picture(tmp_path / "out.tif", Picture(values(3, "uint8"), about(tmp_path)))
    with tifffile.TiffFile(tmp_path / "out.tif") as tiff:
        assert tiff.is_bigtiff
        assert tiff.pages.first.tags["ExifTag"].value["DateTimeOriginal"] == "2026:01:02 03:04:05"
        assert tiff.pages.first.tags["GPSTag"].value["GPSLatitudeRef"] == "N"
    assert "EXIF data of out.tif can't be read" in read_picture(tmp_path / "out.tif").notes[0]


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
        assert "8 bits" in destination.rehearse(Picture(ramp))[0]
        destination.write(Picture(ramp))
    read = read_picture(path).pixels
    assert read.dtype == np.uint8
    assert np.abs(read - ramp / 257).max() <= (0.51 if suffix in (".bmp", ".ppm") else 4)


@pytest.mark.parametrize("order", ["<", ">"])
def test_exif_says_that_the_dream_stands_and_shows_no_thumbnail_of_before(
    tmp_path: Path, order: str
) -> None:
    thumbnail = io.BytesIO()
    Image.new("RGB", (8, 4), "red").save(thumbnail, "JPEG")
    first = struct.pack(order + "HHHIHH", 1, 0x0112, 3, 1, 6, 0) + struct.pack(order + "I", 26)
    second = struct.pack(
        order + "HHHIIHHIII", 2, 0x0201, 4, 1, 56, 0x0202, 4, 1, len(thumbnail.getvalue()), 0
    )
    mark = b"II*\0" if order == "<" else b"MM\0*"
    block = mark + struct.pack(order + "I", 8) + first + second + thumbnail.getvalue()
    Image.fromarray(values(3, "uint8")).save(tmp_path / "in.jpg", exif=b"Exif\0\0" + block)
    with Image.open(tmp_path / "in.jpg") as image:
        assert image.getexif().get_ifd(ExifTags.IFD.IFD1)[0x0202] == len(thumbnail.getvalue())
    picture = read_picture(tmp_path / "in.jpg")
    assert picture.pixels.shape == (SIZE[1], SIZE[0], 3)
    write_picture(tmp_path / "out.jpg", picture)
    with Image.open(tmp_path / "out.jpg") as image:
        exif = image.getexif()
        assert exif[0x0112] == 1
        assert not exif.get_ifd(ExifTags.IFD.IFD1)


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
    dreamed[:5] = dreamed[:5] // 2 if dtype != "float32" else dreamed[:5] / 2
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
