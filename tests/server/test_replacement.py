"""Servers of another version or protocol: replaced when older and idle, else left alone."""

from __future__ import annotations

import sys
from collections.abc import Callable

import msgpack
import pytest

from bridgeclient import (
    BridgeClient,
    DreamRequest,
    Installation,
    ProtocolError,
    ServerError,
    Started,
    connect,
)
from bridgeclient.codec import encode
from dreambridge import __version__
from dreambridge.arrays import Array, to_frame
from raw_client import RawClient
from servers import Server, wait_until

ENDLESS = {"octaves": 1, "iterations": 1000}
OLD = """
import dreambridge
dreambridge.__version__ = '0.0.1'
from dreambridge.cli import main
main()
"""


OLD_PROTOCOL = """
import sys
import bridgeclient, dreambridge.server.service
for module in list(sys.modules.values()):
    if hasattr(module, "PROTOCOL"):
        module.PROTOCOL = 0
from dreambridge.cli import main
main()
"""


def test_an_idle_server_of_an_older_version_is_replaced_without_being_asked(
    own: Callable[..., Server],
) -> None:
    server = own(sys.executable, "-c", OLD)
    with server.connect() as client:
        assert client.welcome.version == "0.0.1"
    with connect(server.installation, name="test") as client:
        assert client.welcome.version == __version__
        assert client.status().pid != server.process.pid
    assert server.process.wait(30) == 0


def test_an_idle_server_of_an_older_protocol_is_replaced_without_being_asked(
    own: Callable[..., Server],
) -> None:
    server = own(sys.executable, "-c", OLD_PROTOCOL)
    with connect(server.installation, name="test") as client:
        assert client.welcome.version == __version__
        assert client.status().pid != server.process.pid
    assert server.process.wait(30) == 0


def test_a_server_of_an_older_protocol_that_dreams_is_left_to_finish(
    own: Callable[..., Server], photo: Array, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = own(sys.executable, "-c", OLD_PROTOCOL)
    with RawClient(server.connection) as old:
        submission = encode("submit", {"job": "j", "settings": ENDLESS}, {"image": to_frame(photo)})
        old.send([msgpack.packb(0), *submission[1:]])
        wait_until(lambda: b"started" in b"".join(old.socket.recv_multipart()), "it dreams")
        with pytest.raises(ProtocolError) as caught:
            connect(server.installation, name="test")
        assert caught.value.code == "protocol.version"
        assert server.process.poll() is None


def test_an_older_server_that_dreams_is_left_to_finish(
    own: Callable[..., Server], photo: Array
) -> None:
    server = own(sys.executable, "-c", OLD)
    with server.connect() as client:
        job = client.submit(DreamRequest.still(to_frame(photo), ENDLESS))
        while not isinstance(next(client.events(job)), Started):
            pass
        with pytest.raises(ServerError, match=r"0\.0\.1 is running") as caught:
            connect(server.installation, name="test")
        assert caught.value.code == "server.version"
        assert "replaced afterwards" in caught.value.hint
        client.cancel(job)


def test_a_newer_server_is_never_replaced(server: Server, client: BridgeClient) -> None:
    older = Installation(sys.executable, server.home.connection_file, "0.0.1")
    with pytest.raises(ServerError, match=r"this is 0\.0\.1"):
        connect(older, name="old plug-in")
    assert client.status().pid == server.process.pid
