"""A finished dream is never lost: what can be known is known before, what can't is rescued."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image, ImageCms

from bridgeclient.request import DreamRequest
from dreambridge.arrays import Array, to_array
from dreambridge.cli import dream as command
from dreambridge.cli import main, picture_job
from dreambridge.cli.engines import Dream
from dreambridge.cli.pictures import FORMATS, Picture, read_picture, writing

COMPUTED = "The dream was computed."


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def source(tmp_path: Path, photo: Array) -> Path:
    Image.fromarray(photo).save(tmp_path / "in.png")
    return tmp_path / "in.png"


@pytest.fixture
def never(monkeypatch: pytest.MonkeyPatch) -> None:
    """Computing fails the test: the failure has to be noticed before."""

    def compute(*_: object) -> Dream:
        raise AssertionError(COMPUTED)

    monkeypatch.setattr(command, "dream_here", compute)


@pytest.mark.usefixtures("never")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("n" * 300 + ".png", "name too long"),
        ("in.png/out.png", "no folder"),
        ("nowhere/out.png", "no folder"),
        (".", "suffix|folder"),
        ("pipe.png", "pipe"),
        ("loop.png", "loop|symbolic"),
        ("dangling.png", "can't be written"),
    ],
)
def test_a_place_that_takes_nothing_is_known_before_the_dream(
    source: Path, name: str, said: str
) -> None:
    os.mkfifo(source.with_name("pipe.png"))
    source.with_name("loop.png").symlink_to("loop.png")
    source.with_name("dangling.png").symlink_to("no/folder/there.png")
    result = run("dream", source, source.parent / name, "--local")
    assert result.exit_code == 1, result.output
    assert re.search(said, result.output, re.IGNORECASE), result.output
    assert stat.S_ISFIFO(source.with_name("pipe.png").stat().st_mode)


@pytest.fixture
def nobody(source: Path) -> Iterator[None]:
    """Without the rights of root, which would ignore permissions."""
    root = os.geteuid() == 0
    for parent in source.parents[:3] if root else ():
        parent.chmod(parent.stat().st_mode | 0o055)
    if root:
        os.seteuid(65534)
    yield
    if root:
        os.seteuid(0)


@pytest.mark.usefixtures("never")
def test_a_folder_without_permission_is_known_before_the_dream(
    source: Path, request: pytest.FixtureRequest
) -> None:
    source.with_name("locked").mkdir(mode=0o555)
    request.getfixturevalue("nobody")
    result = run("dream", source, source.with_name("locked") / "out.png", "--local")
    assert result.exit_code == 1, result.output
    assert "Permission denied" in result.output


@pytest.fixture
def vanishing(source: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for the result that is gone when the dream, the picture turned around, is done."""
    folder, elsewhere = source.with_name("gone"), source.with_name("here")
    folder.mkdir()
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)

    def compute(request: DreamRequest, *_: object) -> Dream:
        shutil.rmtree(folder)
        return Dream(255 - to_array(request.image), 1.0, 1, "cpu", "float32")

    monkeypatch.setattr(command, "dream_here", compute)
    return folder


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_a_result_that_cannot_be_written_is_rescued_and_the_message_names_the_file(
    source: Path, photo: Array, vanishing: Path, flags: list[str]
) -> None:
    result = run("dream", source, vanishing / "out.jpg", "--local", *flags)
    assert result.exit_code == 1, result.output
    assert "Traceback" not in result.output
    (rescued,) = (source.parent / "here").iterdir()
    assert str(rescued) in result.output
    np.testing.assert_array_equal(read_picture(rescued).pixels, 255 - photo)
    if flags:
        error = json.loads(result.output.splitlines()[-1])
        assert (error["event"], error["rescued"]) == ("error", str(rescued))


def test_the_rescue_goes_home_where_the_current_folder_is_gone_too(
    source: Path, photo: Array, vanishing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = source.with_name("home")
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(vanishing)
    try:
        result = run("dream", source, vanishing / "out.png", "--local")
    finally:
        os.chdir(source.parent)
    assert result.exit_code == 1, result.output
    (rescued,) = home.iterdir()
    assert str(rescued) in result.output
    np.testing.assert_array_equal(read_picture(rescued).pixels, 255 - photo)


def test_a_rescue_keeps_the_profile(source: Path, photo: Array, vanishing: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(photo).save(source, icc_profile=profile)
    run("dream", source, vanishing / "out.png", "--local")
    (rescued,) = (source.parent / "here").iterdir()
    assert read_picture(rescued).metadata.icc == profile


def test_an_encoder_that_fails_with_the_result_alone_costs_no_pixel(
    source: Path, photo: Array, vanishing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trial passes; then something unforeseen happens to what is known about it."""

    def write(file: object, picture: Picture, quality: int) -> None:
        if picture.metadata.dpi:
            raise RuntimeError("Error setting from dictionary")
        whole.write(file, picture, quality)  # type: ignore[arg-type]

    whole = FORMATS["png"]
    monkeypatch.setitem(writing.FORMATS, "png", replace(whole, write=write))
    Image.fromarray(photo).save(source, dpi=(300, 300))
    result = run("dream", source, vanishing / "out.jpg", "--local")
    assert result.exit_code == 1
    (rescued,) = (source.parent / "here").iterdir()
    np.testing.assert_array_equal(read_picture(rescued).pixels, 255 - photo)


def test_a_result_for_which_memory_runs_out_is_rescued_as_it_was_computed(
    source: Path, photo: Array, vanishing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(*_: object) -> Picture:
        raise MemoryError

    monkeypatch.setattr(picture_job, "from_dream", exhausted)
    result = run("dream", source, vanishing / "out.png", "--local")
    assert result.exit_code == 1
    assert "not enough memory" in result.output
    (rescued,) = (source.parent / "here").iterdir()
    np.testing.assert_array_equal(read_picture(rescued).pixels, 255 - photo)


def test_the_demo_says_why_its_folder_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    result = run("demo", "--out", tmp_path / "file" / "demo")
    assert result.exit_code == 1
    assert "can't be made" in result.output
    assert "Traceback" not in result.output


@pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_terminated_dream_leaves_no_temporary_file(source: Path, number: int) -> None:
    command = [sys.executable, "-m", "dreambridge", "dream", str(source), "out.png", "--local"]
    command += ["--json", "--iterations", "1000", "--octaves", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=source.parent) as process:
        assert process.stdout is not None
        while json.loads(process.stdout.readline())["event"] != "progress":
            pass
        assert list(source.parent.glob(".dreambridge-*"))
        process.send_signal(number)
        process.stdout.read()
        assert process.wait(60) == 130
    assert [path.name for path in source.parent.iterdir()] == ["in.png"]
