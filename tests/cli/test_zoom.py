"""`dreambridge zoom`: a picture that never ends."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from commands import run
from dreambridge.arrays import Array
from dreambridge.cli.pictures import read_picture
from dreambridge.cli.video.zooming import Motion, moved
from films import difference, see, start_film
from picture_files import bundled_photo

DREAM = ["--layers", "relu3_1", "--octaves", "2", "--iterations", "6"]


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "in.png"
    Image.fromarray(bundled_photo("coffee.png")[60:180, 100:260]).save(path)
    return path


def zoom(shared: Path, *arguments: object) -> str:
    result = run("zoom", *arguments, *DREAM, home=shared)
    assert result.exit_code == 0, result.output
    return result.output


def frames(folder: Path, pattern: str) -> list[Array]:
    return [read_picture(path).pixels for path in sorted(folder.glob(pattern))]


def sharpness(frame: Array) -> float:
    return float(np.abs(cv2.Laplacian(frame.astype(np.float32), cv2.CV_32F)).mean())


def test_each_frame_is_the_last_one_moved_and_dreamed_on(
    tmp_path: Path, shared: Path, picture: Path
) -> None:
    motion = ["--zoom", 1.1, "--rotate", 3, "--shift", 2, -1]
    zoom(shared, picture, tmp_path / "f%02d.png", "--seconds", 0.5, *motion)
    made = frames(tmp_path, "f*.png")
    assert len(made) == 12
    step = Motion(1.1, 3, (2, -1)).back(160, 120, 1)
    for before, after in pairwise(made):
        expected = moved(before, step)
        assert 0.05 < difference([after], [expected]) < 0.7 * difference([after], [before])
    blurred = made[0]
    for _ in made[1:]:
        blurred = moved(blurred, step)
    assert sharpness(made[-1]) > 1.15 * sharpness(blurred)  # what moving blurs is dreamed again


def test_a_loop_ends_where_it_began(tmp_path: Path, shared: Path, picture: Path) -> None:
    options = ["--seconds", 1, "--fps", 12, "--zoom", 1.15]
    zoom(shared, picture, tmp_path / "l%02d.png", *options, "--loop")
    zoom(shared, picture, tmp_path / "n%02d.png", *options)
    looped, endless = frames(tmp_path, "l*.png"), frames(tmp_path, "n*.png")
    step = Motion(1.15).back(160, 120, 1)
    inner = (slice(12, -12), slice(16, -16))
    jump = difference([looped[0][inner]], [moved(looped[-1], step)[inner]])
    assert jump < 0.35 * difference([endless[0][inner]], [moved(endless[-1], step)[inner]])
    np.testing.assert_array_equal(looped[0], endless[0])


def test_a_film_of_a_zoom_has_the_rate_and_size_that_were_asked_for(
    tmp_path: Path, shared: Path, picture: Path
) -> None:
    said = zoom(shared, picture, tmp_path / "out.mp4", "--seconds", 0.5, "--fps", 10, "--size", 101)
    assert "5 frames of 100 × 76" in said
    film = see(tmp_path / "out.mp4")
    assert film.seconds == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])
    assert film.frames[0].shape == (76, 100, 3)


def test_a_zoom_goes_on_where_it_was(tmp_path: Path, shared: Path, picture: Path) -> None:
    options = ["--fps", 8, "--zoom", 1.2, "--loop", "--seconds", 1]
    zoom(shared, picture, tmp_path / "whole%d.png", *options)
    out = tmp_path / "out%d.png"
    with start_film(shared, "zoom", picture, out, *options, *DREAM) as process:
        assert process.stdout is not None
        done = (line for line in process.stdout if json.loads(line)["event"] == "frame")
        assert [next(done) for _ in range(2)]
        process.kill()
    assert "of them done already" in zoom(shared, picture, out, *options)
    whole, resumed = frames(tmp_path, "whole*.png"), frames(tmp_path, "out*.png")
    assert len(whole) == 8
    np.testing.assert_array_equal(resumed, whole)
