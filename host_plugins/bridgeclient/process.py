"""What a program started from inside an editor needs to be itself again.

Editors set variables for their own bundled Python and libraries, which would break another one.
"""

from __future__ import annotations

import os
import subprocess
import sys

_BUNDLE_PREFIXES = ("PYTHON", "DYLD_")
"""Of Python, and of macOS's loader, which finds libraries of a bundle by such variables."""


def environment() -> dict[str, str]:
    """This program's environment without what an editor's own bundle set for its own Python."""
    bundle = os.environ.get("APPDIR") or os.environ.get("SNAP") or ""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(_BUNDLE_PREFIXES)}
    libraries = environment.pop("LD_LIBRARY_PATH", "").split(os.pathsep)
    kept = [path for path in libraries if path and not (bundle and path.startswith(bundle))]
    if kept:
        environment["LD_LIBRARY_PATH"] = os.pathsep.join(kept)
    return environment


def no_window() -> int:
    """The creation flags that keep Windows from opening a console for a child."""
    if sys.platform == "win32":
        return subprocess.CREATE_NO_WINDOW
    return 0
