"""Which nodes get how many engines."""

from __future__ import annotations

from typing import Any

from dreambridge.workers.cluster.slots import find_slots


def node(id: str, alive: bool = True, **resources: float) -> dict[str, Any]:
    return {
        "NodeID": id * 56,
        "Alive": alive,
        "NodeName": f"node-{id}",
        "NodeManagerAddress": "10.0.0.5",
        "NodeManagerHostname": "host",
        "Resources": resources,
    }


def found(
    nodes: list[dict[str, Any]], device: str = "auto", cpus: int = 0
) -> list[tuple[str, int, int, int]]:
    slots = find_slots(nodes, device, cpus).values()
    return [(slot.node_name, slot.gpus, slot.cpus, slot.threads) for slot in slots]


def test_one_engine_per_gpu_and_none_beside_them() -> None:
    nodes = [node("a", CPU=8.0, GPU=2.0), node("b", CPU=16.0)]
    assert found(nodes) == [("node-a", 1, 0, 4), ("node-a", 1, 0, 4)]


def test_cores_where_there_is_no_gpu() -> None:
    nodes = [node("a", CPU=8.0), node("b", CPU=3.0)]
    assert found(nodes) == [("node-a", 0, 8, 8), ("node-b", 0, 3, 3)]


def test_cores_in_shares() -> None:
    nodes = [node("a", CPU=5.0), node("b", CPU=1.0)]
    assert found(nodes, cpus=2) == [("node-a", 0, 2, 2)] * 2 + [("node-b", 0, 1, 1)]


def test_cores_beside_gpus_only_if_asked_for() -> None:
    nodes = [node("a", CPU=8.0, GPU=1.0), node("b", CPU=4.0)]
    assert found(nodes, cpus=4) == [("node-a", 1, 0, 8), ("node-b", 0, 4, 4)]
    assert found(nodes, device="cpu") == [("node-a", 0, 8, 8), ("node-b", 0, 4, 4)]
    assert found(nodes, device="cuda", cpus=4) == [("node-a", 1, 0, 8)]


def test_nodes_that_died_or_offer_nothing() -> None:
    assert found([node("a", alive=False, CPU=8.0), node("b", CPU=0.0), node("c")]) == []


def test_ids_are_distinct_and_a_node_without_a_name_has_its_hosts() -> None:
    unnamed = {**node("a", GPU=2.0), "NodeName": "10.0.0.5"}
    slots = find_slots([unnamed, node("b", GPU=1.0)], "auto", 0)
    assert len(slots) == 3
    assert [slot.node_name for slot in slots.values()] == ["host", "host", "node-b"]
