"""Installing a plug-in: what is written, what is updated, and that nothing else is ever touched."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from bridgeclient import Installation
from dreambridge import __version__
from dreambridge.cli import main
from dreambridge.installer.base import Profile
from dreambridge.installer.gimp import Gimp
from dreambridge.installer.install import install, installed_files, planned, uninstall
from dreambridge.installer.manifest import NAME as MANIFEST
from dreambridge.installer.manifest import InstallError
from dreambridge.paths import locate
from dreamcore.schema import schema

GIMP = Gimp()


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    """An empty profile of GIMP."""
    folder = tmp_path / "GIMP" / "3.0"
    folder.mkdir(parents=True)
    return Profile("GIMP 3.0", folder)


@pytest.fixture
def plugin(profile: Profile) -> Path:
    """The folder that the plug-in gets."""
    return profile.folder / "plug-ins" / "dreambridge"


def put(profile: Profile, *, dev: bool = False) -> list[Path]:
    """Install without wheels, which have tests of their own."""
    return list(install(GIMP, profile, dev=dev, minors=()).files)


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below the folder with its bytes, and every folder."""
    paths = sorted(folder.rglob("*"))
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b""
        for path in paths
    }


def test_the_plug_in_is_complete(profile: Profile, plugin: Path) -> None:
    put(profile)
    assert stat.S_IMODE((plugin / "dreambridge.py").stat().st_mode) == 0o755
    assert (plugin / "gimpdream" / "procedures.py").is_file()
    assert (plugin / "help" / "en" / "gimp-help.xml").is_file()
    assert (plugin / "bridgeclient" / "client.py").is_file()
    assert (plugin / "vendor" / "msgpack" / "fallback.py").is_file()
    assert json.loads((plugin / "schema.json").read_text("utf-8")) == schema()


def test_the_plug_in_knows_the_bridge(profile: Profile, plugin: Path) -> None:
    put(profile)
    bridge = Installation.read(plugin / "bridge.json")
    assert bridge == Installation(sys.executable, locate().connection_file, __version__)


def test_the_list_of_files_is_exact(profile: Profile, plugin: Path) -> None:
    files = put(profile)
    written = {path for path in profile.folder.rglob("*") if path.is_file()}
    assert set(files) == written
    assert installed_files(GIMP, profile) == files
    assert plugin / MANIFEST in files


def test_a_dry_run_lists_the_files_and_writes_none(profile: Profile, plugin: Path) -> None:
    listed = planned(GIMP, profile)
    assert tree(profile.folder) == {}
    written = [path for path in put(profile) if not path.is_relative_to(plugin / "vendor")]
    assert sorted(listed) == sorted([*written, plugin / "vendor"])


def test_uninstalling_leaves_the_profile_as_it_was(profile: Profile, plugin: Path) -> None:
    (profile.folder / "gimprc").write_text("(check-updates no)")
    before = tree(profile.folder)
    put(profile)
    cache = plugin / "gimpdream" / "__pycache__"
    cache.mkdir()
    (cache / "procedures.cpython-313.pyc").write_bytes(b"compiled by GIMP's Python")
    uninstall(GIMP, profile)
    assert tree(profile.folder) == before


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_nobody_else_can_change_what_the_editor_runs(profile: Profile, plugin: Path) -> None:
    before = os.umask(0)
    try:
        put(profile)
    finally:
        os.umask(before)
    written = [plugin.parent, plugin, *plugin.rglob("*")]
    assert not [path for path in written if path.stat().st_mode & 0o022]


def test_uninstalling_twice_and_from_nothing_is_harmless(profile: Profile) -> None:
    assert uninstall(GIMP, profile) == []
    put(profile)
    assert uninstall(GIMP, profile)
    assert uninstall(GIMP, profile) == []


def test_other_peoples_files_stay(profile: Profile, plugin: Path) -> None:
    put(profile)
    others = [plugin / "notes.txt", plugin / "gimpdream" / "extra.py"]
    others += [profile.folder / "plug-ins" / "other" / "other.py"]
    for path in others:
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
    put(profile)
    uninstall(GIMP, profile)
    assert [path.read_text() for path in others] == ["mine"] * 3
    assert {path for path in profile.folder.rglob("*") if path.is_file()} == set(others)


def test_a_folder_that_was_there_before_stays(profile: Profile) -> None:
    (profile.folder / "plug-ins").mkdir()
    put(profile)
    uninstall(GIMP, profile)
    assert tree(profile.folder) == {"plug-ins": b""}


def test_an_update_removes_what_the_new_version_lacks(profile: Profile, plugin: Path) -> None:
    put(profile)
    old = plugin / "gimpdream" / "of_an_older_version.py"
    old.write_text("old")
    manifest = json.loads((plugin / MANIFEST).read_text("utf-8"))
    manifest["files"].append(old.relative_to(profile.folder).as_posix())
    (plugin / MANIFEST).write_text(json.dumps(manifest), "utf-8")
    (plugin / "dreambridge.py").write_text("damaged")
    put(profile)
    assert not old.exists()
    assert "do_query_procedures" in (plugin / "dreambridge.py").read_text("utf-8")
    uninstall(GIMP, profile)
    assert tree(profile.folder) == {}


def test_a_development_install_links_the_sources(profile: Profile, plugin: Path) -> None:
    put(profile, dev=True)
    for name in ("dreambridge.py", "gimpdream", "bridgeclient"):
        assert (plugin / name).is_symlink()
        assert (plugin / name).resolve().exists()
    assert not (plugin / "bridge.json").is_symlink()
    sources = (plugin / "gimpdream").resolve()
    uninstall(GIMP, profile)
    assert tree(profile.folder) == {}
    assert (sources / "procedures.py").is_file()


def test_changing_from_links_to_copies_and_back(profile: Profile, plugin: Path) -> None:
    put(profile, dev=True)
    sources = tree((plugin / "gimpdream").resolve())
    put(profile)
    assert not (plugin / "gimpdream").is_symlink()
    put(profile, dev=True)
    assert (plugin / "gimpdream").is_symlink()
    assert tree((plugin / "gimpdream").resolve()) == sources


@pytest.mark.parametrize("name", ["../../important", "/etc/important", ".", "a/../../b"])
def test_a_list_that_leads_out_of_the_profile_is_not_believed(
    profile: Profile, plugin: Path, name: str
) -> None:
    put(profile)
    (profile.folder.parent / "important").write_text("mine")
    manifest = json.loads((plugin / MANIFEST).read_text("utf-8"))
    (plugin / MANIFEST).write_text(json.dumps(manifest | {"files": [name]}), "utf-8")
    with pytest.raises(InstallError, match="damaged"):
        uninstall(GIMP, profile)
    assert (profile.folder.parent / "important").exists()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"files": 1, "folders": []}'])
def test_a_damaged_list_is_one_sentence(profile: Profile, plugin: Path, text: str) -> None:
    put(profile)
    (plugin / MANIFEST).write_text(text, "utf-8")
    with pytest.raises(InstallError, match=r"Delete .* and install again"):
        put(profile)


def test_a_profile_that_can_not_be_written_is_one_sentence(profile: Profile) -> None:
    (profile.folder / "plug-ins").write_text("a file where the folder goes")
    with pytest.raises(InstallError, match="can't be written"):
        put(profile)
    assert tree(profile.folder) == {"plug-ins": b"a file where the folder goes"}


def run(*arguments: str, home: Path) -> tuple[int, str]:
    """The command line with this home folder; its exit code and everything it said."""
    environment = {"HOME": str(home), "XDG_CONFIG_HOME": "", "GIMP3_DIRECTORY": ""}
    done = CliRunner().invoke(main, list(arguments), env=environment)
    return done.exit_code, done.output


def test_without_a_profile_the_command_says_where_it_looked(tmp_path: Path) -> None:
    code, said = run("install", "gimp", home=tmp_path)
    assert code == 1
    assert str(tmp_path / ".config" / "GIMP") in said
    assert "--config-dir" in said


def test_the_command_finds_every_profile(tmp_path: Path) -> None:
    folders = [tmp_path / ".config/GIMP/3.0", tmp_path / ".config/GIMP/3.2"]
    for folder in folders:
        folder.mkdir(parents=True)
    code, said = run("install", "gimp", "--dry-run", home=tmp_path)
    assert code == 0
    for folder in folders:
        assert str(folder / "plug-ins" / "dreambridge" / "dreambridge.py") in said
        assert not list(folder.iterdir())


def test_the_command_says_when_there_is_nothing_to_remove(tmp_path: Path) -> None:
    (tmp_path / ".config/GIMP/3.0").mkdir(parents=True)
    code, said = run("uninstall", "gimp", home=tmp_path)
    assert code == 0
    assert "not installed here" in said


def test_the_command_lists_what_it_would_remove(profile: Profile, tmp_path: Path) -> None:
    files = put(profile)
    folder = str(profile.folder)
    code, said = run("uninstall", "gimp", "--config-dir", folder, "--dry-run", home=tmp_path)
    assert code == 0
    assert all(str(path) in said for path in files)
    assert all(path.exists() for path in files)


@pytest.mark.parametrize("command", ["install", "uninstall"])
@pytest.mark.parametrize("name", ["new", "new/deeper"])
def test_a_folder_that_is_not_there_is_neither_made_nor_believed(
    tmp_path: Path, command: str, name: str
) -> None:
    missing = tmp_path / name
    code, said = run(command, "gimp", "--config-dir", str(missing), home=tmp_path)
    assert code == 2
    assert f"There is no folder {missing}. Start GIMP once" in " ".join(said.split())
    assert tree(tmp_path) == {}
    with pytest.raises(InstallError, match="There is no folder"):
        put(Profile("GIMP", missing))
    assert tree(tmp_path) == {}


def test_the_command_explains_a_profile_that_can_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "plug-ins").write_text("")
    environment = os.environ | {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}
    arguments = ["install", "gimp", "--config-dir", str(tmp_path)]
    done = CliRunner().invoke(main, arguments, env=environment)
    assert done.exit_code == 1
    assert "can't be written" in done.output
