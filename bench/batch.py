"""What a batch costs beside the engine, per picture, against a loop over `dreambridge dream`.

The server is warm in both, and both are measured in turn. Overhead is what a picture takes beyond
the engine's own time in the loop, where it has the machine to itself: reading, sending, writing,
starting a program, and what these take from the engine while it computes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

from dreambridge.paths import VARIABLE
from measure import show, tiled_photo

SIDE, PICTURES, ROUNDS = 512, 4, 2
OPTIONS = ("--octaves", "3", "--iterations", "10", "--json")
PROGRAM = (sys.executable, "-m", "dreambridge")


def run(*arguments: str) -> tuple[float, float]:
    """Seconds that a command took, and those of the engine in it."""
    started = time.perf_counter()
    done = subprocess.run([*PROGRAM, *arguments], check=True, stdout=subprocess.PIPE, text=True)
    whole = time.perf_counter() - started
    events = [json.loads(line) for line in done.stdout.splitlines()]
    return whole, sum(event["seconds"] for event in events if event["event"] == "result")


def write_pictures(folder: Path, count: int) -> list[Path]:
    image = tiled_photo(2 * SIDE, 2 * SIDE)
    paths = [folder / f"{number}.png" for number in range(count)]
    for number, path in enumerate(paths):
        Image.fromarray(image[8 * number : 8 * number + SIDE, :SIDE]).save(path)
    return paths


def main() -> None:
    batches, loops = [], []
    with tempfile.TemporaryDirectory() as scratch:
        os.environ[VARIABLE] = str(Path(scratch) / "home")
        folder = Path(scratch) / "in"
        folder.mkdir()
        paths = write_pictures(folder, PICTURES)
        try:
            run("dream", str(paths[0]), str(Path(scratch) / "warm.png"), *OPTIONS)
            for number in range(ROUNDS):
                out = str(Path(scratch) / f"out{number}")
                batches.append(run("batch", str(folder), "--out", out, *OPTIONS))
                loops += [run("dream", str(path), f"{out}.png", *OPTIONS) for path in paths]
        finally:
            subprocess.run([*PROGRAM, "stop"], check=True, stdout=subprocess.DEVNULL)
    count = ROUNDS * PICTURES
    engine = sum(seconds for _, seconds in loops) / count
    show("the engine alone", f"{engine:.2f} s")
    for name, runs, target in (("loop over dream", loops, ""), ("batch", batches, "<= 5 %")):
        whole = sum(seconds for seconds, _ in runs) / count
        show(f"{name}: per picture", f"{whole:.2f} s")
        show(f"{name}: overhead", f"{(whole - engine) / engine:.1%}", target)


if __name__ == "__main__":
    main()
