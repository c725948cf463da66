"""Is a plug-in as it was installed, would the editor load it, and can it reach the server?

The part of `dreambridge doctor` that looks into the editors' profiles; changes nothing, and knows
the editors only through `Editor`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridgeclient.discovery import Installation
from bridgeclient.errors import BridgeError
from dreambridge import __version__
from dreambridge.installer import probe
from dreambridge.installer.base import Editor, Machine, Profile
from dreambridge.installer.install import installed_files
from dreambridge.installer.manifest import InstallError

_PROBE_S = 60


@dataclass(frozen=True)
class CheckResult:
    """What one check found; `good` None means that there is nothing to check. `remedy` helps."""

    what: str
    good: bool | None
    found: str
    remedy: str = ""


def editor_checks(editor: Editor, machine: Machine) -> Iterator[CheckResult]:
    """The editor's profiles, and the plug-in in each."""
    profiles = editor.profiles(machine)
    if not profiles:
        yield CheckResult(editor.title, None, "no profile of this user was found")
    for profile in profiles:
        yield plugin(editor, profile)
        if (profile.folder / editor.folder / "bridge.json").exists():
            yield from code(editor, profile, machine)


def plugin(editor: Editor, profile: Profile) -> CheckResult:
    """Whether the plug-in is there, whole, and of the bridge's version."""
    what, remedy = profile.label, f"Run `dreambridge install {editor.name}`."
    folder = profile.folder / editor.folder
    try:
        files = installed_files(editor, profile)
        bridge = Installation.read(folder / "bridge.json") if files else None
    except (InstallError, BridgeError) as error:
        return CheckResult(what, False, str(error), remedy)
    if bridge is None:
        return CheckResult(what, None, f"the plug-in is not installed in {profile.folder}", remedy)
    missing = [path for path in files if not path.exists()]
    if missing:
        return CheckResult(
            what, False, f"missing, of {len(files)} files: {_named(missing)}", remedy
        )
    if bridge.version != __version__:
        found = f"the plug-in is {bridge.version}, the bridge {__version__}"
        return CheckResult(what, False, found, remedy)
    if not os.access(bridge.python, os.X_OK):
        found = f"{bridge.python}, which starts the bridge, is gone or can't be run"
        return CheckResult(what, False, found, remedy)
    entry = profile.folder / editor.entry
    if editor.entry_is_program and not os.access(entry, os.X_OK):
        found = f"{editor.title} passes by {entry}, which is not executable"
        return CheckResult(
            what, False, found, f"{remedy} If that is no help, its disk allows none."
        )
    if why_disabled := editor.why_disabled(profile):
        return CheckResult(what, False, why_disabled, remedy)
    return CheckResult(what, True, f"plug-in {bridge.version} in {folder}")


def code(editor: Editor, profile: Profile, machine: Machine) -> Iterator[CheckResult]:
    """Whether the plug-in's files can be loaded, and how each Python gets at the server.

    An editor whose Python can't be run from here, as in a sandbox, is stood in for by ours.
    """
    theirs = [] if profile.sandboxed else editor.pythons(machine)
    for python in theirs or [Path(sys.executable)]:
        answer = _probe(python, profile.folder / editor.folder)
        again = f"Run `dreambridge install {editor.name}`."
        faults, count = answer["faults"], answer["modules"]
        found = _named(faults) if faults else f"{count} modules are sound, says {python}"
        yield CheckResult(f"{profile.label}: files", not faults, found, again if faults else "")
        if theirs:
            yield _wire(f"{profile.label}: Python", python, answer["wire"], again)


def _wire(what: str, python: Path, wire: str, again: str) -> CheckResult:
    if wire.startswith("pyzmq"):
        return CheckResult(what, True, f"{python} loads {wire}")
    if wire == "relay":
        return CheckResult(what, True, f"{python} loads no pyzmq and uses the relay")
    remedy = f"Connect to the network. {again}"
    return CheckResult(what, False, f"{python} can load neither: {wire}", remedy)


def _probe(python: Path, folder: Path) -> dict[str, Any]:
    """What `probe` says of the plug-in in that Python."""
    command = [str(python), "-I", "-B", str(probe.__file__), str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PROBE_S, check=True)
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except (OSError, ValueError, IndexError, subprocess.SubprocessError) as error:
        return {"wire": f"it can't be run ({error})", "modules": 0, "faults": [str(error)]}
    return answer


def _named(items: list[Any]) -> str:
    """The first of the items, and how many more there are."""
    more = f", and {len(items) - 1} more" if len(items) > 1 else ""
    return f"{items[0]}{more}"
