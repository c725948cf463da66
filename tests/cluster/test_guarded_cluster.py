"""A cluster that lets nobody in without its token, and whose object store and disk are full."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from bridgeclient import BridgeClient, EngineError, Result
from cluster.conftest import ENVIRONMENT
from cluster.requests import QUICK, dream_of
from dreambridge.arrays import Array
from servers import Server, wait_until

SMALLEST_STORE = 80_000_000
FULL_DISK = {"RAY_local_fs_capacity_threshold": "0.0001"}
"""Ray then thinks what it thinks of a disk of which 95 % are used, and moves nothing there."""


@pytest.fixture(scope="module")
def token() -> str:
    return secrets.token_hex(32)


@pytest.fixture(scope="module")
def address(
    ray_environment: None, token: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The cluster's, a node of one core."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    folder = tmp_path_factory.mktemp("ray")
    ray = Path(sys.executable).with_name("ray")
    command = f"{ray} start --head --block --node-ip-address 127.0.0.1 --port {port} --num-cpus 1"
    command += f" --object-store-memory {SMALLEST_STORE} --include-dashboard false"
    guarded = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": token}
    with (folder / "out").open("wb") as out:
        node = subprocess.Popen(
            [*command.split(), "--temp-dir", str(folder)],
            stdout=out,
            stderr=out,
            env={**os.environ, **guarded, **FULL_DISK},
        )

    def ready() -> bool:
        return "will now block" in (folder / "out").read_text()

    try:
        wait_until(lambda: ready() or node.poll() is not None, "the node is there")
        assert ready(), (folder / "out").read_text()
        yield f"127.0.0.1:{port}"
    finally:
        node.terminate()
        node.wait(30)


def test_without_the_token_the_server_says_so(address: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dreambridge", "serve", "--home", tmp_path, "--cluster", address],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **ENVIRONMENT, "RAY_NUM_REDIS_GET_RETRIES": "1"},
    )
    assert done.returncode == 1
    assert f"{address} can't be joined: it lets nobody in without its token" in done.stderr
    assert "RAY_AUTH_TOKEN" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def client(
    address: str, token: str, serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> Iterator[BridgeClient]:
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setenv("RAY_AUTH_TOKEN", token)
    server = serve("--cluster", address)
    with server.connect() as client:
        yield client
    server.process.terminate()
    server.process.wait(30)


def test_a_full_object_store_costs_the_dream_that_does_not_fit(
    client: BridgeClient, photo: Array
) -> None:
    """Neither the picture that can't be stored, nor the result of one that just could."""
    *_, result = client.events(client.submit(dream_of(photo, QUICK)))
    assert isinstance(result, Result)
    for share in (1.2, 0.7):
        height = int(SMALLEST_STORE * share / 12_000)
        large = np.zeros((height, 1000, 3), np.float32)
        spot = np.zeros(large.shape[:2], np.uint8)
        spot[:32, :32] = 255
        with pytest.raises(EngineError, match="object store has no room") as caught:
            list(client.events(client.submit(dream_of(large, QUICK, spot))))
        assert caught.value.code == "engine.out_of_memory"
        assert "--object-store-memory" in caught.value.hint
    *_, result = client.events(client.submit(dream_of(photo, QUICK)))
    assert isinstance(result, Result)
    (engine,) = client.status().workers
    assert engine["state"] == "warm"
