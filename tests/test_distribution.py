"""What is handed out: a source archive that can do what its README says, a wheel that is whole."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from dreambridge.arrays import Array
from dreambridge.paths import VARIABLE

ROOT = Path(__file__).parents[1]
IGNORED = shutil.ignore_patterns(".*", "__pycache__", "out", "dist")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source archive and the wheel, made as pip and uv would make them."""
    folder = tmp_path_factory.mktemp("built")
    sources = shutil.copytree(ROOT, folder / "sources", ignore=IGNORED, symlinks=True)
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    done = subprocess.run(command, cwd=sources, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def unpacked(built: Path) -> Path:
    """The source archive, unpacked."""
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as reader:
        reader.extractall(built / "unpacked", filter="data")
    (folder,) = (built / "unpacked").iterdir()
    return folder


@pytest.fixture(scope="module")
def installed(built: Path) -> Path:
    """The wheel's contents, as in the site-packages of whoever installs it."""
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as reader:
        reader.extractall(built / "site-packages")
    return built / "site-packages"


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
@pytest.mark.parametrize("target", ["demo", "test", "check", "hosts", "bench", "soak"])
def test_the_source_archive_has_what_its_makefile_runs(unpacked: Path, target: str) -> None:
    command = ["make", "--dry-run", target]
    done = subprocess.run(command, cwd=unpacked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    named = re.findall(r"\b(?:tools|bench|tests)/[\w./]+", done.stdout)
    assert [name for name in named if not (unpacked / name).exists()] == []
    assert os.access(unpacked / "tools" / "venv", os.X_OK)


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
def test_make_demo_says_what_it_does_and_where_the_program_is(unpacked: Path) -> None:
    """With a Python that only says what it is asked to do: no package is installed here."""
    python = unpacked / "python"
    python.write_text(
        '#!/bin/sh\n[ "$1 $2" = "-m venv" ] || exit 0\n'
        'mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && cp "$0" "$3/bin/dreambridge"\n'
    )
    python.chmod(0o755)
    command = ["make", f"PYTHON={python}", "demo"]
    done = subprocess.run(command, cwd=unpacked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = done.stdout
    assert said.index("5.7 GB") < said.index("Downloading packages") < said.index(".venv is ready")
    assert ".venv/bin/dreambridge dream photo.jpg dream.png" in said


def run(installed: Path, home: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """The installed program, which finds nothing of the repository."""
    environment = os.environ | {"PYTHONPATH": str(installed), VARIABLE: str(home / "dreambridge")}
    environment |= {"HOME": str(home), "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}
    environment |= {"XDG_CONFIG_HOME": str(home / ".config")}
    command = [sys.executable, "-P", "-m", "dreambridge", *map(str, arguments)]
    return subprocess.run(
        command, env=environment, cwd=home, capture_output=True, text=True, check=False
    )


def test_what_is_installed_is_not_the_repository(installed: Path, tmp_path: Path) -> None:
    names = "bridgeclient", "dreambridge", "dreamcore"
    code = "import sys; print([__import__(name).__file__ for name in sys.argv[1:]])"
    environment = os.environ | {"PYTHONPATH": str(installed)}
    command = [sys.executable, "-P", "-c", code, *names]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.count(str(installed)) == len(names), done


def test_an_installed_program_dreams(installed: Path, tmp_path: Path, photo: Array) -> None:
    """The weights come with it."""
    Image.fromarray(photo).save(tmp_path / "in.png")
    quick = ["--layers", "relu3_1", "--octaves", "1", "--iterations", "1"]
    done = run(installed, tmp_path, "dream", "in.png", "out.png", *quick, "--local")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out.png").is_file()


@pytest.mark.parametrize("editor", ["gimp", "krita"])
def test_an_installed_program_brings_the_plug_ins(
    installed: Path, tmp_path: Path, editor: str
) -> None:
    profile = tmp_path / "profile"
    profile.mkdir()
    done = run(installed, tmp_path, "install", editor, "--config-dir", profile)
    assert done.returncode == 0, done.stderr
    for name in ("schema.json", "bridge.json", "client.py", "protocol.py"):
        assert list(profile.rglob(name)), name
    ours = ROOT / "host_plugins" / editor / "dreambridge"
    sources = {path.name for path in ours.rglob("*.py")} | {p.name for p in ours.rglob("*.jpg")}
    assert sources <= {path.name for path in profile.rglob("*")}


def test_an_installed_program_has_its_photographs_and_licences(installed: Path) -> None:
    for path in (ROOT / "core" / "dreamcore" / "data").rglob("*.*"):
        assert (installed / path.relative_to(ROOT / "core")).is_file(), path
    assert {"LICENSE", "LICENSE.weights"} <= {path.name for path in installed.rglob("LICENSE*")}


def test_an_installed_program_has_the_atlas(installed: Path, tmp_path: Path) -> None:
    done = run(installed, tmp_path, "atlas", "--layer", "relu2_2", "--out", "sheet.png")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "sheet.png").is_file()
    ours = ROOT / "bridge_server" / "dreambridge" / "atlas"
    brought = {path.name for path in (installed / "dreambridge" / "atlas").iterdir()}
    assert {path.name for path in ours.glob("*.webp")} <= brought
