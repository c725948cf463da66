"""`dreambridge video`: real films through a real server, what is kept and what is dreamed."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from commands import run
from dreambridge.arrays import Array
from dreambridge.cli.pictures import read_picture
from dreambridge.cli.video.movie import Movie
from dreambridge.cli.video.scan import Selection, scan
from dreamcore import Dreamer, DreamSettings, Previous
from films import QUICK, Making, difference, pan, see, write_film
from picture_files import bundled_photo
from servers import Server

SETTINGS = DreamSettings(layers={"relu2_1": 1.0}, octaves=1, iterations=2)
COFFEE = bundled_photo("coffee.png")


def video(shared: Path, *arguments: object) -> str:
    """The command with dreams that take a moment; returns what it said."""
    result = run("video", *arguments, *QUICK, home=shared)
    assert result.exit_code == 0, result.output
    return result.output


def dreamed(dreamer: Dreamer, frames: list[Array]) -> list[Array]:
    """A shot as the engine dreams it."""
    dreams: list[Array] = []
    for index, frame in enumerate(frames):
        previous = Previous(frames[index - 1], dreams[-1]) if index else None
        *_, result = dreamer.dream(frame, SETTINGS, previous=previous)
        dreams.append(result.image)  # type: ignore[union-attr]
    return dreams


def pictures(folder: Path) -> list[Array]:
    return [read_picture(path).pixels for path in sorted(folder.glob("*.png"))]


def decoded(path: Path) -> list[Array]:
    return [picture.pixels for _, picture in Movie(path).moments()]


def test_each_shot_is_what_the_engine_dreams_frame_by_frame(
    tmp_path: Path, shared: Path, dreamer: Dreamer
) -> None:
    film = write_film(tmp_path / "in.mp4", pan(COFFEE, 7, cut=4))
    said = video(shared, film, tmp_path / "%03d.png")
    assert "7 frames of 160 × 120 in 2 shots" in said
    frames = decoded(film)
    expected = dreamed(dreamer, frames[:4]) + dreamed(dreamer, frames[4:])
    np.testing.assert_array_equal(pictures(tmp_path), expected)
    assert not list(tmp_path.glob("*.frames"))


def test_frames_times_and_sound_are_kept(tmp_path: Path, shared: Path) -> None:
    film = write_film(tmp_path / "in.mp4", pan(COFFEE, 12), Making(sound="aac"))
    video(shared, film, tmp_path / "out.mp4", "--crf", 5)
    before, after = see(film), see(tmp_path / "out.mp4")
    assert (after.codec, after.layout, after.rate) == ("h264", "yuv420p", 24)
    assert after.seconds == before.seconds
    assert after.sound == before.sound
    assert len(after.sound) > 20
    assert after.sound_seconds == pytest.approx(before.sound_seconds)
    assert 1 < difference(after.frames, before.frames) < 20


@pytest.mark.parametrize(
    ("name", "making"),
    [
        ("shape.mov", Making(aspect=Fraction(4, 3))),
        ("deep.mkv", Making(layout="yuv420p10le")),
        ("fine.mov", Making("prores_ks", "yuv422p10le")),
        (
            "colours.mp4",
            Making(
                colour={
                    "colorspace": 1,
                    "color_primaries": 1,
                    "color_trc": 1,
                    "color_range": 2,
                }
            ),
        ),
        (
            "uneven.mkv",
            Making(time_base=Fraction(1, 1000), pts=[0, 40, 100, 140, 300, 310]),
        ),
        ("rate.mp4", Making(rate=Fraction(30000, 1001))),
        ("web.webm", Making("libvpx-vp9", sound="libopus")),
    ],
)
def test_how_a_film_is_made_is_kept(
    tmp_path: Path, shared: Path, name: str, making: Making
) -> None:
    film = write_film(tmp_path / name, pan(COFFEE, 6), making)
    out = tmp_path / f"out{film.suffix}"
    video(shared, film, out, "--step", 0, *([] if "web" in name else ["--crf", 1]))
    before, after = see(film), see(out)
    assert after.layout.replace("yuvj", "yuv") == before.layout.replace("yuvj", "yuv")
    assert after.aspect == before.aspect
    assert after.rate == pytest.approx(before.rate)
    assert after.seconds == pytest.approx(before.seconds, abs=1e-3)
    assert after.colour[:3] == before.colour[:3]
    assert (after.colour[3] == 2) is (before.colour[3] == 2)
    assert after.sound == before.sound
    assert difference(after.frames, before.frames) < (3 if "web" in name else 1.2)


def test_a_turned_film_is_dreamed_upright(tmp_path: Path, shared: Path) -> None:
    upright = pan(COFFEE, 3)
    lying = [np.ascontiguousarray(np.rot90(frame, -1)) for frame in upright]
    film = write_film(tmp_path / "in.mp4", lying, Making(rotation=90, aspect=Fraction(3, 4)))
    video(shared, film, tmp_path / "out.mp4", "--step", 0, "--crf", 1)
    after = see(tmp_path / "out.mp4")
    assert (after.rotation, after.aspect) == (0, Fraction(4, 3))
    assert difference(after.frames, upright) < 4


def test_a_part_of_every_other_frame_made_smaller(tmp_path: Path, shared: Path) -> None:
    film = write_film(tmp_path / "in.mov", pan(COFFEE, 24), Making(sound="aac"))
    options = ["--from", "0.25", "--to", "0:00.75", "--every", 2, "--size", 81]
    video(shared, film, tmp_path / "out.mov", *options)
    whole, part = see(film), see(tmp_path / "out.mov")
    assert part.seconds == pytest.approx([at / 12 for at in range(6)])
    assert part.frames[0].shape == (60, 80, 3)
    kept = [packet for packet in part.sound if packet in whole.sound]
    assert kept == part.sound
    assert len(part.sound) / len(whole.sound) == pytest.approx(0.5, abs=0.06)
    small = [np.array(Image.fromarray(frame).resize((80, 60))) for frame in whole.frames[6:18:2]]
    assert difference(part.frames, small) < 14


def test_a_gif_in_and_out(tmp_path: Path, shared: Path) -> None:
    stills = [Image.fromarray(frame) for frame in pan(COFFEE, 4, size=(61, 75))]
    stills[0].save(
        tmp_path / "in.gif", save_all=True, append_images=stills[1:], duration=[100, 100, 300, 100]
    )
    video(shared, tmp_path / "in.gif", tmp_path / "out.gif")
    with Image.open(tmp_path / "out.gif") as gif:
        durations = []
        for index in range(gif.n_frames):
            gif.seek(index)
            durations.append(gif.info["duration"])
        assert gif.size == (75, 61)
        assert gif.info.get("loop") == 0
    assert durations == [100, 100, 300, 100]
    frames = [np.array(still) for still in stills]
    assert difference(see(tmp_path / "out.gif").frames, frames) < 25


def test_sound_that_a_file_cant_hold_is_encoded_anew(tmp_path: Path, shared: Path) -> None:
    film = write_film(tmp_path / "in.mp4", pan(COFFEE, 12), Making(sound="aac"))
    assert "aac becomes opus" in video(shared, film, tmp_path / "out.webm")
    after = see(tmp_path / "out.webm")
    assert (after.codec, after.sound_codec) == ("vp9", "opus")
    assert after.sound_seconds[0] == pytest.approx(0, abs=0.05)
    assert after.sound_seconds[-1] == pytest.approx(0.5, abs=0.06)
    assert "sound is left out" in video(shared, film, tmp_path / "out.gif")


def test_numbered_pictures_in_and_out_keep_names_and_depth(tmp_path: Path, shared: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    for number, frame in zip((8, 9, 10), pan(COFFEE, 3), strict=True):
        Image.fromarray(frame).save(tmp_path / "in" / f"shot_{number}.png", dpi=(300, 300))
    video(shared, tmp_path / "in" / "shot_%d.png", tmp_path / "out" / "%04d.png")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "0008.png",
        "0009.png",
        "0010.png",
    ]
    with Image.open(tmp_path / "out" / "0009.png") as picture:
        assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    video(shared, tmp_path / "in" / "shot_%d.png", tmp_path / "film.mp4", "--fps", 10)
    assert see(tmp_path / "film.mp4").seconds == pytest.approx([0, 0.1, 0.2])


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_sides_may_be_odd_and_a_film_a_single_frame(
    tmp_path: Path, shared: Path, suffix: str
) -> None:
    film = write_film(tmp_path / "in.webm", pan(COFFEE, 1, size=(61, 75)), Making("libvpx-vp9"))
    said = video(shared, film, tmp_path / f"out{suffix}")
    assert ("4:4:4" in said) is (suffix == ".mp4")
    (frame,) = see(tmp_path / f"out{suffix}").frames
    assert frame.shape == (61, 75, 3)


def test_settings_change_over_time(tmp_path: Path, shared: Path) -> None:
    film = write_film(tmp_path / "in.mp4", [pan(COFFEE, 1)[0]] * 7)
    keys = {"0": {"step": 0}, "0.25": {"step": 2, "layers": {"relu2_1": 0.5, "relu3_1": 1}}}
    (tmp_path / "keys.json").write_text(json.dumps(keys))
    options = ["--keyframes", tmp_path / "keys.json", "--coherence", 0]
    video(shared, film, tmp_path / "%d.png", *options)
    first, *rest = pictures(tmp_path)
    strengths = [float(np.abs(each.astype(float) - first).mean()) for each in rest]
    np.testing.assert_array_equal(first, decoded(film)[0])
    assert all(np.diff(strengths) > 0.2)
    (tmp_path / "keys.json").write_text('{"0": {"octaves": 99}}')
    result = run("video", film, tmp_path / "x.mp4", *options, home=shared)
    assert result.exit_code == 1
    assert "at 0" in result.output
    assert "octaves" in result.output


def test_a_film_goes_over_to_another_look(tmp_path: Path, shared: Path, dreamer: Dreamer) -> None:
    film = write_film(tmp_path / "in.mp4", pan(COFFEE, 3, size=(64, 80)))
    options = ["--preset", "lines", "--to-preset", "eyes", "--coherence", 0]
    result = run("video", film, tmp_path / "%d.png", *options, home=shared)
    assert result.exit_code == 0, result.output
    from dreamcore import PRESETS

    frames, dreams = decoded(film), pictures(tmp_path)
    for index, look in ((0, "lines"), (2, "eyes")):
        *_, expected = dreamer.dream(frames[index], PRESETS[look].settings)
        np.testing.assert_array_equal(dreams[index], expected.image)  # type: ignore[union-attr]


def test_shots_go_to_several_workers(
    serve: Callable[..., Server], tmp_path: Path, dreamer: Dreamer
) -> None:
    server = serve("--workers", "2")
    film = write_film(tmp_path / "in.mp4", pan(COFFEE, 8, cut=4))
    video(server.home.folder, film, tmp_path / "%d.png")
    frames = decoded(film)
    expected = dreamed(dreamer, frames[:4]) + dreamed(dreamer, frames[4:])
    np.testing.assert_array_equal(pictures(tmp_path), expected)
    with server.connect() as client:
        assert all(worker["jobs_done"] for worker in client.status().workers)


def test_a_fade_and_fast_motion_are_no_cuts(tmp_path: Path) -> None:
    frames = [
        (frame * (1 - 0.09 * index)).astype(np.uint8) for index, frame in enumerate(pan(COFFEE, 10))
    ]
    film = write_film(tmp_path / "in.mp4", frames + pan(COFFEE[::-1], 4))
    assert scan(Movie(film), Selection()).cuts == [0, 10]
