"""The plug-in for Krita on disk: folders of each platform, kritarc byte for byte, the archive."""

from __future__ import annotations

import configparser
import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from dreambridge.cli import main
from dreambridge.installer.archive import write_archive
from dreambridge.installer.base import Machine, Profile
from dreambridge.installer.checks import plugin as examined
from dreambridge.installer.install import install, installed_files, uninstall
from dreambridge.installer.krita import Krita, configuration
from dreambridge.installer.kritarc import value, with_value
from dreambridge.installer.manifest import InstallError

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


TYPICAL = b"""ColorHistory=a\\x00b
[MainWindow]
State=AAAA\xff\xfe==

[python]
enable_other=false
enable_zzz=true

[theme]
Theme=Krita dark
"""


def switched_on(content: bytes) -> bytes:
    return with_value(content, "dreambridge", "true")


def removed(content: bytes) -> bytes:
    return with_value(content, "dreambridge", "")


def test_one_line_is_added_to_kritarc() -> None:
    after = switched_on(TYPICAL)
    assert value(after, "dreambridge") == "true"
    lines = after.splitlines(keepends=True)
    lines.remove(b"enable_dreambridge=true\n")
    assert b"".join(lines) == TYPICAL
    assert switched_on(after) == after
    assert removed(after) == TYPICAL


def test_a_plugin_that_was_switched_off_is_switched_on() -> None:
    off = TYPICAL.replace(b"enable_zzz=true", b"enable_dreambridge=false")
    after = switched_on(off)
    assert after == off.replace(b"enable_dreambridge=false", b"enable_dreambridge=true")


def test_a_name_in_another_group_does_not_count() -> None:
    elsewhere = b"[other]\nenable_dreambridge=true\n"
    assert value(elsewhere, "dreambridge") == ""
    assert removed(elsewhere) == elsewhere
    assert value(switched_on(elsewhere), "dreambridge") == "true"


@pytest.mark.parametrize(
    "content", [b"", b"[a]\nb=c", b"[python]", b"[python]\n[b]\n", b"[a]\r\nb=c\r\n[python]\r\n"]
)
def test_files_of_any_ending(content: bytes) -> None:
    after = switched_on(content)
    assert value(after, "dreambridge") == "true"
    parser = configparser.ConfigParser()
    parser.read_string(after.decode())
    assert parser["python"]["enable_dreambridge"] == "true"
    assert (b"\r\n" in after) == (b"\r\n" in content)


@pytest.mark.parametrize(
    "content", [b"", b"[a]\nb=c\n", b"[a]\nb=c\n\n", b"[a]\r\nb=c\r\n", b"a=b\n\n[c]\nd=e\n"]
)
def test_a_group_made_for_the_entry_goes_with_it(content: bytes) -> None:
    assert removed(switched_on(content)) == content


def test_a_group_that_krita_has_moved_goes_without_a_trace() -> None:
    rewritten = b"[a]\nb=c\n\n[python]\nenable_dreambridge=true\n\n[theme]\nTheme=dark\n"
    assert removed(rewritten) == b"[a]\nb=c\n\n[theme]\nTheme=dark\n"


_LINES = st.sampled_from(
    [b"[python]", b"[x][y]", b"a=b", b"enable_a=true", b"", b"; c", b"\xff=\x00", b"long=\\"]
)


@given(st.lists(_LINES), st.sampled_from([b"\n", b"\r\n"]), st.booleans())
def test_everything_else_stays_byte_for_byte(lines: list[bytes], end: bytes, last: bool) -> None:
    content = end.join(lines) + end * last
    on = switched_on(content)
    assert value(on, "dreambridge") == "true"
    kept = [line for line in on.splitlines() if line != b"enable_dreambridge=true"]
    assert [line for line in kept if line] == (
        [line for line in content.splitlines() if line] + [b"[python]"] * (b"[python]" not in lines)
    )
    off = [line for line in removed(on).splitlines() if line and line != b"[python]"]
    assert off == [line for line in content.splitlines() if line and line != b"[python]"]


def test_installing_and_removing(home: Path, profile: Profile) -> None:
    kritarc = home / ".config" / "kritarc"
    kritarc.write_bytes(TYPICAL)
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
    assert kritarc.read_bytes() == TYPICAL
    assert [path.name for path in folder.rglob("*") if path.is_file()] == ["other.desktop"]


OFF = TYPICAL.replace(b"enable_zzz=true", b"enable_dreambridge=false")


@pytest.mark.parametrize("before", [None, b"", TYPICAL, OFF, b"[theme]\nTheme=dark\n"])
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
    kritarc.write_bytes(TYPICAL)
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


def test_the_archive_is_what_kritas_importer_wants(tmp_path: Path) -> None:
    file = tmp_path / "dream.zip"
    write_archive(KRITA, file, minors=())
    with zipfile.ZipFile(file) as reader:
        names = reader.namelist()
        desktop = configparser.ConfigParser()
        desktop.read_string(reader.read("pykrita/dreambridge.desktop").decode())
    assert desktop["Desktop Entry"]["X-KDE-Library"] == "dreambridge"
    (folder,) = [name for name in names if name.endswith("/dreambridge/")]
    assert f"{folder}__init__.py" in names
    assert f"{folder}bridge.json" in names
    assert "actions/dreambridge.action" in names


def test_a_dry_run_of_the_archive_writes_none(tmp_path: Path) -> None:
    file = tmp_path / "dream.zip"
    done = CliRunner().invoke(main, ["install", "krita", "--zip", str(file), "--dry-run"])
    assert done.exit_code == 0, done.output
    assert "would hold pykrita/dreambridge/__init__.py" in done.output
    assert "would hold actions/dreambridge.action" in done.output
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("option", [["--dev"], ["--resource-dir", "."]])
def test_options_that_an_archive_has_no_use_for_are_refused(
    tmp_path: Path, option: list[str]
) -> None:
    file = tmp_path / "dream.zip"
    done = CliRunner().invoke(main, ["install", "krita", "--zip", str(file), *option])
    assert done.exit_code == 2
    assert "--zip" in done.output
    assert not file.exists()


def test_only_krita_imports_archives(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["install", "gimp", "--zip", str(tmp_path / "x.zip")])
    assert done.exit_code == 2
    assert "--zip is for krita" in done.output
