"""What `dreambridge serve` can be told of a Ray cluster."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from dreambridge.workers.cluster.options import LOCAL, ClusterOptions
from dreambridge.workers.options import WorkerOptions

_MAX_PORT = 65535
_MAX_CORES = 4096


def cluster_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The decorator that gives a command `--cluster` and `--cpus-per-worker`."""
    cpus = click.option(
        "--cpus-per-worker",
        type=click.IntRange(0, _MAX_CORES),
        default=0,
        show_default=True,
        help="Cores of an engine without a GPU on a cluster; 0 means all cores of its node.",
    )
    cluster = click.option(
        "--cluster",
        type=_address,
        default="",
        metavar=f"ADDRESS|{LOCAL}",
        help="Dream on a Ray cluster with its head at HOST:PORT, or on one that is started here.",
    )
    return cluster(cpus(command))


def _address(text: str) -> str:
    host, _, port = text.rpartition(":")
    numeric = port.isascii() and port.isdecimal() and int(port) <= _MAX_PORT
    if text in ("", LOCAL) or (host and "/" not in host and numeric):
        return text
    raise click.BadParameter(f"{text!r} is neither {LOCAL} nor an address such as 10.0.0.5:6379.")


def on_cluster(address: str, cpus_per_worker: int, workers: WorkerOptions) -> ClusterOptions:
    """The choices for the engines on a cluster, as far as they were made for local ones.

    Raises:
        click.BadParameter: one of them makes no sense there.
    """
    if workers.count:
        said = "a cluster has an engine per GPU, or per --cpus-per-worker cores."
        raise click.BadParameter(said, param_hint="--workers")
    (device, *others) = workers.devices
    if others or ":" in device:
        said = "on a cluster, name a kind of device once, such as cuda; each engine has its own."
        raise click.BadParameter(said, param_hint="--device")
    return ClusterOptions(
        address, cpus_per_worker, workers.weights, device, workers.precision, workers.idle_s
    )
