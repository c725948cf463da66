"""Sources of weights: what is loaded, with which normalisation, and what is refused."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from dreamcore import bundled, weights
from dreamcore.errors import WeightsError


@pytest.fixture(scope="module")
def bundled_file() -> Path:
    return Path(str(files("dreamcore") / "data" / bundled.FILE))


def test_the_bundled_weights_are_the_original_network(bundled_file):
    assert bundled.is_intact()
    loaded = weights.load()
    assert loaded.source == "bundled"
    assert loaded.mean == weights.CAFFE_MEAN
    assert len(loaded.convolutions) == 13
    assert sum(w.numel() + b.numel() for w, b in loaded.convolutions.values()) == 14_714_688
    assert all(w.dtype == torch.float16 for w, _ in loaded.convolutions.values())


def test_a_copy_of_the_original_weights_keeps_their_normalisation(bundled_file, tmp_path):
    state = load_file(bundled_file)
    torch.save(
        {key.removeprefix("features."): value for key, value in state.items()}, tmp_path / "w.pth"
    )
    loaded = weights.load(tmp_path / "w.pth")
    assert (loaded.mean, loaded.std) == (weights.CAFFE_MEAN, weights.CAFFE_STD)


def test_other_weights_take_torchvisions_normalisation_or_their_own(bundled_file, tmp_path):
    state = {key: value * 1.5 for key, value in load_file(bundled_file).items()}
    save_file(state, tmp_path / "plain.safetensors")
    assert weights.load(tmp_path / "plain.safetensors").mean == weights.IMAGENET_MEAN
    own = {"mean": json.dumps([0.1, 0.2, 0.3]), "std": json.dumps([1, 2, 3])}
    save_file(state, tmp_path / "own.safetensors", metadata=own)
    loaded = weights.load(tmp_path / "own.safetensors")
    assert loaded.mean == (0.1, 0.2, 0.3)
    assert loaded.std == (1.0, 2.0, 3.0)
    save_file(state, tmp_path / "bad.safetensors", metadata=own | {"mean": "[1, 2]"})
    with pytest.raises(WeightsError, match="not three numbers"):
        weights.load(tmp_path / "bad.safetensors")


class Payload:
    """What an attacker would pickle: creating a file stands for running any command."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self):
        return os.mkdir, (str(self.marker),)


def test_pickled_code_is_refused_and_not_run(tmp_path):
    marker = tmp_path / "ran"
    torch.save({"features.0.weight": Payload(marker)}, tmp_path / "evil.pth")
    with pytest.raises(WeightsError, match="more than tensors"):
        weights.load(tmp_path / "evil.pth")
    assert not marker.exists()


def test_files_that_are_no_vgg16(bundled_file, tmp_path):
    state = load_file(bundled_file)
    cases = {
        "missing": {k: v for k, v in state.items() if k != "features.28.bias"},
        "shaped": state | {"features.5.weight": torch.zeros(64, 64, 3, 3)},
        "integers": state | {"features.0.bias": torch.zeros(64, dtype=torch.int32)},
        "nan": state | {"features.0.bias": torch.full((64,), float("nan"))},
    }
    words = {"missing": "no tensor features.28.bias", "shaped": "features.5.weight has shape"}
    words |= {"integers": "no VGG16", "nan": "damaged: features.0.bias"}
    for name, tensors in cases.items():
        save_file(tensors, tmp_path / f"{name}.safetensors")
        with pytest.raises(WeightsError, match=words[name]):
            weights.load(tmp_path / f"{name}.safetensors")


@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
def test_damaged_and_missing_files(bundled_file, tmp_path, suffix):
    damaged = tmp_path / f"damaged{suffix}"
    damaged.write_bytes(bundled_file.read_bytes()[:100_000])
    with pytest.raises(WeightsError, match=r"damaged\." + suffix[1:]):
        weights.load(damaged)
    with pytest.raises(WeightsError, match="no weights file"):
        weights.load(tmp_path / f"absent{suffix}")


def test_a_damaged_installation_says_to_install_again(tmp_path):
    root = Path(str(files("dreamcore")))
    shutil.copytree(root, tmp_path / "dreamcore")
    file = tmp_path / "dreamcore" / "data" / bundled.FILE
    content = bytearray(file.read_bytes())
    content[1_000_000] ^= 1
    file.write_bytes(content)
    code = "from dreamcore import weights; weights.load()"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert "Install dreambridge again" in done.stderr


@pytest.mark.parametrize("name", weights.TORCHVISION)
def test_without_a_network_torchvisions_weights_lead_to_the_bundled_ones(
    name, tmp_path, monkeypatch
):
    with socket.socket() as unused:  # a proxy that nobody listens at stands for no network
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{unused.getsockname()[1]}")
        monkeypatch.setenv("TORCH_HOME", str(tmp_path))
        with pytest.raises(WeightsError, match=r"could not download.*'bundled'"):
            weights.load(name)
