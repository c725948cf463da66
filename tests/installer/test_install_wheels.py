"""msgpack and pyzmq for the editors' own Pythons."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dreambridge.installer.wheels import ANY, vendor

OWN = sys.version_info.minor


@pytest.fixture
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """No package index, whatever this machine is configured for."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)


def loads(folder: Path, statement: str) -> str:
    """What a Python without any packages of its own prints with only this folder on its path."""
    code = f"import sys; sys.path[:0] = [{str(folder)!r}]; {statement}"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.usefixtures("_offline")
def test_without_a_network_the_running_pythons_own_packages_serve(tmp_path: Path) -> None:
    made = vendor(tmp_path, [OWN, 10] if OWN != 10 else [OWN, 11])
    assert made.abis == [f"cp3{OWN}"]
    assert made.problem
    where = Path(loads(tmp_path / f"cp3{OWN}", "import zmq; print(zmq.__file__)"))
    assert where.is_relative_to(tmp_path)


@pytest.mark.usefixtures("_offline")
def test_every_python_has_msgpack_in_plain_python(tmp_path: Path) -> None:
    vendor(tmp_path, [])
    compiled = [path for path in tmp_path.rglob("*") if path.suffix in (".so", ".pyd")]
    assert compiled == []
    check = "import msgpack; print(msgpack.unpackb(msgpack.packb([1, b'x'])), msgpack.Packer)"
    assert loads(tmp_path / ANY, check).startswith("[1, b'x'] <class 'msgpack.fallback.Packer'>")


def test_wheels_for_other_pythons_are_for_them(tmp_path: Path) -> None:
    """Downloaded like any package; without a network there are none, which is told."""
    other = 12 if OWN != 12 else 13
    made = vendor(tmp_path, [other])
    if made.problem:
        assert made.abis == []
        return
    assert made.abis == [f"cp3{other}"]
    compiled = [path.name for path in (tmp_path / f"cp3{other}").rglob("*.so")]
    assert any(f"cpython-3{other}" in name for name in compiled) or os.name == "nt"
    assert not list(tmp_path.rglob("*.whl"))
