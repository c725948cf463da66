"""What a client is told, as plain data: the server's state and the life of its jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bridgeclient.errors import BridgeError
from bridgeclient.protocol import ImageFrame


@dataclass(frozen=True)
class Welcome:
    """The server's answer to `hello`.

    `worker` is one of `protocol.WORKER_STATES`; `device` and `precision` are None until the engine
    has been warm once. `schema` is the JSON schema of the settings with the layers and presets;
    `limits` holds `request_bytes`, `queued_jobs` and `queued_bytes`.
    """

    version: str
    server: str
    worker: str
    schema: dict[str, Any]
    limits: dict[str, Any]
    device: str | None = None
    precision: str | None = None

    @property
    def warm(self) -> bool:
        """Whether a dream would start at once."""
        return self.worker == "warm"


@dataclass(frozen=True)
class Status:
    """The server's answer to `status`; times in seconds, `log` the path of its log file.

    `workers` are maps with the engine's `id`, `node`, `device`, `precision`, `state`, `job`, and
    `jobs_done`.
    """

    version: str
    server: str
    worker: str
    pid: int
    log: str
    uptime_s: float
    clients: int
    queued: int
    running: int
    device: str | None = None
    precision: str | None = None
    workers: Sequence[dict[str, Any]] = ()


@dataclass(frozen=True)
class Accepted:
    """The job is in the queue; `ahead` jobs come before it."""

    job: str
    ahead: int


@dataclass(frozen=True)
class Started:
    """The engine works on the job."""

    job: str


@dataclass(frozen=True)
class Progress:
    """An ascent step is done; counts start at 1, `fraction` is the share of the whole work done.

    `remaining_s` is an estimate, None while there is nothing to estimate from.
    """

    job: str
    octave: int
    octaves: int
    iteration: int
    iterations: int
    fraction: float
    remaining_s: float | None = None


@dataclass(frozen=True)
class Preview:
    """The dream so far as uint8 pixels with the image's channels, no side longer than asked for."""

    job: str
    fraction: float
    image: ImageFrame


@dataclass(frozen=True)
class Result:
    """The finished dream in the image's size, channels and dtype; `seconds` the engine's time."""

    job: str
    image: ImageFrame
    seconds: float
    octaves: int
    device: str
    precision: str


@dataclass(frozen=True)
class Inspected:
    """The channels that respond most to what was inspected, strongest first.

    `channels` are maps with `layer`, `channel` and `strength`; `image` is their pictures one below
    another, if pictures were asked for.
    """

    job: str
    channels: Sequence[dict[str, Any]]
    image: ImageFrame | None = None

    @property
    def pictures(self) -> list[ImageFrame]:
        """The channels' pictures in their order, RGB; none if none were asked for."""
        if self.image is None or not self.channels:
            return []
        side, pixels = self.image.width, memoryview(self.image.pixels)
        size = side * side * 3
        parts = (pixels[i * size : (i + 1) * size] for i in range(len(self.channels)))
        return [ImageFrame(side, side, 3, "uint8", part) for part in parts]


@dataclass(frozen=True)
class Failed:
    """The job ended without a result; `error` is `Cancelled` where it was cancelled."""

    job: str
    error: BridgeError


JobEvent = Accepted | Started | Progress | Preview | Result | Inspected | Failed
Event = JobEvent | Status | Welcome
