"""docs/protocol.md and the code say the same, both ways."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import bridgeclient.protocol as protocol
from bridgeclient.connection import Connection
from bridgeclient.errors import CODES
from bridgeclient.protocol import FROM_CLIENT, FROM_SERVER, MessageSpec
from dreambridge.server.options import BOUNDS, Options
from servers import PATIENCE_S, Server

DOCUMENT = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text("utf-8")


def section(title: str, level: int = 2) -> str:
    mark = "#" * level
    found = re.search(
        rf"^{mark} {re.escape(title)}\n(.*?)(?=^#{{1,{level}}} |\Z)", DOCUMENT, re.M | re.S
    )
    assert found, f"docs/protocol.md has no section {title!r}"
    return found[1]


def rows(text: str) -> list[list[str]]:
    """The cells of the tables' rows whose first cell is code."""
    lines = [line.strip() for line in text.splitlines()]
    rows = [line for line in lines if line.startswith("| `")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def documented(title: str) -> dict[str, MessageSpec]:
    specs = {}
    for name, text in re.findall(r"^### `(\w+)`\n(.*?)(?=^### |\Z)", section(title), re.M | re.S):
        fields = {}
        for cells in rows(text):
            kind, _, optional = cells[1].partition(", ")
            assert optional in ("", "optional")
            fields[cells[0].strip("`")] = kind + ("?" if optional else "")
        images = re.search(r"^Images: (.*)\.$", text, re.M)
        roles = re.findall(r"`(\w+)`( \(optional\))?", images[1]) if images else []
        specs[name] = MessageSpec(fields, tuple(role + ("?" if opt else "") for role, opt in roles))
    return specs


@pytest.mark.parametrize(
    ("title", "specs"), [("From the client", FROM_CLIENT), ("From the server", FROM_SERVER)]
)
def test_messages_their_fields_and_images(title: str, specs: dict[str, MessageSpec]) -> None:
    assert documented(title) == specs


def test_error_codes_and_whether_they_are_retryable() -> None:
    table = {cells[0].strip("`"): cells[1] == "yes" for cells in rows(section("Error codes"))}
    assert table == CODES


def test_every_code_that_the_sources_raise_is_in_the_table() -> None:
    root = Path(__file__).parents[2]
    sources = [*root.glob("host_plugins/**/*.py"), *root.glob("bridge_server/**/*.py")]
    families = "|".join({code.split(".")[0] for code in CODES})
    raised = {
        code
        for source in sources
        for code in re.findall(rf'"((?:{families})\.[a-z_]+)"', source.read_text("utf-8"))
        if not code.endswith((".json", ".log", ".lock"))
    }
    assert raised == set(CODES)


def test_constants() -> None:
    constants = [cells for cells in rows(section("The life of a job")) if cells[0].isupper()]
    assert len(constants) == 3
    for name, value in constants:
        assert getattr(protocol, name.strip("`")) == float(value)


def test_image_dtypes_and_roles() -> None:
    table = {cells[0]: cells[1] for cells in rows(section("Frames"))}
    assert tuple(re.findall(r"`(\w+)`", table["`dtype`"])) == tuple(protocol.DTYPES)
    assert tuple(re.findall(r"`(\w+)`", table["`role`"])) == protocol.ROLES


def test_bounds_with_their_options_and_defaults() -> None:
    units = {"GiB": 2**30, "million": 10**6, "": 1}
    table = {}
    for cells in rows(section("The life of a job")):
        if len(cells) == 4:
            number, _, unit = cells[1].partition(" ")
            table[cells[0].strip("`")] = cells[2].strip("`"), int(number) * units[unit]
    options = Options()
    assert table == {name: (o, getattr(options, name)) for name, o in BOUNDS.items()}


def test_worker_states() -> None:
    states = next(cells[2] for cells in rows(section("`welcome`", 3)) if cells[0] == "`worker`")
    assert tuple(re.findall(r"`(\w+)`", states)) == protocol.WORKER_STATES


def test_the_example_is_a_whole_client(server: Server) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", section("A whole client"), re.S)
    command = [sys.executable, "-c", program, str(server.home.connection_file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-2:] == ["100%", f"{96 * 64} bytes, changed: True"]


def test_connection_file() -> None:
    entries = {
        name
        for cells in rows(section("The connection file", 3))
        for name in re.findall(r"`(\w+)`", cells[0])
    }
    assert entries == set(Connection.__dataclass_fields__)
