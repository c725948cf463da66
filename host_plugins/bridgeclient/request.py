"""What is asked of the engine: a dream, or what it sees, with pixels and id.

The same for the command line, the editors and the server. Knows no wire and no editor.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bridgeclient.protocol import PREVIOUS_ROLES, ROLES, ImageFrame


def new_job_id() -> str:
    """An id that no other job has."""
    return uuid.uuid4().hex


@dataclass(frozen=True)
class PreviousFrame:
    """The frame before, as it was and as it was dreamed; both of this frame's size and type."""

    image: ImageFrame
    dream: ImageFrame


@dataclass(frozen=True)
class DreamRequest:
    """One dream.

    `images` by role: `image` is what to dream of; `mask`, of one channel and the image's size, says
    where it may change; `guide` shows what to grow, with the objective "guide"; `previous_image`
    and `previous_dream` are the frame before. `settings` are `DreamSettings` in JSON; missing ones
    take their defaults. `preview_side` is the longest side of previews in pixels; 0 means none.
    `sketch` says that a first look is enough: the server may compute less exactly, if its owner
    left that to it.

    Raises:
        ValueError: there is no image, or a role that nobody knows.
    """

    images: Mapping[str, ImageFrame]
    settings: Mapping[str, Any]
    preview_side: int = 0
    sketch: bool = False
    job: str = field(default_factory=new_job_id)

    def __post_init__(self) -> None:
        unknown = self.images.keys() - set(ROLES)
        if unknown or "image" not in self.images:
            raise ValueError(f"a dream's images are {', '.join(ROLES)}, the first in any case")

    @classmethod
    def still(
        cls,
        image: ImageFrame,
        settings: Mapping[str, Any],
        *,
        mask: ImageFrame | None = None,
        guide: ImageFrame | None = None,
        preview_side: int = 0,
        sketch: bool = False,
    ) -> DreamRequest:
        """The dream of a single picture."""
        return cls(_images(image=image, mask=mask, guide=guide), settings, preview_side, sketch)

    @classmethod
    def frame(
        cls,
        image: ImageFrame,
        settings: Mapping[str, Any],
        *,
        previous: PreviousFrame | None,
        mask: ImageFrame | None = None,
        guide: ImageFrame | None = None,
        preview_side: int = 0,
    ) -> DreamRequest:
        """The dream of a frame of a film; the first of a shot has none before it."""
        images = _images(image=image, mask=mask, guide=guide)
        if previous is not None:
            images |= {"previous_image": previous.image, "previous_dream": previous.dream}
        return cls(images, settings, preview_side)

    @property
    def image(self) -> ImageFrame:
        """What to dream of."""
        return self.images["image"]

    @property
    def mask(self) -> ImageFrame | None:
        """Where it may change; None means everywhere."""
        return self.images.get("mask")

    @property
    def guide(self) -> ImageFrame | None:
        """What to grow, if anything is shown."""
        return self.images.get("guide")

    @property
    def previous(self) -> PreviousFrame | None:
        """The frame before, whose dream is carried along; None for a still and a shot's first."""
        image, dream = map(self.images.get, PREVIOUS_ROLES)
        return None if image is None or dream is None else PreviousFrame(image, dream)

    @property
    def nbytes(self) -> int:
        """Bytes that all the pixels take."""
        return sum(frame.nbytes for frame in self.images.values())


def _images(**given: ImageFrame | None) -> dict[str, ImageFrame]:
    return {role: frame for role, frame in given.items() if frame is not None}


@dataclass(frozen=True)
class InspectRequest:
    """A question: which channels respond most to an image, or to its masked part.

    `images` has the role `image` and perhaps `mask`, as for a dream. `layer` is the name of a ReLU,
    "" for all from relu3_1 on. `count` is how many channels at most. `picture_side` is the side in
    pixels of the channels' pictures that come with the answer; 0 means none.
    """

    images: Mapping[str, ImageFrame]
    layer: str = ""
    count: int = 12
    picture_side: int = 0
    job: str = field(default_factory=new_job_id)

    @property
    def image(self) -> ImageFrame:
        """What to look at."""
        return self.images["image"]

    @property
    def mask(self) -> ImageFrame | None:
        """Which part; None means all of it."""
        return self.images.get("mask")

    @property
    def nbytes(self) -> int:
        """Bytes that all the pixels take."""
        return sum(frame.nbytes for frame in self.images.values())
