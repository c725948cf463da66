"""The whole dream on devices that are not here, every operation checked by `fake_devices`."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensor

from dreamcore import Dreamer, DreamSettings, Execution, Progress, Result, devices, scalars, weights
from dreamcore.layers import LAYERS
from fake_devices import fake

PRECISIONS = {
    "cuda": ("float32", "float16", "bfloat16"),
    "xpu": ("float32", "bfloat16"),
    "mps": ("float32",),
}
CASES = [
    *[(device, "float32", name) for device in PRECISIONS for name in ("norm", "mean", "guide")],
    *[(device, precision, "l2") for device in PRECISIONS for precision in PRECISIONS[device]],
]


def _as_tensor(array):
    return torch.zeros(array.shape, dtype=getattr(torch, array.dtype.name))


def _as_array(tensor):
    assert isinstance(tensor, FakeTensor)
    assert tensor.device.type == "cpu", "numpy reads from the CPU only"
    return np.zeros(tuple(tensor.shape), str(tensor.dtype).removeprefix("torch."))


@pytest.fixture
def dream_on(monkeypatch):
    """Dreams on a device that isn't here; gives the events and the number of operations there."""
    monkeypatch.setattr(devices, "choose_device", lambda kind: torch.device(kind, 0))
    monkeypatch.setattr(devices, "free_memory", lambda device: 2**33)
    loaded = weights.load()
    monkeypatch.setattr(weights, "load", lambda _: loaded)
    monkeypatch.setattr(scalars, "read", lambda value: 1.0)
    monkeypatch.setattr(torch, "from_numpy", _as_tensor)
    monkeypatch.setattr(torch.Tensor, "numpy", _as_array)
    monkeypatch.setattr(FakeTensor, "tolist", lambda self: [1] * len(self))

    def dream(image, settings, *, device, precision="float32", tile="auto", **more):
        with fake(device) as checked:
            dreamer = Dreamer(execution=Execution(device, precision, tile))
            events = []
            for event in dreamer.dream(image, settings, **more):
                if isinstance(event, Progress):
                    assert event.preview(32).shape[2] == image.shape[2]
                events.append(event)
            return events, checked.operations

    return dream


@pytest.fixture(scope="module")
def picture(coffee):
    return np.ascontiguousarray(coffee[:150, :170])


@pytest.fixture(scope="module")
def mask(picture):
    mask = np.zeros(picture.shape[:2], np.uint8)
    mask[30:90, 40:110] = 200
    return mask


@pytest.mark.parametrize(("device", "precision", "objective"), CASES)
def test_every_objective_masked_and_with_a_preview(
    dream_on, picture, mask, device, precision, objective
):
    settings = DreamSettings(
        layers={"conv3_1": 0.5, "relu4_1": 1.0, "pool2": 1.0},
        channels=(3, 14),
        objective=objective,
        normalization="laplacian",
        octaves=2,
        iterations=1,
    )
    guide = picture if objective == "guide" else None
    where = {"device": device, "precision": precision}
    events, operations = dream_on(picture, settings, mask=mask, guide=guide, **where)
    assert isinstance(events[-1], Result)
    assert operations > 500


@pytest.mark.parametrize("device", PRECISIONS)
def test_in_tiles(dream_on, picture, device):
    settings = DreamSettings(layers={"relu3_2": 1.0}, objective="norm", octaves=1, iterations=1)
    events, _ = dream_on(picture, settings, device=device, tile=96)
    assert len(events) > 6


@pytest.mark.parametrize("device", PRECISIONS)
def test_average_pooling(dream_on, picture, device):
    settings = DreamSettings(pooling="average", octaves=1, iterations=1)
    events, _ = dream_on(picture, settings, device=device)
    assert isinstance(events[-1], Result)


@pytest.mark.parametrize("device", PRECISIONS)
@pytest.mark.parametrize("mode", ["detail", "blend"])
def test_grey_with_alpha_in_both_modes(dream_on, picture, device, mode):
    image = np.dstack([picture[..., :1], np.full(picture.shape[:2], 99, np.uint8)])
    settings = DreamSettings(octaves=3, octave_mode=mode, iterations=1, layers={"relu1_2": 1.0})
    events, _ = dream_on(image, settings, device=device)
    assert events[-1].octaves == 3
    assert events[-1].image.shape == image.shape


@pytest.mark.parametrize("device", PRECISIONS)
@pytest.mark.parametrize("layers", [LAYERS, ["relu5_3"], ["pool5"]], ids=lambda names: len(names))
def test_every_layer(dream_on, picture, device, layers):
    settings = DreamSettings(layers=dict.fromkeys(layers, 1.0), octaves=1, iterations=1, jitter=0)
    events, _ = dream_on(picture[:40, :52], settings, device=device)
    assert isinstance(events[-1], Result)


def test_float32_is_float32_on_tensor_cores(dream_on, picture):
    torch.backends.cudnn.conv.fp32_precision = "tf32"
    dream_on(picture[:40, :52], DreamSettings(octaves=1, iterations=1), device="cuda")
    assert torch.backends.cudnn.conv.fp32_precision == "ieee"


def test_what_torch_keeps_of_a_gpus_memory_counts_as_free(monkeypatch):
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _: (100, 1000))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda _: 700)
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda _: 300)
    assert devices.free_memory(torch.device("cuda", 0)) == 500
