"""Dreams on a real Ray cluster: what a client gets is what it gets from an engine beside it."""

from __future__ import annotations

import numpy as np
import pytest

from bridgeclient import (
    BridgeClient,
    Cancelled,
    DreamRequest,
    Inspected,
    InspectRequest,
    Preview,
    PreviousFrame,
    Progress,
    RequestError,
    Result,
)
from cluster.conftest import NODES, all_warm, nodes_dreaming
from cluster.requests import ENDLESS, QUICK, SHORT, dream_of
from dreambridge.arrays import Array, to_array, to_frame
from dreamcore import Dreamer, DreamSettings, Previous
from servers import Server, wait_until

ENGINES = sum(NODES.values())


def test_the_same_bytes_as_without_a_cluster(
    client: BridgeClient, photo: Array, dreamer: Dreamer
) -> None:
    *_, expected = dreamer.dream(photo, DreamSettings.from_json(SHORT))
    *_, result = client.events(client.submit(dream_of(photo, SHORT)))
    assert isinstance(result, Result)
    assert np.array_equal(to_array(result.image), expected.image)


def test_a_mask_and_a_guide_travel_with_the_image(
    client: BridgeClient, photo: Array, dreamer: Dreamer
) -> None:
    mask = np.zeros(photo.shape[:2], np.uint8)
    mask[:, 40:] = 255
    guide = np.ascontiguousarray(photo[::-1])
    settings = {**SHORT, "objective": "guide"}
    *_, expected = dreamer.dream(photo, DreamSettings.from_json(settings), mask=mask, guide=guide)
    job = client.submit(dream_of(photo, settings, mask, guide))
    *_, result = client.events(job)
    assert isinstance(result, Result)
    assert np.array_equal(to_array(result.image), expected.image)
    assert np.array_equal(to_array(result.image)[:, :40], photo[:, :40])


def test_the_frame_before_travels_with_the_image(
    client: BridgeClient, photo: Array, dreamer: Dreamer
) -> None:
    moved = np.ascontiguousarray(np.roll(photo, 2, axis=1))
    before = Previous(photo, np.ascontiguousarray(255 - photo))
    *_, expected = dreamer.dream(moved, DreamSettings.from_json(SHORT), previous=before)
    previous = PreviousFrame(to_frame(before.image), to_frame(before.dream))
    request = DreamRequest.frame(to_frame(moved), SHORT, previous=previous)
    *_, result = client.events(client.submit(request))
    assert isinstance(result, Result)
    assert np.array_equal(to_array(result.image), expected.image)


def test_a_dream_of_many_pixels_goes_through_the_object_store(
    client: BridgeClient, photo: Array
) -> None:
    large = np.tile(photo, (12, 16, 1))
    *_, result = client.events(client.submit(dream_of(large, QUICK)))
    assert isinstance(result, Result)
    assert to_array(result.image).shape == large.shape
    assert not np.array_equal(to_array(result.image), large)


def test_two_clients_dream_at_the_same_time(
    server: Server, client: BridgeClient, photo: Array
) -> None:
    with server.connect("another") as other:
        jobs = [(each, each.submit(dream_of(photo, ENDLESS))) for each in (client, other)]
        for each, job in jobs:
            assert next(event for event in each.events(job) if isinstance(event, Progress))
        assert client.status().running == 2
        assert len(nodes_dreaming(client)) == 2
        for each, job in jobs:
            each.cancel(job)
            with pytest.raises(Cancelled):
                list(each.events(job))


def test_previews_come_as_they_are_asked_for(client: BridgeClient, photo: Array) -> None:
    job = client.submit(dream_of(photo, ENDLESS, preview_side=48))
    previews = (event for event in client.events(job) if isinstance(event, Preview))
    first, second = next(previews), next(previews)
    assert max(first.image.width, first.image.height) == 48
    assert first.fraction < second.fraction
    client.cancel(job)
    with pytest.raises(Cancelled):
        list(client.events(job))


def test_cancel_while_running_and_while_queued(client: BridgeClient, photo: Array) -> None:
    running = [client.submit(dream_of(photo, ENDLESS)) for _ in range(ENGINES)]
    queued = client.submit(dream_of(photo, ENDLESS))
    wait_until(lambda: len(nodes_dreaming(client)) == ENGINES, "every engine dreams")
    assert client.status().queued == 1
    client.cancel(queued)
    with pytest.raises(Cancelled):
        list(client.events(queued))
    for job in running:
        client.cancel(job)
        with pytest.raises(Cancelled):
            list(client.events(job))
    wait_until(lambda: all_warm(client), "every engine has stopped")
    *_, result = client.events(client.submit(dream_of(photo, QUICK)))
    assert isinstance(result, Result)


def test_what_it_sees_is_answered_while_every_engine_dreams(
    client: BridgeClient, photo: Array, dreamer: Dreamer
) -> None:
    dreams = [client.submit(dream_of(photo, ENDLESS)) for _ in range(ENGINES)]
    wait_until(lambda: len(nodes_dreaming(client)) == ENGINES, "every engine dreams")
    question = InspectRequest({"image": to_frame(photo)}, count=4, picture_side=32)
    (answer,) = client.events(client.inspect(question))
    assert isinstance(answer, Inspected)
    expected = [(found.layer, found.channel) for found in dreamer.inspect(photo, count=4)]
    assert [(found["layer"], found["channel"]) for found in answer.channels] == expected
    assert [picture.width for picture in answer.pictures] == [32] * 4
    for job in dreams:
        client.cancel(job)
        with pytest.raises(Cancelled):
            list(client.events(job))


def test_a_mistake_in_a_request_costs_no_engine(client: BridgeClient, photo: Array) -> None:
    with pytest.raises(RequestError) as caught:
        list(client.events(client.submit(dream_of(photo, {**QUICK, "objective": "guide"}))))
    assert caught.value.field == "guide"
    assert [worker["state"] for worker in client.status().workers] == ["warm"] * ENGINES
