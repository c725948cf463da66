"""Runs every benchmark, one after another, on an otherwise idle machine: `make bench`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from dreamcore.allocator import with_large_pages
from dreamcore.waiting import with_short_waits

BENCHMARKS = (
    "step",
    "int8",
    "whole_dream",
    "canvas",
    "bridge",
    "batch",
    "contention",
    "cluster",
    "motion",
)


def main() -> None:
    """Runs those named on the command line, or all."""
    environment = with_short_waits(with_large_pages(os.environ))
    for name in sys.argv[1:] or BENCHMARKS:
        print(f"\n== {name}", flush=True)
        script = str(Path(__file__).with_name(f"{name}.py"))
        subprocess.run([sys.executable, script], check=True, env=environment)


if __name__ == "__main__":
    main()
