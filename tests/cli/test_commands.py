"""The commands beside `dream`: the server's life, the demo, lists, help."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from bridgeclient import BridgeClient
from bridgeclient.connection import read_connection
from commands import QUICK, run
from dreambridge import __version__
from dreambridge.cli.pictures import read_picture
from dreambridge.paths import locate
from dreamcore.layers import LAYERS
from dreamcore.presets import PRESETS
from dreamcore.settings import DreamSettings
from servers import Server

FIELDS = {spec.name: spec for spec in dataclasses.fields(DreamSettings)}


def test_status_and_stop_of_a_server_that_is_not_there(tmp_path: Path) -> None:
    result = run("status", home=tmp_path)
    assert result.exit_code == 1
    assert "No server is running" in result.output
    assert str(locate(tmp_path).server_log) in result.output
    result = run("status", "--json", home=tmp_path)
    assert json.loads(result.output)["running"] is False
    result = run("stop", home=tmp_path)
    assert (result.exit_code, result.output) == (0, "No server is running.\n")


def test_status_tells_process_engine_and_log(server: Server, shared: Path) -> None:
    result = run("status", home=shared)
    assert result.exit_code == 0, result.output
    assert str(server.process.pid) in result.output
    assert str(server.home.server_log) in result.output
    facts = json.loads(run("status", "--json", home=shared).output)
    assert facts["server"]["version"] == __version__
    assert facts["server"]["running"] == 0


def test_the_demo_starts_a_server_makes_three_pictures_and_stop_ends_it(tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "demo"
    result = run("demo", "--out", out, *QUICK, home=home)
    try:
        assert result.exit_code == 0, result.output
        before, after, both = (
            read_picture(out / f"{name}.png").pixels for name in ("before", "after", "side_by_side")
        )
        assert before.shape == after.shape == (400, 600, 3)
        assert (before != after).any()
        np.testing.assert_array_equal(both[:, :600], before)
        np.testing.assert_array_equal(both[:, -600:], after)
        for name in ("before", "after", "side_by_side"):
            assert str(out / f"{name}.png") in result.output.replace("\n", "")
    finally:
        stopped = run("stop", home=home)
    assert stopped.output == "The server has stopped.\n"
    assert run("status", home=home).exit_code == 1


@pytest.mark.parametrize("address", ["nowhere", "1.2.3", "127.0.0.1:port"])
def test_serve_refuses_an_address_that_is_none(tmp_path: Path, address: str) -> None:
    result = run("serve", "--listen", address, home=tmp_path)
    assert result.exit_code == 2
    assert address in result.output


def test_serve_says_when_its_port_is_taken(
    server: Server, client: BridgeClient, tmp_path: Path
) -> None:

    connection = read_connection(server.home.connection_file)
    assert connection is not None
    taken = connection.endpoint.removeprefix("tcp://")
    result = run("serve", "--listen", taken, home=tmp_path / "home")
    assert result.exit_code == 1
    assert taken in result.output
    assert "Traceback" not in result.output


def test_presets_and_layers_are_listed_in_full() -> None:
    presets, layers = run("presets"), run("layers")
    assert (presets.exit_code, layers.exit_code) == (0, 0)
    assert all(name in presets.output for name in PRESETS)
    assert all(name in layers.output for name in LAYERS)


def test_help_and_version_are_quick_to_answer() -> None:
    result = run("--help")
    assert all(command in result.output for command in ("dream", "demo", "serve", "status", "stop"))
    assert __version__ in run("--version").output
    for name, spec in FIELDS.items():
        if spec.metadata["group"] == "motion":
            continue
        text = " ".join(run("dream", "--help").output.split())
        assert "--" + name.replace("_", "-") in text
        assert " ".join(spec.metadata["help"].split())[:40] in text
