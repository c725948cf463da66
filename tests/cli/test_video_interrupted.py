"""Films that are interrupted, and films that can't be: nothing that was dreamed is lost."""

from __future__ import annotations

import json
import shutil
import signal
import sys
from pathlib import Path

import pytest

from commands import run
from dreambridge.cli.video.folder import folder_of
from films import QUICK, Making, difference, pan, see, start_film, write_film
from picture_files import bundled_photo

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
SLOW = ["--layers", "relu3_1", "--octaves", "1", "--iterations", "25"]


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return write_film(
        tmp_path / "in.mp4", pan(bundled_photo("coffee.png"), 6, cut=3), Making(sound="aac")
    )


@posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_same_command_goes_on(
    tmp_path: Path, shared: Path, film: Path, number: signal.Signals
) -> None:
    whole, out = tmp_path / "whole.mp4", tmp_path / "out.mp4"
    assert run("video", film, whole, *SLOW, home=shared).exit_code == 0
    with start_film(shared, "video", film, out, *SLOW) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if json.loads(line)["event"] == "frame":
                break
        process.send_signal(number)
        rest, _ = process.communicate()
    if number != signal.SIGKILL:
        assert process.returncode == 130
        assert json.loads(rest.splitlines()[-1]) == {"event": "cancelled"}
    assert not out.exists()
    frames = folder_of(out)
    kept = {path: path.stat().st_mtime_ns for path in frames.glob("0*.png")}
    assert 1 <= len(kept) < 6
    assert (frames / "latest.png").exists()
    again = run("video", film, out, *SLOW, home=shared)
    assert again.exit_code == 0, again.output
    assert f"{len(kept)} of them done already" in again.output
    made, expected = see(out), see(whole)
    assert (made.seconds, made.sound) == (expected.seconds, expected.sound)
    assert difference(made.frames, expected.frames) < 2  # no two encodings are quite alike
    assert not frames.exists()


@posix
def test_a_disk_that_is_full_at_the_end_costs_nothing(tmp_path: Path, shared: Path) -> None:
    film = write_film(tmp_path / "in.mp4", pan(bundled_photo("coffee.png"), 9))
    out = tmp_path / "out.mkv"
    arguments = [film, out, *QUICK, "--codec", "ffv1"]
    with start_film(shared, "video", *arguments, most_bytes=80_000) as process:
        said, _ = process.communicate()
    assert process.returncode == 1
    error = json.loads(said.splitlines()[-1])
    assert "out.mkv" in error["message"]
    assert str(folder_of(out)) in error["message"]
    assert len(list(folder_of(out).glob("0*.png"))) == 9
    assert not out.exists()
    assert run("video", *arguments, home=shared).exit_code == 0
    assert len(see(out).frames) == 9


def test_frames_of_other_settings_are_neither_used_nor_lost(
    tmp_path: Path, shared: Path, film: Path
) -> None:
    out = tmp_path / "out.mp4"
    folder = tmp_path / "keep"
    assert run("video", film, out, *QUICK, home=shared).exit_code == 0
    made = see(out)
    out.unlink()
    with start_film(shared, "video", film, out, *SLOW) as process:
        assert process.stdout is not None
        assert any(json.loads(line)["event"] == "frame" for line in process.stdout)
        process.kill()
    shutil.copytree(folder_of(out), folder)
    refused = run("video", film, out, *QUICK, home=shared)
    assert refused.exit_code == 1
    assert "settings changed" in refused.output
    assert "--restart" in refused.output
    assert {path.name for path in folder.glob("0*")} == {
        path.name for path in folder_of(out).glob("0*")
    }
    assert run("video", film, out, *QUICK, "--restart", home=shared).exit_code == 0
    assert difference(see(out).frames, made.frames) < 2


def test_a_film_that_breaks_off_is_dreamed_as_far_as_it_goes(tmp_path: Path, shared: Path) -> None:
    frames = pan(bundled_photo("coffee.png"), 12)
    film = write_film(tmp_path / "in.mkv", frames, Making(options={"g": "3"}))
    data = film.read_bytes()
    film.write_bytes(data[: len(data) * 2 // 3])
    result = run("video", film, tmp_path / "out.mp4", *QUICK, home=shared)
    assert result.exit_code == 0, result.output
    readable = len(see(film).frames)
    assert 1 <= readable < 12
    assert len(see(tmp_path / "out.mp4").frames) == readable


def _broken(folder: Path) -> Path:
    film = write_film(folder / "broken.mp4", pan(bundled_photo("coffee.png"), 4))
    film.write_bytes(film.read_bytes()[:900])
    return film


def _silent_picture(folder: Path) -> Path:
    (folder / "notes.mp4").write_text("no film at all")
    return folder / "notes.mp4"


def _only_sound(folder: Path) -> Path:
    import av
    import numpy as np

    path = folder / "song.wav"
    with av.open(str(path), "w") as container:
        track = container.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), "s16", "mono")
        frame.sample_rate = 8000
        container.mux(track.encode(frame))
    return path


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_broken, "can't be read as a film"),
        (_silent_picture, "can't be read as a film"),
        (_only_sound, "has no film"),
        (lambda folder: folder / "none.mp4", "There is no file"),
        (lambda folder: folder / "%d.png", "There are no pictures"),
    ],
)
def test_what_is_no_film_is_said(tmp_path: Path, make: object, said: str) -> None:
    source = make(tmp_path)  # type: ignore[operator]
    result = run("video", source, tmp_path / "out.mp4", home=tmp_path / "no_server")
    assert result.exit_code == 1
    assert said in result.output
    assert not folder_of(tmp_path / "out.mp4").exists()


@pytest.mark.parametrize(
    ("out", "options", "said"),
    [
        ("none/out.mp4", [], "There is no folder"),
        ("out.xyz", [], "out.xyz"),
        ("out.mp4", ["--codec", "dance"], "no codec dance"),
        ("out.gif", ["--crf", "3"], "--crf doesn't go with gif"),
        ("out.mp4", ["--from", "9"], "no frames between"),
        ("folder", [], "folder"),
        ("%d.png", ["--crf", "3"], "--crf go with films"),
    ],
)
def test_what_cant_be_written_is_said_before_anything_is_dreamed(
    tmp_path: Path, film: Path, out: str, options: list[str], said: str
) -> None:
    (tmp_path / "folder").mkdir()
    result = run("video", film, tmp_path / out, *options, home=tmp_path / "no_server")
    assert result.exit_code in (1, 2)
    assert said in result.output
    assert not list(tmp_path.glob("*.frames"))


def test_a_film_is_never_written_over_itself(film: Path) -> None:
    before = film.read_bytes()
    for out in (film, film.parent / "." / film.name):
        result = run("video", film, out)
        assert result.exit_code == 2
        assert "OUT is IN itself" in result.output
    assert film.read_bytes() == before


def test_a_place_that_cant_be_written_is_said(tmp_path: Path, film: Path) -> None:
    out = tmp_path / ("long" * 62 + ".mp4")
    result = run("video", film, out, home=tmp_path / "no_server")
    assert result.exit_code == 1
    assert "can't be written (File name too long)" in result.output
