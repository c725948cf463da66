"""What files say about their pictures goes along, and is right for the dream."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import ExifTags, Image, ImageCms
from PIL.TiffImagePlugin import IFDRational

from dreambridge.cli.pictures import (
    Destination,
    Metadata,
    Picture,
    read_picture,
    write_picture,
)
from picture_files import SIZE, values


def metadata(tmp_path: Path) -> Metadata:
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
    return read_picture(tmp_path / "about.jpg").metadata


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
    picture = Picture(values(3, dtype), metadata(tmp_path))
    path = tmp_path / f"out{suffix}"
    with Destination(path) as destination:
        notes = destination.try_encoding(picture)
        destination.write(picture)
    again = read_picture(path).metadata
    assert again.icc == picture.metadata.icc
    assert again.xmp == picture.metadata.xmp
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
    write_picture(tmp_path / "out.tif", Picture(values(3, "uint8"), metadata(tmp_path)))
    # Pillow's own reader, which other readers agree with
    with Image.open(tmp_path / "out.tif") as image:
        image.load()
        exif = image.getexif()
        assert exif.get_ifd(0x8769)[0x9003] == "2026:01:02 03:04:05"
        assert exif.get_ifd(0x8825)[2] == (52.0, 31.0, 12.5)
        assert exif[0x010E] == "A comment"
        assert image.info["dpi"] == (300, 300)


def test_exif_goes_into_a_tiff_of_more_than_4_gib_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dreambridge.cli.pictures.encoders._CLASSIC_BYTES", 0)
    write_picture(tmp_path / "out.tif", Picture(values(3, "uint8"), metadata(tmp_path)))
    with tifffile.TiffFile(tmp_path / "out.tif") as tiff:
        assert tiff.is_bigtiff
        assert tiff.pages.first.tags["ExifTag"].value["DateTimeOriginal"] == "2026:01:02 03:04:05"
        assert tiff.pages.first.tags["GPSTag"].value["GPSLatitudeRef"] == "N"
    assert "EXIF data of out.tif can't be read" in read_picture(tmp_path / "out.tif").notes[0]


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
    assert again.metadata.xmp == b"<rdf/>"


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


def test_quality_is_jpegs_and_webps(tmp_path: Path) -> None:
    picture = Picture(values(3, "uint8"))
    for suffix in (".jpg", ".webp"):
        sizes = []
        for quality in (30, 95):
            with Destination(tmp_path / f"out{suffix}", quality=quality) as destination:
                destination.try_encoding(picture)
                destination.write(picture)
            sizes.append((tmp_path / f"out{suffix}").stat().st_size)
        assert sizes[0] < sizes[1] / 2
