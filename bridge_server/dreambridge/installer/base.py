"""What the installer and the doctor have to know about an editor, and where they may look.

Knows no particular editor and writes nothing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol


@dataclass(frozen=True)
class Machine:
    """The machine as an editor's module sees it, so that every platform can be tested on any.

    `platform` as in `sys.platform`.
    """

    platform: str
    home: Path
    environment: Mapping[str, str]

    @classmethod
    def here(cls) -> Machine:
        """This machine and user."""
        return cls(sys.platform, Path.home(), os.environ)

    def variable(self, name: str, default: str) -> Path:
        """The folder that an environment variable names, else `default` below the home folder."""
        value = self.environment.get(name)
        return Path(value) if value else self.home / default


@dataclass(frozen=True)
class Profile:
    """A user's own folder of an editor, where plug-ins go.

    `label` is what a person reads ("GIMP 3.0, Flatpak"). A `sandboxed` editor can't start outside
    programs: it needs wheels for its Python and a server that already runs.
    """

    label: str
    folder: Path
    sandboxed: bool = False


@dataclass(frozen=True)
class Item:
    """A file or folder to install: where it is, and where it goes below the profile's folder."""

    source: Path
    target: PurePosixPath
    executable: bool = False


class Editor(Protocol):
    """An editor that a plug-in exists for."""

    name: str
    """As on the command line."""

    title: str
    """As people call it."""

    folder: PurePosixPath
    """The plug-in's folder below a profile's: bridge.json, schema.json and the wheels go there."""

    entry: PurePosixPath
    """The installed file that the editor looks at first."""

    entry_is_program: bool
    """Whether the editor runs that file as a program, which has to be executable."""

    first_use: str
    """The sentence that tells the user how to get at the plug-in once it is installed."""

    def profiles(self, machine: Machine) -> Sequence[Profile]:
        """The user's profiles that exist, newest version first."""

    def profile_at(self, folder: Path) -> Profile:
        """The profile in a folder that the user named."""

    def where(self, machine: Machine) -> Sequence[Path]:
        """The folders that `profiles` looks into, for the sentence when there is none."""

    def items(self, plugins: Path) -> Sequence[Item]:
        """The plug-in's own files; `plugins` is the folder that holds all plug-ins' sources."""

    def pythons(self, machine: Machine) -> Sequence[Path]:
        """Interpreters that the editor uses and that can be run from outside; may be empty."""

    def setting(self, profile: Profile) -> str:
        """What the user had set for the plug-in before it was installed, for `disable`."""

    def enable(self, profile: Profile) -> None:
        """Do what else the editor needs to see the plug-in, once its files are there."""

    def disable(self, profile: Profile, before: str) -> None:
        """Undo `enable`, down to what `setting` said before it."""

    def why_disabled(self, profile: Profile) -> str:
        """Why the editor does not look at the installed plug-in, "" when nothing is in its way."""
