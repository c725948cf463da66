"""A canvas so large that work on the whole of it is done in parts."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from dreamcore import DreamSettings, Progress, Result


def test_a_large_canvas_can_be_left_between_tiles_and_before_and_after_them(dreamer, coffee):
    canvas = np.tile(coffee, (6, 4, 1))
    settings = DreamSettings(layers={"relu1_1": 1.0}, octaves=1, iterations=1, step=8.0)
    *steps, result = dreamer.dream(canvas, settings)
    fractions = [step.fraction for step in steps]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0
    assert fractions.count(1) > 5
    assert sum(0 < fraction < 1 for fraction in fractions) > 10
    assert isinstance(result, Result)


def test_a_preview_of_a_large_canvas_shows_the_same_as_the_result(dreamer, coffee):
    """It is made from a part of the pixels."""
    canvas = np.tile(coffee, (6, 4, 1))
    mask = np.zeros(canvas.shape[:2], np.uint8)
    mask[600:, 300:] = 255
    settings = DreamSettings(
        layers={"relu1_1": 1.0}, octaves=1, iterations=1, step=20.0, saturation=0.0
    )
    for event in dreamer.dream(canvas, settings, mask=mask):
        if isinstance(event, Progress) and event.fraction == 1:
            preview = event.preview(300)
    *_, result = dreamer.dream(canvas, settings, mask=mask)

    def shrunk(image):
        planes = torch.from_numpy(image).permute(2, 0, 1)[None].float()
        size = preview.shape[:2]
        small = F.interpolate(planes, size=size, mode="bicubic", antialias=True)[0]
        return small.permute(1, 2, 0).numpy()

    change = shrunk(result.image) - shrunk(canvas)
    assert np.abs(change).mean() > 1
    assert np.abs(preview - shrunk(result.image)).mean() < 3
