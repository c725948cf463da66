"""Where jobs are taken in, handed to the executor, and answered: the server's rules.

Every job that is taken in gets exactly one terminal message. Knows the wire's messages and the
executor's interface; sockets are the server's business.
"""

from __future__ import annotations

import logging
import time

from bridgeclient.codec import Message, encode
from bridgeclient.errors import BridgeError
from bridgeclient.protocol import SILENCE_S, TERMINAL, Fields
from dreambridge.server.bounds import beyond, check_request, unknown_job
from dreambridge.server.jobs import FairQueue, Frames, Job, ResultCache
from dreambridge.server.options import Options
from dreambridge.server.outbox import ClientGone, Outbox
from dreambridge.workers.interface import Executor, Report

_log = logging.getLogger(__name__)


class JobManager:
    """The jobs of all clients, from `submit` to their terminal message."""

    def __init__(self, executor: Executor, outbox: Outbox, options: Options) -> None:
        self._executor, self._outbox, self._options = executor, outbox, options
        self._jobs: dict[str, Job] = {}
        self._queue = FairQueue()
        self._results = ResultCache(options.kept_jobs, options.kept_bytes, options.kept_s)
        self._job_s = 2.0  # how long the last job took, to say when to try again
        self.used_at = time.monotonic()

    @property
    def queued(self) -> int:
        """Jobs that wait."""
        return len(self._queue)

    @property
    def running(self) -> int:
        """Jobs that the executor has."""
        return len(self._jobs) - len(self._queue)

    def knows(self, job: str) -> bool:
        """Whether the job is unfinished."""
        return job in self._jobs

    def submit(self, client: bytes, message: Message, frames: Frames) -> None:
        """Take a job in, or tell again how a known one stands.

        Raises:
            BridgeError: `request.*` or `busy.queue_full`; the job was not taken in.
        """
        self.used_at = time.monotonic()
        if (kept := self._results.get(message.job)) is not None:
            self.tell(client, "result", message.job, kept)
            return
        if message.job in self._jobs:
            ahead = self._adopt(self._jobs[message.job], client)
        else:
            ahead = self._take_in(client, message, frames)
        self.tell(client, "accepted", message.job, fields={"ahead": ahead})
        job = self._jobs.get(message.job)
        if job is not None and job.started:
            self.tell(client, "started", job.id)
        self.dispatch()

    def _take_in(self, client: bytes, message: Message, frames: Frames) -> int:
        check_request(message, self._options)
        nbytes = sum(len(frame) for frame in frames)
        self._check_room(client, nbytes)
        job = Job(message.job, client, frames, nbytes)
        self._jobs[job.id] = job
        _log.info("job %s taken in, %.1f MiB", job.id, nbytes / 2**20)
        return self._queue.push(job) + self.running

    def _adopt(self, job: Job, client: bytes) -> int:
        """Let a client that sends a known id have the job; returns the jobs before it."""
        if job.running:
            job.client = client
            return 0
        if job.client != client:
            self._queue.remove(job)
            job.client = client
            self._queue.push(job)
        return list(self._queue).index(job) + self.running

    def _check_room(self, client: bytes, nbytes: int) -> None:
        """A client without a job finds room even if others have filled the queue."""
        total = sum(job.nbytes for job in self._jobs.values())
        idle = all(job.client != client for job in self._jobs.values())
        if len(self._jobs) >= self._options.queued_jobs and not idle:
            limit = "queued_jobs"
        elif total + nbytes > self._options.queued_bytes:
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
            job.credit = True
            self._pass_credit(job)

    def _pass_credit(self, job: Job) -> None:
        if job.started and job.credit:
            job.credit = False
            self._executor.credit(job.id)

    def cancel(self, message: Message) -> None:
        """Stop a job.

        Raises:
            BridgeError: `request.unknown_job`.
        """
        if job := self._jobs.get(message.job):
            self._cancel(job)
        elif self._results.get(message.job) is None:
            raise unknown_job(message.job)

    def _cancel(self, job: Job) -> None:
        """Stop the job once; ending one can show that its client is gone, which ends others."""
        if job.cancelling or job.id not in self._jobs:
            return
        job.cancelling = True
        if job.running:
            self._executor.cancel(job.id)
        else:
            self._queue.remove(job)
            self._end(Report("cancelled", job.id, encode("cancelled", {"job": job.id})))

    def cancel_all(self, client: bytes, why: str) -> None:
        """Stop everything that a client asked for."""
        theirs = [job for job in self._jobs.values() if job.client == client]
        for job in [job for job in theirs if not job.cancelling]:
            _log.info("job %s is cancelled: %s", job.id, why)
            self._cancel(job)

    def cancel_silent(self, heard: dict[bytes, float]) -> None:
        """Stop the jobs of clients that were last heard too long ago."""
        now = time.monotonic()
        for client in {job.client for job in self._jobs.values()}:
            if now - heard.get(client, now) > SILENCE_S:
                self.cancel_all(client, f"its client was silent for {SILENCE_S:.0f} s")

    def work(self) -> None:
        """Pass on what the executor reports, and give it more to do."""
        for report in self._executor.events():
            if report.type in TERMINAL:
                self._end(report)
            elif job := self._jobs.get(report.job):
                self.tell(job.client, report.type, job.id, report.frames)
                if report.type == "started":
                    job.started, job.started_at = True, time.monotonic()
                    self._pass_credit(job)
        self._results.expire(time.monotonic())
        self.dispatch()

    def dispatch(self) -> None:
        """Hand queued jobs to the executor while it takes them."""
        while self._executor.capabilities().free > 0 and (job := self._queue.pop()):
            job.running = True
            frames, job.frames = job.frames, ()
            self._executor.submit(job.id, frames)

    def _end(self, report: Report) -> None:
        job = self._jobs.pop(report.job, None)
        if job is None:
            return
        self.used_at = time.monotonic()
        if job.started:
            self._job_s = self.used_at - job.started_at
        _log.info("job %s ended: %s", job.id, report.type)
        self._results.keep(job.id, report.frames, self.used_at)
        self.tell(job.client, report.type, job.id, report.frames)

    def tell(
        self,
        client: bytes,
        type: str,
        job: str,
        frames: Frames | None = None,
        fields: Fields | None = None,
    ) -> None:
        """Send a message about a job; a client that is gone loses its jobs."""
        try:
            frames = frames or encode(type, {**(fields or {}), "job": job})
            self._outbox.send(client, type, job, frames)
        except ClientGone:
            self.cancel_all(client, "its client is gone")

    def close(self, error: BridgeError) -> None:
        """End every job with this error and stop the executor."""
        for job in list(self._jobs.values()):
            frames = encode("error", {**error.to_fields(), "job": job.id})
            self._end(Report("error", job.id, frames))
        self._executor.close()
