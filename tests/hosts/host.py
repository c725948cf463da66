"""Where the real editors run: in the provisioned Debian root, or as this machine has them.

`tools/hosts/provision` makes the root; `DREAMBRIDGE_SUITE` picks another than Debian 13's. A
command in the root sees the project, the tests' folders and this Python under their own paths,
and this machine's network.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
SUITE = os.environ.get("DREAMBRIDGE_SUITE", "trixie")
ROOT = PROJECT / ".hosts" / SUITE

_SYSTEM = Path("/usr")
_OUTSIDE = "/run/outside"
_PATH = "/usr/bin:/bin:/usr/sbin:/sbin"


@dataclass(frozen=True)
class Host:
    """A place with editors; `root` None is this machine itself.

    `folders` can be written by what runs there; the project and this Python can be read.
    """

    root: Path | None
    folders: Sequence[Path] = field(default=())

    def command(self, argv: Sequence[str], home: Path) -> list[str]:
        """The command line that runs `argv` there, with `home` as the user's home folder."""
        if self.root is None:
            return list(argv)
        binds = ["--bind", str(self.root), "/", "--dev-bind", "/dev", "/dev", "--proc", "/proc"]
        binds += ["--tmpfs", "/tmp"]
        if Path(sys.base_prefix) == _SYSTEM:
            binds += ["--bind", "/", _OUTSIDE]
        for folder in (home, *self.folders):
            binds += ["--bind", str(folder), str(folder)]
        for folder in _readable():
            binds += ["--ro-bind", str(folder), str(folder)]
        return ["bwrap", *binds, "--chdir", str(home), *argv]

    def environment(self, home: Path, **extra: str) -> dict[str, str]:
        """A desktop user's plain environment; the locale has UTF-8, and no sessions leak in."""
        run = home / "run"
        run.mkdir(mode=0o700, exist_ok=True)
        plain = {"HOME": str(home), "PATH": _PATH, "LC_ALL": "C.UTF-8", "NO_AT_BRIDGE": "1"}
        return plain | {"XDG_RUNTIME_DIR": str(run), "LIBGL_ALWAYS_SOFTWARE": "1"} | extra

    def start(
        self, argv: Sequence[str], home: Path, log: Path, **extra: str
    ) -> subprocess.Popen[bytes]:
        """Start a command there; what it says goes to `log`."""
        with log.open("wb") as output:
            return subprocess.Popen(
                self.command(argv, home),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self.environment(home, **extra),
                cwd=home,
                start_new_session=True,
            )

    def output(self, argv: Sequence[str], home: Path) -> str:
        """What a command there prints, "" if it can't be run."""
        done = subprocess.run(
            self.command(argv, home),
            capture_output=True,
            text=True,
            env=self.environment(home),
            check=False,
        )
        return done.stdout

    def lend_python(self, bridge_json: Path) -> None:
        """Let an installed plug-in start this Python, which is another than the root's.

        Where both are the system's own, the one in the root is passed by: the program that the
        plug-in starts steps out of the root and runs this one.
        """
        if self.root is None or Path(sys.base_prefix) != _SYSTEM:
            return
        launcher = bridge_json.with_name("python-outside")
        launcher.write_text(f'#!/bin/sh\nexec chroot {_OUTSIDE} {sys.executable} "$@"\n')
        launcher.chmod(0o755)
        bridge = json.loads(bridge_json.read_text("utf-8"))
        bridge_json.write_text(json.dumps(bridge | {"python": str(launcher)}), "utf-8")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End what `Host.start` started, with all that it started itself, and wait."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def find_host(program: str, folders: Sequence[Path]) -> tuple[Host | None, str]:
    """The place where `program` is, and why there is none."""
    if (ROOT / ".provisioned").exists() and (ROOT / "usr/bin" / program).exists():
        if shutil.which("bwrap"):
            return Host(ROOT, folders), ""
        return None, "bubblewrap is missing: run `make hosts` as root"
    if shutil.which(program, path=_PATH):
        return Host(None, folders), ""
    return None, f"{program} is neither in .hosts/{SUITE} (`make hosts`) nor on this machine"


def _readable() -> list[Path]:
    """The project and this Python, where its folders don't hide the root's own."""
    return [PROJECT, *({Path(sys.prefix), Path(sys.base_prefix)} - {_SYSTEM})]
