"""How a server with a cluster starts: alone on this machine, or with a sentence why it can't."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from bridgeclient import Result
from cluster.conftest import is_engine
from cluster.requests import QUICK, dream_of
from dreambridge.arrays import Array
from servers import Server

START = [sys.executable, "-m", "dreambridge", "serve"]


def start(home: Path, address: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*START, "--home", str(home), "--cluster", address],
        capture_output=True,
        text=True,
        timeout=90,
        env={**os.environ, **environment},
    )


@pytest.mark.usefixtures("ray_environment")
def test_a_cluster_that_is_not_there(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    done = start(tmp_path / "home", f"127.0.0.1:{port}")
    assert done.returncode == 1
    assert f"127.0.0.1:{port} can't be joined: Connection refused" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "home" / "connection.json").exists()


def test_ray_that_is_not_installed(tmp_path: Path) -> None:
    (tmp_path / "ray.py").write_text("raise ImportError('No module named ray')")
    done = start(tmp_path / "home", "local", PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert "pip install 'dreambridge[ray]'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "address", ["ray://head:10001", "head", "head:port", ":6379", "head:99999"]
)
def test_an_address_that_is_none(tmp_path: Path, address: str) -> None:
    done = start(tmp_path / "home", address)
    assert done.returncode == 2
    assert "neither local nor an address" in done.stderr


@pytest.mark.usefixtures("ray_environment")
def test_a_cluster_of_this_machine_alone(serve: Callable[..., Server], photo: Array) -> None:
    """Its ports are on the loopback address, nobody else can use it, it ends with the server."""
    server = serve("--cluster", "local")
    with server.connect() as client:
        job = client.submit(dream_of(photo, QUICK))
        *_, result = client.events(job)
        assert isinstance(result, Result)
        processes = psutil.Process(server.process.pid).children(recursive=True)
        listening = [
            connection.laddr.ip
            for process in processes
            for connection in process.net_connections("tcp")
            if connection.status == psutil.CONN_LISTEN
        ]
        (engine,) = [process for process in processes if is_engine(process)]
        assert engine.nice() == 10  # a local engine's
        assert listening
        assert {ip.removeprefix("::ffff:") for ip in listening} == {"127.0.0.1"}
        (node,) = [process for process in processes if process.name() == "raylet"]
        environment = node.environ()
        assert environment["RAY_AUTH_MODE"] == "token"
        assert len(environment["RAY_AUTH_TOKEN"]) == 64
        assert not any(environment["RAY_AUTH_TOKEN"] in " ".join(p.cmdline()) for p in processes)
        folder = Path(next(a for a in node.cmdline() if a.startswith("--temp_dir=")).split("=")[1])
        assert folder.parent.stat().st_mode & 0o777 == 0o700
    server.process.terminate()
    assert server.process.wait(30) == 0
    _, alive = psutil.wait_procs(processes, timeout=15)
    assert not alive
    assert not folder.parent.exists()
