"""Which device and precision to compute with, and how much memory there is.

The best precision is known from what the hardware has instructions for: there 16-bit types are
several times faster, elsewhere several times slower, and so are bytes. It is not measured: a busy
moment would decide otherwise, and another precision gives other pixels for the same seed.

"auto" is float32, float16 or bfloat16 on a GPU. On a processor that adds up products of bytes it is
mixed, and int8 for a sketch; on others the type of numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import psutil
import torch

from dreamcore import allocator, integer_convolution
from dreamcore.errors import DeviceError

PREFERENCE = ("cuda", "xpu", "mps", "cpu")
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
INT8_PASSES = {"mixed": ("backward",), "int8": ("forward", "backward")}


@dataclass(frozen=True)
class Precision:
    """What to compute in: a type of numbers, and the passes that use 8-bit codes instead."""

    name: str
    dtype: torch.dtype
    int8: tuple[str, ...] = ()


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
    if name not in (there := present()):
        listed = ", ".join(there)
        raise DeviceError(f"There is no device {name} on this machine.", f"There is: {listed}.")
    return torch.device(name)


def present() -> list[str]:
    """The names of all devices here; "cuda" and "xpu" stand for the first of theirs."""
    names = []
    for kind in filter(available, PREFERENCE):
        count = getattr(torch, kind).device_count() if kind in ("cuda", "xpu") else 0
        names += [kind, *(f"{kind}:{index}" for index in range(count))]
    return names


def choose_precision(
    device: torch.device, name: str = "auto", *, sketch: bool = False
) -> Precision:
    """The precision called `name`; "auto" takes what the device is built for.

    Args:
        device: where to compute.
        name: a choice of `Execution.precision`.
        sketch: whether it is for a first look, for which "auto" takes less exact numbers.

    Raises:
        DeviceError: int8 on anything but a processor.
    """
    if name in DTYPES:
        return Precision(name, DTYPES[name])
    if name == "auto" and _multiplies_bytes(device):
        name = "int8" if sketch else "mixed"
    if name in INT8_PASSES and device.type != "cpu":
        raise DeviceError(
            f"The precision {name} is for processors, not for {device}.",
            "Choose the precision auto, or the device cpu.",
        )
    dtype = _BUILT_FOR[device.type](device)
    name = name if name in INT8_PASSES else str(dtype).removeprefix("torch.")
    return Precision(name, dtype, INT8_PASSES.get(name, ()))


def _built_for_on_cpu(_: torch.device) -> torch.dtype:
    """bfloat16 where there are instructions for it, AVX512-BF16 or AMX, and oneDNN to use them."""
    multiplies = any(map(_has, ("_is_avx512_bf16_supported", "_is_amx_tile_supported")))
    usable = multiplies and torch._C._has_mkldnn
    return torch.bfloat16 if usable else torch.float32


def _multiplies_bytes(device: torch.device) -> bool:
    """Whether there are instructions for sums of products of bytes, AVX512-VNNI or AMX, and torch
    has the operator that uses them: without it codes are slower than numbers.
    """
    if device.type != "cpu" or not torch._C._has_mkldnn:
        return False
    multiplies = any(map(_has, ("_is_vnni_supported", "_is_amx_tile_supported")))
    return multiplies and integer_convolution.fusion_available(device)


def _has(ability: str) -> bool:
    """What torch says of the processor; a version that can't say counts as no."""
    ask: Callable[[], bool] | None = getattr(torch.cpu, ability, None)
    return ask is not None and ask()


def _built_for_on_cuda(device: torch.device) -> torch.dtype:
    """What the tensor cores multiply: bfloat16 since Ampere and on AMD, float16 since Volta."""
    generation = torch.cuda.get_device_capability(device)
    if torch.version.hip or generation >= (8, 0):
        return torch.bfloat16
    return torch.float16 if generation >= (7, 0) else torch.float32


def _built_for_on_xpu(_: torch.device) -> torch.dtype:
    supported = torch.xpu.is_bf16_supported(including_emulation=False)
    return torch.bfloat16 if supported else torch.float32


_BUILT_FOR: dict[str, Callable[[torch.device], torch.dtype]] = {
    "cpu": _built_for_on_cpu,
    "cuda": _built_for_on_cuda,
    "xpu": _built_for_on_xpu,
    "mps": lambda _: torch.float32,  # Apple's multiply both at one rate
}


def multiply_exactly() -> None:
    """Lets float32 be float32 in NVIDIA's convolutions: torch's default there is TF32, 10 bits."""
    if hasattr(torch.backends.cudnn, "conv"):  # since torch 2.9
        torch.backends.cudnn.conv.fp32_precision = "ieee"
    else:
        torch.backends.cudnn.allow_tf32 = False


def synchronize(device: torch.device) -> None:
    """Waits until the device has done all that it was asked to."""
    if device.type != "cpu":
        getattr(torch, device.type).synchronize()


def free_memory(device: torch.device) -> int:
    """Bytes that are free for us on the device: on a CPU what the system calls available.

    On a GPU that includes what torch keeps there for reuse.
    """
    if device.type in ("cuda", "xpu"):
        module = getattr(torch, device.type)
        kept = module.memory_reserved(device) - module.memory_allocated(device)
        return int(module.mem_get_info(device)[0] + kept)
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
