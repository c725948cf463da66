"""The bridge under faults, load and attack: short in `make test`, at full length in `make soak`.

Each test proves one sentence of docs/reliability.md on real processes. Figures that the document
quotes are printed at the end of a soak and kept in out/soak.txt.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from bridgeclient import BridgeClient, DreamRequest, Result
from dreambridge.arrays import Array, to_frame
from reliability.scale import LONG, SHORT, Scale
from servers import Server

Figure = Callable[[str, object], None]

QUICK = {"layers": {"relu2_1": 1.0}, "octaves": 1, "iterations": 1}

_figures: list[str] = []


@pytest.fixture(scope="session")
def soaking(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("--soak"))


@pytest.fixture(scope="session")
def scale(soaking: bool) -> Scale:
    return LONG if soaking else SHORT


@pytest.fixture
def dice() -> random.Random:
    return random.Random(7)


@pytest.fixture
def figure() -> Figure:
    """Keep a figure for the end of the run."""

    def keep(what: str, value: object) -> None:
        _figures.append(f"{what:<72} {value}")

    return keep


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if not _figures:
        return
    terminalreporter.section("figures")
    for line in _figures:
        terminalreporter.write_line(line)
    if config.getoption("--soak"):
        out = Path(config.rootpath) / "out"
        out.mkdir(exist_ok=True)
        (out / "soak.txt").write_text("\n".join(_figures) + "\n", "utf-8")


@pytest.fixture
def own_server(serve: Callable[..., Server]) -> Iterator[Callable[..., Server]]:
    """Start a server for this test alone; it is gone after it."""
    made: list[Server] = []

    def start(*options: str) -> Server:
        made.append(serve(*options))
        return made[-1]

    yield start
    for server in made:
        server.process.terminate()
        server.process.wait(60)


def dream_once(client: BridgeClient, photo: Array) -> Result:
    """A small dream that has to come back whole."""
    *_, result = client.events(client.submit(DreamRequest.still(to_frame(photo), QUICK)))
    assert isinstance(result, Result)
    assert (result.image.width, result.image.height) == (photo.shape[1], photo.shape[0])
    return result


def resident_mib(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / 2**20
