"""Time of the looks in two source trees, in turn on the same machine: what a change costs or wins.

`python bench/trees.py OTHER [LOOK …]`, where OTHER is a checkout (`git worktree add --detach
FOLDER COMMIT`). Prints this tree's time as a ratio of the other's. Every dream is timed in a fresh
process after one that warms up, and the trees take turns, so that a noisy moment hits both; the
best of several counts, because other programs only ever add time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from measure import show

HERE = Path(__file__).resolve().parent
LOOKS = ("lines", "stipple", "fringes", "eyes", "faces", "temples", "creatures")
SIZES = {(600, 400): 6, (1440, 960): 3}
"""Iterations by (width, height)."""
REPEATS = 3


def time_looks(looks: list[str], size: tuple[int, int]) -> dict[str, float]:
    """Seconds of the best of two dreams of each look, with the engine that this process finds."""
    import numpy as np
    from PIL import Image

    from dreamcore import PRESETS, Dreamer
    from measure import photo

    image = np.asarray(Image.fromarray(photo()).resize(size))
    dreamer, seconds = Dreamer(), {}
    for look in looks:
        settings = replace(PRESETS[look].settings, iterations=SIZES[size])
        times = []
        for one in (replace(settings, iterations=1), settings, settings):
            started = time.perf_counter()
            for _ in dreamer.dream(image, one):
                pass
            times.append(time.perf_counter() - started)
        seconds[look] = min(times[1:])
    return seconds


def run(tree: Path, looks: list[str], size: tuple[int, int]) -> dict[str, float]:
    """`time_looks` in a process that imports the engine from `tree`."""
    from dreamcore.allocator import with_large_pages
    from dreamcore.waiting import with_short_waits

    environment = with_short_waits(with_large_pages(os.environ))
    environment["PYTHONPATH"] = str(tree / "core")
    command = [sys.executable, __file__, "--time", *map(str, size), *looks]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    """Times both trees in turn and prints ratios."""
    other, looks = Path(sys.argv[1]).resolve(), sys.argv[2:] or list(LOOKS)
    for size in SIZES:
        best: dict[Path, dict[str, float]] = {}
        for _ in range(REPEATS):
            for tree in (other, HERE.parent):
                found, before = run(tree, looks, size), best.get(tree, {})
                best[tree] = {
                    look: min(found[look], before.get(look, found[look])) for look in looks
                }
        for look in looks:
            ratio = best[HERE.parent][look] / best[other][look]
            show(f"{look}, {size[0]} x {size[1]}: time against the other tree", f"{ratio:.2f}x")


if __name__ == "__main__":
    if sys.argv[1] == "--time":
        print(json.dumps(time_looks(sys.argv[4:], (int(sys.argv[2]), int(sys.argv[3])))))
    else:
        main()
