"""Films of a few frames through the engine: coherent, strong, and begun anew where new."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from dreamcore import Dreamer, DreamSettings, Previous, Result
from dreamcore.errors import ImageError
from dreamcore.motion.coherence import Coherence
from picture_files import bundled_photo

SETTINGS = DreamSettings(layers={"relu3_3": 1.0}, octaves=2, octave_scale=1.6, jitter=8)
HEIGHT, WIDTH, SPEED = 96, 144, 4


def pan(count: int, speed: int = SPEED, kind: str = "uint8") -> list[np.ndarray]:
    """Frames of a camera that goes to the right over a photograph, `speed` pixels a frame."""
    picture = bundled_photo("coffee.png")[120 : 120 + HEIGHT, 100:]
    scale = {"uint8": 1, "uint16": 257}[kind]
    frames = [picture[:, at : at + WIDTH] for at in range(0, count * speed or count, speed or 1)]
    return [
        np.ascontiguousarray(frame).astype(kind) * np.array(scale, kind) for frame in frames[:count]
    ]


def dream(
    dreamer: Dreamer, image: np.ndarray, settings: DreamSettings, **more: object
) -> np.ndarray:
    *_, result = dreamer.dream(image, settings, **more)  # type: ignore[arg-type]
    assert isinstance(result, Result)
    return result.image


def film(dreamer: Dreamer, frames: list[np.ndarray], settings: DreamSettings) -> list[np.ndarray]:
    dreams: list[np.ndarray] = []
    previous = None
    for frame in frames:
        dreams.append(dream(dreamer, frame, settings, previous=previous))
        previous = Previous(frame, dreams[-1])
    return dreams


def flicker(dreams: list[np.ndarray], speed: int = SPEED) -> float:
    pairs = itertools.pairwise(dreams)
    return float(
        np.mean([np.abs(a[:, speed:].astype(float) - b[:, :-speed]).mean() for a, b in pairs])
    )


def change(dreamed: np.ndarray, frame: np.ndarray) -> np.ndarray:
    return np.abs(dreamed.astype(float) - frame)


@pytest.mark.parametrize("mode", ["detail", "blend"])
def test_a_film_flickers_far_less_than_its_stills_and_is_as_strong(
    dreamer: Dreamer, mode: str
) -> None:
    settings, frames = replace(SETTINGS, octave_mode=mode), pan(12)
    stills = [dream(dreamer, frame, settings) for frame in frames]
    dreams = film(dreamer, frames, settings)
    assert flicker(dreams) < 0.5 * flicker(stills)
    for made, still, frame in list(zip(dreams, stills, frames, strict=True))[-4:]:
        assert 0.8 < change(made, frame).mean() / change(still, frame).mean() < 1.25


def test_what_comes_into_view_is_dreamed_as_strongly_as_the_rest(dreamer: Dreamer) -> None:
    frames = pan(3, speed=24)
    dreams = film(dreamer, frames, SETTINGS)
    still = dream(dreamer, frames[2], SETTINGS)
    new = (slice(None), slice(-20, None))
    ratio = change(dreams[2], frames[2])[new].mean() / change(still, frames[2])[new].mean()
    assert 0.7 < ratio < 1.4


def test_a_still_camera_keeps_its_dream_still(dreamer: Dreamer) -> None:
    frame = pan(1)[0]
    dreams = film(dreamer, [frame] * 8, SETTINGS)
    assert (
        np.abs(dreams[-1].astype(float) - dreams[-2]).mean()
        < 0.06 * change(dreams[-1], frame).mean()
    )


def test_a_cut_begins_anew(dreamer: Dreamer) -> None:
    first, other = pan(1)[0], bundled_photo("chelsea.png")[60 : 60 + HEIGHT, 120 : 120 + WIDTH]
    previous = Previous(first, dream(dreamer, first, SETTINGS))
    begun = dream(dreamer, other, SETTINGS, previous=previous)
    np.testing.assert_array_equal(begun, dream(dreamer, other, SETTINGS))


def test_without_coherence_the_previous_frame_counts_for_nothing(dreamer: Dreamer) -> None:
    first, second = pan(2)
    alone = replace(SETTINGS, coherence=0)
    previous = Previous(first, dream(dreamer, first, SETTINGS))
    dreamed = dream(dreamer, second, alone, previous=previous)
    np.testing.assert_array_equal(dreamed, dream(dreamer, second, SETTINGS))


def test_only_what_is_masked_changes(dreamer: Dreamer) -> None:
    first, second = pan(2)
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[20:70, 30:100] = 255
    previous = Previous(first, dream(dreamer, first, SETTINGS, mask=mask))
    dreamed = dream(dreamer, second, SETTINGS, mask=mask, previous=previous)
    np.testing.assert_array_equal(dreamed[mask == 0], second[mask == 0])
    assert change(dreamed, second)[mask > 0].mean() > 2


@pytest.mark.parametrize("channels", [1, 2, 4])
def test_every_kind_of_frame_is_carried(dreamer: Dreamer, channels: int) -> None:
    frames = []
    for frame in pan(2, kind="uint16"):
        colours = frame if channels == 4 else frame[..., 1:2]
        alpha = np.full((*frame.shape[:2], 1), 65535, np.uint16)
        alpha[:10] = 0
        frames.append(np.concatenate([colours, alpha], axis=2) if channels != 1 else colours)
    dreams = film(dreamer, frames, SETTINGS)
    assert dreams[1].shape == frames[1].shape
    if channels != 1:
        np.testing.assert_array_equal(dreams[1][:10], frames[1][:10])
    assert change(dreams[1], frames[1])[12:].mean() > 200


def test_the_same_film_has_the_same_bytes(dreamer: Dreamer) -> None:
    first, second = (film(dreamer, pan(3), SETTINGS)[-1] for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("field", ["previous_image", "previous_dream"])
def test_frames_of_another_size_or_type_are_refused(dreamer: Dreamer, field: str) -> None:
    frame = pan(1)[0]
    for other in (frame[:-1], frame.astype(np.uint16)):
        pair = (other, frame) if field == "previous_image" else (frame, other)
        with pytest.raises(ImageError, match="one size and type") as caught:
            dreamer.dream(frame, SETTINGS, previous=Previous(*pair))
        assert caught.value.field == field


@pytest.mark.parametrize("coherence", [0.0, 0.3, 0.9, 1.0])
def test_a_frames_steps_bring_back_what_fades(coherence: float) -> None:
    settings = replace(SETTINGS, coherence=coherence)
    plan = Coherence.of(settings)
    together = plan.settings.iterations * plan.settings.step / (settings.iterations * settings.step)
    assert 1 <= together / (1 - plan.kept) <= 1.2  # a little more, as they partly disagree
    assert plan.gain * together == pytest.approx(1)  # what is new gets as much as in a still
