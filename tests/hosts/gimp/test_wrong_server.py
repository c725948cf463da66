"""A server that answers wrongly costs one dream: GIMP stays up and its document untouched."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import Any

import pytest

from dreambridge.paths import locate
from hosts.gimp.conftest import Gimp
from hosts.gimp.test_faults import check
from reliability.wrong import wrong_server

BEHAVIOURS = [
    "truncated result",
    "result too wide",
    "result too small",
    "result of another type",
    "garbage",
    "huge preview",
    "an error without a job",
    "never answers",
    "leaves in the middle",
]


@pytest.fixture(scope="module")
def found(gimp: Gimp, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    files = {}
    with ExitStack() as stack:
        for behaviour in BEHAVIOURS:
            home = locate(tmp_path_factory.mktemp("wrong") / "home")
            stack.enter_context(wrong_server(home, behaviour))
            files[behaviour] = str(home.connection_file)
        return gimp.run("wrong", plugin=str(gimp.plugin), connection_files=json.dumps(files))


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_the_document_is_as_it_was_and_a_sentence_says_why(
    found: dict[str, Any], behaviour: str
) -> None:
    facts = found[behaviour]
    check(facts, dreamed=False)
    assert facts["message"]
    assert "\n" not in facts["message"]
    assert "Traceback" not in facts["message"]


def test_the_right_server_dreams_as_ever(found: dict[str, Any]) -> None:
    check(found["the right server"], dreamed=True)
