"""A selection's edge is soft by default, by as much as the docker's first page says."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from dreambridge.paths import Paths
from hosts.krita.conftest import Krita
from servers import Server

CASES = ["by default", "none", "at the canvas's border", "all selected", "on a large canvas"]
LEFT, RIGHT, RADIUS = 100, 220, 2  # 1.5 % of 120 pixels


@pytest.fixture(scope="module")
def newcomer(make_krita: Callable[[Paths], Krita], server: Server) -> Krita:
    return make_krita(server.home)


@pytest.fixture(scope="module")
def found(newcomer: Krita) -> dict[str, Any]:
    facts: dict[str, Any] = newcomer.run("edges", cases=CASES)
    for case in facts.values():
        assert "traceback" not in case, case["traceback"]
    return facts


def is_ramp(values: list[int]) -> bool:
    """From nothing to all, never falling, and in more than a step."""
    return values == sorted(values) and len(set(values)) >= min(4, len(values))


def test_the_first_page_shows_the_edge(found: dict[str, Any]) -> None:
    assert found["by default"]["shown"] == ["Edge", "1.5 %"]
    assert found["by default"]["visible"]


def test_a_selection_fades_a_little_by_default(found: dict[str, Any]) -> None:
    facts = found["by default"]
    assert facts["message"].startswith("Done in")
    row = facts["row"]
    assert set(row[: LEFT - RADIUS]) == set(row[RIGHT + RADIUS :]) == {0}
    assert set(row[LEFT + RADIUS : RIGHT - RADIUS]) == {255}
    ramp = row[LEFT - RADIUS : LEFT + RADIUS]
    assert is_ramp(ramp)
    assert ramp[0] > 0
    assert ramp[-1] < 255
    assert row[RIGHT - RADIUS : RIGHT + RADIUS] == ramp[::-1]
    assert facts["column"][60 - RADIUS : 60 + RADIUS] == ramp


def test_the_dream_fills_the_soft_edge_and_nothing_beyond(found: dict[str, Any]) -> None:
    first, last = found["by default"]["changed"]
    assert LEFT - RADIUS <= first < LEFT
    assert RIGHT <= last < RIGHT + RADIUS


def test_no_edge_is_the_selection_exactly(found: dict[str, Any]) -> None:
    facts = found["none"]
    assert facts["shown"] == ["Edge", "0 %"]
    assert facts["exact"]
    first, last = facts["changed"]
    assert first >= LEFT
    assert last < RIGHT


def test_the_edge_does_not_fade_towards_the_canvas_border(found: dict[str, Any]) -> None:
    facts = found["at the canvas's border"]
    assert facts["shown"] == ["Edge", "6 %"]
    assert facts["border"] == [255, 255, 255]
    inner, outer = facts["row"][:108], facts["row"][136:]
    assert set(inner) == {255}
    assert set(outer) == {0}
    assert is_ramp(facts["row"][108:136][::-1])


def test_with_all_selected_there_is_no_edge(found: dict[str, Any]) -> None:
    assert found["all selected"]["least"] == 255


def test_a_wide_edge_on_a_large_canvas(found: dict[str, Any]) -> None:
    """24 pixels, the most by default, made on a smaller copy."""
    facts = found["on a large canvas"]
    left, top, right, bottom = facts["bounds"]
    assert 24 <= 300 - left == 200 - top == right - 2300 <= 32
    assert 24 <= bottom - 1900 <= 32
    row, reach = facts["row"], 300 - left
    ramp = row[: 2 * reach]
    assert is_ramp(ramp)
    assert ramp[0] <= 8
    assert max(after - before for before, after in itertools.pairwise(ramp)) <= 10
    assert abs(ramp[reach] - 128) < 16
    assert set(row[2 * reach : -2 * reach]) == {255}


def test_the_edge_is_remembered(found: dict[str, Any], newcomer: Krita) -> None:
    assert found
    after = newcomer.run("edges", cases=["after a restart", "damage it"])["after a restart"]
    assert after["shown"] == ["Edge", "10 %"]
    assert after["stored"] == "10.0"
    damaged = newcomer.run("edges", cases=["after a restart"])["after a restart"]
    assert damaged["shown"] == ["Edge", "1.5 %"]
