"""`dreambridge doctor`: what it finds good, what bad, and what it tells to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dreambridge import __version__
from dreambridge.installer.base import Machine, Profile
from dreambridge.installer.checks import CheckResult, code, editor_checks, plugin
from dreambridge.installer.doctor import anonymized, report, weights
from dreambridge.installer.gimp import Gimp
from dreambridge.installer.install import install
from dreambridge.installer.krita import Krita
from dreambridge.paths import VARIABLE
from servers import Server

GIMP = Gimp()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A user's home folder with a profile of GIMP."""
    (tmp_path / "home" / ".config" / "GIMP" / "3.0").mkdir(parents=True)
    return tmp_path / "home"


@pytest.fixture
def profile(home: Path) -> Profile:
    (found,) = GIMP.profiles(Machine("linux", home, {}))
    return found


@pytest.fixture
def folder(profile: Profile) -> Path:
    """The folder of the plug-in that is installed."""
    install(GIMP, profile, minors=())
    return profile.folder / GIMP.folder


def test_the_weights_are_intact() -> None:
    assert weights().good


def test_a_whole_plug_in_is_good(profile: Profile, folder: Path) -> None:
    found = plugin(GIMP, profile)
    assert found.good
    assert __version__ in found.found
    assert str(folder) in found.found


def test_a_missing_plug_in_is_no_fault(profile: Profile) -> None:
    found = plugin(GIMP, profile)
    assert found.good is None
    assert found.remedy == "Run `dreambridge install gimp`."


def test_no_profile_is_no_fault(tmp_path: Path) -> None:
    (found,) = editor_checks(GIMP, Machine("linux", tmp_path, {}))
    assert found.good is None


def test_another_version_is_bad(profile: Profile, folder: Path) -> None:
    bridge = json.loads((folder / "bridge.json").read_text("utf-8"))
    (folder / "bridge.json").write_text(json.dumps(bridge | {"version": "0.0.1"}), "utf-8")
    found = plugin(GIMP, profile)
    assert found.good is False
    assert "0.0.1" in found.found
    assert "dreambridge install gimp" in found.remedy


def test_missing_files_are_bad(profile: Profile, folder: Path) -> None:
    (folder / "gimpdream" / "document" / "layers.py").unlink()
    found = plugin(GIMP, profile)
    assert found.good is False
    assert "layers.py" in found.found


def test_a_python_that_is_gone_is_bad(profile: Profile, folder: Path) -> None:
    bridge = json.loads((folder / "bridge.json").read_text("utf-8"))
    (folder / "bridge.json").write_text(json.dumps(bridge | {"python": "/gone/python"}), "utf-8")
    assert plugin(GIMP, profile).good is False


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_an_entry_that_can_not_be_executed_is_bad(profile: Profile, folder: Path) -> None:
    """GIMP passes by such a file without a word."""
    (folder / "dreambridge.py").chmod(0o644)
    found = plugin(GIMP, profile)
    assert found.good is False
    assert str(folder / "dreambridge.py") in found.found
    assert "dreambridge install gimp" in found.remedy
    install(GIMP, profile, minors=())
    assert plugin(GIMP, profile).good


def loaded(profile: Profile, machine: Machine | None = None) -> list[CheckResult]:
    """What the doctor says of the code; without an editor here our own Python looks at it."""
    return list(code(GIMP, profile, machine or Machine("win32", profile.folder, {})))


def test_sound_files_are_good_and_looking_at_them_leaves_nothing(
    profile: Profile, folder: Path
) -> None:
    before = sorted(folder.rglob("*"))
    (found,) = loaded(profile)
    assert found.good, found
    assert "modules are sound" in found.found
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize(
    ("name", "line", "said"),
    [
        ("gimpdream/document/layers.py", "def broken(:", "layers.py, line "),
        ("dreambridge.py", "import (", "dreambridge.py, line "),
        ("bridgeclient/codec.py", "import nothing_of_this_name", "nothing_of_this_name"),
        ("bridgeclient/events.py", "raise RuntimeError('cut off')", "RuntimeError: cut off"),
        ("gimpdream/__init__.py", "\0", "gimpdream"),
    ],
)
def test_files_that_can_not_be_loaded_are_bad(
    profile: Profile, folder: Path, name: str, line: str, said: str
) -> None:
    source = (folder / name).read_text("utf-8")
    (folder / name).write_text(f"{source}\n{line}\n", "utf-8")
    (found,) = loaded(profile)
    assert found.good is False
    assert said in found.found
    assert "dreambridge install gimp" in found.remedy


def test_kritas_files_are_looked_at_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    krita, machine = Krita(), Machine("linux", tmp_path, {})
    resources = tmp_path / ".local/share/krita"
    resources.mkdir(parents=True)
    install(krita, krita.profile_at(resources), minors=())
    assert all(found.good for found in editor_checks(krita, machine))
    (resources / "pykrita/dreambridge/dreamkrita/errors.py").write_text("class\n")
    plugged, files = editor_checks(krita, machine)
    assert plugged.good
    assert files.good is False
    assert "errors.py, line 1" in files.found


@pytest.mark.parametrize("name", ["bridge.json", "installed.json"])
def test_a_damaged_file_is_bad(profile: Profile, folder: Path, name: str) -> None:
    (folder / name).write_text("{", "utf-8")
    found = plugin(GIMP, profile)
    assert found.good is False
    assert found.remedy


def test_a_report_tells_no_private_paths(tmp_path: Path) -> None:
    home = tmp_path / "artist"
    results = [
        CheckResult("log", True, f"{home}/.local/state/server.log"),
        CheckResult("GIMP", False, "/run/media/artist/disk/GIMP", "Do this."),
    ]
    text = report(results, home)
    assert "artist" not in text
    assert "~/.local/state/server.log" in text
    assert "Do this." in text


def test_windows_paths_are_private_too() -> None:
    text = anonymized(r"C:\Users\artist\AppData and D:\artist\x", Path("artist"))
    assert "artist" not in text.replace("~", "")


def run(home: Path, bridge: Path, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "dreambridge", "doctor", *arguments]
    environment = os.environ | {"HOME": str(home), VARIABLE: str(bridge), "COLUMNS": "40"}
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "GIMP3_DIRECTORY"):
        environment.pop(name, None)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.usefixtures("folder")
def test_the_command_is_content(home: Path, server: Server, tmp_path: Path) -> None:
    code, said = run(home, server.home.folder, "--report", str(tmp_path / "report.txt"))
    assert code == 0, said
    for what in ("dreambridge", "weights", "GIMP 3.0", "server", "engine", "log"):
        assert what in said
    assert "warm on" in said or "resting" in said
    assert str(server.home.server_log) in said  # however narrow the terminal: it can be copied
    text = (tmp_path / "report.txt").read_text("utf-8")
    assert str(home) not in text
    assert "GIMP 3.0: plug-in" in text


def test_a_report_that_can_not_be_written_is_one_sentence(
    home: Path, server: Server, tmp_path: Path
) -> None:
    target = tmp_path / "nowhere" / "report.txt"
    code, said = run(home, server.home.folder, "--report", str(target))
    assert code == 1
    assert f"Error: {target}: No such file or directory." in said
    assert "Traceback" not in said


def test_the_command_fails_where_something_is_bad(home: Path, folder: Path, server: Server) -> None:
    (folder / "schema.json").unlink()
    code, said = run(home, server.home.folder)
    assert code == 1
    assert "dreambridge install gimp" in said
