"""Looks up known vulnerabilities of every installed package: part of `make check`.

    .venv/bin/python tools/audit.py

Fails if a package that dreambridge asks for itself has one that a newer version mends: then its
lower bound in pyproject.toml has to rise. Others are printed. Where the network has no answer, that
is said and is no failure. pip-audit lives in an environment of its own, so that its dependencies
are not ours.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import sysconfig
import venv
from importlib.metadata import requires
from pathlib import Path
from typing import Any

FOLDER = Path(sys.prefix) / "audit"
LIMIT_S = 180


def pip_audit() -> Path:
    """The tool, installed when it is first needed.

    Raises:
        SubprocessError: it can't be installed.
    """
    tool = FOLDER / "bin" / "pip-audit"
    if not tool.exists():
        venv.create(FOLDER, with_pip=True)
        install = [str(FOLDER / "bin" / "python"), "-m", "pip", "install", "pip-audit>=2.7"]
        subprocess.run(install, capture_output=True, timeout=LIMIT_S, check=True)
    return tool


def packages() -> list[dict[str, Any]]:
    """Every installed package that could be looked up, with its `vulns`.

    Raises:
        OSError, ValueError, SubprocessError: nothing could be looked up.
    """
    installed = sysconfig.get_path("purelib")
    command = [str(pip_audit()), "--path", installed, "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    found = json.loads(done.stdout)["dependencies"]
    return [package for package in found if "vulns" in package]


def main() -> int:
    """Prints what was found; 1 if a lower bound has to rise."""
    try:
        looked_up = packages()
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        print(f"audit: nothing could be looked up ({type(error).__name__})")
        return 0
    print(
        f"audit: {len(looked_up)} packages looked up"
        + ("" if looked_up else ": the service knows none of them here")
    )
    wanted = {re.split(r"[^\w.-]", name)[0].lower() for name in requires("dreambridge") or []}
    bad = 0
    for package in looked_up:
        for flaw in package["vulns"]:
            fixed = ", ".join(flaw["fix_versions"])
            print(
                f"  {package['name']} {package['version']}: {flaw['id']}, mended in {fixed or '-'}"
            )
            bad += bool(fixed) and package["name"].lower() in wanted
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
