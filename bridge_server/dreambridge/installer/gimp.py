"""GIMP 3: where its profiles are on each platform, and what its plug-in consists of.

GIMP starts `plug-ins/dreambridge/dreambridge.py` of each profile as a program of its own. An
AppImage shares the profiles of the distribution's GIMP.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from dreambridge.installer.base import Item, Places, Profile

_VERSION = re.compile(r"3\.\d+")
_FOLDER = PurePosixPath("plug-ins/dreambridge")


class Gimp:
    """See `Editor`."""

    name = "gimp"
    title = "GIMP"
    home = _FOLDER
    start = _FOLDER / "dreambridge.py"
    runs_start = True

    def profiles(self, places: Places) -> Sequence[Profile]:
        """See `Editor.profiles`."""
        found = [profile for kind, folder in _roots(places) for profile in _within(kind, folder)]
        named = places.environment.get("GIMP3_DIRECTORY")
        if named and Path(named).is_dir():
            found.append(self.profile_at(Path(named)))
        return list({profile.folder: profile for profile in found}.values())

    def profile_at(self, folder: Path) -> Profile:
        """See `Editor.profile_at`."""
        sandboxed = any(part in (".var", "snap") for part in folder.parts)
        return Profile(f"{self.title} in {folder}", folder, sandboxed)

    def where(self, places: Places) -> Sequence[Path]:
        """See `Editor.where`."""
        return [folder for _, folder in _roots(places)]

    def items(self, plugins: Path) -> Sequence[Item]:
        """See `Editor.items`."""
        source = plugins / "gimp" / "dreambridge"
        return [
            Item(source / "dreambridge.py", self.start, executable=True),
            Item(source / "gimpdream", _FOLDER / "gimpdream"),
            Item(source / "help", _FOLDER / "help"),
        ]

    def pythons(self, places: Places) -> Sequence[Path]:
        """See `Editor.pythons`; the script's first line asks the PATH on Linux."""
        if places.platform == "win32":
            programs = [places.variable("ProgramFiles", "Program Files")]
            programs.append(places.variable("LOCALAPPDATA", "AppData/Local") / "Programs")
            guesses = [folder / "GIMP 3/bin/python.exe" for folder in programs]
        elif places.platform == "darwin":
            guesses = [Path("/Applications/GIMP.app/Contents/MacOS/python3")]
        else:
            guesses = _python_of_path() if shutil.which("gimp") or shutil.which("gimp-3.0") else []
        return [path for path in guesses if path.is_file()]

    def setting(self, profile: Profile) -> str:
        """See `Editor.setting`; GIMP has none."""
        return ""

    def enable(self, profile: Profile) -> None:
        """See `Editor.enable`; GIMP asks a plug-in again when its main file's time changed."""
        (profile.folder / self.start).touch()

    def disable(self, profile: Profile, before: str) -> None:
        """See `Editor.disable`; nothing is left to undo."""

    def after_install(self, profile: Profile) -> str:
        """See `Editor.after_install`."""
        sandbox = " Run `dreambridge serve` before you dream: its sandbox can't start programs."
        return "Restart GIMP; then: Filters ▸ Artistic ▸ DeepDream…" + sandbox * profile.sandboxed

    def obstacle(self, profile: Profile) -> str:
        """See `Editor.obstacle`; GIMP looks at every plug-in."""
        return ""


def _python_of_path() -> list[Path]:
    """The python3 that a program started from the desktop finds, not that of an active venv."""
    found = shutil.which("python3", path="/usr/local/bin:/usr/bin:/bin")
    return [Path(found)] if found else []


def _roots(places: Places) -> Iterator[tuple[str, Path]]:
    """Each folder that can hold GIMP's versioned profiles, with the kind of GIMP that uses it."""
    if places.platform == "win32":
        yield "", places.variable("APPDATA", "AppData/Roaming") / "GIMP"
        packages = places.variable("LOCALAPPDATA", "AppData/Local") / "Packages"
        for store in sorted(packages.glob("*GIMP*/LocalCache/Roaming/GIMP")):
            yield "Microsoft Store", store
    elif places.platform == "darwin":
        yield "", places.home / "Library/Application Support/GIMP"
    else:
        yield "", places.variable("XDG_CONFIG_HOME", ".config") / "GIMP"
        yield "Flatpak", places.home / ".var/app/org.gimp.GIMP/config/GIMP"
        yield "Snap", places.home / "snap/gimp/current/.config/GIMP"
        yield "Snap", places.home / "snap/gimp/common/.config/GIMP"


def _within(kind: str, folder: Path) -> list[Profile]:
    """The profiles of all 3.x versions in a folder, newest first."""
    versions = [path for path in folder.glob("3.*") if _VERSION.fullmatch(path.name)]
    versions.sort(key=lambda path: int(path.name[2:]), reverse=True)
    of_kind = f", {kind}" if kind else ""
    sandboxed = kind in ("Flatpak", "Snap")
    return [Profile(f"GIMP {path.name}{of_kind}", path, sandboxed) for path in versions]
