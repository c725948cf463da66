"""Bytes of pixels: orders of channels, alpha, masks, shapes, colour spaces."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridgeclient.region import Rect
from dreamkrita.document import pixels
from dreamkrita.document.colour_space import DTYPES, SRGB8, ColourSpace, check, encoded, wire_space
from dreamkrita.document.shape import Shape
from dreamkrita.errors import UserError

GREY = "Gray-D50-elle-V2-srgbtrc.icc"


@pytest.mark.parametrize("depth", ["U8", "U16"])
@pytest.mark.parametrize("count", [1, 7, pixels.PIECE + 3])
def test_integers_are_bgra(depth: str, count: int) -> None:
    bgra = np.random.default_rng(1).integers(0, 255, (count, 4)).astype(DTYPES[depth])
    expected = bgra[:, [2, 1, 0, 3]].tobytes()
    assert pixels.swapped(bgra.tobytes(), depth) == expected
    assert pixels.swapped(expected, depth) == bgra.tobytes()


@pytest.mark.parametrize("depth", ["F16", "F32"])
def test_floats_are_rgba(depth: str) -> None:
    assert pixels.swapped(b"12345678abcdefgh", depth) == b"12345678abcdefgh"


def test_grey_with_alpha_as_colours() -> None:
    assert pixels.coloured(bytes([9, 255, 7, 0])) == bytes([9, 9, 9, 255, 7, 7, 7, 0])


@pytest.mark.parametrize(("channels", "depth"), [(4, "U8"), (4, "F32"), (2, "U16"), (4, "F16")])
def test_alpha_decides_what_is_empty(channels: int, depth: str) -> None:
    picture = np.ones((5, channels), DTYPES[depth])
    picture[:, -1] = 0
    size = picture.itemsize
    assert not pixels.opaque_somewhere(picture.tobytes(), channels, size)
    picture[3, -1] = 1
    assert pixels.opaque_somewhere(picture.tobytes(), channels, size)


def test_the_engine_sees_where_anything_is_selected() -> None:
    assert pixels.support(bytes([0, 1, 128, 255])) == bytes([0, 255, 255, 255])


@given(
    st.integers(-9, 9),
    st.integers(-9, 9),
    st.integers(1, 9),
    st.integers(1, 9),
    st.integers(0, 255),
)
def test_a_shape_within_any_rectangle(x: int, y: int, width: int, height: int, value: int) -> None:
    bounds = Rect(0, 0, 5, 4)
    grey = np.arange(20, dtype=np.uint8).reshape(4, 5) ^ np.uint8(value)
    canvas = np.zeros((60, 60), np.uint8)
    canvas[20:24, 20:25] = grey
    expected = canvas[20 + y : 20 + y + height, 20 + x : 20 + x + width]
    assert Shape(bounds, grey.tobytes()).greys(Rect(x, y, width, height)) == expected.tobytes()


def test_encoded_pixels_travel_as_they_are() -> None:
    assert wire_space(SRGB8, []) == SRGB8
    grey = ColourSpace("GRAYA", "U16", GREY)
    assert wire_space(grey, []) == grey


@pytest.mark.parametrize(
    ("space", "profiles", "travels_as"),
    [
        (ColourSpace("RGBA", "F32", "linear"), ["linear", SRGB8.profile], ("RGBA", "F32")),
        (ColourSpace("CMYKA", "U8", "press"), [SRGB8.profile], ("RGBA", "U8")),
        (ColourSpace("LABA", "U16", "lab"), ["sRGB built-in"], ("RGBA", "U16")),
        (ColourSpace("GRAYA", "U8", "linear"), ["linear", GREY], ("GRAYA", "U8")),
    ],
)
def test_others_are_converted(
    space: ColourSpace, profiles: list[str], travels_as: tuple[str, str]
) -> None:
    wire = wire_space(space, profiles)
    assert (wire.model, wire.depth) == travels_as
    assert encoded(wire)
    assert not encoded(space)


def test_without_any_profile_it_says_so() -> None:
    with pytest.raises(UserError, match="profile"):
        wire_space(ColourSpace("CMYKA", "U8", "press"), ["press"])


def test_unknown_pixels_are_refused() -> None:
    with pytest.raises(UserError, match="Convert Layer"):
        check(ColourSpace("A", "U8", ""))
