"""The plug-in for Krita as an archive for Krita's own importer."""

from __future__ import annotations

import configparser
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from dreambridge.cli import main
from dreambridge.installer.archive import write_archive
from dreambridge.installer.krita import Krita

KRITA = Krita()


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
