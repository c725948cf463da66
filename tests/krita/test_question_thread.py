"""What the network sees is asked beside dreams; the newest question counts, and errors are said."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bridgeclient import DreamRequest, Inspected, InspectRequest
from dreambridge.arrays import Array, to_frame
from dreamkrita.bridge.question_thread import Answer, Question, QuestionThread
from dreamkrita.errors import NotInstalled, UserError
from servers import PATIENCE_S, Server

LONG = {"layers": {"relu3_1": 1.0}, "octaves": 1, "iterations": 1000}


class Asking:
    """A thread and what it answers."""

    def __init__(self, bridge_json: Path) -> None:
        self._woken = threading.Event()
        self.thread = QuestionThread(bridge_json, self._woken.set)

    def ask(self, number: int, pack: Callable[[], InspectRequest]) -> None:
        self.thread.ask(Question(number, pack))

    def answer(self) -> Answer:
        while True:
            assert self._woken.wait(PATIENCE_S)
            self._woken.clear()
            if answers := self.thread.answers():
                (answer,) = answers
                return answer


@pytest.fixture
def asking(server: Server, tmp_path: Path) -> Iterator[Asking]:
    server.installation.write(tmp_path / "bridge.json")
    asking = Asking(tmp_path / "bridge.json")
    yield asking
    asking.thread.close()


def test_it_is_answered_while_a_dream_runs(asking: Asking, server: Server, photo: Array) -> None:
    with server.connect() as client:
        job = client.submit(DreamRequest.still(to_frame(photo), LONG))
        request = InspectRequest({"image": to_frame(photo)}, picture_side=32)
        asking.ask(1, lambda: request)
        found = asking.answer().found
        client.cancel(job)
    assert isinstance(found, Inspected)
    assert len(found.channels) == len(found.pictures) == 12


def test_only_the_newest_is_answered(asking: Asking, photo: Array) -> None:
    begun, goes_on = threading.Event(), threading.Event()

    def slow() -> InspectRequest:
        begun.set()
        assert goes_on.wait(PATIENCE_S)
        return InspectRequest({"image": to_frame(photo)})

    asking.ask(1, slow)
    assert begun.wait(PATIENCE_S)
    for number in (2, 3):
        asking.ask(number, lambda: InspectRequest({"image": to_frame(photo)}, "relu4_3", 3))
    goes_on.set()
    answer = asking.answer()
    assert answer.number == 3
    assert isinstance(answer.found, Inspected)
    assert {one["layer"] for one in answer.found.channels} == {"relu4_3"}


def test_what_can_not_be_asked_is_said_and_the_next_is_answered(
    asking: Asking, photo: Array
) -> None:
    def refused() -> InspectRequest:
        raise UserError("There is nothing here.")

    asking.ask(1, refused)
    assert str(asking.answer().found) == "There is nothing here."
    asking.ask(2, lambda: InspectRequest({"image": to_frame(photo)}, "pool1"))
    assert "layer" in str(asking.answer().found)
    asking.ask(3, lambda: InspectRequest({"image": to_frame(photo)}))
    assert isinstance(asking.answer().found, Inspected)


def test_without_an_installation_it_says_what_to_do(tmp_path: Path, photo: Array) -> None:
    asking = Asking(tmp_path / "bridge.json")
    asking.ask(1, lambda: InspectRequest({"image": to_frame(photo)}))
    assert isinstance(asking.answer().found, NotInstalled)
    asking.thread.close()
