"""Turns in the queue."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dreambridge.server.jobs import FairQueue, Job


def job(name: str) -> Job:
    """`a1` is client a's first job."""
    return Job(name, name[0].encode(), None, 5)


def queue_of(*names: str) -> tuple[FairQueue, dict[str, Job]]:
    queue, jobs = FairQueue(), {name: job(name) for name in names}
    for item in jobs.values():
        queue.push(item)
    return queue, jobs


def drained(queue: FairQueue) -> list[str]:
    names = []
    while (item := queue.pop()) is not None:
        names.append(item.id)
    return names


def test_clients_take_turns_and_keep_their_own_order() -> None:
    queue, _ = queue_of("a1", "a2", "a3", "b1", "c1", "b2")
    assert drained(queue) == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_a_client_that_had_its_turn_comes_after_those_who_wait() -> None:
    queue, _ = queue_of("a1", "a2", "b1")
    assert queue.pop().id == "a1"  # type: ignore[union-attr]
    assert queue.push(job("c1")) == 2
    assert drained(queue) == ["b1", "a2", "c1"]


def test_push_tells_how_many_run_before() -> None:
    queue = FairQueue()
    assert [queue.push(job(name)) for name in ("a1", "a2", "b1", "a3")] == [0, 1, 1, 3]


def test_a_removed_job_never_runs() -> None:
    queue, jobs = queue_of("a1", "b1", "a2")
    queue.remove(jobs["b1"])
    queue.remove(jobs["a1"])
    assert len(queue) == 1
    assert drained(queue) == ["a2"]
    assert queue.pop() is None


@given(st.lists(st.sampled_from("abcd"), max_size=20))
def test_iteration_foretells_the_order_and_nobody_is_overtaken_twice(clients: list[str]) -> None:
    queue, _ = queue_of(*(f"{client}{number}" for number, client in enumerate(clients)))
    foretold = [item.id for item in queue]
    order = drained(queue)
    assert order == foretold
    for client in set(clients):
        turns = [place for place, name in enumerate(order) if name[0] == client]
        for before, after in pairwise(turns):
            between = [name[0] for name in order[before + 1 : after]]
            assert len(between) == len(set(between))
