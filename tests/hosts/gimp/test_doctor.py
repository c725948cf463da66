"""`dreambridge doctor` beside a real GIMP: what GIMP's own Python would load and what not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from dreambridge.paths import VARIABLE, Paths
from hosts.gimp.conftest import Gimp
from servers import Server


@pytest.fixture(scope="module")
def fresh(make_gimp: Callable[[Paths], Gimp], gimp_server: Server) -> Gimp:
    """A GIMP whose plug-in may be damaged."""
    return make_gimp(gimp_server.home)


def examined(gimp: Gimp, server: Server) -> tuple[int, str]:
    """The doctor's exit code and words, where GIMP is."""
    command = gimp.host.command([sys.executable, "-m", "dreambridge", "doctor"], gimp.home)
    own = {VARIABLE: str(server.home.folder), "COLUMNS": "300"}
    environment = gimp.host.environment(gimp.home, **own)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_gimps_own_python_loads_every_module(fresh: Gimp, gimp_server: Server) -> None:
    code, said = examined(fresh, gimp_server)
    assert "modules are sound, says /usr/bin/python3" in said
    assert "/usr/bin/python3 loads pyzmq" in said
    assert code == 0, said


def test_what_only_gimps_python_can_notice_is_noticed(fresh: Gimp, gimp_server: Server) -> None:
    layers = fresh.plugin / "gimpdream" / "document" / "layers.py"
    source = layers.read_text("utf-8")
    layers.write_text(f"{source}\nGimp.NoSuchThing\n", "utf-8")
    code, said = examined(fresh, gimp_server)
    layers.write_text(source, "utf-8")
    assert code == 1
    assert "NoSuchThing" in said
    assert "dreambridge install gimp" in said
