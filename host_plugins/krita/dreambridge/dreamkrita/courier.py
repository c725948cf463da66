"""The thread that talks to the server, so that the GUI's thread never waits for it.

It takes errands (look how the server is; dream this) and posts what it hears; `wake` is called
after each post, from this thread. What needs time on pixels is done here too, by functions that
come with the errand. Knows neither Qt nor Krita.
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
    Failed,
    ImageFrame,
    Installation,
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
from dreamkrita.sentences import NotInstalled, Refused

NAME = "Krita"
_POLL_S = 0.03
_CLOSE_S = 2.0


@dataclass(frozen=True)
class Request:
    """What is submitted: pixels with context, what may change, the guide, the settings."""

    image: ImageFrame
    settings: dict[str, Any]
    mask: ImageFrame | None = None
    guide: ImageFrame | None = None
    preview_side: int = 0


@dataclass(frozen=True)
class Errand:
    """A dream to fetch: `pack` makes the request, `unpack` what the GUI needs of an image, `wants`
    tells whether the GUI would show a preview now.

    All run in the courier's thread; `pack` may raise `Refused`.
    """

    number: int
    pack: Callable[[], Request]
    unpack: Callable[[Preview | Result], Any]
    wants: Callable[[], bool]


@dataclass(frozen=True)
class Seen:
    """How the server is: its status, None if none runs, or why it can't be asked."""

    state: Status | BridgeError | None


@dataclass(frozen=True)
class News:
    """An event of the dream with this number; `picture` is what `unpack` made of its image."""

    number: int
    event: JobEvent
    picture: Any = None


@dataclass(frozen=True)
class Ended:
    """The dream with this number ended without a result; `Cancelled` where it was cancelled."""

    number: int
    error: BridgeError | Refused


Post = Seen | News | Ended


class Courier:
    """See the module; made and called by the GUI's thread."""

    def __init__(self, bridge_json: Path, wake: Callable[[], None]) -> None:
        self._bridge_json, self._wake = bridge_json, wake
        self._errands: queue.SimpleQueue[Errand | None] = queue.SimpleQueue()
        self._posts: queue.SimpleQueue[Post] = queue.SimpleQueue()
        self._cancelled: set[int] = set()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._unstarted: ServerError | None = None

    def look(self) -> None:
        """Ask how the server is; a `Seen` will come, unless a dream is under way."""
        self._give(None)

    def dream(self, errand: Errand) -> None:
        """Fetch a dream; `News` and at last a `Result` among them or an `Ended` will come."""
        self._give(errand)

    def cancel(self, number: int) -> None:
        """Stop fetching the dream with this number."""
        self._cancelled.add(number)

    def posts(self) -> list[Post]:
        """What has arrived since the last call."""
        arrived = []
        with suppress(queue.Empty):
            while True:
                arrived.append(self._posts.get_nowait())
        return arrived

    def close(self) -> None:
        """Leave the server, which cancels what is unfinished; at Krita's end."""
        self._stopping.set()
        if self._thread is not None:
            self._errands.put(None)
            self._thread.join(_CLOSE_S)

    def _give(self, errand: Errand | None) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="dreambridge", daemon=True)
            self._thread.start()
        self._errands.put(errand)

    def _post(self, post: Post) -> None:
        self._posts.put(post)
        self._wake()

    def _run(self) -> None:
        while not self._stopping.is_set():
            errand = self._errands.get()
            if self._stopping.is_set():
                return
            if errand is None:
                self._post(Seen(self._state()))
            elif error := self._failure(errand):
                self._post(Ended(errand.number, error))

    def _failure(self, errand: Errand) -> BridgeError | Refused | None:
        """Why the errand's dream was not fetched; None if it was, or if Krita ends.

        Whatever it is ends that dream alone: without this thread the docker would wait for ever.
        """
        try:
            self._fetch(errand)
        except (BridgeError, Refused) as error:
            return error
        except Exception as error:
            return Refused(f"The dream went wrong ({_named(error)}): run `dreambridge doctor`.")
        return None

    def _installation(self) -> Installation:
        try:
            installation = Installation.read(self._bridge_json)
        except ServerError as error:
            raise NotInstalled(error.code, error.message, error.hint) from error
        if not Path(installation.python).exists():
            raise NotInstalled(
                "server.start_failed",
                f"dreambridge is no longer in {installation.python}.",
                "Run `dreambridge install krita`.",
            )
        return installation

    def _state(self) -> Status | BridgeError | None:
        try:
            installation = self._installation()
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

    def _connected(self) -> BridgeClient:
        """A client; that no server can be started is kept for whoever looks afterwards."""
        installation = self._installation()
        try:
            client = connect(installation, name=NAME)
        except ServerError as error:
            absent = error.code in ("server.start_failed", "server.unreachable")
            self._unstarted = error if absent else None
            raise
        self._unstarted = None
        return client

    def _fetch(self, errand: Errand) -> None:
        request = errand.pack()
        self._check(errand)
        with self._connected() as client:
            self._check(errand)
            job = client.submit(
                request.image,
                request.settings,
                mask=request.mask,
                guide=request.guide,
                preview_side=request.preview_side,
            )
            self._follow(client, job, errand)

    def _check(self, errand: Errand) -> None:
        if errand.number in self._cancelled or self._stopping.is_set():
            raise Cancelled("")

    def _follow(self, client: BridgeClient, job: str, errand: Errand) -> None:
        """Post the job's events until it ends."""
        asked = False
        while True:
            event = client.receive()
            if errand.number in self._cancelled and not asked:
                client.cancel(job)
                asked = True
            if self._stopping.is_set():
                return
            match event:
                case None:
                    self._stopping.wait(_POLL_S)
                case Failed(error=error):
                    raise error
                case Preview() if not errand.wants():
                    pass
                case Preview() | Result():
                    self._check(errand)
                    self._post(News(errand.number, event, errand.unpack(event)))
                    if isinstance(event, Result):
                        return
                case Progress() if asked:
                    pass
                case Status():
                    pass
                case _:
                    self._post(News(errand.number, event))  # type: ignore[arg-type]


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _other_version(status: Status) -> ServerError:
    return ServerError(
        "server.version",
        f"dreambridge {status.version} is running, which is not the version of this plug-in.",
        "Run `dreambridge stop`; if this comes again, run `dreambridge install krita`.",
    )
