"""Which precision is chosen, and that it is the same one each time."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch

from dreamcore import (
    Dreamer,
    DreamSettings,
    Execution,
    devices,
    integer_convolution,
    tiling,
)
from dreamcore.errors import DeviceError
from dreamcore.layers import LAYERS

ABILITIES = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
CPU, CUDA = torch.device("cpu"), torch.device("cuda")

LYING_CLOCK = """
import random, sys, time
random.seed(int(sys.argv[1]))
time.perf_counter = random.random
import torch
from dreamcore import devices
print(devices.choose_precision(torch.device("cpu")).name)
"""


def test_a_busy_machine_does_not_decide_on_the_precision():
    """Where times are measured, a clock that stands for a busy machine gives different answers."""
    chosen = set()
    for seed in "123":
        command = [sys.executable, "-c", LYING_CLOCK, seed]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
        chosen.add(done.stdout.strip())
    assert chosen == {devices.choose_precision(CPU).name}


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/cpuinfo")
def test_bfloat16_is_chosen_where_the_processor_multiplies_it():
    with open("/proc/cpuinfo") as info:
        flags = set(next((line for line in info if line.startswith("flags")), "").split())
    multiplies = bool(flags & {"avx512_bf16", "amx_bf16"})
    expected = torch.bfloat16 if multiplies else torch.float32
    assert devices.choose_precision(CPU).dtype == expected


@pytest.mark.parametrize("able", [(), ABILITIES[:1], ABILITIES[1:], ABILITIES])
def test_either_instruction_set_will_do(monkeypatch, able):
    for ability in ABILITIES:
        monkeypatch.setattr(torch.cpu, ability, lambda ability=ability: ability in able)
    assert devices.choose_precision(CPU).dtype == (torch.bfloat16 if able else torch.float32)


@pytest.mark.parametrize("able", ["_is_vnni_supported", "_is_amx_tile_supported", None])
def test_bytes_are_multiplied_where_the_processor_can(monkeypatch, able):
    for ability in ("_is_vnni_supported", "_is_amx_tile_supported"):
        monkeypatch.setattr(torch.cpu, ability, lambda ability=ability: ability == able)
    dream, sketch = (devices.choose_precision(CPU, sketch=sketch) for sketch in (False, True))
    if able and integer_convolution.fusion_available(CPU):
        assert (dream.name, sketch.name) == ("mixed", "int8")
    else:
        assert dream == sketch
        assert dream.int8 == ()


def test_without_torchs_private_operator_auto_takes_numbers(monkeypatch):
    monkeypatch.setattr(integer_convolution, "fusion_available", lambda _: False)
    assert devices.choose_precision(CPU).int8 == ()


@pytest.mark.parametrize("name", ["float32", "bfloat16", "mixed", "int8"])
def test_a_sketch_is_computed_in_the_precision_that_was_asked_for(name):
    assert devices.choose_precision(CPU, name, sketch=True).name == name


def test_a_sketch_is_the_dream_of_its_own_precision(dreamer_with, dreamer, coffee):
    image = np.ascontiguousarray(coffee[120:192, 200:296])
    settings = DreamSettings(layers={"relu3_1": 1.0}, octaves=2, iterations=2)
    *_, sketch = dreamer.dream(image, settings, sketch=True)
    other = dreamer_with(precision=dreamer.sketch_precision)
    *_, expected = other.dream(image, settings)
    assert sketch.image.tobytes() == expected.image.tobytes()


@pytest.mark.parametrize("name", ["mixed", "int8"])
def test_int8_on_a_gpu_is_refused_with_what_to_choose_instead(name):
    with pytest.raises(DeviceError, match=f"precision {name} is for processors.*auto"):
        devices.choose_precision(CUDA, name)


@pytest.mark.parametrize(
    ("generation", "precision"),
    [((6, 1), torch.float32), ((7, 5), torch.float16), ((8, 0), torch.bfloat16)],
)
def test_a_gpu_computes_in_what_its_tensor_cores_multiply(monkeypatch, generation, precision):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: generation)
    assert devices.choose_precision(CUDA).dtype == precision


@pytest.mark.parametrize("name", ["cuda", "cuda:7", "xpu", "xpu:7", "mps"])
def test_a_device_that_is_not_there_is_refused_with_those_that_are(monkeypatch, name):
    monkeypatch.setattr(devices, "available", lambda kind: kind == "cpu")
    with pytest.raises(DeviceError, match=f"no device {name} on this machine. There is: cpu."):
        Dreamer(execution=Execution(device=name))


def test_the_second_of_two_gpus_can_be_chosen(monkeypatch):
    monkeypatch.setattr(devices, "available", lambda kind: kind in ("cuda", "cpu"))
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert devices.choose_device("cuda:1") == torch.device("cuda", 1)
    assert devices.choose_device("auto") == torch.device("cuda")
    with pytest.raises(DeviceError, match="There is: cuda, cuda:0, cuda:1, cpu"):
        devices.choose_device("cuda:2")


def test_a_precision_that_is_asked_for_is_used():
    assert devices.choose_precision(CPU, "float32").dtype == torch.float32
    assert devices.choose_precision(CUDA, "float16").dtype == torch.float16
    for name in ("float32", "bfloat16", "mixed", "int8"):
        assert devices.choose_precision(CPU, name).name == name


def test_the_same_seed_gives_the_same_bytes_in_an_engine_started_anew(coffee):
    image = np.ascontiguousarray(coffee[120:192, 200:296])
    settings = DreamSettings(layers={"relu3_1": 1.0}, octaves=2, iterations=2, seed=5)
    first, second = ([*Dreamer().dream(image, settings)][-1] for _ in range(2))
    assert first.image.tobytes() == second.image.tobytes()


def test_other_programs_memory_does_not_change_a_dream(dreamer, coffee, monkeypatch):
    """As much as a tile needs is free at one time, all of a large machine's at another."""
    image = np.ascontiguousarray(coffee[:320, :480])
    settings = DreamSettings(layers={"relu3_1": 1.0}, octaves=1, iterations=1)
    monkeypatch.setitem(tiling.TILE_BYTES, "cpu", 2**26)
    sides, bytes_ = set(), set()
    for free in (2**26, 2**40):
        monkeypatch.setattr(devices, "free_memory", lambda _, free=free: free)
        *_, result = dreamer.dream(image, settings)
        sides.add(tiling.automatic_side(*network_of(dreamer, settings)))
        bytes_.add(result.image.tobytes())
    assert len(bytes_) == len(sides) == 1
    assert max(sides) < 320  # so that there were tiles


def test_a_tile_is_smaller_where_less_is_free_than_it_needs(dreamer, monkeypatch):
    network = network_of(dreamer, DreamSettings())
    usual = tiling.automatic_side(*network)
    monkeypatch.setattr(devices, "free_memory", lambda _: 2**26)
    assert tiling.automatic_side(*network) < usual


def network_of(dreamer, settings):
    """The network and the deepest layer, as a tile is planned for."""
    layers = [LAYERS[name] for name in settings.layers]
    return dreamer._network, max(layers, key=lambda layer: layer.receptive_field)


THREADS = """
import hashlib, sys
import numpy as np
import torch
from dreamcore import Dreamer, DreamSettings, Execution

pixels = np.load(sys.argv[1])
mask = np.zeros(pixels.shape[:2], np.uint8)
mask[10:120, 20:290] = 255
dreamers = [Dreamer(execution=Execution(precision=name)) for name in ("auto", "float32", "int8")]
for threads in (1, 2):
    torch.set_num_threads(threads)
    digest = hashlib.sha256()
    for normalization, objective in (("mean", "norm"), ("laplacian", "l2")):
        settings = DreamSettings(
            layers={"relu2_2": 1.0, "relu3_1": 0.1},
            normalization=normalization,
            objective=objective,
            octaves=1,
            iterations=2,
        )
        for dreamer in dreamers:
            for where in (None, mask):
                *_, result = dreamer.dream(pixels, settings, mask=where)
                digest.update(result.image.tobytes())
    print(threads, digest.hexdigest())
"""


def test_the_number_of_threads_does_not_change_a_dream(coffee, tmp_path):
    """With floats, that show every rounding, and sums that are large enough to be shared."""
    colours = coffee[:130, :300].astype(np.float32) / 255
    alpha = np.linspace(0, 1, 130 * 300, dtype=np.float32).reshape(130, 300, 1)
    np.save(tmp_path / "pixels.npy", np.concatenate([colours, alpha], axis=2))
    command = [sys.executable, "-c", THREADS, str(tmp_path / "pixels.npy")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    lines = [line.split() for line in done.stdout.splitlines()]
    assert [threads for threads, _ in lines] == ["1", "2"]
    assert len({digest for _, digest in lines}) == 1
