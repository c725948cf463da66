"""The relay: the same frames through a child process, for a Python that can't load pyzmq."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import zmq

from bridgeclient import BridgeClient, BridgeError, DreamRequest, ImageFrame, Result, ServerError
from bridgeclient.connection import Connection, read_connection
from bridgeclient.errors import AuthError
from bridgeclient.transport.relay import RelayTransport
from dreambridge import __version__
from dreambridge.arrays import Array, to_frame
from servers import Server, wait_until

QUICK = {"layers": {"relu2_2": 1.0}, "octaves": 1, "iterations": 2}
ENDLESS = {"octaves": 1, "iterations": 1000}


def through_relay(connection: Connection, python: str = sys.executable) -> BridgeClient:
    transport = RelayTransport(connection, python)
    return BridgeClient(transport, name="test", version=__version__, timeout_s=30.0)


@pytest.fixture
def relayed(connection: Connection) -> Iterator[BridgeClient]:
    with through_relay(connection) as client:
        yield client


def dream(client: BridgeClient, image: ImageFrame) -> ImageFrame:
    *_, last = client.events(client.submit(DreamRequest.still(image, QUICK)))
    assert isinstance(last, Result)
    return last.image


def relays() -> list[psutil.Process]:
    """The relays that this process has started and that live."""
    children = psutil.Process().children(recursive=True)
    living = [child for child in children if child.status() != psutil.STATUS_ZOMBIE]
    return [child for child in living if "dreambridge.relay" in child.cmdline()]


def test_a_dream_is_the_same_as_without_it(
    client: BridgeClient, relayed: BridgeClient, photo: Array
) -> None:
    image = to_frame(photo)
    assert dream(relayed, image) == dream(client, image)


def test_large_frames_pass_whole(relayed: BridgeClient) -> None:
    pixels = os.urandom(3000 * 2000 * 4)
    image = ImageFrame(3000, 2000, 4, "uint8", pixels)
    nothing = ImageFrame(3000, 2000, 1, "uint8", bytes(3000 * 2000))
    job = relayed.submit(DreamRequest.still(image, QUICK, mask=nothing))
    *_, last = relayed.events(job)
    assert isinstance(last, Result)
    assert last.image.pixels == pixels


def test_its_descriptor_tells_when_there_is_something(relayed: BridgeClient) -> None:
    assert relayed.receive() is None
    relayed.request_status()
    readable, _, _ = select.select([relayed.fileno()], [], [], 30)
    assert readable
    wait_until(lambda: relayed.receive() is not None, "the status arrives")


def test_cancelling_through_it(relayed: BridgeClient, photo: Array) -> None:
    job = relayed.submit(DreamRequest.still(to_frame(photo), ENDLESS))
    events = relayed.events(job)
    next(events)
    relayed.cancel(job)
    with pytest.raises(BridgeError) as caught:
        list(events)
    assert caught.value.code == "cancelled"


def test_closing_ends_it(connection: Connection) -> None:
    client = through_relay(connection)
    assert relays()
    client.close()
    assert relays() == []
    client.close()


def test_a_killed_server_is_noticed(serve: Callable[..., Server], photo: Array) -> None:
    server = serve()
    connection = read_connection(server.home.connection_file)
    assert connection is not None
    with through_relay(connection) as client:
        events = client.events(client.submit(DreamRequest.still(to_frame(photo), ENDLESS)))
        next(events)
        server.process.kill()
        with pytest.raises(ServerError) as caught:
            list(events)
        assert caught.value.code == "server.lost"


def test_a_killed_relay_is_noticed(connection: Connection, photo: Array) -> None:
    with through_relay(connection) as client:
        events = client.events(client.submit(DreamRequest.still(to_frame(photo), ENDLESS)))
        next(events)
        for process in relays():
            process.kill()
        with pytest.raises(ServerError) as caught:
            list(events)
        assert caught.value.code == "server.lost"


def test_no_server_behind_the_address(connection: Connection) -> None:
    with pytest.raises(ServerError) as caught:
        through_relay(replace(connection, endpoint="tcp://127.0.0.1:9"))
    assert caught.value.code == "server.unreachable"
    assert relays() == []


def test_a_wrong_key_is_refused(connection: Connection) -> None:
    public, secret = (key.decode() for key in zmq.curve_keypair())
    with pytest.raises(AuthError):
        through_relay(replace(connection, client_public=public, client_secret=secret))


def test_a_python_that_is_gone(connection: Connection, tmp_path: Path) -> None:
    with pytest.raises(ServerError) as caught:
        through_relay(connection, python=str(tmp_path / "python"))
    assert caught.value.code == "server.no_transport"


def test_a_python_without_the_bridge(connection: Connection) -> None:
    with pytest.raises(ServerError) as caught:
        through_relay(connection, python="/bin/false")
    assert caught.value.code in ("server.lost", "server.unreachable")


_PROGRAM = """
    import sys, time
    from pathlib import Path
    from bridgeclient import DreamRequest, ImageFrame, Installation, connect
    import bridgeclient.transport.relay

    client = connect(Installation(sys.executable, Path(sys.argv[1]), sys.argv[2]), name="test")
    assert type(client._transport).__name__ == "RelayTransport"
    image = ImageFrame(96, 96, 3, "uint8", bytes(range(256)) * 108)
    job = client.submit(DreamRequest.still(image, {"octaves": 1, "iterations": 1000}))
    for event in client.events(job):
        print(type(event).__name__, flush=True)
"""


def test_a_killed_program_takes_its_relay_and_its_dream_along(server: Server) -> None:
    """The environment variable forces the relay; the job is stopped for lack of a client."""
    command = [sys.executable, "-c", textwrap.dedent(_PROGRAM)]
    command += [str(server.home.connection_file), __version__]
    environment = os.environ | {"DREAMBRIDGE_TRANSPORT": "relay"}
    program = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    with program.stdout:
        for line in program.stdout:
            if line.strip() == "Progress":
                break
    (relay,) = psutil.Process(program.pid).children()
    program.send_signal(signal.SIGKILL)
    program.wait()
    relay.wait(30)
    with server.connect() as other:
        wait_until(lambda: other.status().running == 0, "its dream is stopped", 60)
