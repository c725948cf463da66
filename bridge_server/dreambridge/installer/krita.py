"""Krita: where its resource folders and its configuration are, and what its plug-in consists of.

Krita imports `pykrita/dreambridge` of its resource folder at its start, if kritarc says so.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from dreambridge.installer.base import Item, Machine, Profile
from dreambridge.installer.kritarc import value, with_value

_NAME = "dreambridge"
_FOLDER = PurePosixPath("pykrita") / _NAME
_FLATPAK = ".var/app/org.kde.krita"


class Krita:
    """The editor as the installer sees it."""

    name = "krita"
    title = "Krita"
    folder = _FOLDER
    entry = _FOLDER / "__init__.py"
    entry_is_program = False
    first_use = "Restart Krita; then: Settings ▸ Dockers ▸ DeepDream."

    def profiles(self, machine: Machine) -> Sequence[Profile]:
        return [profile for profile in _known(machine) if profile.folder.is_dir()]

    def profile_at(self, folder: Path) -> Profile:
        sandboxed = any(part in (".var", "snap") for part in folder.parts)
        return Profile(f"{self.title} in {folder}", folder, sandboxed)

    def where(self, machine: Machine) -> Sequence[Path]:
        return [profile.folder for profile in _known(machine)]

    def items(self, plugins: Path) -> Sequence[Item]:
        source = plugins / "krita"
        package = source / _NAME
        return [
            Item(source / f"{_NAME}.desktop", PurePosixPath("pykrita") / f"{_NAME}.desktop"),
            Item(source / f"{_NAME}.action", PurePosixPath("actions") / f"{_NAME}.action"),
            Item(package / "__init__.py", self.entry),
            Item(package / "Manual.html", _FOLDER / "Manual.html"),
            Item(package / "dreamkrita", _FOLDER / "dreamkrita"),
        ]

    def pythons(self, machine: Machine) -> Sequence[Path]:
        """Krita carries its Python inside itself."""
        return []

    def setting(self, profile: Profile) -> str:
        """ "false" where the user had switched the plug-in off."""
        return value(_read(configuration(profile, Machine.here())), _NAME)

    def enable(self, profile: Profile) -> None:
        """Switches the plug-in on in kritarc, where the user could too."""
        _set(configuration(profile, Machine.here()), "true")

    def disable(self, profile: Profile, before: str) -> None:
        """What the user has switched off since is left so."""
        kritarc = configuration(profile, Machine.here())
        if value(_read(kritarc), _NAME) == "true":
            _set(kritarc, "false" if before == "false" else "")

    def why_disabled(self, profile: Profile) -> str:
        kritarc = configuration(profile, Machine.here())
        if value(_read(kritarc), _NAME) == "true":
            return ""
        return f"the plug-in is switched off in {kritarc}"


def configuration(profile: Profile, machine: Machine) -> Path:
    """The kritarc that goes with a profile; a folder of the user's own shares the usual one."""
    if _FLATPAK in profile.folder.as_posix():
        home = profile.folder.as_posix().partition(_FLATPAK)[0]
        return Path(home) / _FLATPAK / "config" / "kritarc"
    if machine.platform == "win32":
        return machine.variable("LOCALAPPDATA", "AppData/Local") / "kritarc"
    if machine.platform == "darwin":
        return machine.home / "Library/Preferences/kritarc"
    return machine.variable("XDG_CONFIG_HOME", ".config") / "kritarc"


def _known(machine: Machine) -> Iterator[Profile]:
    """Each folder that can be Krita's resource folder here."""
    if machine.platform == "win32":
        yield Profile("Krita", machine.variable("APPDATA", "AppData/Roaming") / "krita")
        packages = machine.variable("LOCALAPPDATA", "AppData/Local") / "Packages"
        for store in sorted(packages.glob("*Krita*/LocalCache/Roaming/krita")):
            yield Profile("Krita, Microsoft Store", store)
    elif machine.platform == "darwin":
        yield Profile("Krita", machine.home / "Library/Application Support/krita")
    else:
        yield Profile("Krita", machine.variable("XDG_DATA_HOME", ".local/share") / "krita")
        yield Profile("Krita, Flatpak", machine.home / _FLATPAK / "data/krita", sandboxed=True)


def _read(kritarc: Path) -> bytes:
    return kritarc.read_bytes() if kritarc.exists() else b""


def _set(kritarc: Path, entry: str) -> None:
    """Rewrite the file as a whole or not at all; a link to it stays one."""
    place, before = kritarc.resolve(), _read(kritarc)
    after = with_value(before, _NAME, entry)
    if after == before:
        return
    if not after and not kritarc.is_symlink():
        place.unlink()  # nothing but our entry was in it
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=place.parent, prefix="kritarc.")
    with os.fdopen(handle, "wb") as file:
        file.write(after)
    if place.exists():
        os.chmod(name, place.stat().st_mode)
    os.replace(name, place)
