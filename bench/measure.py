"""What the benchmarks share: medians of interleaved timings, peak memory, the way ratios print."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable
from importlib.resources import files

import numpy as np
import psutil
import torch
from PIL import Image


def photo(name: str = "coffee.png") -> np.ndarray:
    """A bundled photograph, H x W x 3 uint8."""
    with Image.open(str(files("dreamcore") / "data" / "photos" / name)) as picture:
        return np.asarray(picture.convert("RGB"))


def tiled_photo(height: int, width: int) -> np.ndarray:
    """A photograph of any size: the bundled one, repeated and mirrored."""
    image = photo()
    image = np.concatenate([image, image[:, ::-1]], axis=1)
    image = np.concatenate([image, image[::-1]], axis=0)
    repeats = -(-height // image.shape[0]), -(-width // image.shape[1]), 1
    return np.ascontiguousarray(np.tile(image, repeats)[:height, :width])


def medians(repeats: int, **functions: Callable[[], object]) -> dict[str, float]:
    """Median seconds of each function, run in turn so that a noisy moment hits them all."""
    times: dict[str, list[float]] = {name: [] for name in functions}
    for function in functions.values():
        function()
    for _ in range(repeats):
        for name, function in functions.items():
            started = time.perf_counter()
            function()
            times[name].append(time.perf_counter() - started)
    return {name: statistics.median(values) for name, values in times.items()}


def least_on_one_thread(repeats: int, **functions: Callable[[], object]) -> dict[str, float]:
    """Least processor seconds of each function on one thread: tells even on a busy machine."""
    torch.set_num_threads(1)
    times = dict.fromkeys(functions, math.inf)
    for _ in range(repeats):
        for name, function in functions.items():
            started = time.thread_time()
            function()
            times[name] = min(times[name], time.thread_time() - started)
    return times


def resident() -> int:
    """Resident memory of this process in bytes, now."""
    return int(psutil.Process().memory_info().rss)


def peak_resident() -> int:
    """The most resident memory that this process ever had, in bytes (Linux)."""
    with open("/proc/self/status") as status:
        line = next(line for line in status if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def show(what: str, value: str, target: str = "") -> None:
    """One line of a benchmark's output."""
    print(f"{what:<66} {value:>12}  {target}", flush=True)
