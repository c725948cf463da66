"""Batches that are interrupted: by Ctrl-C, by force, and by a server or engine that dies."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from batches import MANIFEST, batch, pictures, run, start_batch, write_crops
from bridgeclient import find
from dreambridge.arrays import Array
from dreambridge.cli.batch.manifest import open_manifest
from dreambridge.cli.pictures import PictureError
from dreambridge.paths import Paths, locate
from servers import Server, installation, wait_until

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
NAMES = [f"{number}.png" for number in range(6)]
Made = dict[str, bytes]
SLOW = ["--layers", "relu3_1", "--octaves", "1", "--iterations", "12"]


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory, photo: Array) -> Path:
    folder = tmp_path_factory.mktemp("inputs")
    write_crops(folder, photo, NAMES)
    return folder


@pytest.fixture(scope="module")
def expected(server: Server, inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """What a batch that nobody interrupts makes of the inputs."""
    whole = tmp_path_factory.mktemp("whole")
    done = run(server.home.folder, "batch", inputs, "--out", whole, *SLOW)
    assert done.exit_code == 0, done.output
    return pictures(whole)


def events_until(
    process: subprocess.Popen[str], condition: Callable[[dict[str, Any]], bool]
) -> list[dict[str, Any]]:
    """What the batch says up to the first event that is meant."""
    assert process.stdout is not None
    heard = []
    for line in process.stdout:
        heard.append(json.loads(line))
        if condition(heard[-1]):
            return heard
    raise AssertionError(f"it ended before: {heard}")


def is_result(event: dict[str, Any]) -> bool:
    return bool(event["event"] == "result")


@posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_same_command_goes_on(
    server: Server, inputs: Path, tmp_path: Path, expected: Made, number: signal.Signals
) -> None:
    arguments = [inputs, "--out", tmp_path / "out", *SLOW]
    with start_batch(server.home.folder, *arguments) as process:
        events_until(process, is_result)
        process.send_signal(number)
        rest, errors = process.communicate()
    if number != signal.SIGKILL:
        assert process.returncode == 130, errors
        assert [json.loads(line)["event"] for line in rest.splitlines()][-2:] == [
            "summary",
            "cancelled",
        ]
        assert all(data == expected[name] for name, data in pictures(tmp_path / "out").items())
        with server.connect() as client:
            status = client.status()
            assert (status.running, status.queued) == (0, 0)
    before = {name: (tmp_path / "out" / name).stat().st_mtime_ns for name in finished(tmp_path)}
    assert 1 <= len(before) < len(NAMES)
    again = run(server.home.folder, "batch", *arguments)
    assert again.exit_code == 0, again.output
    assert f"{len(before)} of {len(NAMES)} are done already" in again.output
    assert pictures(tmp_path / "out") == expected
    assert all((tmp_path / "out" / name).stat().st_mtime_ns == at for name, at in before.items())


def finished(tmp_path: Path) -> list[str]:
    lines = (tmp_path / "out" / MANIFEST).read_text().splitlines()
    return sorted({entry["out"] for entry in map(json.loads, lines) if entry["done"]})


@pytest.fixture
def own_home(tmp_path: Path) -> Iterator[Paths]:
    """A home whose server, whoever started it, is stopped at the end."""
    home = locate(tmp_path / "home")
    yield home
    if client := find(installation(home), name="test", warm=False):
        with client:
            client.shutdown()


@posix
@pytest.mark.parametrize("what", ["server", "worker"])
def test_a_server_or_engine_that_is_killed_costs_nothing(
    serve: Callable[..., Server],
    own_home: Paths,
    inputs: Path,
    tmp_path: Path,
    expected: Made,
    what: str,
) -> None:
    server = serve(home=own_home)
    arguments = [inputs, "--out", tmp_path / "out", *SLOW]
    with start_batch(own_home.folder, *arguments) as process:
        events_until(process, is_result)
        victims = [server.process] if what == "server" else server.workers()
        for victim in victims:
            victim.kill()
        rest, errors = process.communicate()
    assert process.returncode == 0, errors
    heard = [json.loads(line) for line in rest.splitlines()]
    assert any(event["event"] == "note" and "again" in event["message"] for event in heard)
    assert heard[-1] == {
        "event": "summary",
        "dreamed": len(NAMES),
        "before": 0,
        "failed": 0,
        "failures": [],
    }
    assert pictures(tmp_path / "out") == expected


def test_two_batches_dont_write_into_one_folder(tmp_path: Path, photo: Array) -> None:
    (source,) = write_crops(tmp_path, photo, ["cat.png"])
    out = tmp_path / "out"
    with open_manifest(out):
        second = batch(tmp_path / "no_server", source, "--out", out)
        with pytest.raises(PictureError, match="Another batch"), open_manifest(out):
            pass
    assert second.exit_code == 1
    assert "Another batch (process" in second.output
    with open_manifest(out):
        pass


def test_a_half_written_line_costs_one_picture(
    server: Server, tmp_path: Path, photo: Array
) -> None:
    write_crops(tmp_path / "in", photo, ["1.png", "2.png"])
    out = tmp_path / "out"
    assert batch(server.home.folder, tmp_path / "in", "--out", out).exit_code == 0
    made = pictures(out)
    text = (out / MANIFEST).read_bytes()
    (out / MANIFEST).write_bytes(text[: len(text) - 30])
    again = batch(server.home.folder, tmp_path / "in", "--out", out)
    assert again.exit_code == 0, again.output
    assert "1 of 2 are done already" in again.output
    assert pictures(out) == made


def test_a_full_queue_is_waited_for(
    serve: Callable[..., Server], tmp_path: Path, photo: Array
) -> None:
    server = serve("--max-queue", "1")
    write_crops(tmp_path / "in", photo, ["1.png", "2.png", "3.png"])
    done = batch(server.home.folder, tmp_path / "in", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    wait_until(lambda: len(pictures(tmp_path / "out")) == 3, "all are written")
