"""Where GIMP's profiles are on each platform; only the Linux ones can be visited from here."""

from __future__ import annotations

from pathlib import Path

import pytest

from dreambridge.installer.base import Machine
from dreambridge.installer.gimp import Gimp
from dreambridge.installer.install import next_step

GIMP = Gimp()


def machine(platform: str, home: Path, **environment: str) -> Machine:
    return Machine(platform, home, environment)


@pytest.mark.parametrize(
    ("platform", "folder", "label", "sandboxed"),
    [
        ("linux", ".config/GIMP/3.0", "GIMP 3.0", False),
        ("linux", ".var/app/org.gimp.GIMP/config/GIMP/3.2", "GIMP 3.2, Flatpak", True),
        ("linux", "snap/gimp/current/.config/GIMP/3.0", "GIMP 3.0, Snap", True),
        ("linux", "snap/gimp/common/.config/GIMP/3.0", "GIMP 3.0, Snap", True),
        ("darwin", "Library/Application Support/GIMP/3.0", "GIMP 3.0", False),
        ("win32", "AppData/Roaming/GIMP/3.0", "GIMP 3.0", False),
        (
            "win32",
            "AppData/Local/Packages/GIMP.43237F745459_x1/LocalCache/Roaming/GIMP/3.0",
            "GIMP 3.0, Microsoft Store",
            False,
        ),
    ],
)
def test_each_kind_of_gimp_is_found(
    tmp_path: Path, platform: str, folder: str, label: str, sandboxed: bool
) -> None:
    (tmp_path / folder).mkdir(parents=True)
    (found,) = GIMP.profiles(machine(platform, tmp_path))
    assert found.folder == tmp_path / folder
    assert found.label == label
    assert found.sandboxed is sandboxed


def test_all_versions_are_found_the_newest_first_and_gimp_2_never(tmp_path: Path) -> None:
    for version in ("2.10", "3.0", "3.2", "3.10", "3.x", "tmp"):
        (tmp_path / ".config/GIMP" / version).mkdir(parents=True)
    found = GIMP.profiles(machine("linux", tmp_path))
    assert [profile.folder.name for profile in found] == ["3.10", "3.2", "3.0"]


@pytest.mark.parametrize(
    ("platform", "variable", "expected"),
    [("linux", "XDG_CONFIG_HOME", "GIMP/3.0"), ("win32", "APPDATA", "GIMP/3.0")],
)
def test_moved_configuration_folders_are_found(
    tmp_path: Path, platform: str, variable: str, expected: str
) -> None:
    moved = tmp_path / "elsewhere"
    (moved / expected).mkdir(parents=True)
    (found,) = GIMP.profiles(machine(platform, tmp_path, **{variable: str(moved)}))
    assert found.folder == moved / expected


def test_gimps_own_variable_names_a_profile(tmp_path: Path) -> None:
    named = tmp_path / "portable"
    named.mkdir()
    (found,) = GIMP.profiles(machine("linux", tmp_path, GIMP3_DIRECTORY=str(named)))
    assert found.folder == named


def test_a_profile_is_told_once(tmp_path: Path) -> None:
    folder = tmp_path / ".config/GIMP/3.0"
    folder.mkdir(parents=True)
    found = GIMP.profiles(machine("linux", tmp_path, GIMP3_DIRECTORY=str(folder)))
    assert len(found) == 1


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_where_it_looks_is_told(tmp_path: Path, platform: str) -> None:
    looked = GIMP.where(machine(platform, tmp_path))
    assert looked
    assert all(folder.is_relative_to(tmp_path) for folder in looked)


def test_gimps_python_on_windows_is_the_one_it_brings(tmp_path: Path) -> None:
    python = tmp_path / "GIMP 3" / "bin" / "python.exe"
    python.parent.mkdir(parents=True)
    python.touch()
    found = GIMP.pythons(machine("win32", tmp_path, ProgramFiles=str(tmp_path)))
    assert list(found) == [python]


def test_sandboxed_gimps_are_told_that_the_server_must_run(tmp_path: Path) -> None:
    profile = GIMP.profile_at(tmp_path / ".var/app/org.gimp.GIMP/config/GIMP/3.0")
    assert "dreambridge serve" in next_step(GIMP, profile)
