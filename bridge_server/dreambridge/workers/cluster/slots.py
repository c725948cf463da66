"""Where engines belong on a cluster: which nodes have room for how many, from what Ray lists.

Plain arithmetic; knows nothing of Ray but the keys of its node list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Slot:
    """Room for one engine: `id` is its name in the server's status, `node` Ray's id of the node.

    `gpus` (1 or 0) and `cpus` are what it takes of the node: an engine with a GPU takes no cores
    from others, but has `threads` of its own all the same.
    """

    id: str
    node: str
    node_name: str
    gpus: int
    cpus: int
    threads: int


def find_slots(
    nodes: Sequence[Mapping[str, Any]], device: str, cpus_per_worker: int
) -> dict[str, Slot]:
    """The slots of all living nodes, by id.

    One per GPU. Cores are used where no living node has a GPU, or where the device "cpu" or a
    number of cores per worker (0: all cores of a node) asks for them.
    """
    alive = [node for node in nodes if node["Alive"]]
    any_gpu = any(_whole(node, "GPU") for node in alive)
    use_gpus = device != "cpu"
    use_cores = device == "cpu" or (device == "auto" and bool(cpus_per_worker or not any_gpu))
    slots: dict[str, Slot] = {}
    for node in alive:
        gpus = _whole(node, "GPU") if use_gpus else 0
        cores = _whole(node, "CPU") if use_cores and not gpus else 0
        share = min(cpus_per_worker or cores, cores)
        sizes = [(1, 0, max(1, _whole(node, "CPU") // gpus))] * gpus if gpus else []
        sizes = sizes or [(0, share, share)] * (cores // share if share else 0)
        for index, size in enumerate(sizes):
            id = f"{node['NodeID'][:8]}-{index}"
            slots[id] = Slot(id, node["NodeID"], _name(node), *size)
    return slots


def _whole(node: Mapping[str, Any], resource: str) -> int:
    return int(node["Resources"].get(resource, 0))


def _name(node: Mapping[str, Any]) -> str:
    """The name it was given, else its host's: Ray names a node by its address if nobody does."""
    given = str(node.get("NodeName") or "")
    return given if given != node["NodeManagerAddress"] and given else node["NodeManagerHostname"]
