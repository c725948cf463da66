"""What one hears and sees of a dream under way."""

from __future__ import annotations

import numpy as np
import pytest

from dreamcore import DreamSettings, Progress


def test_progress_counts_up_and_previews_are_made_on_demand(dreamer, coffee):
    settings = DreamSettings(layers={"relu3_3": 1.0}, octaves=3, iterations=2, step=4.0)
    alpha = np.full(coffee.shape[:2], 255, np.uint8)
    image = np.dstack([coffee, alpha])
    fractions, positions = [], []
    for event in dreamer.dream(image, settings):
        if isinstance(event, Progress):
            fractions.append(event.fraction)
            positions.append((event.octave, event.iteration))
            preview = event.preview(120)
            assert preview.shape == (80, 120, 4)
            assert preview.dtype == np.uint8
    assert fractions == sorted(fractions)
    assert fractions[-1] == pytest.approx(1.0)
    assert positions == sorted(positions)
    assert positions[-1] == (3, 2)
    last = event.image[::5, ::5].astype(int)[: preview.shape[0], : preview.shape[1]]
    original = image[::5, ::5].astype(int)
    assert np.abs(preview - last).mean() < np.abs(preview - original).mean()


def test_a_thin_image_has_previews(dreamer, coffee):
    """Thinner, where it is thinned for the preview, than the deepest layer's stride."""
    image = np.tile(coffee[:40], (1, 3, 1))[:, :1024]
    *_, last, result = dreamer.dream(
        image, DreamSettings(layers={"relu5_1": 1.0}, octaves=2, iterations=1, step=8.0)
    )
    preview = last.preview(64)
    assert preview.shape == (2, 64, 3)
    small = result.image.reshape(2, 20, 64, 16, 3).mean(axis=(1, 3))
    original = image.reshape(2, 20, 64, 16, 3).mean(axis=(1, 3))
    assert np.abs(preview - small).mean() < np.abs(preview - original).mean()
