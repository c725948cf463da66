"""Dreams through the bridge: real server, real engine, as a plug-in would use them."""

from __future__ import annotations

import select
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bridgeclient import (
    Accepted,
    BridgeClient,
    Cancelled,
    DreamRequest,
    Event,
    Failed,
    Preview,
    PreviousFrame,
    Progress,
    Result,
    Started,
)
from dreambridge.arrays import Array, to_array, to_frame
from dreamcore import DreamSettings, Previous
from server.requests import ENDLESS, QUICK, dream, here
from servers import Server, wait_until

if TYPE_CHECKING:
    from dreamcore import Dreamer


def test_a_dream_is_the_same_bit_for_bit_as_without_the_bridge(
    client: BridgeClient, dreamer: Dreamer, photo: Array
) -> None:
    np.testing.assert_array_equal(dream(client, photo, QUICK), here(dreamer, photo, QUICK))


def test_mask_guide_and_deep_pixels_cross_the_bridge_unharmed(
    client: BridgeClient, dreamer: Dreamer, photo: Array
) -> None:
    alpha = np.full((*photo.shape[:2], 1), 40000, np.uint16)
    image = np.concatenate((photo.astype(np.uint16) * 257, alpha), axis=2)
    mask = np.zeros(photo.shape[:2], np.uint8)
    mask[20:50, 30:70] = 200
    settings = {**QUICK, "objective": "guide"}
    guide = photo[:, ::-1]
    result = dream(client, image, settings, mask=to_frame(mask), guide=to_frame(guide))
    expected = here(dreamer, image, settings, mask=mask, guide=np.ascontiguousarray(guide))
    np.testing.assert_array_equal(result, expected)
    assert (result[mask == 0] == image[mask == 0]).all()
    assert (result[mask > 0] != image[mask > 0]).any()


def test_frames_of_a_film_are_the_same_bit_for_bit_as_without_the_bridge(
    client: BridgeClient, dreamer: Dreamer, photo: Array
) -> None:
    mask = np.zeros(photo.shape[:2], np.uint8)
    mask[10:60, 10:90] = 255
    frames = [np.ascontiguousarray(np.roll(photo, shift, axis=1)) for shift in range(3)]
    before: PreviousFrame | None = None
    expected: Previous | None = None
    for frame in frames:
        request = DreamRequest.frame(to_frame(frame), QUICK, previous=before, mask=to_frame(mask))
        *_, result = client.events(client.submit(request))
        assert isinstance(result, Result)
        dreamed = here(dreamer, frame, QUICK, mask=mask, previous=expected)
        np.testing.assert_array_equal(to_array(result.image), dreamed)
        before, expected = PreviousFrame(request.image, result.image), Previous(frame, dreamed)
    alone = here(dreamer, frames[-1], QUICK, mask=mask)
    assert (to_array(result.image) != alone).any()


def test_a_sketch_is_the_one_that_the_engine_makes_itself(
    client: BridgeClient, photo: Array, dreamer: Dreamer
) -> None:
    *_, expected = dreamer.dream(photo, DreamSettings(**QUICK), sketch=True)
    request = DreamRequest.still(to_frame(photo), QUICK, sketch=True)
    *_, result = client.events(client.submit(request))
    assert isinstance(result, Result)
    assert bytes(result.image.pixels) == expected.image.tobytes()
    assert result.precision == dreamer.sketch_precision


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_float_pixels_come_back_in_their_type(
    client: BridgeClient, dreamer: Dreamer, photo: Array, dtype: str
) -> None:
    image = (photo[:, :, :1] / np.float32(255)).astype(dtype)
    result = dream(client, image, QUICK)
    assert result.dtype == image.dtype
    np.testing.assert_array_equal(result, here(dreamer, image, QUICK))


def test_the_events_of_a_job_come_in_order(client: BridgeClient, photo: Array) -> None:
    settings = {**QUICK, "octaves": 3, "octave_scale": 1.4, "iterations": 5}
    events = list(client.events(client.submit(DreamRequest.still(to_frame(photo), settings))))
    kinds = [type(event) for event in events]
    assert kinds[:2] == [Accepted, Started]
    assert kinds[-1] is Result
    assert set(kinds[2:-1]) == {Progress}
    steps = [event for event in events if isinstance(event, Progress)]
    places = [(step.octave, step.iteration) for step in steps]
    assert places == sorted(places)
    assert all(step.octaves == 3 and step.iterations == 5 for step in steps)
    fractions = [step.fraction for step in steps]
    assert fractions == sorted(fractions)
    assert 0 < fractions[0] <= fractions[-1] <= 1


def test_previews_come_only_when_asked_for_and_fit_the_side(
    client: BridgeClient, photo: Array
) -> None:
    settings = {**QUICK, "iterations": 8}
    with_previews = list(
        client.events(client.submit(DreamRequest.still(to_frame(photo), settings, preview_side=40)))
    )
    previews = [event.image for event in with_previews if isinstance(event, Preview)]
    assert previews
    assert {(image.width, image.height, image.channels) for image in previews} == {(40, 30, 3)}
    assert {image.dtype for image in previews} == {"uint8"}
    shrunk = photo[::2, ::2].mean()
    assert abs(to_array(previews[0]).astype(float).mean() - shrunk) < 12
    without = client.events(client.submit(DreamRequest.still(to_frame(photo), settings)))
    assert not any(isinstance(event, Preview) for event in without)


def test_one_credit_gives_one_preview(raw: Any, photo: Array) -> None:
    fields = {"job": "one-credit", "settings": {**QUICK, "iterations": 10}, "preview_side": 16}
    raw.say("submit", fields, {"image": to_frame(photo)})
    raw.say("credit", {"job": "one-credit"})
    raw.say("credit", {"job": "one-credit"})
    types = []
    while not types or types[-1] != "result":
        types.append(raw.hear_until("preview", "progress", "result").type)
    assert types.count("preview") == 1


def test_a_client_may_be_quiet_between_dreams(
    client: BridgeClient, photo: Array, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long it had nothing to ask: the server's silence counts from the dream."""
    silence_s = 3.0
    monkeypatch.setattr("bridgeclient.client.SILENCE_S", silence_s)
    time.sleep(silence_s)
    dream(client, photo, QUICK)


def test_a_gui_can_follow_without_ever_blocking(client: BridgeClient, photo: Array) -> None:
    job = client.submit(
        DreamRequest.still(to_frame(photo), {**QUICK, "iterations": 10}, preview_side=32)
    )
    events: list[Event] = []
    slowest = 0.0
    while not events or not isinstance(events[-1], Result):
        select.select([client.fileno()], [], [], 0.1)
        while True:
            asked = time.perf_counter()
            event = client.receive()
            slowest = max(slowest, time.perf_counter() - asked)
            if event is None:
                break
            events.append(event)
    kinds = {type(event) for event in events}
    assert kinds == {Accepted, Started, Progress, Preview, Result}
    assert all(event.job == job for event in events)  # type: ignore[union-attr]
    assert slowest < 0.5
    assert client.receive() is None


def test_a_gui_hears_of_cancelled_and_refused_dreams_as_events(
    client: BridgeClient, photo: Array
) -> None:
    def last_of(job: str) -> Failed:
        events: list[Event | None] = []
        wait_until(lambda: isinstance(events.append(e := client.receive()) or e, Failed), "it ends")
        failed = events[-1]
        assert isinstance(failed, Failed)
        assert failed.job == job
        return failed

    job = client.submit(DreamRequest.still(to_frame(photo), ENDLESS))
    client.cancel(job)
    assert isinstance(last_of(job).error, Cancelled)
    job = client.submit(DreamRequest.still(to_frame(photo), {"octaves": 99}))
    assert last_of(job).error.code == "request.invalid"


def test_an_id_that_is_taken_is_refused_and_its_dream_goes_on(
    raw_client: Callable[..., Any], photo: Array
) -> None:
    first, second = raw_client(), raw_client()
    submission = {"job": "the-same", "settings": ENDLESS}
    first.say("submit", submission, {"image": to_frame(photo)})
    first.hear_until("started")
    second.say("submit", submission, {"image": to_frame(photo)})
    error = second.hear_until("error", "accepted")
    assert (error.fields["code"], error.fields["field"]) == ("request.invalid", "job")
    first.hear_until("progress")
    first.say("cancel", {"job": "the-same"})
    assert first.hear_until("cancelled").job == "the-same"


def test_welcome_tells_what_there_is(server: Server, client: BridgeClient, photo: Array) -> None:
    dream(client, photo, QUICK)
    with server.connect() as late:
        welcome = late.welcome
    assert welcome.warm
    assert welcome.device
    assert welcome.precision in ("float32", "bfloat16", "float16", "mixed")
    assert welcome.limits["request_bytes"] == 1 << 30
    status = client.status()
    assert status.server == welcome.server
    assert status.log == str(server.home.server_log)
    assert server.home.server_log.exists()
