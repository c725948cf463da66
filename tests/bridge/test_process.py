"""What children of an editor get of its environment."""

from __future__ import annotations

import os

import pytest

from bridgeclient.process import environment


def test_a_child_gets_nothing_of_the_editors_own_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPDIR", "/tmp/.mount_krita")
    monkeypatch.setenv("LD_LIBRARY_PATH", os.pathsep.join(["/tmp/.mount_krita/lib", "/opt/cuda"]))
    for name in ("PYTHONHOME", "DYLD_LIBRARY_PATH", "DYLD_INSERT_LIBRARIES"):
        monkeypatch.setenv(name, "/Applications/krita.app/Contents")
    monkeypatch.setenv("MINE", "stays")
    given = environment()
    assert not [name for name in given if name.startswith(("PYTHON", "DYLD_"))]
    assert given["LD_LIBRARY_PATH"] == "/opt/cuda"
    assert given["MINE"] == "stays"
