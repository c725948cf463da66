"""The expected time before a dream, against the engine's own octaves, and how it is said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import dreamcore.parts
from bridgeclient.draft import STEP_MOST, draft_of, halved
from bridgeclient.estimate import Speeds, about, masked_work, octave_sizes, work
from bridgeclient.parts import parts
from bridgeclient.region import Rect, soft_edge
from dreamcore import DreamSettings
from dreamcore.octaves import sizes
from dreamcore.presets import PRESETS
from dreamcore.schema import schema

LAYERS = schema()["x-layers"]
EYES: dict[str, Any] = DreamSettings().to_json()


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("size", [(40, 30), (200, 900), (1920, 1080)])
def test_the_octaves_are_the_engines(name: str, size: tuple[int, int]) -> None:
    settings = PRESETS[name].settings
    ours = octave_sizes(*size, settings.to_json(), LAYERS)
    engine = sizes((size[1], size[0]), settings)
    assert [(height, width) for width, height in reversed(ours)] == engine


def test_work_grows_with_pixels_steps_octaves_and_depth() -> None:
    base = work(400, 300, EYES, LAYERS)
    assert work(800, 600, EYES, LAYERS) == pytest.approx(4 * base, rel=0.05)
    assert work(400, 300, EYES | {"iterations": 20}, LAYERS) == 2 * base
    assert work(400, 300, EYES | {"octaves": 2}, LAYERS) < base
    shallow, deep = ({"layers": {name: 1.0}} for name in ("relu1_2", "relu5_1"))
    assert 3 * work(400, 300, EYES | shallow, LAYERS) < base < work(400, 300, EYES | deep, LAYERS)


@pytest.mark.parametrize("seed", range(12))
def test_the_parts_of_a_mask_are_the_engines(seed: int) -> None:
    dice = np.random.default_rng(seed)
    mask = np.zeros((300, 400), np.uint8)
    for _ in range(dice.integers(0, 6)):
        y, x = dice.integers(0, 290), dice.integers(0, 390)
        mask[y : y + dice.integers(1, 60), x : x + dice.integers(1, 60)] = dice.integers(1, 256)
    gap = int(dice.integers(1, 90))
    engine = dreamcore.parts.parts(mask, gap, lambda part: part.height * part.width + 500.0)
    ours = parts(mask.tobytes(), 400, gap, lambda part: part.height * part.width + 500.0)
    assert [(part.y, part.x, part.height, part.width) for part in ours] == [
        (part.top, part.left, part.height, part.width) for part in engine
    ]


def test_patches_far_apart_are_not_expected_to_cost_what_lies_between() -> None:
    mask = np.zeros((3000, 4000), np.uint8)
    mask[:100, :100] = 255
    one = masked_work(4000, 3000, mask.tobytes(), EYES, LAYERS)
    mask[-100:, -100:] = 255
    assert masked_work(4000, 3000, mask.tobytes(), EYES, LAYERS) == pytest.approx(2 * one)
    assert masked_work(4000, 3000, None, EYES, LAYERS) > 50 * one


def test_an_edge_that_will_be_soft_counts_as_if_it_were() -> None:
    hard, soft = (np.zeros((1200, 1600), np.uint8) for _ in range(2))
    for y, x in ((200, 200), (900, 1200)):
        hard[y : y + 100, x : x + 100] = 255
        soft[y - 8 : y + 108, x - 8 : x + 108] = 255
    expected = masked_work(1600, 1200, soft.tobytes(), EYES, LAYERS)
    assert masked_work(1600, 1200, hard.tobytes(), EYES, LAYERS, 8) == expected
    assert masked_work(1600, 1200, hard.tobytes(), EYES, LAYERS) < expected


def test_multiply_adds_are_those_of_the_published_network() -> None:
    # 15.3 thousand million for 224 x 224 pixels in VGG16's convolutions
    assert LAYERS["relu5_3"]["multiply_adds"] * 224 * 224 == pytest.approx(15.3e9, rel=0.01)
    assert LAYERS["conv1_1"]["multiply_adds"] == 9 * 3 * 64


def test_nothing_is_promised_before_something_was_measured() -> None:
    assert Speeds().seconds(1e12) is None


def test_the_last_dream_says_how_fast_the_next_one_is() -> None:
    speeds = Speeds().with_dream(1e12, 10.0, "cuda:0", "float16")
    speeds = speeds.with_dream(1e12, 100.0, "cpu", "bfloat16")
    assert speeds.seconds(2e12) == pytest.approx(200)
    again = speeds.with_dream(1e12, 10.0, "cuda:0", "float16")
    assert again.seconds(2e12) == pytest.approx(20)
    assert Speeds.from_text(again.to_text()) == again
    assert list(Speeds.from_text(again.to_text()).measured) == list(again.measured)


def test_a_sketch_in_int8_is_quicker_than_the_dream_it_announces() -> None:
    speeds = Speeds().with_dream(1e12, 10.0, "cpu", "int8", sketch=True)
    assert 11 < speeds.seconds(1e12) < 15  # type: ignore[operator]
    speeds = Speeds().with_dream(1e12, 10.0, "cpu", "bfloat16", sketch=True)
    assert speeds.seconds(1e12) == pytest.approx(10)


def test_a_dream_of_a_moment_spoils_no_measurement() -> None:
    speeds = Speeds().with_dream(1e9, 0.5, "cpu", "float32")
    assert speeds.seconds(1e9) == pytest.approx(0.5)
    speeds = speeds.with_dream(1e12, 10.0, "cpu", "float32").with_dream(1e6, 0.1, "cpu", "float32")
    assert speeds.seconds(1e12) == pytest.approx(10)
    assert speeds.with_dream(1e12, 0.0, "cpu", "float32") == speeds


@pytest.mark.parametrize(
    "text", ["", "no json", "[1]", "null", '{"cpu float32": "fast"}', '{"cpu float32": 0}']
)
def test_what_is_stored_may_be_damaged(text: str) -> None:
    assert Speeds.from_text(text).measured == {}


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "about a second"),
        (3.6, "about 4 seconds"),
        (23.0, "about 25 seconds"),
        (59.0, "about 1 minute"),
        (208.0, "about 3 minutes"),
        (8000.0, "about 2 hours"),
    ],
)
def test_the_time_in_words(seconds: float, words: str) -> None:
    assert about(seconds) == words


def test_a_selections_edge_is_soft_in_proportion_to_its_size() -> None:
    assert soft_edge(Rect(5, 5, 1000, 400)) == 6
    assert soft_edge(Rect(0, 0, 9000, 9000)) == 24
    assert soft_edge(Rect(0, 0, 20, 9000)) == 0
    assert soft_edge(Rect(0, 0, 1000, 400), 3.0) == 12
    assert soft_edge(Rect(0, 0, 1000, 400), 0.0) == 0


@pytest.mark.parametrize("name", PRESETS)
def test_a_draft_is_an_eighth_of_the_work_or_less(name: str) -> None:
    settings = PRESETS[name].settings.to_json()
    draft = draft_of(settings)
    DreamSettings.from_json(draft)
    whole = work(1920, 1080, settings, LAYERS)
    assert work(halved(1920), halved(1080), draft, LAYERS) <= whole / 7.9
    lost = settings["octave_scale"] ** (settings["octaves"] - draft["octaves"])
    assert draft["octaves"] == 1 or 1.4 < lost < 2.9, "features keep their size in the picture"
    assert draft["iterations"] * draft["step"] == pytest.approx(
        settings["iterations"] * settings["step"]
    )


def test_a_draft_of_the_least_is_still_a_dream() -> None:
    least = EYES | {"iterations": 1, "octaves": 1, "jitter": 0, "step": STEP_MOST}
    assert draft_of(least) == least
    DreamSettings.from_json(draft_of(least | {"iterations": 3}))
    assert (halved(1), halved(7)) == (1, 4)
