"""What an artist sees of a server that isn't there, dies, errs, or was never installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from bridgeclient import Installation, find
from dreambridge.paths import Paths, locate
from hosts.krita.conftest import Krita
from reliability.wrong import wrong_server

WRONG = {
    "truncated result": "A message could not be read",
    "result too wide": "The server's result does not fit",
    "huge preview": "The server's preview does not fit",
    "never answers": "The dreambridge server has been silent",
    "leaves in the middle": "The dreambridge server stopped in the middle",
    "garbage": "A message could not be read",
}
"""How a server answers wrongly, and how the sentence about it begins."""


@pytest.fixture(scope="module")
def found(
    make_krita: Callable[[Paths], Krita], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Any]]:
    home = locate(tmp_path_factory.mktemp("bridge") / "home")
    krita = make_krita(home)
    bridge_json = krita.resources / "pykrita" / "dreambridge" / "bridge.json"
    with ExitStack() as stack:
        wrong = {}
        for behaviour in WRONG:
            other = locate(tmp_path_factory.mktemp("wrong") / "home")
            stack.enter_context(wrong_server(other, behaviour))
            wrong[behaviour] = str(other.connection_file)
        facts = {"pid_file": str(home.connection_file), "bridge_json": str(bridge_json)}
        yield krita.run("faults", **facts, wrong=wrong)
    if client := find(Installation.read(bridge_json), name="test", warm=False):
        with client:
            client.shutdown()


def facts_of(found: dict[str, Any], case: str) -> dict[str, Any]:
    facts: dict[str, Any] = found[case]
    assert "traceback" not in facts, facts["traceback"]
    return facts


def test_the_first_dream_starts_the_server(found: dict[str, Any]) -> None:
    facts = facts_of(found, "server missing")
    assert facts["message"].startswith("Done in")
    assert facts["layers"] == 1


def test_an_error_that_nobody_thought_of_ends_one_dream(found: dict[str, Any]) -> None:
    facts = facts_of(found, "something unexpected")
    assert facts["message"].startswith("The dream went wrong (TypeError")
    assert facts["message"].endswith("run `dreambridge doctor`.")
    assert facts["same_layers"]
    assert facts["next"].startswith("Done in")


def test_a_killed_server_leaves_the_document_as_it_was(found: dict[str, Any]) -> None:
    facts = facts_of(found, "server killed in the middle")
    assert facts["developing"]
    assert facts["same_layers"]
    assert facts["undo_takes"] in (["source"], ["selection"])
    assert "Dream again" in facts["message"]


def test_the_next_dream_starts_another(found: dict[str, Any]) -> None:
    facts = facts_of(found, "server killed in the middle")
    assert facts["next"].startswith("Done in")
    assert facts["layers"] == 1


@pytest.mark.parametrize("behaviour", WRONG)
def test_a_server_that_answers_wrongly_costs_one_dream(
    found: dict[str, Any], behaviour: str
) -> None:
    facts = facts_of(found, behaviour)
    assert facts["untouched"]
    assert facts["message"].startswith(WRONG[behaviour])
    assert "\n" not in facts["message"]
    assert facts["next"].startswith("Done in")
    assert facts["layers"] == 1


def test_a_missing_bridge_names_the_command(found: dict[str, Any]) -> None:
    facts = facts_of(found, "plug-in without its bridge")
    assert "dreambridge install" in facts["message"]
    assert facts["same_layers"]
    assert "dreambridge install" in facts["server"]
