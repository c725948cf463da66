"""Flow between frames of known motion: how exact it is, what it calls hidden, and what a cut is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from dreamcore.motion import flow
from picture_files import bundled_photo

HEIGHT, WIDTH = 120, 200


def grey(name: str = "coffee.png", *, x: float = 0, y: float = 0, turn: float = 0) -> flow.Grey:
    """A window of a photograph, moved and turned."""
    picture = cv2.cvtColor(bundled_photo(name), cv2.COLOR_RGB2GRAY)
    pose = cv2.getRotationMatrix2D((picture.shape[1] / 2, picture.shape[0] / 2), turn, 1.0)
    pose[:, 2] -= (picture.shape[1] - WIDTH) / 2 + x, (picture.shape[0] - HEIGHT) / 2 + y
    return cv2.warpAffine(picture, pose, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC)


@pytest.mark.parametrize(("x", "y"), [(3.5, 0.0), (-2.0, 1.25), (9.0, -6.0)])
def test_flow_leads_back_to_where_a_pan_came_from(x: float, y: float) -> None:
    found = flow.backward_flow(grey(), grey(x=x, y=y))
    inner = found[16:-16, 16:-16]
    assert np.abs(np.median(inner, axis=(0, 1)) - (x, y)).max() < 0.05
    assert np.linalg.norm(inner - (x, y), axis=-1).mean() < 0.3


def test_flow_of_a_large_frame_is_in_its_own_pixels() -> None:
    before, now = (cv2.resize(frame, None, fx=8, fy=8) for frame in (grey(), grey(x=2)))
    found = flow.backward_flow(before, now)
    assert found.shape == (HEIGHT * 8, WIDTH * 8, 2)
    assert abs(float(np.median(found[..., 0])) - 16) < 0.5


def test_warping_a_frame_along_its_flow_gives_the_next() -> None:
    before, now = grey(), grey(turn=2)
    moved = flow.warp(before.astype(np.float32), flow.places(flow.backward_flow(before, now)))
    still = np.abs(before.astype(float) - now)[10:-10, 10:-10].mean()
    assert np.abs(moved - now)[10:-10, 10:-10].mean() < still / 10


def test_what_a_pan_brings_into_view_was_not_visible() -> None:
    before, now = grey(), grey(x=12)
    visible = flow.visibility(flow.backward_flow(before, now), flow.backward_flow(now, before))
    assert visible[:, -8:].mean() < 0.1
    assert visible[8:-8, 8:-24].mean() > 0.97


def test_what_something_in_front_uncovers_was_not_visible() -> None:
    scene = grey()
    before, now = scene.copy(), scene.copy()
    thing = grey("chelsea.png")[40:80, 80:120]
    before[40:80, 60:100], now[40:80, 70:110] = thing, thing
    visible = flow.visibility(flow.backward_flow(before, now), flow.backward_flow(now, before))
    assert visible[44:76, 62:68].mean() < 0.5  # was behind it
    assert visible[44:76, 76:104].mean() > 0.9  # the thing itself
    assert visible[:, 130:].mean() > 0.97


def cut(before: flow.Grey, now: flow.Grey) -> bool:
    backward = flow.backward_flow(before, now)
    visible = flow.visibility(backward, flow.backward_flow(now, before))
    return flow.is_cut(before, now, flow.places(backward), visible)


def test_another_picture_is_a_cut() -> None:
    names = ("coffee.png", "chelsea.png", "rocket.jpg")
    pictures = [
        cv2.resize(cv2.cvtColor(bundled_photo(n), cv2.COLOR_RGB2GRAY), (WIDTH, HEIGHT))
        for n in names
    ]
    for before in pictures:
        assert [cut(before, now) for now in pictures] == [now is not before for now in pictures]


def test_motion_fades_and_something_passing_are_no_cuts() -> None:
    frame = grey()
    covered = frame.copy()
    covered[:, 40:140] = grey("chelsea.png")[:, :100]
    for now in (
        grey(x=25),
        grey(turn=8),
        (frame * 0.5).astype(np.uint8),
        (frame * 0.1).astype(np.uint8),
        covered,
    ):
        assert not cut(frame, now)


def test_a_black_frame_and_a_frame_of_one_pixel_are_frames() -> None:
    black = np.zeros((HEIGHT, WIDTH), np.uint8)
    assert not cut(black, black)
    assert flow.backward_flow(black[:1, :1], black[:1, :1]).shape == (1, 1, 2)
