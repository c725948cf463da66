"""Weights that are damaged, and an engine that fails in the middle of its work."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
import torch

from bridgeclient import DreamRequest, EngineError
from dreambridge.arrays import Array, to_frame
from reliability.conftest import QUICK, dream_once
from servers import Server


@pytest.mark.parametrize("damage", ["cut", "other bytes", "a pickle"])
def test_damaged_weights_are_named_and_never_unpickled(
    own_server: Callable[..., Server], tmp_path: Path, photo: Array, damage: str
) -> None:
    weights, canary = tmp_path / "vgg16.pth", tmp_path / "canary"
    if damage == "a pickle":
        torch.save({"features.0.weight": _Bomb(canary)}, weights)
    else:
        bundled = next(Path(str(files("dreamcore") / "data")).rglob("*.safetensors"))
        content = bundled.read_bytes()
        weights = tmp_path / "vgg16.safetensors"
        weights.write_bytes(content[:5000] if damage == "cut" else b"\0" * 5000)
    server = own_server("--weights", str(weights))
    with server.connect() as client:
        job = client.submit(DreamRequest.still(to_frame(photo), QUICK))
        with pytest.raises(EngineError) as caught:
            list(client.events(job))
        assert caught.value.code == "engine.weights"
        assert str(weights) in str(caught.value)
        assert client.status().worker == "failed"
    assert not canary.exists()


class _Bomb:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return os.system, (f"touch '{self._path}'",)


def test_an_error_inside_the_engine_ends_its_own_job_only(
    own_server: Callable[..., Server], tmp_path: Path, photo: Array
) -> None:
    """Weights too large for their numbers' range let it fail in the middle of its work."""
    from dreamcore import weights

    path = tmp_path / "huge.pth"
    state = {}
    numbers = {f"conv{b}_{i}": n for (b, i), n in zip(_PLACES, _NUMBERS, strict=True)}
    for name, (weight, bias) in weights.load().convolutions.items():
        state[f"features.{numbers[name]}.weight"] = weight.float()
        state[f"features.{numbers[name]}.bias"] = bias.float()
    state["features.10.weight"] *= 1e25
    torch.save(state, path)
    server = own_server("--weights", str(path))
    with server.connect() as client:
        for _ in range(2):
            job = client.submit(
                DreamRequest.still(to_frame(photo), {"layers": {"relu3_1": 1.0}, "iterations": 1})
            )
            with pytest.raises(EngineError) as caught:
                list(client.events(job))
            assert caught.value.code == "engine.nonfinite"
        dream_once(client, photo)  # a layer before the damage


_PLACES = [(b, i) for b, n in enumerate((2, 2, 3, 3, 3), 1) for i in range(1, n + 1)]
_NUMBERS = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)
