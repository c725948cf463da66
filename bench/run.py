"""Runs every benchmark, one after another, on an otherwise idle machine: `make bench`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from dreamcore.allocator import with_large_pages

BENCHMARKS = ("step", "whole_dream", "canvas", "bridge")


def main() -> None:
    """Runs those named on the command line, or all."""
    for name in sys.argv[1:] or BENCHMARKS:
        print(f"\n== {name}", flush=True)
        script = str(Path(__file__).with_name(f"{name}.py"))
        subprocess.run([sys.executable, script], check=True, env=with_large_pages(os.environ))


if __name__ == "__main__":
    main()
