"""`dreambridge doctor`: is everything as it must be, and what to do where it isn't.

Each check looks at one thing and says one line; none changes anything, except that the server is
started when it isn't there, because that is what the plug-ins do. What concerns the editors is in
`checks`.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from platform import python_version, release, system

from bridgeclient.discovery import Installation, connect
from bridgeclient.errors import BridgeError
from bridgeclient.events import Status
from dreambridge import __version__
from dreambridge.installer.base import Editor, Machine
from dreambridge.installer.checks import CheckResult, editor_checks
from dreambridge.paths import locate
from dreamcore import bundled

_WARM_S = 120.0


def run_checks(editors: dict[str, Editor], machine: Machine) -> Iterator[CheckResult]:
    """Every check, one after the other; the later ones take seconds."""
    where = f"{system()} {release()}, Python {python_version()}"
    yield CheckResult("dreambridge", True, f"{__version__} on {where}")
    yield weights()
    for editor in editors.values():
        yield from editor_checks(editor, machine)
    yield from server()


def weights() -> CheckResult:
    """Whether the bundled network is just as it was published."""
    if bundled.is_intact():
        return CheckResult("weights", True, "the bundled VGG16 is intact")
    return CheckResult(
        "weights", False, "the bundled VGG16 is damaged", "Install dreambridge anew."
    )


def server() -> Iterator[CheckResult]:
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
        yield CheckResult("server", False, error.message, error.hint)
        yield CheckResult("log", None, str(home.server_log))
        return
    yield CheckResult("server", True, f"process {status.pid} answers")
    yield _engine(status)
    yield CheckResult("log", True, status.log)


def _engine(status: Status) -> CheckResult:
    if status.worker == "warm":
        return CheckResult("engine", True, f"warm on {status.device} in {status.precision}")
    if status.worker == "idle":
        return CheckResult("engine", True, "resting; the next dream wakes it")
    return CheckResult("engine", False, f"it is {status.worker}", f"Read {status.log}.")


def report(results: list[CheckResult], home: Path) -> str:
    """The results as text for a bug report: the home folder, and so the user, left out."""
    lines = []
    for result in results:
        mark = {True: "good", False: "BAD ", None: "-   "}[result.good]
        lines.append(f"{mark}  {result.what}: {result.found}")
        if result.good is False and result.remedy:
            lines.append(f"      {result.remedy}")
    return anonymized("\n".join(lines) + "\n", home)


def anonymized(text: str, home: Path) -> str:
    """The text without the home folder's path and the user's name, however they are written."""
    for path in (str(home), home.as_posix(), json.dumps(str(home))[1:-1]):
        text = text.replace(path, "~")
    return _without_name(text, home.name)


def _without_name(text: str, name: str) -> str:
    """The text with the user's name out of paths elsewhere, such as those for temporary files."""
    for separator in "/\\":
        text = text.replace(f"{separator}{name}{separator}", f"{separator}USER{separator}")
    return text
