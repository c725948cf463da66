"""Questions for what the engines see: taken in, answered out of turn, forgotten with their client.

They need a fraction of a second, so they wait in no queue and can't be cancelled. Knows the wire's
messages and the engines' interface, no sockets.
"""

from __future__ import annotations

from bridgeclient.codec import Message
from bridgeclient.events import Failed, Inspected
from bridgeclient.request import InspectRequest
from dreambridge.server.bounds import beyond, known_job, to_question
from dreambridge.server.options import Options


class Questions:
    """The questions that are not answered yet, each with the client that asked it."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._clients: dict[str, bytes] = {}

    def __contains__(self, job: str) -> bool:
        return job in self._clients

    def take(self, client: bytes, message: Message) -> InspectRequest:
        """Take a question in.

        Raises:
            BridgeError: `request.*` or `busy.queue_full`.
        """
        if message.job in self._clients:
            raise known_job(message.job)
        question = to_question(message, self._options)
        if len(self._clients) >= self._options.queued_jobs:
            said = (
                f"The server has {len(self._clients)} unanswered questions and takes no more now."
            )
            full = "busy.queue_full", "queued_jobs", said, "Try again in a moment"
            raise beyond(*full, job=message.job, retry_after_s=1.0)
        self._clients[question.job] = client
        return question

    def asker(self, answer: Inspected | Failed) -> bytes | None:
        """Who gets the answer, which ends the question; None if there is no such question."""
        return self._clients.pop(answer.job, None)

    def unanswered(self) -> list[str]:
        """All of them."""
        return list(self._clients)

    def forget(self, client: bytes) -> None:
        """Drop the questions of a client that has left, whose answers nobody wants."""
        for job in [job for job, asker in self._clients.items() if asker == client]:
            del self._clients[job]
