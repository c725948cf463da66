"""Pictures on the command line: streams, deep pictures and light through a real dream."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import pytest
import tifffile
from click.testing import CliRunner, Result
from PIL import Image

from dreambridge.arrays import Array
from dreambridge.cli import main
from dreambridge.cli.pictures import read_picture
from dreambridge.paths import VARIABLE
from servers import Server

QUICK = ["--layers", "relu3_1", "--octaves", "2", "--iterations", "2"]


def run(home: Path, *arguments: object, given: bytes = b"") -> Result:
    runner = CliRunner(env={VARIABLE: str(home)})
    words = ["dream", *map(str, arguments), *QUICK]
    return runner.invoke(main, words, input=given)


@pytest.fixture
def shared(server: Server) -> Path:
    return server.home.folder


@pytest.fixture
def png(photo: Array) -> bytes:
    file = io.BytesIO()
    Image.fromarray(photo).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def upper(tmp_path: Path, photo: Array) -> Path:
    """A mask of the upper half."""
    mask = np.zeros(photo.shape[:2], np.uint8)
    mask[: len(mask) // 2] = 255
    Image.fromarray(mask).save(tmp_path / "upper.png")
    return tmp_path / "upper.png"


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_a_picture_comes_and_goes_through_the_standard_streams(
    shared: Path, png: bytes, photo: Array, flags: list[str]
) -> None:
    result = run(shared, "-", "-", *flags, given=png)
    assert result.exit_code == 0, result.output
    with Image.open(io.BytesIO(result.stdout_bytes)) as image:
        assert image.format == "PNG"
        assert (np.asarray(image) != photo).any()
    last = result.stderr.splitlines()[-1]
    assert (json.loads(last)["out"] == "-") if flags else ("96 × 72" in last)


def test_standard_output_has_the_format_that_is_asked_for(shared: Path, png: bytes) -> None:
    result = run(shared, "-", "-", "--format", "jpeg", "--quality", "40", given=png)
    assert result.exit_code == 0, result.output
    with Image.open(io.BytesIO(result.stdout_bytes)) as image:
        assert image.format == "JPEG"


def test_a_reader_of_standard_output_that_is_gone_costs_no_dream(
    shared: Path, tmp_path: Path, png: bytes
) -> None:
    gone, output = os.pipe()
    os.close(gone)
    done = subprocess.run(
        [sys.executable, "-m", "dreambridge", "dream", "-", "-", *QUICK],
        input=png,
        stdout=output,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env={**os.environ, VARIABLE: str(shared)},
        check=False,
    )
    os.close(output)
    assert done.returncode == 1
    (rescued,) = tmp_path.glob("dreambridge-rescue-*")
    assert str(rescued) in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert read_picture(rescued).pixels.shape == (72, 96, 3)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-", "out.png", "--mask", "-"], "Only one"),
        (["in.png", "out.png", "--format", "gif"], "gif"),
        (["in.png", "out.png", "--quality", "0"], "quality"),
        (["in.png", "out.png", "--quality", "50"], "JPEG and WebP"),
        (["in.png", "out.png", "--max-megapixels", "nan"], "megapixels"),
    ],
)
def test_wrong_use_is_said_with_exit_code_2(tmp_path: Path, arguments: Any, said: str) -> None:
    result = run(tmp_path, *arguments)
    assert result.exit_code == 2, result.output
    assert said in result.output


def test_a_planar_tiff_of_16_bits_is_dreamed_with_all_its_bits(
    shared: Path, tmp_path: Path, photo: Array, upper: Path
) -> None:
    noise = np.random.default_rng(3).integers(0, 257, photo.shape)
    deep = np.minimum(photo.astype(np.uint32) * 257 + noise, 65535).astype(np.uint16)
    tifffile.imwrite(
        tmp_path / "in.tif",
        np.moveaxis(deep, -1, 0),
        photometric="rgb",
        planarconfig="separate",
        resolution=(300, 300),
    )
    result = run(shared, tmp_path / "in.tif", tmp_path / "out.tif", "--mask", upper)
    assert result.exit_code == 0, result.output
    with tifffile.TiffFile(tmp_path / "out.tif") as tiff:
        dreamed = tiff.asarray()
        assert tiff.pages.first.tags["XResolution"].value == (300, 1)
    half = len(deep) // 2
    np.testing.assert_array_equal(dreamed[half:], deep[half:])
    change = dreamed[:half].astype(int) - deep[:half]
    assert 0 < np.abs(change).mean() < 30 * 257
    assert (change % 257 != 0).any()


def test_light_beyond_white_stays_where_nothing_is_dreamed_and_beyond_it_where_something_is(
    shared: Path, tmp_path: Path, photo: Array, upper: Path
) -> None:
    light = (photo.astype(np.float32) / 255) ** 2.2 * 8
    light[-1, 0] = np.inf
    planes = {name: light[..., index].copy() for index, name in enumerate("RGB")}
    OpenEXR.File({"type": OpenEXR.scanlineimage}, planes).write(str(tmp_path / "in.exr"))
    result = run(shared, tmp_path / "in.exr", tmp_path / "out.exr", "--mask", upper)
    assert result.exit_code == 0, result.output
    with OpenEXR.File(str(tmp_path / "out.exr")) as written:
        dreamed = written.channels()["RGB"].pixels.copy()
    half = len(light) // 2
    np.testing.assert_array_equal(dreamed[half:], light[half:])
    assert (dreamed[:half] != light[:half]).any()
    bright = light[:half] > 4
    assert dreamed[:half][bright].min() > 2


def test_what_the_format_drops_is_said_before_the_dream(
    shared: Path, tmp_path: Path, photo: Array, upper: Path
) -> None:
    Image.fromarray(photo).save(tmp_path / "in.jpg", xmp=b"<x/>", comment="hello")
    result = run(shared, tmp_path / "in.jpg", tmp_path / "out.bmp", "--json", "--mask", upper)
    assert result.exit_code == 0, result.output
    first = json.loads(result.output.splitlines()[0])
    assert first["event"] == "note"
    assert "Dropped, because BMP can't hold it: XMP, text “Comment”." in first["message"]


def test_a_bomb_is_refused_without_waking_a_server(tmp_path: Path) -> None:
    Image.new("1", (20_000, 20_000)).save(tmp_path / "bomb.png")
    result = run(tmp_path / "home", tmp_path / "bomb.png", tmp_path / "out.png")
    assert result.exit_code == 1
    assert "20000 × 20000" in result.output
    assert not (tmp_path / "home").exists()
