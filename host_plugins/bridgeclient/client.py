"""One conversation with the server: submit jobs, hear how they go, cancel them.

Two ways to listen, for two kinds of program: `events` blocks until the next event of a job (command
line, GIMP), `receive` only as long as it is told, by default not at all (Krita; a batch's jobs). An
object belongs to one thread at a time. Knows the wire and no editor; finding and starting a server
is `discovery`.
"""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from typing import TypeVar

from bridgeclient.codec import Message, decode, encode
from bridgeclient.errors import RequestError, ServerError, error_from_fields
from bridgeclient.events import Event, Failed, Inspected, JobEvent, Preview, Result, Status, Welcome
from bridgeclient.expected import CANCEL_S, Expected, ExpectedResponses
from bridgeclient.incoming import event_of
from bridgeclient.protocol import FROM_SERVER, PING_INTERVAL_S, SILENCE_S, Fields, ImageFrame
from bridgeclient.request import DreamRequest, InspectRequest
from bridgeclient.transport import Transport

_FLOOD_S = 0.05
"""How long messages that mean nothing to the caller can hold it up."""

_Answer = TypeVar("_Answer", Status, Welcome)


class BridgeClient:
    """A client that has been welcomed; `welcome` holds the server's facts.

    Args:
        transport: an open way to the server; the client closes it.
        name, version: who is calling, for the server's log.
        warm: ask the server to load the engine now rather than at the first job.
        timeout_s: how long to wait for the welcome.

    Raises:
        BridgeError: `server.unreachable` when no welcome comes in time, `auth.refused`,
            `protocol.*`.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        name: str,
        version: str,
        warm: bool = True,
        timeout_s: float = 5.0,
    ) -> None:
        self._transport = transport
        self._active: dict[str, Expected | ExpectedResponses] = {}  # unfinished
        self._waiting: defaultdict[str, deque[JobEvent]] = defaultdict(deque)
        self._sent_at = self._heard_at = time.monotonic()
        try:
            self._send("hello", {"name": name, "version": version, "warm": warm})
            self.welcome = self._answer(Welcome, timeout_s)
        except BaseException:
            self.close()
            raise

    def submit(self, request: DreamRequest) -> str:
        """Hand in a dream and return its job id at once.

        Raises:
            RequestError: `request.too_large`, more than the server takes.
            ServerError: `server.lost`.
        """
        self._check_size(request.nbytes)
        job = request.job
        fields = {
            "job": job,
            "settings": dict(request.settings),
            "preview_side": request.preview_side,
            "sketch": request.sketch,
        }
        self._expect(job, Expected.of(request))
        self._send("submit", fields, request.images)
        if request.preview_side > 0:
            self._send("credit", {"job": job})
        return job

    def inspect(self, request: InspectRequest) -> str:
        """Ask which channels respond most, and return the question's id at once.

        The answer is the event `Inspected`, which comes well within a second once an engine is
        warm, between two steps of a dream too.

        Raises:
            RequestError: `request.too_large`, more than the server takes.
            ServerError: `server.lost`.
        """
        self._check_size(request.nbytes)
        names = "job", "layer", "count", "picture_side"
        self._expect(request.job, ExpectedResponses.of(request))
        self._send("inspect", {n: getattr(request, n) for n in names}, request.images)
        return request.job

    def _expect(self, job: str, expected: Expected | ExpectedResponses) -> None:
        if not self._active:
            self._heard_at = time.monotonic()  # until now nothing was expected of the server
        self._active[job] = expected

    def events(self, job: str) -> Iterator[JobEvent]:
        """Everything that happens to the job, blocking between events.

        The last is `Result`, or `Inspected` for a question.

        Raises:
            Cancelled: the job was cancelled.
            BridgeError: it failed, or the server is gone.
        """
        waiting = self._waiting[job]
        while True:
            while not waiting:
                self._sort(self._next(0.25))
            event = waiting.popleft()
            if isinstance(event, Result | Inspected | Failed):
                del self._waiting[job]
            if isinstance(event, Failed):
                raise event.error
            yield event
            if isinstance(event, Result | Inspected):
                return

    def receive(self, timeout_s: float = 0.0) -> Event | None:
        """The next event of any job, or an answer to `request_status`; None when there is none.

        Blocks no longer than `timeout_s`. Call it at least every two seconds while a job is
        unfinished, because it also tells the server that this program is alive, and until None
        whenever `fileno` fires.

        Raises:
            BridgeError: the server is gone (`server.lost`, `server.closing`); all jobs with it.
        """
        for waiting in self._waiting.values():
            if waiting:
                return waiting.popleft()
        return self._next(timeout_s)

    def fileno(self) -> int:
        """A descriptor that becomes readable when `receive` may have an event."""
        return self._transport.fileno()

    def cancel(self, job: str) -> None:
        """Ask for the job to be stopped; its events end with `Cancelled` once it is.

        A result that was already on its way still arrives instead. A server that does neither
        within `CANCEL_S` is given up.
        """
        if job in self._active:
            self._active[job].cancelled_at = time.monotonic()
            self._send("cancel", {"job": job})

    def request_status(self) -> None:
        """Ask for a `Status`, which `receive` will return."""
        self._send("status")

    def status(self, timeout_s: float = 5.0) -> Status:
        """The server's state now; waits for the answer.

        Raises:
            ServerError: `server.lost`, none came in time.
        """
        self.request_status()
        return self._answer(Status, timeout_s)

    def shutdown(self, timeout_s: float = 10.0) -> None:
        """Stop the server, whoever's jobs it has, and wait until it says that it closes.

        Raises:
            ServerError: `server.lost`, it did not answer in time.
        """
        self._send("shutdown")
        deadline = time.monotonic() + timeout_s
        try:
            while time.monotonic() < deadline:
                self._next(0.25)
        except ServerError:
            return
        raise ServerError("server.lost", "The server did not answer the request to stop.")

    def close(self) -> None:
        """Leave; the server cancels what is unfinished."""
        self._transport.close()

    def __enter__(self) -> BridgeClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _send(
        self,
        type: str,
        fields: Fields | None = None,
        images: Mapping[str, ImageFrame] | None = None,
    ) -> None:
        self._sent_at = time.monotonic()
        self._transport.send(encode(type, fields, images))

    def _next(self, timeout_s: float) -> Event | None:
        """The next event within about `timeout_s`; pings and notices silence on the way."""
        deadline = time.monotonic() + timeout_s
        while True:
            self._keep_alive()
            frames = self._transport.receive(max(0.0, deadline - time.monotonic()))
            if frames is not None:
                self._heard_at = time.monotonic()
                if (event := self._event(decode(frames, FROM_SERVER))) is not None:
                    return event
            late = time.monotonic() - deadline
            if late >= (0 if frames is None else _FLOOD_S):
                return None

    def _keep_alive(self) -> None:
        now = time.monotonic()
        if not self._active:
            self._heard_at = now
            return
        if now - self._sent_at >= PING_INTERVAL_S:
            late = now - self._sent_at >= SILENCE_S  # this program slept, not the server
            self._heard_at = now if late else self._heard_at
            self._send("ping")
        if now - self._heard_at >= SILENCE_S:
            raise _given_up(f"The dreambridge server has been silent for {SILENCE_S:.0f} seconds.")
        cancelled = (job.cancelled_at for job in self._active.values())
        if any(since is not None and now - since > CANCEL_S for since in cancelled):
            raise _given_up(f"The server did not stop the dream within {CANCEL_S:.0f} seconds.")

    def _event(self, message: Message) -> Event | None:
        """What a message means to the caller, None for pongs and jobs already over."""
        if message.type == "closing":
            reason = message.fields["reason"]
            hint = "Dream again: it restarts."
            raise ServerError("server.closing", f"The server closes: {reason}.", hint)
        if message.type == "pong" or (message.job and message.job not in self._active):
            return None
        if message.type == "error" and not message.job:
            raise error_from_fields(message.fields)
        event = event_of(message)
        if message.job:
            self._active[message.job].check(event)
        if isinstance(event, Result | Inspected | Failed):
            del self._active[message.job]
        elif isinstance(event, Preview):
            self._send("credit", {"job": message.job})
        return event

    def _sort(self, event: Event | None) -> None:
        """Keep an event for whoever asks for its job; answers to nobody's question are dropped."""
        if event is not None and not isinstance(event, Status | Welcome):
            self._waiting[event.job].append(event)

    def _answer(self, kind: type[_Answer], timeout_s: float) -> _Answer:
        deadline = time.monotonic() + timeout_s
        while (left := deadline - time.monotonic()) > 0:
            event = self._next(min(left, 0.25))
            if isinstance(event, kind):
                return event
            self._sort(event)
        code = "server.unreachable" if kind is Welcome else "server.lost"
        raise ServerError(code, f"No answer from the server within {timeout_s:.0f} seconds.")

    def _check_size(self, nbytes: int) -> None:
        most = self.welcome.limits.get("request_bytes", 0)
        if nbytes > most:
            raise RequestError(
                "request.too_large",
                f"The region has {nbytes / 2**20:.0f} MiB and the server takes {most / 2**20:.0f}.",
                "Select a smaller region, or start the server with a higher --max-request-mib.",
                facts={"field": "image", "limit": "request_bytes"},
            )


def _given_up(why: str) -> ServerError:
    return ServerError("server.lost", why, "Run `dreambridge stop` and dream again.")
