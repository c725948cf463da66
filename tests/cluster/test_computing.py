"""An actor's engine in its one thread, without Ray: who computes, and what is let in between."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bridgeclient import Cancelled, Failed, Inspected, InspectRequest, Progress, Result
from cluster.requests import ENDLESS, QUICK, dream_of
from dreambridge.arrays import Array, to_frame
from dreambridge.workers.cluster.computing import EngineThread
from dreambridge.workers.messages import Cancel
from dreamcore import Execution
from dreamcore.vgg import Network


@pytest.fixture
def computing(monkeypatch: pytest.MonkeyPatch) -> set[threading.Thread]:
    """The threads in which the network was used."""
    threads = set()

    def noted(function: Callable[..., Any]) -> Callable[..., Any]:
        def note(*args: Any, **kwargs: Any) -> Any:
            threads.add(threading.current_thread())
            return function(*args, **kwargs)

        return note

    for name in ("forward", "backward"):
        monkeypatch.setattr(Network, name, noted(getattr(Network, name)))
    return threads


def test_loading_dreams_and_questions_share_one_thread(
    computing: set[threading.Thread], photo: Array
) -> None:
    """Each thread that computes has as many more under it as there are cores."""
    engine = EngineThread("bundled", Execution())
    question = InspectRequest({"image": to_frame(photo)}, count=2)
    with ThreadPoolExecutor() as callers:
        assert callers.submit(engine.warm_up).result()[0]
        assert callers.submit(engine.inspect, question).result().job == question.job
        for _ in range(2):
            last = callers.submit(lambda: list(engine.dream(dream_of(photo, QUICK)))[-1]).result()
            assert isinstance(last, Result)
        request = dream_of(photo, ENDLESS)
        events = engine.dream(request)
        next(event for event in events if isinstance(event, Progress))
        answer = callers.submit(engine.inspect, question).result()
        assert isinstance(answer, Inspected)
        engine.command(Cancel(request.job))
        *_, last = events
    assert isinstance(last, Failed)
    assert isinstance(last.error, Cancelled)
    assert len(computing) == 1


def test_a_dream_that_nobody_listens_to_any_more_ends(photo: Array) -> None:
    """As where Ray can't store what it says."""
    engine = EngineThread("bundled", Execution())
    engine.warm_up()
    events = engine.dream(dream_of(photo, ENDLESS))
    next(event for event in events if isinstance(event, Progress))
    events.close()
    *_, last = engine.dream(dream_of(photo, QUICK))
    assert isinstance(last, Result)
