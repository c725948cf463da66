"""An ascent step against its definition."""

from __future__ import annotations

import pytest
import torch

from dreamcore import ascent


def step(image, gradient, amount, saturation):
    ascent.step(image, ascent.saturate(gradient.clone(), saturation), amount)


@pytest.fixture
def noise():
    return torch.randn(3, 300, 170, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("grey", [False, True])
def test_a_step_changes_by_grey_levels_on_average(noise, grey):
    image = torch.full_like(noise, 0.5)
    step(image, noise + 7, 2.0, saturation=0.0 if grey else 1.0)
    change = (image - 0.5) * 255
    assert change.abs().mean() == pytest.approx(2.0, rel=1e-4)
    assert change.mean(dim=(1, 2)).abs().max() < 1e-3
    assert (change[0] == change[1]).all().item() is grey


def test_a_step_keeps_to_its_weight_and_means_the_same_there(noise):
    image, weight = torch.full_like(noise, 0.5), torch.zeros(300, 170)
    weight[50:100, 20:70] = 1
    ascent.step(image, noise.clone() + 7, 2.0, weight)
    change = (image - 0.5) * 255
    assert change[:, 50:100, 20:70].abs().mean() == pytest.approx(2.0, rel=1e-4)
    assert change[:, weight == 0].abs().max() == 0


def test_saturation_shrinks_the_differences_between_channels(noise):
    def spread(saturation: float) -> float:
        image = torch.full_like(noise, 0.5)
        step(image, noise, 2.0, saturation)
        change = image - 0.5
        return float((change - change.mean(dim=0)).norm() / change.norm())

    assert spread(0.0) < 1e-5 < spread(0.5) < 0.8 * spread(1.0)


def test_a_step_stays_in_range_and_keeps_colours_when_grey(noise):
    image = torch.rand(3, 300, 170, generator=torch.Generator().manual_seed(2))
    colours = image - image.mean(dim=0)
    step(image, noise, 32.0, saturation=0.0)
    assert image.min() >= -1e-6
    assert image.max() <= 1 + 1e-6
    assert torch.allclose(image - image.mean(dim=0), colours, atol=1e-5)


def test_a_gradient_of_zero_changes_nothing(noise):
    image = noise.clamp(0, 1)
    before = image.clone()
    ascent.step(image, torch.zeros_like(image), 2.0)
    assert torch.equal(image, before)


def test_changes_fade_out_near_black_and_white_and_are_whole_elsewhere():
    level = torch.tensor([0.5, 0.5, 0.99, 0.01, 0.99])
    change = torch.tensor([0.1, -0.1, 0.1, -0.1, -0.1])
    left = ascent.faded(change, level, 1 - level)
    assert torch.allclose(left[[0, 1, 4]], change[[0, 1, 4]])
    assert 0 < left[2] < 0.01 < 0.1
    assert left[3] == pytest.approx(-float(left[2]), rel=1e-4)


@pytest.mark.parametrize("saturation", [0.0, 1.0])
def test_a_step_fades_out_towards_black_but_not_away_from_it(noise, saturation):
    change = noise[:1].expand_as(noise).clone()
    image = torch.full_like(noise, 0.5)
    image[:, :150] = 0.03
    before = image.clone()
    step(image, change, 1.0, saturation)
    moved, down = (image - before).abs()[0], change[0] < 0
    dark = torch.arange(300).view(-1, 1).expand(300, 170) < 150
    assert moved[dark & down].mean() < 0.35 * moved[~dark & down].mean()
    assert moved[dark & ~down].mean() == pytest.approx(float(moved[~dark & ~down].mean()), rel=0.05)
    assert (image - before).abs().mean() * 255 == pytest.approx(1.0, rel=0.02)


def test_two_fading_changes_are_as_good_as_their_sum():
    level, change = torch.linspace(0, 1, 101), torch.full((101,), 0.07)
    once = level + ascent.faded(2 * change, level, 1 - level)
    twice = level + ascent.faded(change, level, 1 - level)
    twice = twice + ascent.faded(change, twice, 1 - twice)
    assert torch.allclose(once, twice, atol=1e-6)
    assert (once[:-1] < 1).all()


def test_a_step_brings_the_means_back_towards_their_level(noise):
    image = torch.full_like(noise, 0.5)
    level = torch.tensor([0.6, 0.5, 0.4]).view(3, 1, 1)
    ascent.step(image, noise.clone(), 2.0, level=level)
    means = image.mean(dim=(1, 2))
    assert 0.5 < means[0] < 0.6
    assert 0.4 < means[2] < 0.5
    assert means[1] == pytest.approx(0.5, abs=1e-3)


def test_a_selection_is_dreamed_with_its_surroundings():
    weight = torch.zeros(200, 200)
    weight[90:110, 90:110] = 0.5
    wide = ascent.widened(weight, 16)
    assert wide[100, 60] == 1
    assert wide[100, 40] == 0
    assert set(wide.unique().tolist()) == {0.0, 1.0}
