"""GIMP 3: where its profiles are on each platform, and what its plug-in consists of.

GIMP starts `plug-ins/dreambridge/dreambridge.py` of each profile as a program of its own. An
AppImage shares the profiles of the distribution's GIMP.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from dreambridge.installer.base import Item, Machine, Profile

_VERSION = re.compile(r"3\.\d+")
_FOLDER = PurePosixPath("plug-ins/dreambridge")


class Gimp:
    """The editor as the installer sees it."""

    name = "gimp"
    title = "GIMP"
    folder = _FOLDER
    entry = _FOLDER / "dreambridge.py"
    entry_is_program = True
    first_use = "Restart GIMP; then: Filters ▸ Artistic ▸ DeepDream…"

    def profiles(self, machine: Machine) -> Sequence[Profile]:
        found = [profile for kind, folder in _roots(machine) for profile in _within(kind, folder)]
        named = machine.environment.get("GIMP3_DIRECTORY")
        if named and Path(named).is_dir():
            found.append(self.profile_at(Path(named)))
        return list({profile.folder: profile for profile in found}.values())

    def profile_at(self, folder: Path) -> Profile:
        sandboxed = any(part in (".var", "snap") for part in folder.parts)
        return Profile(f"{self.title} in {folder}", folder, sandboxed)

    def where(self, machine: Machine) -> Sequence[Path]:
        return [folder for _, folder in _roots(machine)]

    def items(self, plugins: Path) -> Sequence[Item]:
        source = plugins / "gimp" / "dreambridge"
        return [
            Item(source / "dreambridge.py", self.entry, executable=True),
            Item(source / "gimpdream", _FOLDER / "gimpdream"),
            Item(source / "help", _FOLDER / "help"),
            Item(plugins / "krita" / "dreambridge" / "dreamkrita" / "looks", _FOLDER / "looks"),
        ]

    def pythons(self, machine: Machine) -> Sequence[Path]:
        """The script's first line asks the PATH on Linux."""
        if machine.platform == "win32":
            programs = [machine.variable("ProgramFiles", "Program Files")]
            programs.append(machine.variable("LOCALAPPDATA", "AppData/Local") / "Programs")
            guesses = [folder / "GIMP 3/bin/python.exe" for folder in programs]
        elif machine.platform == "darwin":
            guesses = [Path("/Applications/GIMP.app/Contents/MacOS/python3")]
        else:
            guesses = _python_of_path() if shutil.which("gimp") or shutil.which("gimp-3.0") else []
        return [path for path in guesses if path.is_file()]

    def setting(self, profile: Profile) -> str:
        """GIMP has none."""
        return ""

    def enable(self, profile: Profile) -> None:
        """GIMP asks a plug-in again when its main file's time changed."""
        (profile.folder / self.entry).touch()

    def disable(self, profile: Profile, before: str) -> None:
        """Nothing is left to undo."""

    def why_disabled(self, profile: Profile) -> str:
        """GIMP looks at every plug-in."""
        return ""


def _python_of_path() -> list[Path]:
    """The python3 that a program started from the desktop finds, not that of an active venv."""
    found = shutil.which("python3", path="/usr/local/bin:/usr/bin:/bin")
    return [Path(found)] if found else []


def _roots(machine: Machine) -> Iterator[tuple[str, Path]]:
    """Each folder that can hold GIMP's versioned profiles, with the kind of GIMP that uses it."""
    if machine.platform == "win32":
        yield "", machine.variable("APPDATA", "AppData/Roaming") / "GIMP"
        packages = machine.variable("LOCALAPPDATA", "AppData/Local") / "Packages"
        for store in sorted(packages.glob("*GIMP*/LocalCache/Roaming/GIMP")):
            yield "Microsoft Store", store
    elif machine.platform == "darwin":
        yield "", machine.home / "Library/Application Support/GIMP"
    else:
        yield "", machine.variable("XDG_CONFIG_HOME", ".config") / "GIMP"
        yield "Flatpak", machine.home / ".var/app/org.gimp.GIMP/config/GIMP"
        yield "Snap", machine.home / "snap/gimp/current/.config/GIMP"
        yield "Snap", machine.home / "snap/gimp/common/.config/GIMP"


def _within(kind: str, folder: Path) -> list[Profile]:
    """The profiles of all 3.x versions in a folder, newest first."""
    versions = [path for path in folder.glob("3.*") if _VERSION.fullmatch(path.name)]
    versions.sort(key=lambda path: int(path.name[2:]), reverse=True)
    of_kind = f", {kind}" if kind else ""
    sandboxed = kind in ("Flatpak", "Snap")
    return [Profile(f"GIMP {path.name}{of_kind}", path, sandboxed) for path in versions]
