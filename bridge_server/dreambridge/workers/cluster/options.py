"""What can be chosen of a cluster's engines. Knows no Ray."""

from __future__ import annotations

from dataclasses import dataclass

from dreamcore.settings import Execution

LOCAL = "local"
"""Instead of an address: a cluster of this machine alone, which ends with the server."""

_DEFAULT = Execution()


@dataclass(frozen=True)
class ClusterOptions:
    """The choices for engines on a Ray cluster, times in seconds.

    `address` is HOST:PORT of its head, or `LOCAL`. An engine without a GPU has `cpus_per_worker`
    cores, 0 for all of its node's. After `idle_s` without a job the engines go (0: never). One that
    does not stop a cancelled job within `cancel_grace_s` is ended.
    """

    address: str
    cpus_per_worker: int = 0
    weights: str = "bundled"
    device: str = _DEFAULT.device
    precision: str = _DEFAULT.precision
    idle_s: float = 300.0
    cancel_grace_s: float = 30.0
