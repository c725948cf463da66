"""Taking the plug-in away again from a Krita that was started with it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from dreambridge.installer.kritarc import value
from dreambridge.paths import Paths
from hosts.krita.conftest import Krita
from servers import Server


def uninstall(krita: Krita) -> str:
    command = [sys.executable, "-m", "dreambridge", "uninstall", "krita"]
    command += ["--resource-dir", str(krita.resources)]
    environment = krita.host.environment(krita.home)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def lines(kritarc: Path) -> list[bytes]:
    return kritarc.read_bytes().splitlines()


def test_a_krita_that_has_written_its_configuration_keeps_all_but_our_line(
    make_krita: Callable[[Paths], Krita], server: Server
) -> None:
    krita = make_krita(server.home)
    assert "dreambridge_docker" in krita.run("visit")["visit"]["dockers"]
    written = lines(krita.configuration)
    assert b"enable_dreambridge=true" in written
    assert len(written) > 5, "Krita wrote its own settings"
    uninstall(krita)
    written.remove(b"enable_dreambridge=true")
    assert lines(krita.configuration) == written
    assert not list(krita.resources.rglob("*dreambridge*"))
    assert "dreambridge_docker" not in krita.run("visit")["visit"]["dockers"]
    assert value(krita.configuration.read_bytes(), "dreambridge") in ("", "false")
