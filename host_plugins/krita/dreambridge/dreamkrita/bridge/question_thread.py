"""The thread that asks what the network sees, beside the one that fetches dreams.

The server answers between two steps of a dream, so a question needs a connection of its own. Only
the newest counts: what was asked before is dropped as soon as something else is. Knows neither Qt
nor Krita.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bridgeclient import BridgeError, Cancelled, Failed, Inspected, InspectRequest, connect
from dreamkrita.bridge import installed
from dreamkrita.bridge.bridge_thread import NAME
from dreamkrita.errors import UserError, unexpected

_POLL_S = 0.1
_CLOSE_S = 2.0


@dataclass(frozen=True)
class Question:
    """What to ask; `pack` makes the request in the thread, and may raise `UserError`."""

    number: int
    pack: Callable[[], InspectRequest]


@dataclass(frozen=True)
class Answer:
    """What came of the question with this number."""

    number: int
    found: Inspected | BridgeError | UserError


class QuestionThread:
    """Made and called by the GUI's thread; `wake` is called from this one after each answer."""

    def __init__(self, bridge_json: Path, wake: Callable[[], None]) -> None:
        self._bridge_json, self._wake = bridge_json, wake
        self._questions: queue.SimpleQueue[Question | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def ask(self, question: Question) -> None:
        """Ask this, and nothing any more that was asked before."""
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._run, name="dreambridge questions", daemon=True
            )
            self._thread.start()
        self._questions.put(question)

    def answers(self) -> list[Answer]:
        """What has arrived since the last call."""
        arrived = []
        with suppress(queue.Empty):
            while True:
                arrived.append(self._answers.get_nowait())
        return arrived

    def close(self) -> None:
        """Ask nothing more; at Krita's end."""
        self._stopping.set()
        if self._thread is not None:
            self._questions.put(None)
            self._thread.join(_CLOSE_S)

    def _run(self) -> None:
        while not self._stopping.is_set():
            question = self._questions.get()
            if question is None or not self._questions.empty():
                continue
            with suppress(Cancelled):
                self._answers.put(Answer(question.number, self._found(question)))
                self._wake()

    def _found(self, question: Question) -> Inspected | BridgeError | UserError:
        """The answer, or why there is none.

        Raises:
            Cancelled: nobody waits for it any more.
        """
        try:
            return self._inspected(question.pack())
        except Cancelled:
            raise
        except (BridgeError, UserError) as error:
            return error
        except Exception as error:
            return unexpected(error)

    def _inspected(self, request: InspectRequest) -> Inspected:
        with connect(
            installed.installation(self._bridge_json), name=NAME, cancelled=self._unwanted
        ) as client:
            client.inspect(request)
            while not self._unwanted():
                match client.receive(_POLL_S):
                    case Inspected() as found:
                        return found
                    case Failed(error=error):
                        raise error
        raise Cancelled("")

    def _unwanted(self) -> bool:
        return self._stopping.is_set() or not self._questions.empty()
