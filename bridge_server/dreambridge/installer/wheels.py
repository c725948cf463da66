"""msgpack and pyzmq for the editors' own Pythons, one folder per CPython ABI.

An editor brings a Python that the bridge can't choose, and nothing may be installed into it. So
the plug-in carries `vendor/cp310`, `vendor/cp311`, … and copies the one of its own Python, or the
nearest older one (pyzmq's newer wheels fit every later Python, msgpack falls back to plain
Python), before everything else on its path; `vendor/any` holds msgpack alone in plain Python, for
a Python that none of them fits and that reaches the server through the relay.
"""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

PACKAGES = ("msgpack", "pyzmq")
MINORS = (10, 11, 12, 13, 14)
"""CPython 3.x versions that editors are known to bring."""

ANY = "any"

_COMPILED = (".so", ".pyd", ".pyx", ".c", ".h")
_SKIPPED = ("tests", "__pycache__")


@dataclass(frozen=True)
class Vendored:
    """Which ABI folders were filled, and why others were not ("" when all were)."""

    abis: Sequence[str]
    problem: str = ""


def vendor(folder: Path, minors: Sequence[int] = MINORS) -> Vendored:
    """Fill `folder` with `cp3xx` and `any`; what can't be downloaded is left out and told.

    Without a network the ABI of the running Python is copied from its own installation.
    """
    _copy_installed("msgpack", folder / ANY, compiled=False)
    abis, problem = [], ""
    with tempfile.TemporaryDirectory() as scratch:
        stores = {minor: Path(scratch) / str(minor) for minor in minors}
        runs = {minor: _download(store, minor) for minor, store in stores.items()}
        for minor, run in runs.items():
            _, complaint = run.communicate()
            target = folder / f"cp3{minor}"
            if run.returncode == 0:
                _unpack(stores[minor], target)
            elif minor == sys.version_info.minor:
                for package in PACKAGES:
                    _copy_installed(package, target, compiled=True)
            if target.is_dir():
                abis.append(target.name)
            if run.returncode:
                last = (complaint.strip().splitlines() or ["pip failed"])[-1]
                problem = last.removeprefix("ERROR: ")
    return Vendored(abis, problem)


def _download(store: Path, minor: int) -> subprocess.Popen[str]:
    store.mkdir(parents=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--retries", "1", "--timeout", "10", "--only-binary", ":all:", "--no-deps"]
    command += ["--implementation", "cp", "--python-version", f"3.{minor}", "--dest", str(store)]
    return subprocess.Popen(
        [*command, *PACKAGES],
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


def _copy_installed(package: str, target: Path, *, compiled: bool) -> None:
    """Copy a package of the running Python, with or without its compiled modules."""
    for path, source in _installed_files(package):
        if _wanted(path) and (compiled or path.suffix not in _COMPILED):
            copy = target / path
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(source.read_bytes())


def _installed_files(package: str) -> Iterator[tuple[PurePosixPath, Path]]:
    for file in importlib.metadata.files(package) or []:
        if ".." not in file.parts:
            yield PurePosixPath(file), Path(str(file.locate()))


def _wanted(path: PurePosixPath) -> bool:
    return not any(part in _SKIPPED for part in path.parts)
