"""The plug-in for Krita on disk: folders of each platform, installing and removing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from dreambridge.cli import main
from dreambridge.installer.base import Machine, Profile
from dreambridge.installer.checks import plugin as examined
from dreambridge.installer.install import install, installed_files, uninstall
from dreambridge.installer.krita import Krita, configuration
from dreambridge.installer.kritarc import value
from dreambridge.installer.manifest import InstallError
from krita_files import TYPICAL_KRITARC

KRITA = Krita()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's home with a Krita that was started once."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / ".local/share"))
    (tmp_path / ".local/share/krita").mkdir(parents=True)
    (tmp_path / ".config").mkdir()
    return tmp_path


@pytest.fixture
def profile(home: Path) -> Profile:
    return KRITA.profile_at(home / ".local/share/krita")


@pytest.mark.parametrize(
    ("platform", "resources", "kritarc", "label"),
    [
        ("linux", ".local/share/krita", ".config/kritarc", "Krita"),
        (
            "linux",
            ".var/app/org.kde.krita/data/krita",
            ".var/app/org.kde.krita/config/kritarc",
            "Krita, Flatpak",
        ),
        (
            "darwin",
            "Library/Application Support/krita",
            "Library/Preferences/kritarc",
            "Krita",
        ),
        ("win32", "AppData/Roaming/krita", "AppData/Local/kritarc", "Krita"),
    ],
)
def test_each_kind_of_krita_is_found(
    tmp_path: Path, platform: str, resources: str, kritarc: str, label: str
) -> None:
    machine = Machine(platform, tmp_path, {})
    assert KRITA.profiles(machine) == []
    assert tmp_path / resources in KRITA.where(machine)
    (tmp_path / resources).mkdir(parents=True)
    (found,) = KRITA.profiles(machine)
    assert (found.folder, found.label) == (tmp_path / resources, label)
    assert found.sandboxed is ("Flatpak" in label)
    assert configuration(found, machine) == tmp_path / kritarc


@pytest.mark.parametrize(
    ("platform", "variable", "resources"),
    [("linux", "XDG_DATA_HOME", "krita"), ("win32", "APPDATA", "krita")],
)
def test_moved_folders_are_found(
    tmp_path: Path, platform: str, variable: str, resources: str
) -> None:
    (tmp_path / "moved" / resources).mkdir(parents=True)
    machine = Machine(platform, tmp_path, {variable: str(tmp_path / "moved")})
    assert [found.folder for found in KRITA.profiles(machine)] == [tmp_path / "moved" / resources]


def test_moved_configuration_is_edited(tmp_path: Path) -> None:
    machine = Machine("linux", tmp_path, {"XDG_CONFIG_HOME": str(tmp_path / "moved")})
    profile = Profile("Krita", tmp_path / "krita")
    assert configuration(profile, machine) == tmp_path / "moved" / "kritarc"


def test_installing_and_removing(home: Path, profile: Profile) -> None:
    kritarc = home / ".config" / "kritarc"
    kritarc.write_bytes(TYPICAL_KRITARC)
    kritarc.chmod(0o600)
    install(KRITA, profile, minors=())
    folder = profile.folder
    assert (folder / "pykrita/dreambridge.desktop").is_file()
    assert (folder / "pykrita/dreambridge/__init__.py").is_file()
    assert (folder / "pykrita/dreambridge/dreamkrita/ui/docker.py").is_file()
    assert (folder / "pykrita/dreambridge/dreamkrita/looks/eyes.jpg").is_file()
    assert (folder / "actions/dreambridge.action").is_file()
    assert json.loads((folder / "pykrita/dreambridge/schema.json").read_text("utf-8"))
    assert value(kritarc.read_bytes(), "dreambridge") == "true"
    assert kritarc.stat().st_mode & 0o777 == 0o600
    (folder / "pykrita/other.desktop").touch()
    done = CliRunner().invoke(main, ["uninstall", "krita"])
    assert done.exit_code == 0, done.output
    assert kritarc.read_bytes() == TYPICAL_KRITARC
    assert [path.name for path in folder.rglob("*") if path.is_file()] == ["other.desktop"]


OFF = TYPICAL_KRITARC.replace(b"enable_zzz=true", b"enable_dreambridge=false")


@pytest.mark.parametrize("before", [None, b"", TYPICAL_KRITARC, OFF, b"[theme]\nTheme=dark\n"])
def test_uninstalling_leaves_the_configuration_as_it_was(
    home: Path, profile: Profile, before: bytes | None
) -> None:
    kritarc = home / ".config" / "kritarc"
    if before is not None:
        kritarc.write_bytes(before)
    for _ in range(2):  # an update is no second beginning
        install(KRITA, profile, minors=())
    assert value(kritarc.read_bytes(), "dreambridge") == "true"
    uninstall(KRITA, profile)
    assert (kritarc.read_bytes() if kritarc.exists() else b"") == (before or b"")
    assert not list(profile.folder.iterdir())


def test_what_the_user_switched_off_since_stays_off(home: Path, profile: Profile) -> None:
    kritarc = home / ".config" / "kritarc"
    kritarc.write_bytes(TYPICAL_KRITARC)
    install(KRITA, profile, minors=())
    off = kritarc.read_bytes().replace(b"dreambridge=true", b"dreambridge=false")
    kritarc.write_bytes(off)
    uninstall(KRITA, profile)
    assert kritarc.read_bytes() == off


def test_a_configuration_that_can_not_be_written_is_one_sentence(
    home: Path, profile: Profile
) -> None:
    (home / ".config").rmdir()
    (home / ".config").write_text("a file where the folder goes")
    with pytest.raises(InstallError, match="can't be written"):
        install(KRITA, profile, minors=())


def test_a_dry_run_writes_nothing(home: Path, profile: Profile) -> None:
    done = CliRunner().invoke(
        main, ["install", "krita", "--dry-run", "--resource-dir", str(profile.folder)]
    )
    assert done.exit_code == 0, done.output
    assert "pykrita/dreambridge/__init__.py" in done.output
    assert list(profile.folder.iterdir()) == []
    assert not (home / ".config/kritarc").exists()


def test_a_development_install_is_made_of_links(profile: Profile) -> None:
    install(KRITA, profile, dev=True, minors=())
    package = profile.folder / "pykrita/dreambridge"
    assert (package / "dreamkrita").is_symlink()
    assert (package / "bridgeclient").is_symlink()
    assert not (package / "bridge.json").is_symlink()


def test_the_doctor_sees_a_plugin_that_is_switched_off(home: Path, profile: Profile) -> None:
    install(KRITA, profile, minors=())
    assert examined(KRITA, profile).good
    KRITA.disable(profile, "")
    result = examined(KRITA, profile)
    assert result.good is False
    assert "switched off" in result.found
    assert "dreambridge install krita" in result.remedy
    assert installed_files(KRITA, profile)
