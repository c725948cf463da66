"""A real GIMP 3 with the plug-in installed by `dreambridge install`, and the shared server.

Code for GIMP's own Python is in `inside/`; a run of it does many cases and leaves its findings in
a file, because each start of GIMP takes seconds.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dreambridge.paths import VARIABLE, Paths
from hosts.host import Host, stop
from servers import Server

HERE = Path(__file__).parent
START_S = 600.0
"""For a whole run, GIMP's first start included, on a busy machine."""


@dataclass(frozen=True)
class Gimp:
    """A user's GIMP: where it runs, the home folder, and the plug-in's folder in the profile."""

    host: Host
    home: Path
    plugin: Path

    def run(self, script: str, **parameters: Any) -> dict[str, Any]:
        """Run `inside/SCRIPT.py` in a GIMP without a window; what it found, by case."""
        environment = {k: parameters.pop(k) for k in list(parameters) if k.isupper()}
        folder = self._prepare(script, parameters)
        argv = ["gimp-console", "-id", "--batch-interpreter=python-fu-eval"]
        argv += ["-b", _batch(script, folder), "--quit"]
        gimp = self.host.start(argv, self.home, folder / "log.txt", **environment)
        try:
            gimp.wait(START_S)
        finally:
            stop(gimp)
        return self.findings(folder)

    def start(
        self, script: str, *options: str, **parameters: Any
    ) -> tuple[subprocess.Popen[bytes], Path]:
        """Start `inside/SCRIPT.py` in a GIMP with a window, on a screen of its own.

        `SCREEN` is its size, 1280x800 if it isn't given.
        """
        environment = {k: parameters.pop(k) for k in list(parameters) if k.isupper()}
        folder = self._prepare(script, parameters)
        command = ["bash", str(HERE / "inside" / "screen.sh"), _batch(script, folder), *options]
        log = folder / "log.txt"
        return self.host.start(command, self.home, log, **environment), folder

    def findings(self, folder: Path) -> dict[str, Any]:
        """What a run wrote."""
        log = (folder / "log.txt").read_text("utf-8", "replace")
        assert (folder / "findings.json").exists(), log
        found: dict[str, Any] = json.loads((folder / "findings.json").read_text("utf-8"))
        return defaultdict(lambda: {"traceback": f"GIMP did not get this far:\n{log}"}, found)

    def _prepare(self, script: str, parameters: dict[str, Any]) -> Path:
        runs = self.home / "runs"
        runs.mkdir(exist_ok=True)
        folder = runs / f"{len(list(runs.iterdir()))}-{script}"
        folder.mkdir()
        (folder / "parameters.json").write_text(json.dumps(parameters), "utf-8")
        return folder


def _batch(script: str, folder: Path) -> str:
    lines = [
        "import sys, runpy",
        f"sys.path[:0] = [{str(HERE)!r}]",
        f"sys.argv = [{str(folder)!r}]",
    ]
    return "\n".join([*lines, f"runpy.run_module('inside.{script}', run_name='__main__')"])


@pytest.fixture(scope="session")
def make_gimp(
    host_with: Callable[[str], Host], editor_home: Callable[[], Path]
) -> Callable[[Paths], Gimp]:
    """Make a user with a fresh GIMP profile whose plug-in uses the bridge in this home."""
    host = host_with("gimp-console")

    def make(bridge: Paths) -> Gimp:
        home = editor_home()
        version = re.search(r"((3\.\d+)\.\d+)", host.output(["gimp-console", "--version"], home))
        if version is None:
            pytest.skip("the GIMP on this machine is not GIMP 3; run `make hosts`")
        profile = home / ".config" / "GIMP" / version[2]
        profile.mkdir(parents=True)
        quiet = f'(config-version "{version[1]}")(show-welcome-dialog no)(check-updates no)'
        (profile / "gimprc").write_text(quiet)
        install(profile, bridge)
        plugin = profile / "plug-ins" / "dreambridge"
        host.lend_python(plugin / "bridge.json")
        return Gimp(host, home, plugin)

    return make


def install(profile: Path, bridge: Paths) -> str:
    """`dreambridge install gimp` for a bridge with its files in `bridge`; what it printed."""
    command = [sys.executable, "-m", "dreambridge", "install", "gimp", "--config-dir", str(profile)]
    environment = os.environ | {VARIABLE: str(bridge.folder)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="session")
def gimp_server(serve: Callable[..., Server]) -> Server:
    """The server of the GIMP tests; it refuses what is larger than a region with its context."""
    return serve("--max-request-mib", "8")


@pytest.fixture(scope="session")
def gimp(make_gimp: Callable[[Paths], Gimp], gimp_server: Server) -> Gimp:
    """The GIMP that tests share."""
    return make_gimp(gimp_server.home)
