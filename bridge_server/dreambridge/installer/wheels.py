"""msgpack and pyzmq for the editors' own Pythons, all in one folder.

An editor brings a Python that the bridge can't choose, and nothing may be installed into it. So
the plug-in carries `vendor`, with what the wheels for all versions of CPython hold: they are of one
release and differ only in compiled modules, whose names say for which Python they are, so that
each Python finds its own. One that finds none has msgpack in plain Python, and reaches the server
through the relay. `wheels.txt` pins releases and hashes.
"""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path, PurePosixPath

PACKAGES = ("msgpack", "pyzmq")
MINORS = (10, 11, 12, 13, 14)
"""CPython 3.x versions that editors are known to bring."""

PINNED = files("dreambridge.installer") / "wheels.txt"

_ERROR = "ERROR: "
_COMPILED = (".so", ".pyd", ".pyx", ".c", ".h")
_SKIPPED = ("tests", "__pycache__")


@dataclass(frozen=True)
class Vendored:
    """The ABIs that there are wheels for, and why there are none for others ("" for all)."""

    abis: Sequence[str]
    problem: str = ""


def vendor(folder: Path, minors: Sequence[int] = MINORS) -> Vendored:
    """Fill `folder`; what can't be downloaded is left out and told.

    Without a network the running Python's own installation of the packages is copied.
    """
    with tempfile.TemporaryDirectory() as scratch, as_file(PINNED) as pinned:
        stores = {minor: Path(scratch) / str(minor) for minor in minors}
        runs = {minor: _download(store, minor, pinned) for minor, store in stores.items()}
        complaints = {minor: run.communicate()[1] for minor, run in runs.items()}
        there = [minor for minor, run in runs.items() if run.returncode == 0]
        for minor in there:
            _unpack(stores[minor], folder)
    failed = [complaint for minor, complaint in complaints.items() if minor not in there]
    if not there:
        there = _copy_running(folder, minors)
    return Vendored([f"cp3{minor}" for minor in there], _reason(failed[-1]) if failed else "")


def _reason(complaint: str) -> str:
    """The last error that pip told."""
    lines = complaint.strip().splitlines() or ["pip failed"]
    errors = [line for line in lines if line.startswith(_ERROR)]
    return (errors or lines)[-1].strip().removeprefix(_ERROR)


def _download(store: Path, minor: int, pinned: Path) -> subprocess.Popen[str]:
    store.mkdir(parents=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--retries", "1", "--timeout", "10", "--only-binary", ":all:", "--no-deps"]
    command += ["--implementation", "cp", "--python-version", f"3.{minor}", "--dest", str(store)]
    return subprocess.Popen(
        [*command, "--require-hashes", "--requirement", str(pinned)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _unpack(store: Path, target: Path) -> None:
    for wheel in sorted(store.glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            names = [name for name in archive.namelist() if _wanted(PurePosixPath(name))]
            archive.extractall(target, names)


def _copy_running(target: Path, minors: Sequence[int]) -> list[int]:
    """Copy what this Python has, with compiled modules if wheels for it were asked for."""
    own = [minor for minor in minors if minor == sys.version_info.minor]
    for package in PACKAGES if own else ("msgpack",):
        for path, source in _installed_files(package):
            if _wanted(path) and (own or path.suffix not in _COMPILED):
                copy = target / path
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(source.read_bytes())
    return own


def _installed_files(package: str) -> Iterator[tuple[PurePosixPath, Path]]:
    for file in importlib.metadata.files(package) or []:
        if ".." not in file.parts:
            yield PurePosixPath(file), Path(str(file.locate()))


def _wanted(path: PurePosixPath) -> bool:
    return not any(part in _SKIPPED for part in path.parts)
