"""Too little memory, for real: a process whose address space is limited."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("resource", reason="only POSIX systems can limit a process's memory")

PROGRAM = """
import logging, resource, sys
import numpy as np
import psutil
from dreamcore import Dreamer, DreamSettings, Execution
from dreamcore.errors import OutOfMemoryError

logging.basicConfig(level=logging.WARNING, format="%(message)s")
side, megabytes = map(int, sys.argv[1:])
settings = DreamSettings(layers={"relu2_2": 1.0}, octaves=1, iterations=1)
image = np.random.default_rng(0).integers(0, 255, (side, side, 3), np.uint8)
for tile in (503, 251, "off"):  # threads, buffers and compiled convolutions are there now
    dreamer = Dreamer(execution=Execution(tile=tile))
    part = image[:1000, :1000] if tile != "off" else image[:64, :64]
    *_, whole = dreamer.dream(part, settings)
dreamer.release_memory()
limit = psutil.Process().memory_info().vms + megabytes * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
try:
    *_, result = dreamer.dream(image, settings)
    print("changed", (result.image != image).mean() > 0.5)
except OutOfMemoryError as error:
    print("refused", error)
"""


def run(side: int, megabytes: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM, str(side), str(megabytes)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)


def test_when_memory_runs_out_the_tile_is_halved_and_the_log_says_so():
    done = run(side=1000, megabytes=160)
    assert done.stdout == "changed True\n"
    assert "out of memory with tiles of 1006 pixels" in done.stderr
    assert "trying 503" in done.stderr


def test_when_nothing_fits_the_error_says_size_and_free_memory():
    done = run(side=3000, megabytes=4)
    assert done.stdout.startswith("refused ")
    assert "pixels" in done.stdout
    assert "MiB that are free on cpu" in done.stdout
