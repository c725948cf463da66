"""`dreambridge doctor`: is everything as it must be, and what to do where it isn't.

Each check looks at one thing and says one line; none changes anything, except that the server is
started when it isn't there, because that is what the plug-ins do. Knows the editors only through
`Editor`.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bridgeclient.discovery import Installation, connect
from bridgeclient.errors import BridgeError
from bridgeclient.events import Status
from dreambridge import __version__
from dreambridge.editors.base import Editor, Places, Profile
from dreambridge.editors.install import installed_files
from dreambridge.editors.manifest import InstallError
from dreambridge.editors.wheels import ANY
from dreambridge.home import locate
from dreamcore import bundled

_WARM_S = 120.0
_PROBE = """
import sys
sys.path[:0] = sys.argv[1:]
import msgpack
try:
    import zmq
    print("pyzmq", zmq.__version__)
except ImportError:
    print("relay")
"""


@dataclass(frozen=True)
class Finding:
    """What one check found; `good` None means that there is nothing to check. `remedy` helps."""

    what: str
    good: bool | None
    found: str
    remedy: str = ""


def examine(editors: dict[str, Editor], places: Places) -> Iterator[Finding]:
    """Every check, one after the other; the later ones take seconds."""
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    yield Finding("dreambridge", True, f"{__version__} on {system}")
    yield weights()
    for editor in editors.values():
        yield from editor_findings(editor, places)
    yield from server()


def weights() -> Finding:
    """Whether the bundled network is just as it was published."""
    if bundled.is_intact():
        return Finding("weights", True, "the bundled VGG16 is intact")
    return Finding("weights", False, "the bundled VGG16 is damaged", "Install dreambridge anew.")


def editor_findings(editor: Editor, places: Places) -> Iterator[Finding]:
    """The editor's profiles, and the plug-in in each."""
    profiles = editor.profiles(places)
    if not profiles:
        yield Finding(editor.title, None, "no profile of this user was found")
    for profile in profiles:
        yield plugin(editor, profile)
        installed = (profile.folder / editor.home / "bridge.json").exists()
        if installed and not profile.sandboxed:  # a sandbox has a Python that can't be run here
            yield from wheels(editor, profile, places)


def plugin(editor: Editor, profile: Profile) -> Finding:
    """Whether the plug-in is there, whole, and of the bridge's version."""
    what, remedy = profile.label, f"Run `dreambridge install {editor.name}`."
    folder = profile.folder / editor.home
    try:
        files = installed_files(editor, profile)
        bridge = Installation.read(folder / "bridge.json") if files else None
    except (InstallError, BridgeError) as error:
        return Finding(what, False, str(error), remedy)
    if bridge is None:
        return Finding(what, None, f"the plug-in is not installed in {profile.folder}", remedy)
    missing = [path for path in files if not path.exists()]
    if missing:
        return Finding(what, False, f"{len(missing)} files are missing from {folder}", remedy)
    if bridge.version != __version__:
        found = f"the plug-in is {bridge.version}, the bridge {__version__}"
        return Finding(what, False, found, remedy)
    if not Path(bridge.python).exists():
        return Finding(what, False, f"{bridge.python}, which starts the bridge, is gone", remedy)
    if obstacle := editor.obstacle(profile):
        return Finding(what, False, obstacle, remedy)
    return Finding(what, True, f"plug-in {bridge.version} in {folder}")


def wheels(editor: Editor, profile: Profile, places: Places) -> Iterator[Finding]:
    """Whether each Python of the editor that can be run here reaches the server directly."""
    vendor = profile.folder / editor.home / "vendor"
    for python in editor.pythons(places):
        what = f"{profile.label}: Python"
        answer = _probe(python, vendor)
        if answer.startswith("pyzmq"):
            yield Finding(what, True, f"{python} loads {answer}")
        elif answer == "relay":
            yield Finding(what, True, f"{python} loads no pyzmq and uses the relay")
        else:
            remedy = f"Connect to the network and run `dreambridge install {editor.name}`."
            yield Finding(what, False, f"{python} can load neither: {answer}", remedy)


def _probe(python: Path, vendor: Path) -> str:
    """What the Python loads from the plug-in's wheels: "pyzmq VERSION", "relay" or why nothing."""
    ask = [str(python), "-c", "import sys; print(sys.version_info.minor)"]
    try:
        minor = int(_output(ask))
        fits = [vendor / f"cp3{m}" for m in range(minor, 9, -1) if (vendor / f"cp3{m}").is_dir()]
        folders = [str(folder) for folder in (*fits[:1], vendor / ANY)]
        return _output([str(python), "-I", "-c", _PROBE, *folders])
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        return f"it can't be run ({error})"


def _output(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    return done.stdout.strip()


def server() -> Iterator[Finding]:
    """Whether the server answers, what it computes on, and where it logs; starts it."""
    home = locate()
    here = Installation(sys.executable, home.connection_file, __version__)
    try:
        with connect(here, name="dreambridge-doctor") as client:
            status = client.status()
            deadline = time.monotonic() + _WARM_S
            while status.worker == "starting" and time.monotonic() < deadline:
                time.sleep(0.2)
                status = client.status()
    except BridgeError as error:
        yield Finding("server", False, error.message, error.hint)
        yield Finding("log", None, str(home.server_log))
        return
    yield Finding("server", True, f"process {status.pid} answers")
    yield _engine(status)
    yield Finding("log", True, status.log)


def _engine(status: Status) -> Finding:
    if status.worker == "warm":
        return Finding("engine", True, f"warm on {status.device} in {status.precision}")
    if status.worker == "idle":
        return Finding("engine", True, "resting; the next dream wakes it")
    return Finding("engine", False, f"it is {status.worker}", f"Read {status.log}.")


def report(findings: list[Finding], home: Path) -> str:
    """The findings as text for a bug report: the home folder, and so the user, left out."""
    lines = []
    for finding in findings:
        mark = {True: "good", False: "BAD ", None: "-   "}[finding.good]
        lines.append(f"{mark}  {finding.what}: {finding.found}")
        if finding.good is False and finding.remedy:
            lines.append(f"      {finding.remedy}")
    return private("\n".join(lines) + "\n", home)


def private(text: str, home: Path) -> str:
    """The text without the home folder's path and the user's name, however they are written."""
    for path in (str(home), home.as_posix(), json.dumps(str(home))[1:-1]):
        text = text.replace(path, "~")
    return _without_name(text, home.name)


def _without_name(text: str, name: str) -> str:
    """The text with the user's name out of paths elsewhere, such as those for temporary files."""
    for separator in "/\\":
        text = text.replace(f"{separator}{name}{separator}", f"{separator}USER{separator}")
    return text
