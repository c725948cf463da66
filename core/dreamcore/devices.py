"""Which device and precision to compute with, and how much memory there is.

The best precision is measured, not guessed from names: 16-bit types are several times faster where
the hardware has instructions for them and several times slower where it has not.
"""

from __future__ import annotations

import functools
import time

import psutil
import torch
import torch.nn.functional as F

from dreamcore import allocator
from dreamcore.errors import DeviceError

PREFERENCE = ("cuda", "xpu", "mps", "cpu")
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}

_CANDIDATES = {
    "cuda": ("float32", "bfloat16", "float16"),
    "xpu": ("float32", "bfloat16", "float16"),
    "mps": ("float32", "float16"),
    "cpu": ("float32", "bfloat16"),
}
_ROUNDS = 12
"""Measurements of each format, the best of which counts."""


def available(kind: str) -> bool:
    """Whether torch can compute on a device of this kind here."""
    if kind == "cpu":
        return True
    if kind == "mps":
        return torch.backends.mps.is_available()
    return bool(getattr(torch, kind).is_available())


def choose_device(name: str = "auto") -> torch.device:
    """The device called `name`; "auto" takes the first of cuda, xpu, mps, cpu that is there.

    Raises:
        DeviceError: it isn't there.
    """
    if name == "auto":
        name = next(kind for kind in PREFERENCE if available(kind))
    if not available(name):
        there = ", ".join(kind for kind in PREFERENCE if available(kind))
        raise DeviceError(f"There is no device {name} on this machine.", f"There is: {there}.")
    return torch.device(name)


def choose_precision(device: torch.device, name: str = "auto") -> torch.dtype:
    """The number format called `name`; "auto" measures once per process which is fastest."""
    return DTYPES[name] if name != "auto" else _fastest(device)


@functools.cache
def _fastest(device: torch.device) -> torch.dtype:
    """The format with the fastest convolution; measured in turn, as a busy moment hits them all."""
    times = dict.fromkeys(_CANDIDATES[device.type], float("inf"))
    for _ in range(_ROUNDS):
        for name in times:
            times[name] = min(times[name], _convolution_time(device, DTYPES[name]))
    best = min(times, key=times.__getitem__)
    # A format with fewer digits has to earn its place clearly, not by a lucky measurement.
    return DTYPES[best if times[best] < 0.8 * times["float32"] else "float32"]


def _convolution_time(device: torch.device, dtype: torch.dtype) -> float:
    """Seconds of a convolution like those of VGG16's third block; infinite if it fails."""
    try:
        x = torch.ones(1, 128, 56, 56, device=device, dtype=dtype)
        weight = torch.ones(256, 128, 3, 3, device=device, dtype=dtype)
        if device.type != "mps":
            x = x.contiguous(memory_format=torch.channels_last)
            weight = weight.contiguous(memory_format=torch.channels_last)
        synchronize(device)
        started = time.perf_counter()
        F.conv2d(x, weight, padding=1)
        synchronize(device)
    except (RuntimeError, TypeError):  # the device does not know this format
        return float("inf")
    return time.perf_counter() - started


def synchronize(device: torch.device) -> None:
    """Waits until the device has done all that it was asked to."""
    if device.type != "cpu":
        getattr(torch, device.type).synchronize()


def free_memory(device: torch.device) -> int:
    """Bytes that are free for us on the device: on a CPU what the system calls available."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    if device.type == "xpu":
        return int(torch.xpu.mem_get_info(device)[0])
    if device.type == "mps":
        return int(torch.mps.recommended_max_memory() - torch.mps.current_allocated_memory())
    return int(psutil.virtual_memory().available)


_ONEDNN = ("could not create a primitive", "could not create a memory object")
"""What oneDNN says when it has no room for its code or its scratchpad."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error means that the device had too little memory."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    words = ("out of memory", "not enough memory", "can't allocate memory", *_ONEDNN)
    return isinstance(error, RuntimeError) and any(word in str(error).lower() for word in words)


def release_memory(device: torch.device) -> None:
    """Gives memory that is kept for reuse back to the system or the device."""
    if device.type != "cpu":
        getattr(torch, device.type).empty_cache()
    else:
        allocator.give_back()
