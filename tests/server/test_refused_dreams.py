"""Dreams that can't be dreamed: refused with the field that is wrong and what it accepts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from bridgeclient import (
    BridgeClient,
    DreamRequest,
    EngineError,
    ImageFrame,
    PreviousFrame,
    RequestError,
)
from dreambridge.arrays import Array, to_frame
from servers import Server

QUICK: dict[str, Any] = {"layers": {"relu3_1": 1.0}, "octaves": 1, "iterations": 1}


@pytest.mark.parametrize(
    ("settings", "field", "accepted"),
    [
        ({"iterations": 0}, "iterations", "1 to 1000"),
        ({"layers": {"relu9_1": 1.0}}, "layers", "relu5_3"),
        ({"objective": "dance"}, "objective", "norm"),
        ({"strength": 3}, "strength", "no setting"),
        ({"device": "cpu"}, "device", "no setting"),  # the server's owner chooses it
    ],
)
def test_bad_settings_are_refused_with_their_field(
    client: BridgeClient, photo: Array, settings: dict[str, Any], field: str, accepted: str
) -> None:
    with pytest.raises(RequestError) as caught:
        list(client.events(client.submit(DreamRequest.still(to_frame(photo), settings))))
    assert (caught.value.code, caught.value.field) == ("request.invalid", field)
    assert not caught.value.retryable
    assert accepted in str(caught.value)


def test_a_mask_of_another_size_is_refused(client: BridgeClient, photo: Array) -> None:
    mask = ImageFrame(5, 5, 1, "uint8", bytes(25))
    with pytest.raises(RequestError, match="5 × 5") as caught:
        list(client.events(client.submit(DreamRequest.still(to_frame(photo), QUICK, mask=mask))))
    assert caught.value.field == "mask"


@pytest.mark.parametrize("given", ["previous_image", "previous_dream"])
def test_half_a_frame_before_is_refused(client: BridgeClient, photo: Array, given: str) -> None:
    frame = to_frame(photo)
    with pytest.raises(RequestError, match="go together") as caught:
        list(client.events(client.submit(DreamRequest({"image": frame, given: frame}, QUICK))))
    assert {caught.value.field, given} == {"previous_image", "previous_dream"}


@pytest.mark.parametrize(
    "changed", [lambda photo: photo[:40], lambda photo: photo.astype(np.uint16)]
)
def test_a_frame_before_of_another_form_is_refused(
    client: BridgeClient, photo: Array, changed: Callable[[Array], Array]
) -> None:
    previous = PreviousFrame(to_frame(photo), to_frame(changed(photo)))
    request = DreamRequest.frame(to_frame(photo), QUICK, previous=previous)
    with pytest.raises(RequestError, match="96 × 72 pixels with 3 channel") as caught:
        list(client.events(client.submit(request)))
    assert caught.value.field == "previous_dream"


def test_pixels_that_are_no_numbers_are_refused_by_the_engine(client: BridgeClient) -> None:
    image = np.full((40, 40, 3), np.nan, np.float32)
    with pytest.raises(RequestError) as caught:
        list(client.events(client.submit(DreamRequest.still(to_frame(image), QUICK))))
    assert caught.value.field == "image"
    assert "nan" in str(caught.value).lower()


def test_a_device_that_is_not_there_is_named(serve: Callable[..., Server], photo: Array) -> None:
    absent = next(
        name for name in ("xpu", "mps", "cuda") if not getattr(torch, name).is_available()
    )
    server = serve("--device", absent)
    with server.connect() as client, pytest.raises(EngineError, match=absent) as caught:
        list(client.events(client.submit(DreamRequest.still(to_frame(photo), QUICK))))
    assert caught.value.code == "engine.device"
