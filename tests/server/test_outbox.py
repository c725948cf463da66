"""What a slow client is spared and what it always gets, through real sockets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import zmq

from dreambridge.server.outbox import ClientGone, Outbox


@pytest.fixture
def router() -> Iterator[zmq.Socket[bytes]]:
    with zmq.Context() as context:
        router = context.socket(zmq.ROUTER)
        router.router_mandatory = True
        router.sndhwm = 1
        router.linger = 0
        router.bind("inproc://outbox")
        yield router
        router.close()


@pytest.fixture
def slow(router: zmq.Socket[bytes]) -> Iterator[zmq.Socket[bytes]]:
    """A client whose pipe takes very few messages."""
    dealer = router.context.socket(zmq.DEALER)
    dealer.setsockopt(zmq.ROUTING_ID, b"slow")
    dealer.rcvhwm = 1
    dealer.rcvtimeo = 2000
    dealer.connect("inproc://outbox")
    dealer.send(b"here")
    router.recv_multipart()
    yield dealer
    dealer.close(0)


def fill(outbox: Outbox) -> int:
    """Send until the client's pipe takes no more; returns how many it took."""
    for number in range(100):
        outbox.send(b"slow", "accepted", f"filler{number}", [b"filler"])
        if outbox.waiting:
            return number
    raise AssertionError("the pipe has no end")


def received(outbox: Outbox, dealer: zmq.Socket[bytes], until: bytes) -> list[bytes]:
    frames = []
    while not frames or frames[-1] != until:
        outbox.flush()
        frames.append(dealer.recv_multipart()[0])
    return [frame for frame in frames if frame != b"filler"]


def test_the_newest_progress_and_preview_of_a_job_replace_those_unsent(
    router: zmq.Socket[bytes], slow: zmq.Socket[bytes]
) -> None:
    outbox = Outbox(router)
    fill(outbox)
    for number in range(5):
        outbox.send(b"slow", "progress", "job", [b"progress %d" % number])
        outbox.send(b"slow", "preview", "job", [b"preview %d" % number])
    outbox.send(b"slow", "progress", "other", [b"progress of another"])
    outbox.send(b"slow", "result", "job", [b"result"])
    assert received(outbox, slow, until=b"result") == [
        b"progress 4",
        b"preview 4",
        b"progress of another",
        b"result",
    ]
    assert not outbox.waiting


def test_nothing_else_is_dropped_and_order_is_kept(
    router: zmq.Socket[bytes], slow: zmq.Socket[bytes]
) -> None:
    outbox = Outbox(router)
    fill(outbox)
    sent = [b"%d" % number for number in range(40)]
    for number, frame in enumerate(sent):
        kind = ("accepted", "result", "error", "cancelled")[number % 4]
        outbox.send(b"slow", kind, f"job{number}", [frame])
    assert received(outbox, slow, until=sent[-1]) == sent


def test_a_client_that_left_is_noticed(router: zmq.Socket[bytes], slow: zmq.Socket[bytes]) -> None:
    outbox = Outbox(router)
    with pytest.raises(ClientGone):
        outbox.send(b"nobody", "result", "job", [b"result"])
    fill(outbox)
    slow.close(0)
    gone: list[bytes] = []
    while not gone:
        router.poll(10)
        gone = outbox.flush()
    assert gone == [b"slow"]
    outbox.forget(b"slow")
    assert not outbox.waiting
