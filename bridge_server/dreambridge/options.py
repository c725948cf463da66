"""What can be chosen when the server starts: bounds, times, the engine's device and weights."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True)
class Options:
    """The server's settings with their defaults; sizes in bytes, times in seconds.

    `request_bytes` bounds one submission, `queued_jobs` and `queued_bytes` all unfinished ones,
    `kept_bytes` and `kept_s` the finished ones that can still be asked for. After `worker_idle_s`
    without a job the engine's process goes, after `idle_s` the server. 0 idle means never.
    """

    listen: str = "127.0.0.1"
    port: int = 0
    request_bytes: int = 1024 * MIB
    queued_jobs: int = 16
    queued_bytes: int = 2048 * MIB
    kept_bytes: int = 256 * MIB
    kept_jobs: int = 64
    kept_s: float = 60.0
    idle_s: float = 900.0
    worker_idle_s: float = 300.0
    cancel_grace_s: float = 30.0
    weights: str = "bundled"
    device: str = "auto"
    precision: str = "auto"

    def limits(self) -> dict[str, int]:
        """The bounds that clients are told."""
        return {
            "request_bytes": self.request_bytes,
            "queued_jobs": self.queued_jobs,
            "queued_bytes": self.queued_bytes,
        }
