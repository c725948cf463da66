"""What becomes of a raw gradient before a step, against the definitions."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torchvision.transforms.functional import gaussian_blur

from dreamcore import DreamSettings, smoothing
from dreamcore.conditioning import condition

LAPLACIAN = DreamSettings(smoothing=0.0, normalization="laplacian")


@pytest.fixture
def noise():
    return torch.randn(3, 300, 260, generator=torch.Generator().manual_seed(1))


def conditioned(gradient, settings, iteration=0):
    result = gradient.clone()
    for _ in condition(result, settings, iteration):
        pass
    return result


@pytest.mark.parametrize(("width", "iteration"), [(1.0, 4), (4.0, 9)])
def test_smoothing_is_the_mean_of_three_gaussians(noise, width, iteration):
    """Edges included; three strips are made, and the widest blur reaches over half of one."""
    sigmas = smoothing.cascade_sigmas(width, iteration, 10)
    reach = 3 * round(sigmas[-1]) + 1
    extended = F.pad(noise, [reach] * 4, mode="replicate")
    inner = (slice(None), slice(reach, -reach), slice(reach, -reach))
    blurs = (gaussian_blur(extended, [2 * reach - 1] * 2, [s, s])[inner] for s in sigmas)
    found = conditioned(noise, DreamSettings(smoothing=width), iteration)
    assert torch.allclose(found, sum(blurs) / 3, atol=2e-3)
    assert sigmas[1] == pytest.approx(width * (0.5 + 0.2 * (iteration + 1)))


def test_smoothing_in_strips_leaves_no_trace_of_the_strips(noise):
    row = noise[:, :1].expand(3, 300, 260)
    found = conditioned(row, DreamSettings(smoothing=4.0), 9)
    assert torch.allclose(found, found[:, :1].expand_as(found), atol=1e-6)


@pytest.mark.parametrize("size", [(1, 1), (2, 9), (5, 3), (129, 4)])
def test_smoothing_and_normalising_small_gradients(size, noise):
    settings = DreamSettings(smoothing=4.0, normalization="laplacian")
    found = conditioned(noise[:, : size[0], : size[1]], settings, 9)
    assert torch.isfinite(found).all()
    assert found.square().mean().sqrt() > 0.1


def bands_of(image, count):
    """The Laplacian pyramid as Burt and Adelson have it, one channel at a time."""
    bands = []
    for _ in range(count):
        row = torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0]) / 16
        extended = F.pad(image[:, None], (2, 2, 2, 2), mode="reflect")
        smaller = F.conv2d(extended, torch.outer(row, row)[None, None], stride=2)[:, 0]
        bands.append(image - enlarged(smaller, image))
        image = smaller
    return [*bands, image]


def enlarged(smaller, image):
    return F.interpolate(smaller[None], size=image.shape[1:], mode="bilinear")[0]


def test_laplacian_normalisation_gives_every_band_the_same_strength(noise):
    weak_and_strong = noise + 100 * F.avg_pool2d(noise, 31, 1, 15)
    expected, *finer = [
        band / band.square().mean().sqrt() for band in reversed(bands_of(weak_and_strong, 4))
    ]
    for band in finer:
        expected = band + enlarged(expected, band)
    found = conditioned(weak_and_strong, LAPLACIAN)
    assert torch.allclose(found, expected, atol=1e-4)


def test_laplacian_normalisation_brings_fine_detail_up():
    rows, columns = np.mgrid[:256, :256].astype(np.float32)
    coarse, fine = torch.from_numpy(np.sin(rows / 20)), torch.from_numpy(np.sin(columns * 2.5))
    found = conditioned((100 * coarse + fine).expand(3, -1, -1), LAPLACIAN)[0]
    shares = [float((found * part).mean() / (part * part).mean()) for part in (fine, coarse)]
    assert shares[0] / shares[1] > 0.1  # it was 0.01
