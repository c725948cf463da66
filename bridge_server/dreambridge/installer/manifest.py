"""What an installation wrote, listed in the plug-in's folder so that exactly that can be removed.

Knows no editor. A list that leads out of the profile is not believed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

import dreambridge

NAME = "installed.json"


class InstallError(Exception):
    """The plug-in can't be written or removed; says what happened and what to do."""


@dataclass(frozen=True)
class Manifest:
    """Files and folders below the profile's folder, and what `Editor.setting` said `before`."""

    files: Sequence[str] = ()
    folders: Sequence[str] = ()
    before: str = ""

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """The list in a file; an empty one where there is no file.

        Raises:
            InstallError: it is damaged.
        """
        try:
            text = path.read_text("utf-8")
        except (FileNotFoundError, NotADirectoryError):
            return cls()
        try:
            entries = json.loads(text)
            names = {kind: _inside(entries[kind]) for kind in ("files", "folders")}
            return cls(**names, before=str(entries.get("before", "")))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            hint = f"Delete {path.parent} and install again."
            raise InstallError(f"{path} is damaged. {hint}") from error

    def write(self, path: Path) -> None:
        """Put the list there, with the version that wrote it."""
        entries = {"version": dreambridge.__version__, **asdict(self)}
        path.write_text(json.dumps(entries, indent=1) + "\n", "utf-8")


def _inside(names: list[str]) -> list[str]:
    """The names, all below the profile's folder: a list of what to remove is not believed blindly.

    Raises:
        ValueError: one leads out of it.
    """
    for path in map(PurePosixPath, names):
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise ValueError(f"{path} is outside the profile")
    return names
