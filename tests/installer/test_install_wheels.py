"""msgpack and pyzmq for the editors' own Pythons."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from dreambridge.installer.wheels import PACKAGES, PINNED, vendor

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
    where = Path(loads(tmp_path, "import zmq; print(zmq.__file__)"))
    assert where.is_relative_to(tmp_path)


@pytest.mark.usefixtures("_offline")
def test_every_python_has_msgpack_in_plain_python(tmp_path: Path) -> None:
    vendor(tmp_path, [])
    compiled = [path for path in tmp_path.rglob("*") if path.suffix in (".so", ".pyd")]
    assert compiled == []
    check = "import msgpack; print(msgpack.unpackb(msgpack.packb([1, b'x'])), msgpack.Packer)"
    assert loads(tmp_path, check).startswith("[1, b'x'] <class 'msgpack.fallback.Packer'>")


def test_each_python_finds_its_own_modules_in_the_one_folder(tmp_path: Path) -> None:
    """Downloaded like any package; without a network there are none, which is told."""
    other = 12 if OWN != 12 else 13
    made = vendor(tmp_path, [OWN, other])
    if made.problem:
        assert made.abis in ([], [f"cp3{OWN}"])
        return
    assert made.abis == [f"cp3{OWN}", f"cp3{other}"]
    compiled = [path.name for path in (tmp_path / "msgpack").iterdir() if path.suffix == ".so"]
    assert any(f"cpython-3{other}" in name for name in compiled) or os.name == "nt"
    assert not list(tmp_path.rglob("*.whl"))
    check = "import msgpack, zmq; print(msgpack.Packer.__module__, zmq.zmq_version())"
    assert loads(tmp_path, check).startswith("msgpack._cmsgpack ")


def test_a_python_that_no_wheel_fits_has_msgpack_and_no_pyzmq(tmp_path: Path) -> None:
    other = 13 if OWN < 13 else 11
    if vendor(tmp_path, [other]).problem:
        return  # no network
    for path in tmp_path.rglob("*.abi3.so"):
        path.unlink()
    assert loads(tmp_path, "import msgpack; print(msgpack.Packer)").endswith("fallback.Packer'>")
    check = "import importlib.util as u\ntry: import zmq\nexcept ImportError: print('none')"
    assert loads(tmp_path, check) == "none"


def test_other_bytes_than_those_pinned_are_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wheel of the pinned release and name, on an index or a mirror, that somebody changed."""
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    for line in PINNED.read_text("utf-8").splitlines():
        name, equals, rest = line.partition("==")
        if equals:
            release = rest.split()[0]
            wheel = mirror / f"{name}-{release}-cp3{OWN}-none-any.whl"
            with zipfile.ZipFile(wheel, "w") as archive:
                archive.writestr(f"{name}/__init__.py", "print('changed')")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(mirror))
    made = vendor(tmp_path / "vendor", [OWN])
    assert "HASHES" in made.problem
    assert loads(tmp_path / "vendor", "import msgpack; print('ours')") == "ours"


def test_every_download_is_pinned_to_a_release_that_the_bridge_can_use() -> None:
    lines = PINNED.read_text("utf-8").splitlines()
    pinned = dict(line.split()[0].split("==") for line in lines if "==" in line)
    assert sorted(pinned) == sorted(PACKAGES)
    wanted = {Requirement(text).name: Requirement(text) for text in requires("dreambridge") or []}
    for name, release in pinned.items():
        assert wanted[name].specifier.contains(release)
    assert sum("--hash=sha256:" in line for line in lines) == len(lines) - 4
