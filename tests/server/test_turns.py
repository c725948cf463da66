"""Clients side by side: their turns, and what ends when one cancels or leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from bridgeclient import Accepted, BridgeClient, Cancelled, DreamRequest, Progress, Result, Started
from dreambridge.arrays import Array, to_array, to_frame
from server.requests import ENDLESS, QUICK, here, wait_for
from servers import Server, wait_until

if TYPE_CHECKING:
    from dreamcore import Dreamer


def test_two_clients_each_get_their_own_dream(
    server: Server, client: BridgeClient, dreamer: Dreamer, photo: Array
) -> None:
    other_photo = np.ascontiguousarray(photo[::-1])
    with server.connect("other") as other:
        first, second = (
            client.submit(DreamRequest.still(to_frame(photo), QUICK)),
            other.submit(DreamRequest.still(to_frame(other_photo), QUICK)),
        )
        results = []
        for who, job in ((other, second), (client, first)):
            *_, last = who.events(job)
            assert isinstance(last, Result)
            assert last.job == job
            results.append(to_array(last.image))
    np.testing.assert_array_equal(results[0], here(dreamer, other_photo, QUICK))
    np.testing.assert_array_equal(results[1], here(dreamer, photo, QUICK))


def test_clients_are_served_in_turn(server: Server, client: BridgeClient, photo: Array) -> None:
    """Whoever comes second waits for one dream of a busy client, not for all of them."""
    frame = to_frame(photo)
    many = [client.submit(DreamRequest.still(frame, QUICK)) for _ in range(5)]
    wait_for(client, many[0], Started)
    with server.connect("second") as second:
        wait_for(second, second.submit(DreamRequest.still(frame, QUICK)), Result)
        assert second.status().queued + second.status().running >= 2
    for job in many:
        wait_for(client, job, Result)


def test_a_running_dream_can_be_cancelled(client: BridgeClient, photo: Array) -> None:
    job = client.submit(DreamRequest.still(to_frame(photo), ENDLESS))
    wait_for(client, job, Progress)
    client.cancel(job)
    with pytest.raises(Cancelled) as caught:
        list(client.events(job))
    assert caught.value.job == job
    status = client.status()
    assert (status.running, status.queued) == (0, 0)


def test_a_queued_dream_can_be_cancelled_and_the_running_one_goes_on(
    server: Server, client: BridgeClient, photo: Array
) -> None:
    with server.connect("busy") as busy:
        running = busy.submit(DreamRequest.still(to_frame(photo), ENDLESS))
        wait_for(busy, running, Started)
        queued = client.submit(DreamRequest.still(to_frame(photo), QUICK))
        assert next(client.events(queued)) == Accepted(queued, ahead=1)
        client.cancel(queued)
        with pytest.raises(Cancelled):
            list(client.events(queued))
        assert (client.status().running, client.status().queued) == (1, 0)
        busy.cancel(running)
        with pytest.raises(Cancelled):
            list(busy.events(running))


def test_cancelling_what_is_over_does_nothing(client: BridgeClient, photo: Array) -> None:
    job = client.submit(DreamRequest.still(to_frame(photo), QUICK))
    wait_for(client, job, Result)
    client.cancel(job)
    assert client.status().running == 0


def test_a_client_that_leaves_takes_its_dreams_along(
    server: Server, client: BridgeClient, photo: Array
) -> None:
    leaver = server.connect("leaver")
    jobs = [leaver.submit(DreamRequest.still(to_frame(photo), ENDLESS)) for _ in range(5)]
    wait_for(leaver, jobs[0], Progress)
    leaver.close()

    def gone() -> bool:
        status = client.status()
        return status.running + status.queued == 0

    wait_until(gone, "the server stopped the jobs of a client that left")
