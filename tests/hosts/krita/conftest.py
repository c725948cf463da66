"""A real Krita with the plug-in installed by `dreambridge install`, and a plug-in that drives it.

Code for Krita's own Python is in `inside/`; one start of Krita does many cases and leaves what it
found in a file, because each start takes long.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image

from dreambridge.paths import VARIABLE, Paths
from hosts.host import Host
from servers import Server

INSIDE = Path(__file__).parent / "inside"
RUN_S = 1200.0
"""For a whole run with all its cases, on a busy machine."""

CONFIGURED = "[python]\nenable_dreamdriver=true\n\n[dreambridge]\nlive_sketch=false\n"
"""The driver on; no sketches but in the cases that are about them, which tick the box."""

DISPLAY = "[General]\nOpenGLRenderer=none\n"
"""Without a graphics card OpenGL takes a quarter of a run, only to draw the canvas."""


@dataclass(frozen=True)
class Krita:
    """A user's Krita: where it runs and the user's home folder."""

    host: Host
    home: Path

    @property
    def resources(self) -> Path:
        return self.home / ".local" / "share" / "krita"

    @property
    def configuration(self) -> Path:
        return self.home / ".config" / "kritarc"

    def start(self, script: str, **parameters: Any) -> tuple[subprocess.Popen[bytes], Path]:
        """Start Krita with the driver going through the cases of `inside/dreamdriver/SCRIPT.py`.

        Parameters in capitals are environment variables.
        """
        environment = {"QT_QPA_PLATFORM": "xcb"}
        environment |= {name: parameters.pop(name) for name in list(parameters) if name.isupper()}
        runs = self.home / "runs"
        runs.mkdir(exist_ok=True)
        folder = runs / f"{len(list(runs.iterdir()))}-{script}"
        folder.mkdir()
        given = {"script": script, "folder": str(folder)} | parameters
        (folder / "parameters.json").write_text(json.dumps(given), "utf-8")
        environment["DREAMDRIVER"] = str(folder)
        argv = ["bash", str(INSIDE / "screen.sh"), "krita", "--nosplash"]
        return self.host.start(argv, self.home, folder / "log.txt", **environment), folder

    def run(self, script: str, **parameters: Any) -> dict[str, Any]:
        """What the script found, by case."""
        process, folder = self.start(script, **parameters)
        try:
            process.wait(RUN_S)
        finally:
            end(process)
        return findings(folder)


def end(process: subprocess.Popen[bytes]) -> None:
    """End Krita and the screen that it is on, if they didn't end by themselves."""
    left = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    for one in [*left, process]:
        with suppress(psutil.NoSuchProcess):
            one.kill()
    process.wait()


def findings(folder: Path) -> dict[str, Any]:
    """What a run wrote; errors that nothing caught fail the test."""
    log = (folder / "log.txt").read_text("utf-8", "replace")
    assert (folder / "findings.json").exists(), log[-4000:]
    found = json.loads((folder / "findings.json").read_text("utf-8"))
    assert not found["unhandled"], "\n".join(found["unhandled"])
    cases: dict[str, Any] = found["cases"]
    return cases


@pytest.fixture(scope="session")
def make_krita(
    host_with: Callable[[str], Host], editor_home: Callable[[], Path]
) -> Callable[[Paths], Krita]:
    """Make a user with a fresh Krita whose plug-in uses the bridge in this home."""
    host = host_with("krita")

    def make(bridge: Paths) -> Krita:
        krita = Krita(host, editor_home())
        krita.resources.mkdir(parents=True)
        krita.configuration.parent.mkdir()
        krita.configuration.write_text(CONFIGURED)
        krita.configuration.with_name("kritadisplayrc").write_text(DISPLAY)
        install(krita, bridge)
        plugins = krita.resources / "pykrita"
        shutil.copyfile(INSIDE / "dreamdriver.desktop", plugins / "dreamdriver.desktop")
        shutil.copytree(INSIDE / "dreamdriver", plugins / "dreamdriver")
        host.lend_python(plugins / "dreambridge" / "bridge.json")
        return krita

    return make


def install(krita: Krita, bridge: Paths, *options: str) -> str:
    """`dreambridge install krita` for a bridge with its files in `bridge`; what it printed."""
    command = [sys.executable, "-m", "dreambridge", "install", "krita"]
    command += ["--resource-dir", str(krita.resources), *options]
    own = {VARIABLE: str(bridge.folder), "HOME": str(krita.home), "XDG_CONFIG_HOME": ""}
    done = subprocess.run(
        command, env=os.environ | own, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="session")
def krita(make_krita: Callable[[Paths], Krita], server: Server) -> Krita:
    """The Krita that tests share."""
    return make_krita(server.home)


@pytest.fixture(scope="session")
def chosen_from(krita: Krita) -> dict[str, Any]:
    """What is found where the docker offers something to choose from."""
    photo = krita.home / "photo.png"
    with Image.open(str(files("dreamcore") / "data" / "photos" / "chelsea.png")) as picture:
        picture.convert("RGB").resize((900, 600)).save(photo)
    return run_and_keep(krita, "choosing", "choosing", photo=str(photo))


def run_and_keep(krita: Krita, name: str, script: str, **parameters: Any) -> dict[str, Any]:
    """Run a script that grabs pictures; `DREAMBRIDGE_LOOKED_AT` keeps them under the name."""
    out = krita.home / name
    out.mkdir()
    facts = krita.run(script, out=str(out), **parameters)
    if kept := os.environ.get("DREAMBRIDGE_LOOKED_AT"):
        shutil.copytree(out, Path(kept) / name, dirs_exist_ok=True)
    if kept := os.environ.get("DREAMBRIDGE_PICTURES"):
        for path in out.glob("krita-*.png"):
            keep(path, Path(kept) / path.name)
    for case in facts.values():
        assert "traceback" not in case, case["traceback"]
    return facts


def keep(source: Path, target: Path) -> None:
    """A smaller file; the docker's few colours need no more than a palette."""
    with Image.open(source) as picture:
        colours = picture.convert("RGB")
    if "docker" in source.name:
        colours = colours.quantize(200, dither=Image.Dither.FLOYDSTEINBERG)
    colours.save(target, optimize=True)
