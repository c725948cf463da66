"""The arithmetic of selections: what is sent to the server and where its answer belongs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridgeclient.region import (
    GUIDE_SIDE,
    Rect,
    context_margin,
    cut,
    grown,
    intersection,
    middle_square,
    moved,
    relative,
    selection_bounds,
    with_context,
)
from dreamcore import terms
from dreamcore.octaves import context
from dreamcore.presets import PRESETS
from dreamcore.schema import schema
from dreamcore.settings import DreamSettings

rects = st.builds(
    Rect, st.integers(-50, 50), st.integers(-50, 50), st.integers(1, 60), st.integers(1, 60)
)
LAYERS = schema()["x-layers"]


def covered(rect: Rect) -> set[tuple[int, int]]:
    return {(x, y) for x in range(rect.x, rect.right) for y in range(rect.y, rect.bottom)}


@given(rects, rects)
def test_intersection_is_what_both_cover(a: Rect, b: Rect) -> None:
    both = intersection(a, b)
    assert (covered(both) if both else set()) == covered(a) & covered(b)


@given(rects, rects)
def test_relative_undoes_the_offset_of_the_origin(rect: Rect, origin: Rect) -> None:
    assert moved(relative(rect, origin), origin.x, origin.y) == rect


@given(st.integers(1, 12), st.integers(1, 12), st.data())
def test_bounds_touch_the_selection_on_all_sides(
    width: int, height: int, data: st.DataObject
) -> None:
    mask = np.array(
        data.draw(
            st.lists(
                st.sampled_from((0, 0, 0, 1, 255)), min_size=width * height, max_size=width * height
            )
        ),
        np.uint8,
    ).reshape(height, width)
    bounds = selection_bounds(mask.tobytes(), width, height)
    ys, xs = np.nonzero(mask)
    if bounds is None:
        assert len(xs) == 0
    else:
        assert (bounds.x, bounds.y) == (xs.min(), ys.min())
        assert (bounds.right, bounds.bottom) == (xs.max() + 1, ys.max() + 1)


def test_bounds_refuse_a_mask_of_another_size() -> None:
    with pytest.raises(ValueError, match="7 bytes for 4 × 2"):
        selection_bounds(bytes(7), 4, 2)


@given(rects, st.integers(0, 80))
def test_context_stays_on_the_canvas_and_keeps_the_selection(selection: Rect, margin: int) -> None:
    canvas = Rect(0, 0, 64, 48)
    inside = intersection(selection, canvas)
    if inside is None:
        with pytest.raises(ValueError, match="outside the canvas"):
            with_context(selection, canvas, margin)
        return
    region = with_context(selection, canvas, margin)
    assert intersection(region, canvas) == region
    assert intersection(inside, region) == inside
    assert region == intersection(grown(inside, margin), canvas)


def test_the_middle_square_is_as_far_from_both_ends() -> None:
    assert middle_square(Rect(3, 5, 20, 8)) == Rect(9, 5, 8, 8)
    assert middle_square(Rect(3, 5, 8, 21)) == Rect(3, 11, 8, 8)


def test_margin_grows_with_depth_and_octaves_up_to_the_selection() -> None:
    def margin(side: int, layer: str, octaves: int) -> int:
        settings = DreamSettings(layers={layer: 1.0}, octaves=octaves, octave_scale=2.0).to_json()
        return context_margin(Rect(0, 0, side, side // 2), settings, LAYERS)

    halo = LAYERS["relu3_3"]["halo"]
    assert margin(4000, "relu3_3", 1) == halo
    assert margin(4000, "relu3_3", 3) == 4 * halo
    assert margin(3 * halo, "relu3_3", 3) == 3 * halo
    assert margin(8, "relu3_3", 3) == halo
    assert margin(4000, "relu5_1", 1) > margin(4000, "relu3_3", 1)


def test_margin_is_that_of_the_deepest_layer() -> None:
    both = DreamSettings(layers={"relu1_1": 1.0, "relu4_3": 0.1}, octaves=1).to_json()
    deep = DreamSettings(layers={"relu4_3": 1.0}, octaves=1).to_json()
    large = Rect(0, 0, 5000, 5000)
    assert context_margin(large, both, LAYERS) == context_margin(large, deep, LAYERS)


@given(st.integers(1, 4), st.data())
def test_cut_takes_the_part_out_of_the_whole(pixel_bytes: int, data: st.DataObject) -> None:
    whole = Rect(data.draw(st.integers(-9, 9)), data.draw(st.integers(-9, 9)), 9, 7)
    x, y = data.draw(st.integers(0, 8)), data.draw(st.integers(0, 6))
    part = Rect(
        whole.x + x,
        whole.y + y,
        data.draw(st.integers(1, 9 - x)),
        data.draw(st.integers(1, 7 - y)),
    )
    pixels = np.random.default_rng(0).integers(0, 256, (7, 9, pixel_bytes), np.uint8)
    expected = pixels[y : y + part.height, x : x + part.width].tobytes()
    assert cut(pixels.tobytes(), whole, part, pixel_bytes) == expected


def test_cut_refuses_to_reach_outside() -> None:
    with pytest.raises(ValueError, match="outside"):
        cut(bytes(12), Rect(0, 0, 4, 3), Rect(2, 1, 3, 1), 1)


def test_an_empty_region_is_refused() -> None:
    with pytest.raises(ValueError, match="0 × 3 pixels is empty"):
        Rect(1, 1, 0, 3)


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("size", [(40, 30), (333, 512), (2001, 1500)])
def test_context_is_what_the_engine_takes_into_account(name: str, size: tuple[int, int]) -> None:
    settings = PRESETS[name].settings
    margin = context_margin(Rect(0, 0, *size), settings.to_json(), LAYERS)
    assert margin == context(settings, size)


def test_guides_are_sent_as_large_as_the_engine_looks_at_them() -> None:
    assert GUIDE_SIDE == terms.GUIDE_SIDE
