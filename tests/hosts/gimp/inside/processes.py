"""The plug-in's and the server's processes, seen from inside GIMP; dreams that are disturbed."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from inside.harness import PARAMETERS, QUICK, call, ellipse, painted, picture, state

PLUGIN = Path(PARAMETERS["plugin"])
PATIENCE_S = 90.0

sys.path += [str(PLUGIN), str(PLUGIN / "vendor")]
LONG = {"layers": "relu4_3", "iterations": 1000, "octaves": 1}
"""Settings of a dream that takes far longer than any test waits."""


def bridge() -> dict[str, Any]:
    """The plug-in's bridge.json."""
    return dict(json.loads((PLUGIN / "bridge.json").read_text("utf-8")))


@contextmanager
def changed_bridge(**entries: str) -> Iterator[None]:
    """Another bridge.json for a while."""
    path = PLUGIN / "bridge.json"
    before = path.read_text("utf-8")
    path.write_text(json.dumps(bridge() | entries), "utf-8")
    try:
        yield
    finally:
        path.write_text(before, "utf-8")


@contextmanager
def set_aside(path: Path) -> Iterator[None]:
    """Without a file or folder for a while."""
    aside = path.with_name(f"{path.name}-aside")
    path.rename(aside)
    try:
        yield
    finally:
        aside.rename(path)


@contextmanager
def concurrently(act: Callable[[], None]) -> Iterator[list[str]]:
    """Do something while the block runs; its failure ends up in the list."""
    failures: list[str] = []

    def run() -> None:
        try:
            act()
        except Exception as error:
            failures.append(repr(error))

    thread = threading.Thread(target=run)
    thread.start()
    yield failures
    thread.join()


def running() -> int:
    """How many dreams the server works on."""
    from bridgeclient import Installation, find

    client = find(Installation.read(PLUGIN / "bridge.json"), name="test", warm=False)
    if client is None:
        return 0
    with client:
        return int(client.status().running)


def wait_until(true: Callable[[], object], what: str) -> float:
    """Seconds until it was true."""
    start = time.monotonic()
    while not true():
        if time.monotonic() - start > PATIENCE_S:
            raise TimeoutError(f"not {what} within {PATIENCE_S} s")
        time.sleep(0.1)  # asking takes time that a dream could use
    return time.monotonic() - start


def wait_until_dreaming() -> None:
    wait_until(lambda: running() == 1, "dreaming")


def server() -> int:
    """The server's process."""
    file = Path(bridge()["connection_file"])
    return int(json.loads(file.read_text("utf-8"))["pid"])


def processes(word: str) -> dict[int, int]:
    """Living processes whose command line has this word, with their parents."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().split(b"\0")
            stat = (folder / "stat").read_text()
        except OSError:
            continue
        state_, parent = stat.rpartition(")")[2].split()[:2]
        if state_ != "Z" and any(word.encode() in argument for argument in command):
            found[int(folder.name)] = int(parent)
    return found


def plug_in() -> int:
    """The process of the plug-in that dreams."""
    (found,) = processes(str(PLUGIN / "dreambridge.py"))
    return found


def servers() -> list[int]:
    """The processes of this bridge's server."""
    return list(processes(str(Path(bridge()["connection_file"]).parent)))


def workers() -> list[int]:
    """The processes in which the server computes."""
    return [process for process, parent in processes("").items() if parent == server()]


def relays() -> list[int]:
    """The relays of this plug-in."""
    parents = processes(str(PLUGIN / "dreambridge.py"))
    found = processes("dreambridge.relay")
    return [process for process, parent in found.items() if parent in parents]


def kill(process: int, how: signal.Signals) -> None:
    os.kill(process, how)


def attempt(**arguments: Any) -> dict[str, Any]:
    """A dream, and whether the document is just as it was."""
    image = picture(160, 160)
    layer = painted(image)
    ellipse(image, 40, 40, 80, 80)
    before = state(image)
    outcome = call(image, [layer], **{**QUICK, **arguments})
    return {**outcome, "unchanged": state(image) == before, "layers": len(image.get_layers())}
