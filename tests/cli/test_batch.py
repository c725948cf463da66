"""`dreambridge batch`: which pictures it dreams, under which names, and when again."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from PIL import Image

from batches import QUICK, batch, pictures, run, write_crops
from dreambridge.arrays import Array
from dreambridge.cli.reporters import time_left
from dreambridge.paths import VARIABLE
from servers import Server
from terminal import shown_on_terminal


@pytest.fixture
def home(server: Server) -> Path:
    return server.home.folder


def test_each_output_is_what_dream_gives_and_a_second_run_does_nothing(
    home: Path, tmp_path: Path, photo: Array
) -> None:
    inputs, out = tmp_path / "in", tmp_path / "out"
    names = ["cat.png", "dog.jpg", "deep/er/fish.png", "deep/bird.tif"]
    sources = write_crops(inputs, photo, names)
    (inputs / "notes.txt").write_text("no picture")
    (inputs / ".hidden.png").write_bytes(sources[0].read_bytes())
    done = batch(home, inputs, "--recursive", "--out", out)
    assert done.exit_code == 0, done.output
    assert sorted(pictures(out)) == sorted(names)
    for source, name in zip(sources, names, strict=True):
        single = tmp_path / f"single{source.suffix}"
        assert run(home, "dream", source, single, *QUICK).exit_code == 0
        assert (out / name).read_bytes() == single.read_bytes()
        assert f"{source} → {out / name}" in done.output
    times = {name: (out / name).stat().st_mtime_ns for name in names}
    again = batch(home, inputs, "--recursive", "--out", out)
    assert again.exit_code == 0
    assert "4 of 4 are done already" in again.output
    assert times == {name: (out / name).stat().st_mtime_ns for name in names}


def test_files_folders_and_patterns(home: Path, tmp_path: Path, photo: Array) -> None:
    write_crops(tmp_path, photo, ["a/1.png", "a/below/2.png", "b/3.png", "b/4.jpg", "5.png"])
    inputs = [tmp_path / "a", tmp_path / "b" / "*.png", tmp_path / "5.png", tmp_path / "5.png"]
    assert batch(home, *inputs, "--out", tmp_path / "out").exit_code == 0
    assert sorted(pictures(tmp_path / "out")) == ["1.png", "3.png", "5.png"]


def test_only_what_changed_is_dreamed_again(home: Path, tmp_path: Path, photo: Array) -> None:
    inputs, out = tmp_path / "in", tmp_path / "out"
    first, second, third = write_crops(inputs, photo, ["1.png", "2.png", "3.png"])
    assert batch(home, inputs, "--out", out).exit_code == 0

    def dreamed(*options: str) -> list[str]:
        result = batch(home, inputs, "--out", out, "--json", *options)
        assert result.exit_code == 0, result.output
        events = map(json.loads, result.output.splitlines())
        return [Path(event["out"]).name for event in events if event["event"] == "result"]

    os.utime(first)
    assert dreamed() == []
    shutil.copy(third, second)
    assert dreamed() == ["2.png"]
    (out / "3.png").unlink()
    assert dreamed() == ["3.png"]
    assert sorted(dreamed("--seed", "5")) == ["1.png", "2.png", "3.png"]
    assert dreamed("--seed", "5") == []
    assert sorted(dreamed("--seed", "5", "--size", "40")) == ["1.png", "2.png", "3.png"]
    write_crops(inputs, photo, ["4.png"])
    assert dreamed("--seed", "5", "--size", "40") == ["4.png"]


def test_two_inputs_of_one_name_keep_their_outputs_from_run_to_run(
    home: Path, tmp_path: Path, photo: Array
) -> None:
    first, second, third = write_crops(tmp_path, photo, ["a/cat.png", "b/cat.png", "c/CAT.png"])
    out = tmp_path / "out"
    assert batch(home, first, second, third, "--out", out).exit_code == 0
    made = pictures(out)
    assert sorted(made) == ["CAT-3.png", "cat-2.png", "cat.png"]
    assert len(set(made.values())) == 3
    again = batch(home, third, second, first, "--out", out)
    assert "3 of 3 are done already" in again.output
    assert pictures(out) == made


def test_neither_inputs_nor_files_of_others_are_overwritten(
    home: Path, tmp_path: Path, photo: Array
) -> None:
    source, other = write_crops(tmp_path, photo, ["cat.png", "other/dog.png"])
    before = source.read_bytes()
    (tmp_path / "dog.png").write_text("somebody's")
    for _ in range(2):
        result = batch(home, tmp_path / "c*.png", other, "--out", tmp_path)
        assert result.exit_code == 0, result.output
        assert source.read_bytes() == before
        assert (tmp_path / "dog.png").read_text() == "somebody's"
        made = {"cat-2.png", "dog-2.png"}
        assert set(pictures(tmp_path)) == made | {"cat.png", "dog.png", "other/dog.png"}


def test_what_fails_is_told_and_passed_over(home: Path, tmp_path: Path, photo: Array) -> None:
    write_crops(tmp_path / "in", photo, ["1.png", "2.png", "sub/3.png"])
    (tmp_path / "in" / "bad.jpg").write_bytes(b"nonsense")
    out = tmp_path / "out"
    out.mkdir()
    (out / "sub").write_text("a file where a folder should be")
    inputs = tmp_path / "in", tmp_path / "nowhere.png"
    result = batch(home, *inputs, "--recursive", "--out", out)
    assert result.exit_code == 1
    assert sorted(pictures(out)) == ["1.png", "2.png", "sub"]
    _, _, listed = result.output.partition("Failed: 3\n")
    assert f"{tmp_path / 'nowhere.png'}: There is no file" in listed
    assert "bad.jpg can't be read as a picture" in listed
    assert f"{tmp_path / 'in/sub/3.png'}: {out / 'sub'}" in listed
    assert "Errno" not in result.output


def test_an_output_folder_that_cant_be_written_is_an_error_at_once(
    tmp_path: Path, photo: Array
) -> None:
    (source,) = write_crops(tmp_path, photo, ["cat.png"])
    (tmp_path / "file").write_text("no folder")
    result = batch(tmp_path / "no_server", source, "--out", tmp_path / "file" / "out")
    assert result.exit_code == 1
    assert "can't be written" in result.output
    assert not (tmp_path / "no_server").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--sheet"], "--sheet goes with --preset"),
        (["--format", "png", "--quality", "9"], "--quality goes with"),
        (["--objective", "guide"], "go together"),
        (["--size", "0"], "--size"),
    ],
)
def test_wrong_use(tmp_path: Path, photo: Array, options: list[str], said: str) -> None:
    (source,) = write_crops(tmp_path, photo, ["cat.png"])
    result = batch(tmp_path / "no_server", source, "--out", tmp_path / "out", *options)
    assert result.exit_code == 2
    assert said in result.output
    assert not (tmp_path / "out").exists()


def test_a_folder_without_pictures_is_wrong_use(tmp_path: Path) -> None:
    result = batch(tmp_path / "no_server", tmp_path, "--out", tmp_path / "out")
    assert (result.exit_code, "No pictures were found" in result.output) == (2, True)


def test_several_presets_and_a_contact_sheet(home: Path, tmp_path: Path, photo: Array) -> None:
    write_crops(tmp_path / "in", photo, ["cat.png"])
    command = [tmp_path / "in", "--out", tmp_path / "out", "--sheet"]
    command += ["--preset", "lines", "--preset", "eyes", "--json"]

    def dreamed() -> list[str]:
        result = batch(home, *command)
        assert result.exit_code == 0, result.output
        events = map(json.loads, result.output.splitlines())
        return sorted(Path(event["out"]).name for event in events if event["event"] == "result")

    assert dreamed() == ["cat-eyes.png", "cat-lines.png"]
    with Image.open(tmp_path / "out" / "cat-sheet.png") as sheet:
        assert sheet.width > 2 * 72
        assert sheet.height > 2 * 64
        first = sheet.tobytes()
    (tmp_path / "out" / "cat-sheet.png").unlink()
    assert dreamed() == []
    assert (tmp_path / "out" / "cat-sheet.png").exists()
    write_crops(tmp_path / "in", photo[8:], ["cat.png"])
    assert dreamed() == ["cat-eyes.png", "cat-lines.png"]
    with Image.open(tmp_path / "out" / "cat-sheet.png") as sheet:
        assert sheet.tobytes() != first


def test_a_contact_sheet_shows_all_at_one_size(home: Path, tmp_path: Path, photo: Array) -> None:
    write_crops(tmp_path / "in", photo, [f"a rather {'long ' * 20}name.png"])
    command = [tmp_path / "in", "--out", tmp_path / "out", "--sheet", "--size", 36]
    assert batch(home, *command, "--preset", "lines", "--preset", "eyes").exit_code == 0
    (path,) = (tmp_path / "out").glob("*-sheet.png")
    with Image.open(path) as sheet:
        assert (sheet.width, sheet.height) == (2 * (36 + 12) + 12, 2 * (32 + 28 + 12) + 12)
        beside = sheet.crop((12 + 36, 0, 12 + 36 + 12, sheet.height))
        assert beside.getextrema() == ((255, 255),) * 3, "the name runs into the next picture"


def test_masks_of_the_same_name(home: Path, tmp_path: Path, photo: Array) -> None:
    source, _ = write_crops(tmp_path / "in", photo, ["sub/cat.png", "dog.png"])
    mask = Image.new("L", (72, 64))
    mask.paste(255, (20, 20, 50, 50))
    (tmp_path / "masks" / "sub").mkdir(parents=True)
    mask.save(tmp_path / "masks" / "sub" / "cat.tif")
    result = batch(
        *(home, tmp_path / "in", "--recursive", "--out", tmp_path / "out"),
        *("--mask-dir", tmp_path / "masks", "--size", 36),
    )
    assert result.exit_code == 1
    assert "has no mask of the name dog" in result.output
    single = tmp_path / "single.png"
    options = ["--mask", tmp_path / "masks/sub/cat.tif", "--size", 36, *QUICK]
    assert run(home, "dream", source, single, *options).exit_code == 0
    assert pictures(tmp_path / "out") == {"sub/cat.png": single.read_bytes()}


def test_a_guide_and_a_seed_of_its_own_for_each_picture(
    home: Path, tmp_path: Path, photo: Array
) -> None:
    sources = write_crops(tmp_path / "in", photo, ["1.png", "2.png"])
    shutil.copy(sources[0], sources[1])
    guide = sources[0]
    options = ["--guide", guide, "--jitter", 8]
    out = tmp_path / "out"
    assert batch(home, tmp_path / "in", "--out", out, "--seed-per-image", *options).exit_code == 0
    made = pictures(out)
    assert made["1.png"] != made["2.png"]
    lines = (out / "dreambridge-batch.jsonl").read_text().splitlines()
    seeds = {
        entry["out"]: entry["made_with"]["settings"]["seed"] for entry in map(json.loads, lines)
    }
    for name, image in made.items():
        single = ["--seed", seeds[name], *options, *QUICK]
        assert (
            run(home, "dream", tmp_path / "in" / name, tmp_path / "s.png", *single).exit_code == 0
        )
        assert (tmp_path / "s.png").read_bytes() == image


def test_formats(home: Path, tmp_path: Path, photo: Array) -> None:
    inputs = tmp_path / "in"
    write_crops(inputs, photo, ["a.gif", "b.JPEG", "c.png"])
    assert batch(home, inputs, "--out", tmp_path / "own").exit_code == 0
    assert sorted(pictures(tmp_path / "own")) == ["a.png", "b.JPEG", "c.png"]
    options = ["--format", "jpeg", "--quality", 60]
    assert batch(home, inputs, "--out", tmp_path / "jpeg", *options).exit_code == 0
    made = pictures(tmp_path / "jpeg")
    assert sorted(made) == ["a.jpg", "b.JPEG", "c.jpg"]
    assert all(data.startswith(b"\xff\xd8") for data in made.values())


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX's")
def test_people_see_a_line_for_each_picture_and_a_bar_for_all(
    home: Path, tmp_path: Path, photo: Array
) -> None:
    sources = write_crops(tmp_path / "in", photo, ["1.png", "2.png", "3.png"])
    (tmp_path / "in" / "bad.png").write_bytes(b"nonsense")
    command = [sys.executable, "-m", "dreambridge", "batch", str(tmp_path / "in")]
    command += ["--out", str(tmp_path / "out"), *QUICK, "--iterations", "20"]
    code, text = shown_on_terminal(command, {VARIABLE: str(home)}, stdout=True)
    assert code == 1
    lines = [line.strip() for line in re.split(r"[\r\n]|\x1b\[[0-9;?]*[a-zA-Z]", text)]
    for source in sources:
        assert sum(line.startswith(f"{source} → {tmp_path / 'out'}") for line in lines) == 1
    assert any(line.startswith("4 of 4") for line in lines)
    assert "0:00 left" in text
    assert "3 dreamed." in lines
    assert lines[lines.index("Failed: 1") :][2].startswith(f"{tmp_path / 'in/bad.png'}: bad.png")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(None, ""), (0.4, "0:00 left"), (65, "1:05 left"), (7265, "2:01:05 left")],
)
def test_the_time_left(seconds: float | None, said: str) -> None:
    assert time_left(seconds) == said
