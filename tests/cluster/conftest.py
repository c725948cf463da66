"""A real Ray cluster on this machine: a head and three nodes that the tests share and repair."""

from __future__ import annotations

import importlib.util
import platform
import sys
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest

from bridgeclient import BridgeClient
from servers import Server, wait_until

MIB = 1 << 20
NODES = {"node-a": 2, "node-b": 1, "node-c": 1}
"""Cores of each; an engine has one."""

ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # the loopback address instead of the network's
    "RAY_health_check_period_ms": "500",  # a dead node is noticed after two seconds, as
    "RAY_health_check_failure_threshold": "4",  # docs/cluster.md says, instead of fifteen
}
COMMON = {"object_store_memory": 100 * MIB, "include_dashboard": False}


class Cluster:
    """Nodes by name, each with the processes of its engines."""

    def __init__(self) -> None:
        from ray.cluster_utils import Cluster as RayCluster

        self._ray = RayCluster(initialize_head=True, head_node_args={"num_cpus": 0, **COMMON})
        self._nodes: dict[str, Any] = {}
        self.repair()

    @property
    def address(self) -> str:
        return str(self._ray.address)

    def repair(self) -> None:
        """Put nodes in the place of those that were killed."""
        for name, cpus in NODES.items():
            if name not in self._nodes:
                self._nodes[name] = self._ray.add_node(
                    wait=False, num_cpus=cpus, node_name=name, **COMMON
                )
        self._ray.wait_for_nodes()

    def kill(self, name: str) -> None:
        """What a power cut does, as far as Ray can see."""
        node = self._nodes.pop(name)
        self._raylet(node).kill()
        self._ray.remove_node(node, allow_graceful=False)

    def kill_engines(self, name: str) -> None:
        """End the processes of a node's engines, and only them."""
        for child in self._raylet(self._nodes[name]).children():
            if is_engine(child):
                child.kill()

    def close(self) -> None:
        self._ray.shutdown()

    @staticmethod
    def _raylet(node: Any) -> psutil.Process:
        return psutil.Process(node.all_processes["raylet"][0].process.pid)


def is_engine(process: psutil.Process) -> bool:
    """Whether this is the process of one of Ray's engines."""
    try:
        return " ".join(process.cmdline()).startswith("ray::EngineActor")
    except psutil.Error:
        return False


def nodes_dreaming(client: BridgeClient) -> list[str]:
    """The nodes of the engines that have a job."""
    return [worker["node"] for worker in client.status().workers if worker["job"]]


def all_warm(client: BridgeClient) -> bool:
    """Whether every core of the cluster has an engine that is warm and free."""
    workers = client.status().workers
    ready = [each["node"] for each in workers if each["state"] == "warm" and not each["job"]]
    return sorted(ready) == sorted(name for name, cpus in NODES.items() for _ in range(cpus))


@pytest.fixture(scope="session")
def ray_environment() -> Iterator[None]:
    """Ray as the tests want it; they are skipped where there is none."""
    if importlib.util.find_spec("ray") is None:
        pytest.skip(f"Ray has no wheel for Python {platform.python_version()} on {sys.platform}")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="session")
def shared_cluster(ray_environment: None) -> Iterator[Cluster]:
    cluster = Cluster()
    yield cluster
    cluster.close()


@pytest.fixture
def cluster(shared_cluster: Cluster) -> Iterator[Cluster]:
    """The cluster, whole again after the test."""
    yield shared_cluster
    shared_cluster.repair()


@pytest.fixture(scope="session")
def shared_server(shared_cluster: Cluster, serve: Callable[..., Server]) -> Server:
    return serve("--cluster", shared_cluster.address, "--cpus-per-worker", "1")


@pytest.fixture
def server(cluster: Cluster, shared_server: Server) -> Server:
    """A server with a warm engine for every core of the cluster."""
    with shared_server.connect("setup") as client:
        wait_until(lambda: all_warm(client), "every core has an engine")
    return shared_server


@pytest.fixture
def client(server: Server) -> Iterator[BridgeClient]:
    with server.connect() as client:
        yield client
