"""Runs every benchmark, one after another, on an otherwise idle machine: `make bench`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCHMARKS = ("step", "whole_dream", "canvas", "bridge")


def main() -> None:
    """Runs those named on the command line, or all."""
    for name in sys.argv[1:] or BENCHMARKS:
        print(f"\n== {name}", flush=True)
        subprocess.run([sys.executable, str(Path(__file__).with_name(f"{name}.py"))], check=True)


if __name__ == "__main__":
    main()
