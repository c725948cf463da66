"""The server against clients that are wrong, hostile, slow or silent."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import msgpack
import pytest
import zmq

from bridgeclient import (
    AuthError,
    BridgeClient,
    BusyError,
    DreamRequest,
    ImageFrame,
    RequestError,
    ServerError,
)
from bridgeclient.codec import encode
from bridgeclient.connection import Connection
from bridgeclient.transport.zeromq import ZmqTransport
from dreambridge.arrays import Array, to_frame
from servers import Server, wait_until

ENDLESS = {"octaves": 1, "iterations": 1000}
IMAGE = ImageFrame(2, 3, 1, "uint8", bytes(6))


def fresh_pair() -> tuple[str, str]:
    public, secret = zmq.curve_keypair()
    return public.decode(), secret.decode()


# wrong messages


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ([b"GET / HTTP/1.1"], "protocol.malformed"),
        ([b"\xff" * 300] * 3, "protocol.malformed"),
        ([msgpack.packb(9), msgpack.packb({"type": "ping"})], "protocol.version"),
        (encode("levitate"), "protocol.unknown_type"),
        (encode("cancel"), "protocol.malformed"),
        (encode("ping") * 20, "protocol.malformed"),
        ([*encode("submit", {"job": "t", "settings": {}}), b"\x86"], "protocol.malformed"),
        (encode("hello", {"name": "x" * (1 << 20), "version": "1"}), "protocol.too_large"),
        (encode("submit", {"job": "t", "settings": {}}), "protocol.malformed"),
    ],
)
def test_wrong_messages_are_answered_and_do_no_harm(
    raw: Any, client: BridgeClient, frames: list[bytes], code: str
) -> None:
    raw.send(frames)
    error = raw.hear_until("error")
    assert error.fields["code"] == code
    assert error.fields["hint"]
    raw.say("ping")
    assert raw.hear_until("pong").type == "pong"
    assert client.status().queued == 0


def test_truncated_pixels_are_refused_with_their_job(raw: Any) -> None:
    *frames, image = encode("submit", {"job": "cut", "settings": {}}, {"image": IMAGE})
    raw.send([*frames, image[:-1]])
    error = raw.hear_until("error")
    assert (error.job, error.fields["code"]) == ("cut", "protocol.malformed")


def test_a_wrong_message_about_a_running_job_leaves_the_job_alone(raw: Any, photo: Array) -> None:
    submission = {"job": "stays", "settings": ENDLESS}
    raw.say("submit", submission, {"image": to_frame(photo)})
    raw.hear_until("progress")
    raw.send([*encode("submit", submission), b"\x86"])
    assert raw.hear_until("error").job == ""
    assert raw.hear_until("progress").job == "stays"
    raw.say("cancel", {"job": "stays"})
    assert raw.hear_until("cancelled").job == "stays"


# keys


def test_a_client_with_another_key_is_told_so(connection: Connection) -> None:
    public, secret = fresh_pair()
    forged = Connection(**{**vars(connection), "client_public": public, "client_secret": secret})
    with pytest.raises(AuthError) as caught:
        BridgeClient(ZmqTransport(forged), name="forger", version="1")
    assert caught.value.code == "auth.refused"


def test_a_client_that_expects_another_server_finds_none(connection: Connection) -> None:
    mistaken = Connection(**{**vars(connection), "server_public": fresh_pair()[0]})
    with pytest.raises(ServerError) as caught:
        BridgeClient(ZmqTransport(mistaken), name="mistaken", version="1")
    assert caught.value.code == "server.unreachable"


@pytest.mark.parametrize("case", ["another key", "swapped secret", "no encryption"])
def test_without_the_key_nothing_is_read_and_nothing_revealed(
    raw_client: Callable[..., Any], client: BridgeClient, server: Server, case: str
) -> None:
    public, secret = fresh_pair()
    stranger = {
        "another key": lambda: raw_client(client_public=public, client_secret=secret),
        "swapped secret": lambda: raw_client(client_secret=secret),
        "no encryption": lambda: raw_client(server_public=""),
    }[case]()
    stranger.say("hello", {"name": "stranger-in-the-log", "version": "1"})
    stranger.say("shutdown")
    assert stranger.hear(1.5) is None
    assert client.status().worker in ("starting", "warm")
    assert "stranger-in-the-log" not in server.home.server_log.read_text()


def test_a_web_page_gets_nothing_from_the_port(connection: Connection) -> None:
    host, port = connection.endpoint.removeprefix("tcp://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        heard = b""
        with contextlib.suppress(ConnectionResetError):
            while chunk := plain.recv(4096):
                heard += chunk
    assert len(heard) <= 64  # ZeroMQ's greeting, which is the same for everybody
    assert b"HTTP" not in heard
    assert connection.server_public.encode() not in heard


def test_pixels_on_the_wire_cannot_be_read(server: Server, connection: Connection) -> None:
    """A man in the middle sees every byte of a conversation and none of the pixels in it."""
    pattern = bytes(range(256)) * 24
    with _Tap(connection.endpoint) as tap:
        tapped = Connection(**{**vars(connection), "endpoint": tap.endpoint})
        with BridgeClient(ZmqTransport(tapped), name="tapped", version="1") as client:
            image = ImageFrame(64, 96, 1, "uint8", pattern)
            mask = ImageFrame(64, 96, 1, "uint8", bytes(len(pattern)))
            *_, result = client.events(client.submit(DreamRequest.still(image, {}, mask=mask)))
        assert result.image.pixels == pattern  # type: ignore[union-attr]
        assert len(tap.seen) > 2 * len(pattern)
        assert pattern[:16] not in tap.seen
        assert b"settings" not in tap.seen


class _Tap:
    """Passes bytes between a client and the server, and keeps them all."""

    def __init__(self, endpoint: str) -> None:
        self._target = endpoint.removeprefix("tcp://").split(":")
        self._door = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"tcp://127.0.0.1:{self._door.getsockname()[1]}"
        self.seen = b""
        self._thread = threading.Thread(target=self._pass_on, daemon=True)

    def __enter__(self) -> _Tap:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(10)
        self._door.close()

    def _pass_on(self) -> None:
        client, _ = self._door.accept()
        server = socket.create_connection((self._target[0], int(self._target[1])))
        other = {client: server, server: client}
        with client, server:
            while True:
                for side in select.select([client, server], [], [], 10)[0]:
                    data = side.recv(65536)
                    if not data:
                        return
                    self.seen += data
                    other[side].sendall(data)


# clients that die or fall silent

CLIENT = """
import sys
from pathlib import Path
from bridgeclient import DreamRequest, ImageFrame, Installation, Progress, find
client = find(Installation("", Path(sys.argv[1]), "1"), name="doomed")
image = ImageFrame(96, 72, 3, "uint8", bytes(range(256)) * 81)
job = client.submit(DreamRequest.still(image, {"iterations": 1000}))
for event in client.events(job):
    if isinstance(event, Progress):
        print("dreaming", flush=True)
"""


@pytest.fixture
def doomed(server: Server) -> Iterator[subprocess.Popen[str]]:
    """Another process in the middle of a long dream."""
    command = [sys.executable, "-c", CLIENT, str(server.home.connection_file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "dreaming\n"
        yield process
        process.kill()


def jobs(client: BridgeClient) -> int:
    status = client.status()
    return status.running + status.queued


def test_the_dream_of_a_killed_client_is_cancelled(
    client: BridgeClient, doomed: subprocess.Popen[str]
) -> None:
    assert jobs(client) == 1
    doomed.kill()
    wait_until(lambda: jobs(client) == 0, "the job of a killed client is gone")


@pytest.mark.skipif(os.name != "posix", reason="only POSIX can stop a process")
def test_the_dream_of_a_silent_client_is_cancelled(
    client: BridgeClient, server: Server, doomed: subprocess.Popen[str]
) -> None:
    doomed.send_signal(signal.SIGSTOP)
    wait_until(lambda: jobs(client) == 0, "the job of a silent client is gone", 60)
    assert "its client was silent for 10 s" in server.home.server_log.read_text()


# bounds


@pytest.fixture(scope="module")
def tight(serve: Callable[..., Server]) -> Server:
    """A server that takes little."""
    return serve("--max-queue", "2", "--max-request-mib", "1", "--max-queue-mib", "1")


def test_a_full_queue_says_when_to_come_back(tight: Server, photo: Array) -> None:
    with tight.connect() as client:
        wait_until(lambda: jobs(client) == 0, "earlier jobs are gone")
        taken = [client.submit(DreamRequest.still(to_frame(photo), ENDLESS)) for _ in range(2)]
        with pytest.raises(BusyError) as caught:
            list(client.events(client.submit(DreamRequest.still(to_frame(photo), ENDLESS))))
        error = caught.value
        assert (error.code, error.facts["limit"]) == ("busy.queue_full", "queued_jobs")
        assert error.retryable
        assert error.retry_after_s > 0
        assert "--max-queue" in error.hint
        for job in taken:
            client.cancel(job)
        wait_until(lambda: jobs(client) == 0, "there is room again")
        assert next(client.events(client.submit(DreamRequest.still(to_frame(photo), ENDLESS)))).job


def test_memory_of_all_jobs_together_is_bounded(tight: Server) -> None:
    large = ImageFrame(1000, 700, 1, "uint8", bytes(700_000))
    with tight.connect() as client:
        wait_until(lambda: jobs(client) == 0, "earlier jobs are gone")
        client.submit(DreamRequest.still(large, ENDLESS))
        with pytest.raises(BusyError) as caught:
            list(client.events(client.submit(DreamRequest.still(large, ENDLESS))))
        assert caught.value.facts["limit"] == "queued_bytes"
        assert "--max-queue-mib" in caught.value.hint


def test_an_oversized_request_is_refused_before_it_is_sent(tight: Server) -> None:
    with tight.connect() as client:
        with pytest.raises(RequestError) as caught:
            client.submit(
                DreamRequest.still(ImageFrame(1024, 1025, 1, "uint8", bytes(1024 * 1025)), {})
            )
        assert caught.value.code == "request.too_large"
        assert "--max-request-mib" in caught.value.hint


def test_an_oversized_frame_ends_only_its_own_connection(tight: Server) -> None:
    from bridgeclient.connection import read_connection

    with tight.connect() as client, tight.connect() as other:
        client.welcome.limits["request_bytes"] = 1 << 30  # a client that does not look
        client.submit(DreamRequest.still(ImageFrame(2048, 1024, 1, "uint8", bytes(1 << 21)), {}))
        with pytest.raises(ServerError) as caught:
            wait_until(lambda: client.receive() is not None, "the connection ends")
        assert caught.value.code == "server.lost"
        assert other.status().pid == read_connection(tight.home.connection_file).pid  # type: ignore[union-attr]
