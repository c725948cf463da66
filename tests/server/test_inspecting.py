"""Which channels respond to a picture, asked over a real socket, with and without dreams about."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from bridgeclient import BridgeClient, DreamRequest, Inspected, InspectRequest, Result
from bridgeclient.errors import BridgeError
from bridgeclient.events import Progress
from conftest import load_photo
from dreambridge.arrays import Array, to_array, to_frame
from dreambridge.atlas import picture
from raw_client import RawClient
from servers import Server, wait_until

LONG = {"layers": {"relu3_1": 1.0}, "octaves": 1, "iterations": 1000}


def question(image: Array, mask: Array | None = None, **fields: Any) -> InspectRequest:
    images = {"image": to_frame(image)}
    if mask is not None:
        images["mask"] = to_frame(mask)
    return InspectRequest(images, **fields)


def answered(client: BridgeClient, request: InspectRequest) -> Inspected:
    (answer,) = client.events(client.inspect(request))
    assert isinstance(answer, Inspected)
    return answer


def test_the_answer_is_what_the_engine_sees(client: BridgeClient) -> None:
    cat = load_photo("chelsea.png")
    answer = answered(client, question(cat))
    assert len(answer.channels) == 12
    assert answer.pictures == []
    strengths = [found["strength"] for found in answer.channels]
    assert strengths == sorted(strengths, reverse=True)
    assert strengths[0] > 0


def test_the_mask_says_where_to_look(client: BridgeClient) -> None:
    """The cat's eye beside the cup of coffee: what is selected decides, wherever it lies."""
    cat, cup = load_photo("chelsea.png")[:300, :400], load_photo()[:300, :400]
    both, mask = np.hstack([cat, cup]), np.zeros((300, 800), np.uint8)
    mask[:, :400] = 255
    left = {(c["layer"], c["channel"]) for c in answered(client, question(both, mask)).channels}
    right = {
        (c["layer"], c["channel"]) for c in answered(client, question(both, 255 - mask)).channels
    }
    alone = {(c["layer"], c["channel"]) for c in answered(client, question(cat)).channels}
    assert len(left & right) <= 3
    assert len(left & alone) >= 6


def test_pictures_of_the_channels_come_along(client: BridgeClient) -> None:
    request = question(load_photo(), layer="relu4_3", count=5, picture_side=48)
    answer = answered(client, request)
    assert [found["layer"] for found in answer.channels] == ["relu4_3"] * 5
    for found, shown in zip(answer.channels, answer.pictures, strict=True):
        expected = np.asarray(picture("relu4_3", found["channel"]).resize((48, 48), 1), float)
        assert np.abs(to_array(shown).astype(float) - expected).mean() < 1


def test_it_is_answered_while_dreams_run_and_wait(client: BridgeClient, photo: Array) -> None:
    jobs = [client.submit(DreamRequest.still(to_frame(photo), LONG)) for _ in range(2)]
    asked = ""
    while not isinstance(event := client.receive(1.0), Inspected):
        if isinstance(event, Progress) and not asked:
            asked = client.inspect(question(photo))
        assert not isinstance(event, Result), "the dream ended first"
    assert event.job == asked
    for job in jobs:
        client.cancel(job)
        with pytest.raises(BridgeError):
            list(client.events(job))


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"layer": "conv4_3"}, "layer"),
        ({"layer": "relu9_9"}, "layer"),
        ({"count": 0}, "count"),
        ({"count": 65}, "count"),
        ({"picture_side": 1000}, "picture_side"),
    ],
)
def test_a_wrong_question_is_refused(
    client: BridgeClient, photo: Array, fields: dict[str, Any], wrong: str
) -> None:
    with pytest.raises(BridgeError) as caught:
        answered(client, question(photo, **fields))
    assert (caught.value.code, caught.value.facts["field"]) == ("request.invalid", wrong)


def test_a_mask_of_another_size_is_refused(client: BridgeClient, photo: Array) -> None:
    with pytest.raises(BridgeError) as caught:
        answered(client, question(photo, np.zeros((5, 5), np.uint8)))
    assert caught.value.facts["field"] == "mask"


def test_more_questions_than_jobs_are_refused(serve: Callable[..., Server], photo: Array) -> None:
    """Asked all at once of an engine that is not warm yet."""
    server = serve("--max-queue", "2")
    with RawClient(server.connection) as raw:
        for number in range(3):
            raw.say("inspect", {"job": f"q{number}"}, {"image": to_frame(photo)})
        refused = raw.hear_until("error")
        assert refused.fields["code"] == "busy.queue_full"
        assert refused.job == "q2"
        assert {raw.hear_until("inspected").job for _ in range(2)} == {"q0", "q1"}


def test_a_question_is_told_when_its_engine_dies(
    serve: Callable[..., Server], photo: Array
) -> None:
    server = serve()
    with server.connect() as client:
        wait_until(lambda: client.status().worker == "warm", "it is warm")
        (worker,) = [p for p in server.workers() if "workers.process" in " ".join(p.cmdline())]
        os.kill(worker.pid, signal.SIGSTOP)
        asked = client.inspect(question(photo))
        client.status()
        os.kill(worker.pid, signal.SIGKILL)
        with pytest.raises(BridgeError) as caught:
            list(client.events(asked))
        assert caught.value.code == "engine.crashed"
        assert len(answered(client, question(photo)).channels) == 12
