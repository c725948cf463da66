"""Dreams that are cancelled, or whose server is missing, killed, or of another version."""

from __future__ import annotations

import shutil
import signal
import sys
from pathlib import Path
from typing import Any

from inside.harness import case
from inside.processes import (
    LONG,
    PLUGIN,
    attempt,
    bridge,
    changed_bridge,
    concurrently,
    kill,
    plug_in,
    running,
    server,
    servers,
    set_aside,
    wait_until,
    wait_until_dreaming,
)


@case("no server yet")
def _() -> Any:
    """The plug-in starts one, from inside GIMP."""
    before = Path(bridge()["connection_file"]).exists()
    facts = attempt()
    return {**facts, "was_there": before, "pid": server(), "alive": len(servers())}


@case("server killed while dreaming")
def _() -> Any:
    def kill_server() -> None:
        wait_until_dreaming()
        kill(server(), signal.SIGKILL)

    with concurrently(kill_server) as failures:
        facts = attempt(**LONG)
    return {**facts, "failures": failures}


@case("dream after the server was killed")
def _() -> Any:
    return attempt()


@case("server suspended")
def _() -> Any:
    process = server()
    kill(process, signal.SIGSTOP)
    try:
        return {**attempt(), "process": process}
    finally:
        kill(process, signal.SIGCONT)


for how in (signal.SIGTERM, signal.SIGKILL):

    @case(f"plug-in ended by {how.name} while dreaming")
    def _(how: signal.Signals = how) -> Any:
        """GIMP's own Cancel ends the plug-in by a signal."""
        seconds = []

        def cancel() -> None:
            wait_until_dreaming()
            kill(plug_in(), how)
            seconds.append(wait_until(lambda: running() == 0, "stopped"))

        with concurrently(cancel) as failures:
            facts = attempt(**LONG)
        return {**facts, "failures": failures, "seconds": seconds}


@case("another version")
def _() -> Any:
    with changed_bridge(version="0.0.1"):
        return attempt()


@case("no wheel fits")
def _() -> Any:
    """The packages are there, and their compiled modules are for other Pythons."""
    with set_aside(PLUGIN / "vendor"):
        others = shutil.ignore_patterns(f"*.cpython-3{sys.version_info.minor}-*", "*.abi3.so")
        shutil.copytree(PLUGIN / "vendor-aside", PLUGIN / "vendor", ignore=others)
        try:
            return attempt()
        finally:
            shutil.rmtree(PLUGIN / "vendor")


@case("the wheel that is used")
def _() -> Any:
    """The compiled modules that the plug-in's process has loaded from its own folder."""
    loaded: set[str] = set()

    def look() -> None:
        wait_until_dreaming()
        process = plug_in()
        maps = Path(f"/proc/{process}/maps").read_text().splitlines()
        paths = {line.split(maxsplit=5)[-1] for line in maps if str(PLUGIN) in line}
        loaded.update(str(Path(path).relative_to(PLUGIN)) for path in paths)
        kill(process, signal.SIGTERM)

    with concurrently(look) as failures:
        attempt(**LONG)
    return {"loaded": sorted(loaded), "failures": failures}


@case("bridge.json damaged")
def _() -> Any:
    path = PLUGIN / "bridge.json"
    before = path.read_text("utf-8")
    path.write_text("{", "utf-8")
    try:
        return attempt()
    finally:
        path.write_text(before, "utf-8")


def stop_server() -> None:
    kill(server(), signal.SIGKILL)
    wait_until(lambda: not servers(), "stopped")


@case("server absent and not installed any more")
def _() -> Any:
    stop_server()
    with changed_bridge(python="/nowhere/python"):
        return attempt()


@case("server absent and not startable")
def _() -> Any:
    with changed_bridge(python="/bin/false"):
        return attempt()


@case("dream after all of it")
def _() -> Any:
    return attempt()
