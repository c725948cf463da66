"""What can be chosen when the server starts: bounds, times, the engine's device and weights."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True)
class Options:
    """The server's settings with their defaults; sizes in bytes, times in seconds.

    `request_bytes`, `canvas_pixels` and `preview_side` bound one submission, `queued_jobs` and
    `queued_bytes` all unfinished ones, `clients` the programs that are connected, `kept_bytes` and
    `kept_s` the finished jobs that can still be asked for. After `worker_idle_s` without a job the
    engine's process goes, after `idle_s` the server. 0 idle means never.
    """

    listen: str = "127.0.0.1"
    port: int = 0
    request_bytes: int = 1024 * MIB
    canvas_pixels: int = 200_000_000
    preview_side: int = 4096
    queued_jobs: int = 16
    queued_bytes: int = 2048 * MIB
    clients: int = 32
    kept_bytes: int = 256 * MIB
    kept_jobs: int = 32
    kept_s: float = 60.0
    idle_s: float = 900.0
    worker_idle_s: float = 300.0
    cancel_grace_s: float = 30.0
    weights: str = "bundled"
    device: str = "auto"
    precision: str = "auto"
