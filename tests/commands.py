"""The command line in this process, for tests of it."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from dreambridge.cli import main
from dreambridge.paths import VARIABLE

QUICK = ["--layers", "relu3_1", "--octaves", "2", "--iterations", "2"]


def run(*arguments: object, home: Path | None = None) -> Result:
    """The command in this process, against the server of `home`."""
    env = {VARIABLE: str(home)} if home else {}
    return CliRunner(env=env).invoke(main, [str(argument) for argument in arguments])
