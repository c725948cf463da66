"""`make hosts` where it can't work: it says why in a line and succeeds, so that tests still run."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from hosts.host import PROJECT

SCRIPT = PROJECT / "tools" / "hosts" / "provision"
NEEDED = ("bash", "env", "dirname", "cat", "id", "mkdir", "tail", "head", "grep", "rm", "flock")


@pytest.fixture
def provision(tmp_path: Path) -> Path:
    """The script in a project of its own, where nothing is provisioned."""
    copy = tmp_path / "tools" / "hosts" / "provision"
    copy.parent.mkdir(parents=True)
    shutil.copy(SCRIPT, copy)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and folder != Path("/tmp"):
            folder.chmod(0o755)
    return copy


def run(script: Path, *arguments: str, **options: Any) -> Sequence[str]:
    """The lines that the script says; it has to succeed."""
    done = subprocess.run([script, *arguments], capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.splitlines()


def bin_without(tmp_path: Path, *missing: str) -> dict[str, str]:
    """An environment whose PATH has only what the script needs, less some of it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in {*NEEDED} - {*missing}:
        (folder / name).symlink_to(shutil.which(name) or f"/usr/bin/{name}")
    return {"PATH": str(folder)}


def test_a_machine_without_apt(provision: Path, tmp_path: Path) -> None:
    (said,) = run(provision, env=bin_without(tmp_path))
    assert said.startswith("hosts: no editors for the tests: ")
    assert "apt-get" in said


def test_a_user_who_is_not_root(provision: Path) -> None:
    if shutil.which("apt-get") is None:
        pytest.skip("an editor can't be provisioned here at all: no apt-get")
    other = {"user": 65534} if os.geteuid() == 0 else {}
    (said,) = run(provision, **other)
    assert "root" in said


def test_an_unknown_suite(provision: Path) -> None:
    (said,) = run(provision, "bookworm")
    assert "trixie or forky" in said


@pytest.mark.usefixtures("host_with")
def test_a_provisioned_root_is_left_alone(host_with: Any) -> None:
    host = host_with("gimp-console")
    if host.root is None:
        pytest.skip("the editors are this machine's own, not provisioned")
    stamp = host.root / ".provisioned"
    before = stamp.stat().st_mtime_ns
    assert run(SCRIPT, host.root.name) == [f"hosts: {host.root.name} is ready"]
    assert stamp.stat().st_mtime_ns == before
