"""`dreambridge dream` as people and programs use it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bridgeclient import BridgeClient
from commands import QUICK, run
from dreambridge.arrays import Array
from dreambridge.cli.pictures import read_picture
from dreambridge.paths import VARIABLE
from terminal import shown_on_terminal


@pytest.fixture
def source(tmp_path: Path, photo: Array) -> Path:
    Image.fromarray(photo).save(tmp_path / "in.png")
    return tmp_path / "in.png"


@pytest.fixture
def nowhere(source: Path, photo: Array) -> Path:
    """A mask that selects nothing: the dream is done at once and changes nothing."""
    Image.fromarray(np.zeros(photo.shape[:2], np.uint8)).save(source.parent / "nowhere.png")
    return source.parent / "nowhere.png"


def test_the_bridge_and_local_write_the_same_picture(
    source: Path, shared: Path, photo: Array
) -> None:
    bridged, local = source.with_name("bridged.png"), source.with_name("local.png")
    result = run("dream", source, bridged, *QUICK, home=shared)
    assert result.exit_code == 0, result.output
    assert "bridged.png" in result.output
    assert "96 × 72" in result.output
    result = run("dream", source, local, *QUICK, "--local", "--weights", "bundled")
    assert result.exit_code == 0, result.output
    dreamed = read_picture(bridged).pixels
    np.testing.assert_array_equal(dreamed, read_picture(local).pixels)
    assert (dreamed != photo).any()


def test_json_is_one_event_a_line(source: Path, shared: Path) -> None:
    out = source.with_name("out.png")
    result = run("dream", source, out, *QUICK, "--json", home=shared)
    assert result.exit_code == 0, result.output
    events = [json.loads(line) for line in result.output.splitlines()]
    kinds = [event["event"] for event in events]
    assert kinds[:2] == ["accepted", "started"]
    assert set(kinds[2:-1]) == {"progress"}
    last = events[-1]
    assert (last["event"], last["out"], last["width"], last["height"]) == (
        "result",
        str(out),
        96,
        72,
    )
    assert last["precision"] in ("float32", "bfloat16", "float16", "mixed")
    assert last["seconds"] > 0


def test_a_guide_is_followed(source: Path, shared: Path) -> None:
    plain, guided = source.with_name("plain.png"), source.with_name("guided.png")
    assert run("dream", source, plain, *QUICK, home=shared).exit_code == 0
    result = run("dream", source, guided, *QUICK, "--guide", source, home=shared)
    assert result.exit_code == 0, result.output
    assert (read_picture(plain).pixels != read_picture(guided).pixels).any()


def test_a_mask_keeps_the_rest(source: Path, shared: Path, photo: Array) -> None:
    mask = np.zeros(photo.shape[:2], np.uint8)
    mask[10:40, 20:60] = 255
    Image.fromarray(mask).save(source.with_name("mask.png"))
    out = source.with_name("out.png")
    arguments = ["--mask", source.with_name("mask.png")]
    assert run("dream", source, out, *QUICK, *arguments, home=shared).exit_code == 0
    dreamed = read_picture(out).pixels
    assert (dreamed[mask == 0] == photo[mask == 0]).all()
    assert (dreamed[mask > 0] != photo[mask > 0]).any()


def test_deep_grey_pictures_keep_their_bits(
    tmp_path: Path, shared: Path, nowhere: Path, photo: Array
) -> None:
    deep = np.random.default_rng(2).integers(0, 65536, photo.shape[:2]).astype(np.uint16)
    Image.fromarray(deep).save(tmp_path / "deep.png")
    out = tmp_path / "out.tif"
    result = run("dream", tmp_path / "deep.png", out, "--mask", nowhere, home=shared)
    assert result.exit_code == 0, result.output
    np.testing.assert_array_equal(read_picture(out).pixels[:, :, 0], deep)


def test_in_and_out_may_be_the_same_file(source: Path, shared: Path, photo: Array) -> None:
    assert run("dream", source, source, *QUICK, home=shared).exit_code == 0
    assert (read_picture(source).pixels != photo).any()
    assert sorted(path.name for path in source.parent.iterdir()) == ["in.png"]


def test_a_failed_dream_leaves_both_files_as_they_were(
    tmp_path: Path, source: Path, shared: Path
) -> None:
    Image.new("L", (5, 5)).save(tmp_path / "small.png")
    (tmp_path / "out.png").write_bytes(b"precious")
    before = source.read_bytes()
    for out in (tmp_path / "out.png", source):
        result = run("dream", source, out, "--mask", tmp_path / "small.png", home=shared)
        assert result.exit_code == 1
        assert "5 × 5" in result.output
    assert (tmp_path / "out.png").read_bytes() == b"precious"
    assert source.read_bytes() == before


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_failures_are_sentences_with_exit_code_1(tmp_path: Path, flags: list[str]) -> None:
    result = run("dream", tmp_path / "absent.png", tmp_path / "out.png", *flags)
    assert result.exit_code == 1
    assert "There is no file" in result.output
    assert "Traceback" not in result.output
    if flags:
        assert json.loads(result.output)["event"] == "error"


def test_what_a_file_loses_is_said(tmp_path: Path, shared: Path) -> None:
    Image.new("CMYK", (9, 9)).save(tmp_path / "print.jpg")
    Image.new("L", (9, 9)).save(tmp_path / "nowhere.png")
    arguments = ["--mask", tmp_path / "nowhere.png"]
    result = run("dream", tmp_path / "print.jpg", tmp_path / "o.png", *arguments, home=shared)
    assert result.exit_code == 0, result.output
    assert "CMYK" in result.output


@pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")
@pytest.mark.parametrize("local", [False, True])
def test_ctrl_c_cancels_the_dream_and_exits_130(
    source: Path, shared: Path, client: BridgeClient, local: bool
) -> None:
    out = source.with_name("out.png")
    command = [sys.executable, "-m", "dreambridge", "dream", str(source), str(out), "--json"]
    command += ["--iterations", "1000", "--octaves", "1", *(["--local"] if local else [])]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, VARIABLE: str(shared)}
    ) as process:
        assert process.stdout is not None
        while json.loads(process.stdout.readline())["event"] != "progress":
            pass
        process.send_signal(signal.SIGINT)
        *_, last = process.stdout.read().splitlines()
        assert json.loads(last) == {"event": "cancelled"}
        assert process.wait(60) == 130
    assert not out.exists()
    status = client.status()
    assert (status.running, status.queued) == (0, 0)


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX's")
def test_people_see_a_bar_with_octave_iteration_and_time_left(source: Path, shared: Path) -> None:
    command = [sys.executable, "-m", "dreambridge", "dream", str(source)]
    command += [str(source.with_name("out.png")), *QUICK, "--iterations", "20"]
    code, text = shown_on_terminal(command, {VARIABLE: str(shared)}, stdout=False)
    assert code == 0
    assert "octave 2/2  iteration 20/20" in text
    assert "100%" in text
    assert "0:00 left" in text


@pytest.fixture(autouse=True)
def _no_leftovers(tmp_path: Path) -> Iterator[None]:
    yield
    assert not [path for path in tmp_path.rglob(".*") if path.is_file()]
