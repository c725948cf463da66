"""Batches for tests: folders of small photographs, and the command in this process or its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from click.testing import CliRunner, Result
from PIL import Image

from dreambridge.arrays import Array
from dreambridge.cli import main
from dreambridge.paths import VARIABLE

QUICK = ["--layers", "relu3_1", "--octaves", "1", "--iterations", "1"]
MANIFEST = "dreambridge-batch.jsonl"


def write_crops(folder: Path, photo: Array, names: Iterable[str]) -> list[Path]:
    """A different piece of the photograph, 72 × 64, under each name."""
    paths = []
    for index, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.ascontiguousarray(photo[:64, index : index + 72])).save(path)
        paths.append(path)
    return paths


def run(home: Path, *arguments: object) -> Result:
    """A command in this process, against the server of `home`."""
    words = [str(argument) for argument in arguments]
    return CliRunner(env={VARIABLE: str(home)}).invoke(main, words)


def batch(home: Path, *arguments: object) -> Result:
    """`dreambridge batch` with dreams that take a moment."""
    return run(home, "batch", *arguments, *QUICK)


def start_batch(home: Path, *arguments: object) -> subprocess.Popen[str]:
    """`dreambridge batch --json` as a process of its own."""
    command = [sys.executable, "-m", "dreambridge", "batch", "--json", *map(str, arguments)]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {VARIABLE: str(home)},
    )


def pictures(folder: Path) -> dict[str, bytes]:
    """Every file that a batch has put into a folder, by name, hidden ones too."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }
