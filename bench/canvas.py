"""Large canvases: memory above an idle process, and the cost per megapixel against a small one."""

from __future__ import annotations

import itertools
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

from dreamcore import Dreamer, DreamSettings, Execution
from measure import peak_resident, resident, show, tiled_photo

LAYER = "relu4_3"
OUT = Path("out/bench")


def run_one(side: int, repeats: int) -> dict[str, float]:
    """One iteration at full size, several times; the median and the peak above idle."""
    dreamer = Dreamer()
    dreamer.release_memory()
    idle = resident()
    image = tiled_photo(side, side)
    settings = DreamSettings(layers={LAYER: 1.0}, octaves=1, iterations=1)
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        for _event in dreamer.dream(image, settings):
            pass
        seconds.append(time.perf_counter() - started)
    return {
        "seconds": statistics.median(seconds),
        "idle": idle,
        "above": peak_resident() - idle - image.nbytes,
    }


def longest_wait(side: int) -> float:
    """The most seconds for which a dream of a large canvas can't be broken off, start to end.

    At a shallow layer, so that what is not tiles shows.
    """
    settings = DreamSettings(layers={"relu1_2": 1.0}, octaves=2, iterations=1)
    dreamer, image = Dreamer(), tiled_photo(side, side)
    longest, last = 0.0, time.perf_counter()
    for _event in dreamer.dream(image, settings):
        longest, last = max(longest, time.perf_counter() - last), time.perf_counter()
    return longest


def tile_time(side: int) -> float:
    """Seconds of the slowest of the first tiles at the usual layer."""
    settings = DreamSettings(layers={LAYER: 1.0}, octaves=1, iterations=1)
    events = Dreamer().dream(tiled_photo(side, side), settings)
    times = [time.perf_counter() for _event in itertools.islice(events, 6)]
    return max(later - sooner for sooner, later in itertools.pairwise(times))


def difference_picture() -> float:
    """Writes |tiled - whole| of a dream, times 64, and returns the mean difference in levels."""
    image, settings = tiled_photo(768, 1024), DreamSettings(layers={LAYER: 1.0}, iterations=3)
    results = []
    for tile in ("off", 320):
        dreamer = Dreamer(execution=Execution(precision="float32", tile=tile))
        *_, last = dreamer.dream(image, settings)
        results.append(last.image.astype(np.int16))
    difference = np.abs(results[0] - results[1])
    OUT.mkdir(parents=True, exist_ok=True)
    Image.fromarray((difference * 64).clip(0, 255).astype(np.uint8)).save(OUT / "seams.png")
    Image.fromarray(results[1].astype(np.uint8)).save(OUT / "tiled.png")
    return float(difference.mean())


def main() -> None:
    """Prints memory, cost per megapixel and the tiled result's difference from the whole one."""
    results = {}
    for side, repeats in ((1024, 5), (4096, 5), (8192, 1)):
        done = subprocess.run(
            [sys.executable, __file__, str(side), str(repeats)],
            check=True,
            capture_output=True,
            text=True,
        )
        results[side] = json.loads(done.stdout)
        megapixels = side * side / 1e6
        show(
            f"{side} x {side}: seconds per megapixel",
            f"{results[side]['seconds'] / megapixels:.3f}",
        )
        show(
            f"{side} x {side}: peak MiB above idle, without the request's pixels",
            f"{results[side]['above'] / 2**20:.0f}",
            "target 2048 at 4096" if side == 4096 else "",
        )
    ratio = results[4096]["seconds"] / 16 / results[1024]["seconds"]
    show("seconds per megapixel, 4096 / 1024", f"{ratio:.2f}x", "target 1.3")
    show("idle warm process, MiB", f"{results[1024]['idle'] / 2**20:.0f}", "target 1024")
    show("10000 x 10000: seconds of a tile", f"{tile_time(10000):.2f}")
    wait = f"{longest_wait(10000):.2f}"
    show("10000 x 10000: most seconds without a tile until a cancel acts", wait, "target a tile")
    show("tiled against whole, mean difference in grey levels", f"{difference_picture():.5f}")
    print(f"pictures: {OUT}/seams.png (difference x 64), {OUT}/tiled.png")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(run_one(int(sys.argv[1]), int(sys.argv[2]))))
    else:
        main()
