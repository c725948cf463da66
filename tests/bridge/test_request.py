"""A dream is asked for in one way, and what can't be one is refused where it is made."""

from __future__ import annotations

import pytest

from bridgeclient import DreamRequest, ImageFrame, PreviousFrame

IMAGE = ImageFrame(4, 2, 3, "uint8", bytes(24))
MASK = ImageFrame(4, 2, 1, "uint8", bytes(8))


def test_a_still_has_only_the_images_that_were_given() -> None:
    request = DreamRequest.still(IMAGE, {"octaves": 1}, mask=MASK, preview_side=64)
    assert request.images == {"image": IMAGE, "mask": MASK}
    assert (request.image, request.mask, request.guide) == (IMAGE, MASK, None)
    assert request.nbytes == 32


def test_a_frame_takes_the_one_before_and_its_dream_along() -> None:
    before = PreviousFrame(IMAGE, ImageFrame(4, 2, 3, "uint8", bytes(range(24))))
    request = DreamRequest.frame(IMAGE, {}, previous=before, mask=MASK)
    assert request.images.keys() == {"image", "mask", "previous_image", "previous_dream"}
    assert (request.previous, request.mask, request.nbytes) == (before, MASK, 80)
    assert DreamRequest.frame(IMAGE, {}, previous=None).previous is None


def test_every_request_is_a_job_of_its_own() -> None:
    assert DreamRequest.still(IMAGE, {}).job != DreamRequest.still(IMAGE, {}).job


@pytest.mark.parametrize("images", [{}, {"mask": MASK}, {"image": IMAGE, "frame": IMAGE}])
def test_a_request_without_an_image_or_with_an_unknown_role_is_refused(
    images: dict[str, ImageFrame],
) -> None:
    with pytest.raises(ValueError, match="a dream's images are image, mask, guide"):
        DreamRequest(images, {})
