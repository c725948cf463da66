"""Krita: where its resource folders and its configuration are, and what its plug-in consists of.

Krita imports `pykrita/dreambridge` of its resource folder at its start, if kritarc says so.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from dreambridge.editors.base import Item, Places, Profile
from dreambridge.editors.kritarc import enabled, switched

_NAME = "dreambridge"
_FOLDER = PurePosixPath("pykrita") / _NAME
_FLATPAK = ".var/app/org.kde.krita"


class Krita:
    """See `Editor`."""

    name = "krita"
    title = "Krita"
    home = _FOLDER
    start = _FOLDER / "__init__.py"

    def profiles(self, places: Places) -> Sequence[Profile]:
        """See `Editor.profiles`."""
        return [profile for profile in _known(places) if profile.folder.is_dir()]

    def profile_at(self, folder: Path) -> Profile:
        """See `Editor.profile_at`."""
        sandboxed = any(part in (".var", "snap") for part in folder.parts)
        return Profile(f"{self.title} in {folder}", folder, sandboxed)

    def where(self, places: Places) -> Sequence[Path]:
        """See `Editor.where`."""
        return [profile.folder for profile in _known(places)]

    def items(self, plugins: Path) -> Sequence[Item]:
        """See `Editor.items`."""
        source = plugins / "krita"
        package = source / _NAME
        return [
            Item(source / f"{_NAME}.desktop", PurePosixPath("pykrita") / f"{_NAME}.desktop"),
            Item(source / f"{_NAME}.action", PurePosixPath("actions") / f"{_NAME}.action"),
            Item(package / "__init__.py", self.start),
            Item(package / "Manual.html", _FOLDER / "Manual.html"),
            Item(package / "dreamkrita", _FOLDER / "dreamkrita"),
        ]

    def pythons(self, places: Places) -> Sequence[Path]:
        """See `Editor.pythons`; Krita carries its Python inside itself."""
        return []

    def enable(self, profile: Profile) -> str:
        """See `Editor.enable`; switches the plug-in on in kritarc, where the user could too."""
        _switch(configuration(profile, Places.here()), on=True)
        sandbox = " Run `dreambridge serve` before you dream: its sandbox can't start programs."
        return "Restart Krita; then: Settings ▸ Dockers ▸ DeepDream." + sandbox * profile.sandboxed

    def disable(self, profile: Profile) -> None:
        """See `Editor.disable`."""
        _switch(configuration(profile, Places.here()), on=False)

    def obstacle(self, profile: Profile) -> str:
        """See `Editor.obstacle`."""
        kritarc = configuration(profile, Places.here())
        if kritarc.exists() and enabled(kritarc.read_bytes(), _NAME):
            return ""
        return f"the plug-in is switched off in {kritarc}"


def configuration(profile: Profile, places: Places) -> Path:
    """The kritarc that goes with a profile; a folder of the user's own shares the usual one."""
    if _FLATPAK in profile.folder.as_posix():
        home = profile.folder.as_posix().partition(_FLATPAK)[0]
        return Path(home) / _FLATPAK / "config" / "kritarc"
    if places.platform == "win32":
        return places.variable("LOCALAPPDATA", "AppData/Local") / "kritarc"
    if places.platform == "darwin":
        return places.home / "Library/Preferences/kritarc"
    return places.variable("XDG_CONFIG_HOME", ".config") / "kritarc"


def _known(places: Places) -> Iterator[Profile]:
    """Each folder that can be Krita's resource folder here."""
    if places.platform == "win32":
        yield Profile("Krita", places.variable("APPDATA", "AppData/Roaming") / "krita")
        packages = places.variable("LOCALAPPDATA", "AppData/Local") / "Packages"
        for store in sorted(packages.glob("*Krita*/LocalCache/Roaming/krita")):
            yield Profile("Krita, Microsoft Store", store)
    elif places.platform == "darwin":
        yield Profile("Krita", places.home / "Library/Application Support/krita")
    else:
        yield Profile("Krita", places.variable("XDG_DATA_HOME", ".local/share") / "krita")
        yield Profile("Krita, Flatpak", places.home / _FLATPAK / "data/krita", sandboxed=True)


def _switch(kritarc: Path, *, on: bool) -> None:
    """Rewrite the file as a whole or not at all; a link to it stays one."""
    kritarc = kritarc.resolve()
    before = kritarc.read_bytes() if kritarc.exists() else b""
    after = switched(before, _NAME, on=on)
    if after == before:
        return
    kritarc.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=kritarc.parent, prefix="kritarc.")
    with os.fdopen(handle, "wb") as file:
        file.write(after)
    if kritarc.exists():
        os.chmod(name, kritarc.stat().st_mode)
    os.replace(name, kritarc)
