"""The thread that talks to the server, so that the GUI's thread never waits for it.

It takes tasks (ask for the server's status; fetch a dream) and posts messages; `wake` is called
after each message, from this thread. What needs time on pixels is done here too, by functions that
come with the task. Knows neither Qt nor Krita.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridgeclient import (
    BridgeClient,
    BridgeError,
    Cancelled,
    DreamRequest,
    Failed,
    JobEvent,
    Preview,
    Progress,
    Result,
    ServerError,
    Status,
    connect,
    find,
    replaceable,
)
from dreamkrita.bridge import installed
from dreamkrita.errors import UserError, unexpected

NAME = "Krita"
_POLL_S = 0.03
_CLOSE_S = 2.0


@dataclass(frozen=True)
class Task:
    """A dream to fetch: `pack` makes the request, `unpack` what the GUI needs of an image.

    `wants_preview` tells whether the GUI would show one now; `wakes`, whether a server that doesn't
    run is started.

    All run in the bridge thread; `pack` may raise `UserError`.
    """

    number: int
    pack: Callable[[], DreamRequest]
    unpack: Callable[[Preview | Result], Any]
    wants_preview: Callable[[], bool]
    wakes: bool = True


@dataclass(frozen=True)
class ServerStatus:
    """How the server is: its status, None if none runs, or why it can't be asked."""

    state: Status | BridgeError | None


@dataclass(frozen=True)
class JobUpdate:
    """An event of the dream with this number; `picture` is what `unpack` made of its image."""

    number: int
    event: JobEvent
    picture: Any = None


@dataclass(frozen=True)
class JobEnded:
    """The dream with this number ended without a result; `Cancelled` where it was cancelled."""

    number: int
    error: BridgeError | UserError


ThreadMessage = ServerStatus | JobUpdate | JobEnded


class BridgeThread:
    """Made and called by the GUI's thread."""

    def __init__(self, bridge_json: Path, wake: Callable[[], None]) -> None:
        self._bridge_json, self._wake = bridge_json, wake
        self._tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._messages: queue.SimpleQueue[ThreadMessage] = queue.SimpleQueue()
        self._cancelled: set[int] = set()
        self._stopping, self._leaving = threading.Event(), False
        self._thread: threading.Thread | None = None
        self._unstarted: ServerError | None = None

    def check_server(self) -> None:
        """Ask how the server is; a `ServerStatus` will come, unless a dream is under way."""
        self._give(None)

    def fetch(self, task: Task) -> None:
        """Fetch a dream; each event comes as a `JobUpdate`, an end without result as `JobEnded`."""
        self._give(task)

    def cancel(self, number: int) -> None:
        """Stop fetching the dream with this number."""
        self._cancelled.add(number)

    def messages(self) -> list[ThreadMessage]:
        """What has arrived since the last call."""
        arrived = []
        with suppress(queue.Empty):
            while True:
                arrived.append(self._messages.get_nowait())
        return arrived

    def close(self) -> None:
        """Leave the server, which cancels what is unfinished; at Krita's end."""
        self._stopping.set()
        if self._thread is not None:
            self._tasks.put(None)
            self._thread.join(_CLOSE_S)

    def leave(self) -> None:
        """Nothing more will be asked: end once the server has ended what was cancelled."""
        self._leaving = True
        self._tasks.put(None)

    def _give(self, task: Task | None) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="dreambridge", daemon=True)
            self._thread.start()
        self._tasks.put(task)

    def _post(self, message: ThreadMessage) -> None:
        self._messages.put(message)
        self._wake()

    def _run(self) -> None:
        while not self._stopping.is_set():
            task = self._tasks.get()
            if self._stopping.is_set() or (self._leaving and task is None):
                return
            if task is None:
                self._post(ServerStatus(self._state()))
            elif error := self._failure(task):
                self._post(JobEnded(task.number, error))

    def _failure(self, task: Task) -> BridgeError | UserError | None:
        """Why the task's dream was not fetched; None if it was, or if Krita ends.

        Whatever it is ends that dream alone: without this thread the docker would wait for ever.
        """
        try:
            self._fetch(task)
        except (BridgeError, UserError) as error:
            return error
        except Exception as error:
            return unexpected(error)
        return None

    def _state(self) -> Status | BridgeError | None:
        try:
            installation = installed.installation(self._bridge_json)
            client = find(installation, name=NAME, warm=False)
            if client is None:
                return self._unstarted
            with client:
                status = client.status()
        except BridgeError as error:
            return error
        except Exception as error:
            return BridgeError("server.failed", f"The server's answer is odd ({_named(error)}).")
        self._unstarted = None
        usable = status.version == installation.version or (
            replaceable(status.version, installation) and not status.running + status.queued
        )
        return status if usable else _other_version(status)

    def _connected(self, task: Task) -> BridgeClient:
        """A client; that no server can be started is kept for whoever looks afterwards."""
        installation = installed.installation(self._bridge_json)
        if not task.wakes:
            found = find(installation, name=NAME)
            if found is None:
                raise ServerError("server.unreachable", "The dream server is asleep.")
            return found
        try:
            client = connect(installation, name=NAME, cancelled=lambda: self._unwanted(task))
        except ServerError as error:
            absent = error.code in ("server.start_failed", "server.unreachable")
            self._unstarted = error if absent else None
            raise
        self._unstarted = None
        return client

    def _fetch(self, task: Task) -> None:
        request = task.pack()
        self._check(task)
        with self._connected(task) as client:
            self._check(task)
            job = client.submit(request)
            self._follow(client, job, task)

    def _check(self, task: Task) -> None:
        if self._unwanted(task):
            raise Cancelled("")

    def _unwanted(self, task: Task) -> bool:
        return task.number in self._cancelled or self._stopping.is_set()

    def _follow(self, client: BridgeClient, job: str, task: Task) -> None:
        """Post the job's events until it ends."""
        asked = False
        while True:
            event = client.receive()
            if task.number in self._cancelled and not asked:
                client.cancel(job)
                asked = True
            if self._stopping.is_set():
                return
            match event:
                case None:
                    self._stopping.wait(_POLL_S)
                case Failed(error=error):
                    raise error
                case Preview() if not task.wants_preview():
                    pass
                case Preview() | Result():
                    self._check(task)
                    self._post(JobUpdate(task.number, event, task.unpack(event)))
                    if isinstance(event, Result):
                        return
                case Progress() if asked:
                    pass
                case Status():
                    pass
                case _:
                    self._post(JobUpdate(task.number, event))  # type: ignore[arg-type]


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _other_version(status: Status) -> ServerError:
    return ServerError(
        "server.version",
        f"dreambridge {status.version} is running, which is not the version of this plug-in.",
        "Run `dreambridge stop`; if this comes again, run `dreambridge install krita`.",
    )
