"""Messages as bytes: what is sent arrives, and nothing else is let through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgpack
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridgeclient.codec import MAX_HEADER_BYTES, Buffer, decode, encode
from bridgeclient.errors import ProtocolError
from bridgeclient.protocol import DTYPES, FROM_CLIENT, FROM_SERVER, ImageFrame
from dreambridge.arrays import to_array, to_frame

GREY = ImageFrame(2, 3, 1, "uint8", bytes(range(6)))
SUBMIT = {"job": "j1", "settings": {"seed": 7}, "preview_side": 64}


PIXELS = bytes(6)


def description(**changes: Any) -> dict[str, Any]:
    """Of an image that has `PIXELS`."""
    return {"width": 2, "height": 3, "channels": 1, "dtype": "uint8", "role": "image", **changes}


def submit_with(images: object, *frames: bytes) -> list[Buffer]:
    return [*encode("submit", {**SUBMIT, "images": images}), *frames]


def refusal(frames: Sequence[Buffer], max_bytes: int = 1 << 20) -> ProtocolError:
    with pytest.raises(ProtocolError) as caught:
        decode(frames, FROM_CLIENT, max_bytes)
    return caught.value


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_images_arrive_as_they_were_sent(dtype: str, channels: int) -> None:
    values = np.random.default_rng(1).integers(0, 200, (5, 7, channels)).astype(dtype)
    mask = to_frame(np.eye(5, 7, dtype=np.uint8))
    message = decode(
        encode("submit", SUBMIT, {"image": to_frame(values), "mask": mask}), FROM_CLIENT
    )
    assert message.fields == SUBMIT
    assert message.job == "j1"
    received = to_array(message.images["image"])
    assert received.dtype == values.dtype
    np.testing.assert_array_equal(received, values)
    assert set(message.images) == {"image", "mask"}


def test_strided_and_big_endian_arrays_arrive_too() -> None:
    values = np.arange(24, dtype=">u2").reshape(4, 6)[::2, ::3]
    frames = encode("preview", {"job": "j", "fraction": 0.5}, {"image": to_frame(values)})
    received = to_array(decode(frames, FROM_SERVER).images["image"])
    np.testing.assert_array_equal(received[:, :, 0], values)


def test_pixels_are_looked_at_where_they_lie() -> None:
    frames = [bytearray(frame) for frame in encode("submit", SUBMIT, {"image": GREY})]
    pixels = decode([memoryview(frame) for frame in frames], FROM_CLIENT).images["image"].pixels
    frames[2][-1] = 99
    assert pixels[-1] == 99


def test_pixels_are_sent_from_where_they_lie() -> None:
    pixels = bytearray(6)
    *_, frame = encode(
        "submit", SUBMIT, {"image": ImageFrame(2, 3, 1, "uint8", memoryview(pixels))}
    )
    pixels[-1] = 99
    assert frame[-1] == 99


def test_unknown_fields_are_ignored() -> None:
    frames = encode("cancel", {"job": "j1", "because": [1, {"of": "tomorrow"}]})
    assert decode(frames, FROM_CLIENT).fields == {"job": "j1"}
    known = submit_with([description(later=1)], PIXELS)
    assert decode(known, FROM_CLIENT).images["image"].width == 2


def test_optional_fields_may_be_nil_or_missing() -> None:
    hello = {"name": "x", "version": "1", "warm": None}
    assert decode(encode("hello", hello), FROM_CLIENT).fields == {"name": "x", "version": "1"}


def test_another_protocol_version_is_named() -> None:
    error = refusal([msgpack.packb(2), *encode("ping")[1:]])
    assert error.code == "protocol.version"
    assert "protocol 2" in error.message


def test_an_unknown_type_is_named_and_keeps_its_job() -> None:
    error = refusal(encode("levitate", {"job": "j9"}))
    assert (error.code, error.job) == ("protocol.unknown_type", "j9")
    assert "levitate" in error.message


@pytest.mark.parametrize(
    "frames",
    [
        [],
        [b""],
        [msgpack.packb(1)],
        [b"\xc1", *encode("ping")[1:]],
        [msgpack.packb("1"), *encode("ping")[1:]],
        [msgpack.packb(True), *encode("ping")[1:]],
        [msgpack.packb(1), b""],
        [msgpack.packb(1), msgpack.packb([1, 2])],
        [msgpack.packb(1), msgpack.packb({"job": "j1"})],
        [msgpack.packb(1), msgpack.packb({"type": 3})],
        [msgpack.packb(1), encode("ping")[1] + b"\x00"],
        [msgpack.packb(1), encode("ping")[1][:-1]],
        [msgpack.packb(1), b"\x91" * 5000],
        [msgpack.packb(1), b"\xdd\xff\xff\xff\xff"],
        [msgpack.packb(1), b"\xdf\xff\xff\xff\xff"],
        encode("ping") * 4,
    ],
)
def test_what_is_no_message_is_malformed(frames: list[bytes]) -> None:
    assert refusal(frames).code == "protocol.malformed"


@pytest.mark.parametrize(
    ("type_", "fields"),
    [
        ("cancel", {}),
        ("cancel", {"job": 5}),
        ("cancel", {"job": ""}),
        ("cancel", {"job": "a/../b"}),
        ("cancel", {"job": "x" * 65}),
        ("submit", {"job": "j1", "settings": []}),
        ("submit", {"job": "j1", "settings": {}, "preview_side": -1}),
        ("submit", {"job": "j1", "settings": {}, "preview_side": True}),
        ("hello", {"name": "x", "version": None}),
    ],
)
def test_fields_of_the_wrong_kind_are_malformed(type_: str, fields: dict[str, Any]) -> None:
    error = refusal(encode(type_, fields))
    assert error.code == "protocol.malformed"
    assert type_ in error.message


@pytest.mark.parametrize(
    "changes",
    [
        {"width": 3},
        {"width": 0},
        {"width": -2, "height": -3},
        {"width": 1 << 40},
        {"width": 2.0},
        {"width": True, "height": 6},
        {"channels": 5},
        {"channels": 0},
        {"dtype": "float64"},
        {"dtype": None},
        {"role": "layer"},
        {"role": 1},
    ],
)
def test_impossible_images_are_malformed_and_keep_their_job(changes: dict[str, Any]) -> None:
    error = refusal(submit_with([description(**changes)], PIXELS))
    assert (error.code, error.job) == ("protocol.malformed", "j1")


@pytest.mark.parametrize("images", [3, "image", {"image": description()}, [3], [None], [{}]])
def test_descriptions_that_are_none_are_malformed(images: object) -> None:
    error = refusal(submit_with(images, PIXELS))
    assert (error.code, error.job) == ("protocol.malformed", "j1")


@pytest.mark.parametrize("size", [0, 1, 5, 7, 4096])
def test_pixels_have_exactly_the_bytes_that_the_description_says(size: int) -> None:
    assert refusal(submit_with([description()], bytes(size))).code == "protocol.malformed"


def test_an_image_that_claims_more_than_it_has_is_refused_before_memory_is_taken() -> None:
    lying = description(width=60000, height=60000)
    assert refusal(submit_with([lying], PIXELS)).code == "protocol.malformed"


def test_every_image_has_a_frame_and_every_frame_an_image() -> None:
    mask = description(role="mask")
    for images, frames in (([description(), mask], [PIXELS]), ([description()], [PIXELS] * 2)):
        assert refusal(submit_with(images, *frames)).code == "protocol.malformed"
    assert refusal([*encode("submit", SUBMIT), PIXELS]).code == "protocol.malformed"


def test_roles_come_once_and_only_where_they_belong() -> None:
    twice = submit_with([description()] * 2, PIXELS, PIXELS)
    assert refusal(twice).code == "protocol.malformed"
    stray = [*encode("ping", {"images": [description()]}), PIXELS]
    assert refusal(stray).code == "protocol.malformed"


def test_a_result_without_its_image_is_malformed() -> None:
    fields = {"job": "j", "seconds": 1.0, "octaves": 1, "device": "cpu", "precision": "float32"}
    with pytest.raises(ProtocolError, match="without its image"):
        decode(encode("result", fields), FROM_SERVER)


def test_bounds_on_header_and_message() -> None:
    long = encode("hello", {"name": "x" * MAX_HEADER_BYTES, "version": "1"})
    assert refusal(long, 1 << 30).code == "protocol.too_large"
    assert refusal(submit_with([description()], PIXELS), 40).code == "protocol.too_large"


@settings(max_examples=300, deadline=None)
@given(st.lists(st.binary(max_size=80), max_size=6))
def test_random_frames_never_do_anything_but_be_refused(frames: list[bytes]) -> None:
    refusal(frames)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_damaged_message_is_refused_or_is_another_message(data: st.DataObject) -> None:
    frames = [bytearray(frame) for frame in encode("submit", SUBMIT, {"image": GREY})]
    frame = data.draw(st.sampled_from(frames))
    for _ in range(data.draw(st.integers(1, 4))):
        frame[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
    try:
        message = decode([bytes(frame) for frame in frames], FROM_CLIENT)
    except ProtocolError:
        return
    for image in message.images.values():
        assert to_array(image).nbytes == image.nbytes
