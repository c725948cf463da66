"""Where jobs are taken in, handed to the engines, and answered: the server's rules.

Every job that is taken in gets exactly one terminal message. Knows the wire's messages and the
engines' interface; sockets are the server's business.
"""

from __future__ import annotations

import dataclasses
import logging
import time

from bridgeclient.codec import Message, encode
from bridgeclient.errors import BridgeError, Cancelled
from bridgeclient.events import (
    Accepted,
    Failed,
    Inspected,
    JobEvent,
    Preview,
    Progress,
    Result,
    Started,
)
from bridgeclient.protocol import SILENCE_S, Fields, ImageFrame
from bridgeclient.request import DreamRequest
from dreambridge.server.bounds import beyond, known_job, to_request
from dreambridge.server.jobs import FairQueue, Job, JobState
from dreambridge.server.options import Options
from dreambridge.server.outbox import ClientGone, Outbox
from dreambridge.server.questions import Questions
from dreambridge.workers.interface import EnginePool

_log = logging.getLogger(__name__)


class JobManager:
    """The jobs of all clients, from `submit` to their terminal message."""

    def __init__(self, pool: EnginePool, outbox: Outbox, options: Options) -> None:
        self._pool, self._outbox, self._options = pool, outbox, options
        self._jobs: dict[str, Job] = {}
        self._queue = FairQueue()
        self._questions = Questions(options)
        self._job_s = 2.0  # how long the last job took, to say when to try again
        self.used_at = time.monotonic()

    @property
    def queued(self) -> int:
        """Jobs that wait."""
        return len(self._queue)

    @property
    def running(self) -> int:
        """Jobs that the engines have."""
        return len(self._jobs) - len(self._queue)

    def knows(self, job: str) -> bool:
        """Whether the job or question is unfinished."""
        return job in self._jobs or job in self._questions

    def submit(self, client: bytes, message: Message) -> None:
        """Take a job in.

        Raises:
            BridgeError: `request.*` or `busy.queue_full`; the job was not taken in.
        """
        self.used_at = time.monotonic()
        if self.knows(message.job):
            raise known_job(message.job)
        request = to_request(message, self._options)
        self._check_room(client, request)
        job = Job(request.job, client, request, request.nbytes)
        self._jobs[job.id] = job
        _log.info("job %s taken in, %.1f MiB", job.id, job.nbytes / 2**20)
        ahead = self._queue.push(job) + self.running
        self._tell(client, Accepted(job.id, ahead))
        self.dispatch()

    def inspect(self, client: bytes, message: Message) -> None:
        """Take a question in, which an engine answers at once, jobs or not.

        Raises:
            BridgeError: `request.*` or `busy.queue_full`.
        """
        self.used_at = time.monotonic()
        if message.job in self._jobs:
            raise known_job(message.job)
        self._pool.inspect(self._questions.take(client, message))

    def _check_room(self, client: bytes, request: DreamRequest) -> None:
        """A client without a job finds room even if others have filled the queue."""
        total = sum(job.nbytes for job in self._jobs.values())
        idle = all(job.client != client for job in self._jobs.values())
        if len(self._jobs) >= self._options.queued_jobs and not idle:
            limit = "queued_jobs"
        elif total + request.nbytes > self._options.queued_bytes:
            limit = "queued_bytes"
        else:
            return
        raise beyond(
            "busy.queue_full",
            limit,
            f"The server has {len(self._jobs)} unfinished dreams and takes no more now.",
            "Try again in a moment",
            retry_after_s=round(max(0.5, self._job_s), 1),
        )

    def credit(self, message: Message) -> None:
        """The client of a job can take one more preview."""
        if job := self._jobs.get(message.job):
            job.credited = True
            self._pass_credit(job)

    def _pass_credit(self, job: Job) -> None:
        if job.state is JobState.RUNNING and job.credited:
            job.credited = False
            self._pool.credit(job.id)

    def cancel(self, message: Message) -> None:
        """Stop a job; one that is over has had its terminal message."""
        if job := self._jobs.get(message.job):
            self._cancel(job)

    def _cancel(self, job: Job) -> None:
        """Stop the job once; ending one can show that its client is gone, which ends others."""
        if job.id not in self._jobs:
            return
        if job.state is JobState.QUEUED:
            self._queue.remove(job)
            self._end(Failed(job.id, Cancelled(job.id)))
        elif job.state is not JobState.CANCELLING:
            job.state = JobState.CANCELLING
            self._pool.cancel(job.id)

    def cancel_all(self, client: bytes, why: str) -> None:
        """Stop everything that a client asked for."""
        self._questions.forget(client)
        theirs = [job for job in self._jobs.values() if job.client == client]
        for job in [job for job in theirs if job.state is not JobState.CANCELLING]:
            _log.info("job %s is cancelled: %s", job.id, why)
            self._cancel(job)

    def cancel_silent(self, heard: dict[bytes, float]) -> None:
        """Stop the jobs of clients that were last heard too long ago."""
        now = time.monotonic()
        for client in {job.client for job in self._jobs.values()}:
            if now - heard.get(client, now) > SILENCE_S:
                self.cancel_all(client, f"its client was silent for {SILENCE_S:.0f} s")

    def work(self) -> None:
        """Pass on what the engines tell, and give them more to do."""
        for event in self._pool.events():
            if isinstance(event, Inspected | Failed) and event.job in self._questions:
                self._answer(event)
            elif isinstance(event, Result | Failed):
                self._end(event)
            elif not isinstance(event, Inspected) and (job := self._jobs.get(event.job)):
                self._on_event(job, event)
        self.dispatch()

    def _answer(self, answer: Inspected | Failed) -> None:
        self.used_at = time.monotonic()
        if asker := self._questions.asker(answer):
            self._tell(asker, answer)

    def _on_event(self, job: Job, event: Started | Progress | Preview) -> None:
        self._tell(job.client, event)
        if isinstance(event, Started):
            job.started_at = time.monotonic()
            if job.state is JobState.SUBMITTED:
                job.state = JobState.RUNNING
                self._pass_credit(job)

    def dispatch(self) -> None:
        """Hand queued jobs to the engines while they take them."""
        while self._pool.free() > 0 and (job := self._queue.pop()):
            request, job.request = job.request, None
            job.state = JobState.SUBMITTED
            assert request is not None
            self._pool.submit(request)

    def _end(self, event: Result | Failed) -> None:
        job = self._jobs.pop(event.job, None)
        if job is None:
            return
        self.used_at = time.monotonic()
        if job.started_at:
            self._job_s = self.used_at - job.started_at
        _log.info("job %s ended: %s", job.id, _type_of(event))
        self._tell(job.client, event)

    def _tell(self, client: bytes, event: JobEvent) -> None:
        """Tell a client of its job; one that is gone loses its jobs."""
        try:
            type = _type_of(event)
            self._outbox.send(client, type, event.job, encode(type, *_content(event)))
        except ClientGone:
            self.cancel_all(client, "its client is gone")

    def close(self, error: BridgeError) -> None:
        """End every job with this error and stop the engines."""
        for job in list(self._jobs.values()):
            self._end(Failed(job.id, error))
        for question in self._questions.unanswered():
            self._answer(Failed(question, error))
        self._pool.close()


def _type_of(event: JobEvent) -> str:
    """The type of the message that says the same."""
    if isinstance(event, Failed):
        return "cancelled" if isinstance(event.error, Cancelled) else "error"
    return type(event).__name__.lower()


def _content(event: JobEvent) -> tuple[Fields, dict[str, ImageFrame]]:
    """An event's header fields, and its image if it has one."""
    if isinstance(event, Failed):
        failure = {} if isinstance(event.error, Cancelled) else event.error.to_fields()
        return {**failure, "job": event.job}, {}
    fields = {spec.name: getattr(event, spec.name) for spec in dataclasses.fields(event)}
    image = fields.pop("image", None)
    return fields, {"image": image} if image else {}
