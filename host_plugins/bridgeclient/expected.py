"""What a client may expect of the job that it submitted, so that a wrong answer goes no further.

An editor makes layers of what arrives here; a result of another size or type must not reach it.
"""

from __future__ import annotations

from dataclasses import dataclass

from bridgeclient.errors import ProtocolError
from bridgeclient.events import Event, Inspected, Preview, Progress, Result
from bridgeclient.protocol import KINDS, ImageFrame
from bridgeclient.request import DreamRequest, InspectRequest

CANCEL_S = 60.0
"""How long a server may take to end a cancelled job; it gives its engine half of that."""


@dataclass
class Expected:
    """An unfinished job: the image that was sent, the longest side of previews (0 for none), and
    since when it shall stop, in monotonic seconds.
    """

    width: int
    height: int
    channels: int
    dtype: str
    preview_side: int
    cancelled_at: float | None = None

    @classmethod
    def of(cls, request: DreamRequest) -> Expected:
        """What this request makes one expect."""
        return cls(*_form(request.image), request.preview_side)

    def check(self, event: Event) -> None:
        """Let a result through if it is like the image, a preview if it is small enough.

        Raises:
            ProtocolError: `protocol.malformed`.
        """
        match event:
            case Result(image=image):
                right = _form(image) == (self.width, self.height, self.channels, self.dtype)
            case Preview(image=image, fraction=fraction):
                small = max(image.width, image.height) <= self.preview_side
                alike = (image.channels, image.dtype) == (self.channels, "uint8")
                right = small and alike and 0 <= fraction <= 1
            case Progress(fraction=fraction):
                right = 0 <= fraction <= 1
            case _:
                right = not isinstance(event, Inspected)
        _require(right, event)


@dataclass
class ExpectedResponses:
    """An unanswered question for channels: how many at most, with pictures of which side."""

    count: int
    picture_side: int
    cancelled_at: float | None = None

    @classmethod
    def of(cls, request: InspectRequest) -> ExpectedResponses:
        """What this request makes one expect."""
        return cls(request.count, request.picture_side)

    def check(self, event: Event) -> None:
        """Let an answer through if its channels and pictures are what was asked for.

        Raises:
            ProtocolError: `protocol.malformed`.
        """
        if not isinstance(event, Inspected):
            _require(not isinstance(event, Preview | Progress | Result), event)
            return
        _require(len(event.channels) <= self.count, event)
        _require(all(map(_is_response, event.channels)), event)
        shown = self.picture_side > 0 and len(event.channels) > 0
        form = (self.picture_side, self.picture_side * len(event.channels), 3, "uint8")
        _require((event.image and _form(event.image)) == (form if shown else None), event)


def _is_response(found: object) -> bool:
    """Whether it is a map that names a channel and its strength."""
    kinds = {"layer": "text", "channel": "count", "strength": "number"}
    return isinstance(found, dict) and all(KINDS[kinds[k]](found.get(k)) for k in kinds)


def _require(right: bool, event: Event) -> None:
    if not right:
        raise ProtocolError(
            "protocol.malformed",
            f"The server's {type(event).__name__.lower()} does not fit what was sent to it.",
            "Run `dreambridge stop` and dream again.",
        )


def _form(image: ImageFrame) -> tuple[int, int, int, str]:
    return image.width, image.height, image.channels, image.dtype
