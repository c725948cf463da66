"""What can be chosen when the server starts: where it listens, its bounds, when it goes.

What concerns the engines is in `workers.options`.
"""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True)
class Options:
    """The server's settings with their defaults; sizes in bytes, times in seconds.

    `request_bytes`, `canvas_pixels` and `preview_side` bound one submission, `queued_jobs` and
    `queued_bytes` all unfinished ones, `clients` the programs that are connected. After `idle_s`
    without a job the server goes; 0 means never.
    """

    listen: str = "127.0.0.1"
    port: int = 0
    request_bytes: int = 1024 * MIB
    canvas_pixels: int = 200_000_000
    preview_side: int = 4096
    queued_jobs: int = 16
    queued_bytes: int = 2048 * MIB
    clients: int = 32
    idle_s: float = 900.0


BOUNDS = {
    "request_bytes": "--max-request-mib",
    "canvas_pixels": "--max-megapixels",
    "preview_side": "--max-preview-side",
    "queued_jobs": "--max-queue",
    "queued_bytes": "--max-queue-mib",
    "clients": "--max-clients",
}
"""Each bound of `Options`, as `limits` in `welcome` names it, with the option of `serve`."""
