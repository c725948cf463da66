"""Every way of convolving against the public one of torch."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from dreamcore import winograd
from dreamcore.convolution import Convolution, FusedConvolution
from dreamcore.winograd import WinogradConvolution

KINDS = (Convolution, FusedConvolution, WinogradConvolution)


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (50, 1), (2, 2), (33, 47), (64, 65), (131, 9)])
@pytest.mark.parametrize("kind", KINDS)
def test_forward_and_backward_are_those_of_torch(kind, size, monkeypatch):
    monkeypatch.setattr(winograd, "LEAST_POSITIONS", 1)
    monkeypatch.setattr(winograd, "_STRIP_VALUES", 2**17)  # so that there are several
    generator = torch.Generator().manual_seed(3)
    weight = torch.randn(24, 16, 3, 3, generator=generator) / 12
    bias = torch.randn(24, generator=generator)
    layout = {"memory_format": torch.channels_last}
    x = torch.randn(1, 16, *size, generator=generator).contiguous(**layout)
    gradient = torch.randn(1, 24, *size, generator=generator).contiguous(**layout)
    convolution = kind(weight, bias, torch.channels_last)
    expected = F.conv2d(x, weight, bias, padding=1)
    assert torch.allclose(convolution.forward(x, relu=False), expected, atol=1e-5)
    assert torch.allclose(convolution.forward(x, relu=True), expected.relu(), atol=1e-5)
    wanted = torch.nn.grad.conv2d_input(x.shape, weight, gradient, padding=1)
    found = convolution.backward(gradient)
    assert torch.allclose(found, wanted, atol=1e-5)
    assert found.is_contiguous(**layout)
    assert x.shape == found.shape


def test_winograds_convolution_is_for_bfloat16_on_cpus_only():
    assert not winograd.pays(torch.device("cuda"), torch.bfloat16)
    assert not winograd.pays(torch.device("cpu"), torch.float16)
