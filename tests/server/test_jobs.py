"""Turns in the queue, and what is kept of finished jobs."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dreambridge.server.jobs import FairQueue, Job, ResultCache


def job(name: str) -> Job:
    """`a1` is client a's first job."""
    return Job(name, name[0].encode(), [b"frame"], 5)


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


def test_the_cache_is_bounded_by_number() -> None:
    cache = ResultCache(max_jobs=2, max_bytes=100, max_age_s=60)
    for name in ("a", "b", "c"):
        cache.keep(name, [b"12345"], now=0)
    assert [cache.get(name) for name in ("a", "b", "c")] == [None, [b"12345"], [b"12345"]]


def test_the_cache_is_bounded_by_bytes() -> None:
    cache = ResultCache(max_jobs=9, max_bytes=10, max_age_s=60)
    cache.keep("a", [b"1234", b"12"], now=0)
    cache.keep("b", [b"12345"], now=0)
    assert (cache.get("a"), cache.get("b")) == (None, [b"12345"])
    cache.keep("large", [bytes(11)], now=0)
    assert (cache.get("large"), cache.get("b")) == (None, [b"12345"])


def test_the_cache_is_bounded_by_age() -> None:
    cache = ResultCache(max_jobs=9, max_bytes=100, max_age_s=60)
    cache.keep("a", [b"1"], now=0)
    cache.keep("b", [b"1"], now=50)
    cache.expire(now=61)
    assert (cache.get("a"), cache.get("b")) == (None, [b"1"])
