"""Whatever happens to the server or the plug-in, GIMP's document stays and the next dream works."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bridgeclient import Installation, find
from dreambridge import __version__
from dreambridge.paths import Paths, locate
from hosts.gimp.conftest import Gimp


@pytest.fixture(scope="module")
def cold(
    make_gimp: Callable[[Paths], Gimp], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gimp]:
    """A GIMP whose bridge was never started; the server that it starts is stopped at the end."""
    home = locate(tmp_path_factory.mktemp("cold") / "dreambridge")
    gimp = make_gimp(home)
    yield gimp
    left = find(Installation.read(gimp.plugin / "bridge.json"), name="test", warm=False)
    if left is not None:
        with left:
            left.shutdown()


@pytest.fixture(scope="module")
def found(cold: Gimp) -> dict[str, Any]:
    return cold.run("faults", plugin=str(cold.plugin))


@pytest.fixture(scope="module")
def found_relayed(gimp: Gimp) -> dict[str, Any]:
    return gimp.run("relayed", plugin=str(gimp.plugin), DREAMBRIDGE_TRANSPORT="relay")


def check(facts: dict[str, Any], *, dreamed: bool) -> None:
    assert "traceback" not in facts, facts["traceback"]
    assert not facts.get("failures"), facts["failures"]
    assert facts["status"] == ("success" if dreamed else "execution-error"), facts["message"]
    assert facts["unchanged"] is not dreamed
    assert facts["layers"] == (2 if dreamed else 1)


def test_the_plug_in_starts_the_server(found: dict[str, Any]) -> None:
    facts = found["no server yet"]
    check(facts, dreamed=True)
    assert not facts["was_there"]
    assert facts["pid"] > 0


def test_a_killed_server_is_one_sentence(found: dict[str, Any]) -> None:
    facts = found["server killed while dreaming"]
    check(facts, dreamed=False)
    assert "stopped" in facts["message"] or "silent" in facts["message"], facts["message"]
    assert "ream again" in facts["message"]


@pytest.mark.parametrize("case", ["dream after the server was killed", "dream after all of it"])
def test_the_next_dream_works_without_help(found: dict[str, Any], case: str) -> None:
    check(found[case], dreamed=True)


def test_a_server_that_does_not_answer_is_named_with_the_command(found: dict[str, Any]) -> None:
    facts = found["server suspended"]
    check(facts, dreamed=False)
    assert f"process {facts['process']}" in facts["message"]
    assert "dreambridge stop --force" in facts["message"]


@pytest.mark.parametrize("how", ["SIGTERM", "SIGKILL"])
def test_cancelling_stops_the_server_within_seconds(found: dict[str, Any], how: str) -> None:
    facts = found[f"plug-in ended by {how} while dreaming"]
    assert "traceback" not in facts, facts["traceback"]
    assert not facts["failures"], facts["failures"]
    assert facts["status"] != "success"
    assert facts["unchanged"]
    assert facts["seconds"][0] < 15.0


def test_another_version_is_one_sentence_with_the_command(found: dict[str, Any]) -> None:
    facts = found["another version"]
    check(facts, dreamed=False)
    assert "0.0.1" in facts["message"]
    assert __version__ in facts["message"]
    assert "dreambridge install" in facts["message"]


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ("bridge.json damaged", "dreambridge install"),
        ("server absent and not installed any more", "dreambridge install"),
        ("server absent and not startable", "could not be started"),
    ],
)
def test_a_missing_server_is_one_sentence(found: dict[str, Any], case: str, sentence: str) -> None:
    check(found[case], dreamed=False)
    assert sentence in found[case]["message"], found[case]["message"]
    assert "\n" not in found[case]["message"]


def test_the_wheels_of_gimps_own_python_are_used(found: dict[str, Any], cold: Gimp) -> None:
    """Where they could be downloaded; else there are only those of the bridge's Python."""
    facts = found["the wheel that is used"]
    assert not facts["failures"], facts["failures"]
    compiled = Path(cold.plugin / "vendor" / "msgpack").glob("*.so")
    if len(list(compiled)) < 5:
        assert facts["loaded"] == [], "the relay needs no compiled module"
        return
    assert any("zmq/backend/cython" in path for path in facts["loaded"]), facts["loaded"]
    assert {path.split("/")[0] for path in facts["loaded"]} == {"vendor"}


def test_without_a_wheel_the_relay_serves(found: dict[str, Any]) -> None:
    check(found["no wheel fits"], dreamed=True)


def test_the_relay_when_asked_for(found_relayed: dict[str, Any]) -> None:
    facts = found_relayed["relay asked for"]
    check(facts, dreamed=True)
    assert facts["relays"] == 1


def test_cancelling_through_the_relay(found_relayed: dict[str, Any]) -> None:
    facts = found_relayed["plug-in killed behind the relay"]
    assert not facts["failures"], facts["failures"]
    assert facts["unchanged"]
    assert facts["seconds"][0] < 15.0
