"""Nodes, engines and Ray's driver that end in the middle: every dream has one end, and only one."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable

import numpy as np
import psutil
import pytest

from bridgeclient import BridgeClient, EngineError, Event, Progress, Result
from cluster.conftest import NODES, Cluster, all_warm, nodes_dreaming
from cluster.requests import ENDLESS, QUICK, dream_of
from dreambridge.arrays import Array, to_array
from dreamcore import Dreamer, DreamSettings
from servers import Server, wait_until

LASTING = {"layers": {"relu3_1": 1.0}, "octaves": 2, "iterations": 500}
"""Longer than it takes until a node's death is noticed."""

A_WHILE = {**LASTING, "iterations": 150}
MANY = 200


def test_a_node_that_dies_while_dreaming(
    client: BridgeClient, photo: Array, dreamer: Dreamer, cluster: Cluster
) -> None:
    """The dream begins anew on another node and comes out as it would have."""
    *_, expected = dreamer.dream(photo, DreamSettings.from_json(LASTING))
    events: list[Event] = []
    killed = ""
    for event in client.events(client.submit(dream_of(photo, LASTING, preview_side=32))):
        events.append(event)
        if not killed and isinstance(event, Progress) and event.fraction > 0.02:
            (killed,) = nodes_dreaming(client)
            cluster.kill(killed)
    fractions = [event.fraction for event in events if isinstance(event, Progress)]
    assert any(later < earlier for earlier, later in itertools.pairwise(fractions))
    assert isinstance(events[-1], Result)
    assert np.array_equal(to_array(events[-1].image), expected.image)


def test_a_node_that_dies_while_idle(client: BridgeClient, photo: Array, cluster: Cluster) -> None:
    """Nobody notices, and its engines are there again once it is."""
    cluster.kill("node-b")
    jobs = [client.submit(dream_of(photo, QUICK)) for _ in range(8)]
    for job in jobs:
        *_, result = client.events(job)
        assert isinstance(result, Result)
    cluster.repair()
    wait_until(lambda: all_warm(client), "the node that came back has its engine")


def test_an_engine_that_dies_is_replaced_where_it_was(
    client: BridgeClient, photo: Array, cluster: Cluster
) -> None:
    job = client.submit(dream_of(photo, A_WHILE))
    events = client.events(job)
    next(event for event in events if isinstance(event, Progress))
    (name,) = nodes_dreaming(client)
    cluster.kill_engines(name)
    *_, result = events
    assert isinstance(result, Result)
    wait_until(lambda: all_warm(client), "the engine is replaced")


def test_a_dream_that_ends_two_engines_fails(
    client: BridgeClient, photo: Array, cluster: Cluster
) -> None:
    job = client.submit(dream_of(photo, ENDLESS))
    killed: list[str] = []

    def kill_whoever_dreams() -> None:
        fraction = 1.0
        for event in client.events(job):
            if isinstance(event, Progress):
                if event.fraction <= fraction:  # it begins, or begins anew
                    killed.extend(nodes_dreaming(client))
                    cluster.kill_engines(killed[-1])
                fraction = event.fraction

    with pytest.raises(EngineError) as caught:
        kill_whoever_dreams()
    assert len(killed) == 2
    assert caught.value.code == "engine.crashed"
    assert caught.value.retryable
    *_, result = client.events(client.submit(dream_of(photo, QUICK)))
    assert isinstance(result, Result)


def test_a_driver_that_dies_costs_the_dreams_that_run(
    server: Server, client: BridgeClient, photo: Array, cluster: Cluster
) -> None:
    """As with a worker: those that run fail, those that wait are dreamed by its successor."""
    running = [client.submit(dream_of(photo, ENDLESS)) for _ in range(sum(NODES.values()))]
    wait_until(lambda: len(nodes_dreaming(client)) == len(running), "every engine dreams")
    waiting = client.submit(dream_of(photo, QUICK))
    (driver,) = psutil.Process(server.process.pid).children()
    driver.kill()
    for job in running:
        with pytest.raises(EngineError) as caught:
            list(client.events(job))
        assert caught.value.code == "engine.crashed"
        assert caught.value.retryable
    *_, result = client.events(waiting)
    assert isinstance(result, Result)


def test_two_hundred_dreams_while_two_nodes_die(
    server: Server, photo: Array, dreamer: Dreamer, cluster: Cluster
) -> None:
    """None is lost, none comes twice, and each is the one that was asked for."""
    dice = random.Random(13)
    doomed = {MANY // 4: "node-b", MANY * 5 // 8: "node-c"}
    seeds = [dice.randrange(2**31) for _ in range(MANY)]
    done: dict[int, Array] = {}
    with server.connect() as client:
        window: list[tuple[int, str]] = []
        for count, seed in enumerate(seeds):
            window.append((seed, client.submit(dream_of(photo, {**QUICK, "seed": seed}))))
            if name := doomed.get(count):
                cluster.kill(name)
            if len(window) == 8:
                _collect(client, window.pop(0), done)
        for entry in window:
            _collect(client, entry, done)
    assert len(done) == MANY
    for seed in seeds[:: MANY // 10]:
        settings = DreamSettings.from_json({**QUICK, "seed": seed})
        *_, expected = dreamer.dream(photo, settings)
        assert np.array_equal(done[seed], expected.image)


def _collect(client: BridgeClient, entry: tuple[int, str], done: dict[int, Array]) -> None:
    seed, job = entry
    results = [event for event in client.events(job) if isinstance(event, Result)]
    assert len(results) == 1
    assert seed not in done
    done[seed] = to_array(results[0].image)


def test_a_dream_waits_for_a_cluster_that_is_full(
    server: Server, photo: Array, cluster: Cluster, serve: Callable[..., Server]
) -> None:
    """A second server finds no room; it gets the first core that is free."""
    second = serve("--cluster", cluster.address, "--cpus-per-worker", "1")
    with second.connect() as client:
        job = client.submit(dream_of(photo, QUICK))
        assert client.status().queued == 1
        cluster.kill_engines("node-b")
        *_, result = client.events(job)
        assert isinstance(result, Result)
