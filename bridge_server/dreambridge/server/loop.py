"""The server: one thread that owns the sockets, answers at once, and never computes.

Reads clients' messages, lets the job manager act on them, passes on what the engines tell, and
looks after liveness and idle times a few times a second.
"""

from __future__ import annotations

import dataclasses
import logging
import os
import time
import uuid
from collections.abc import Callable

import zmq

from bridgeclient.codec import MAX_FRAMES, MAX_HEADER_BYTES, Message, decode, encode
from bridgeclient.connection import Connection
from bridgeclient.errors import BridgeError, bridge_error
from bridgeclient.protocol import FROM_CLIENT, PROTOCOL, Fields
from dreambridge import __version__
from dreambridge.admission import Admission
from dreambridge.paths import Paths
from dreambridge.server.bounds import beyond, check_size, limits
from dreambridge.server.clients import Clients
from dreambridge.server.job_manager import JobManager
from dreambridge.server.keys import Keys
from dreambridge.server.options import Options
from dreambridge.server.outbox import ClientGone, Outbox
from dreambridge.workers.interface import Engine, EnginePool, EngineState
from dreamcore.schema import schema

_log = logging.getLogger(__name__)

_TICK_MS = 200
_RETRY_MS = 20
_BATCH = 64
_FAREWELL_S = 2.0
_DOMAIN = "client"
_IMAGE_HEAD_BYTES = 1024

Context = zmq.Context[zmq.Socket[bytes]]

_SUMMARY = (EngineState.WARM, EngineState.STARTING, EngineState.IDLE, EngineState.FAILED)
"""What is said of all engines together: the first of these that one of them is in."""

_NO_ENGINE = Engine("", "", EngineState.STARTING)
"""What is said of a pool whose engines are not there yet."""


class ServerLoop:
    """Bound and ready when made; `run` serves until it is told to stop or has been idle.

    Takes over the pool, and closes it in the end.
    """

    def __init__(self, paths: Paths, keys: Keys, options: Options, pool: EnginePool) -> None:
        self.id = uuid.uuid4().hex
        self._paths, self._keys, self._options = paths, keys, options
        self._context = Context()
        self._admission = Admission(self._context)
        self._admission.admit(_DOMAIN, keys.client_public)
        self._router = self._bound(keys, options)
        self._pool = pool
        self._outbox = Outbox(self._router)
        self._clients = Clients(self._router, self._outbox, options.clients)
        self._jobs = JobManager(self._pool, self._outbox, options)
        self._started_at = time.monotonic()
        self._stopping = ""
        self._schema = schema()
        self._handlers: dict[str, Callable[[bytes, Message], None]] = {
            "hello": self._on_hello,
            "submit": self._jobs.submit,
            "inspect": self._jobs.inspect,
            "credit": lambda _, message: self._jobs.credit(message),
            "cancel": lambda _, message: self._jobs.cancel(message),
            "ping": lambda client, _: self._send(client, "pong"),
            "status": lambda client, _: self._send(client, "status", self._status()),
            "shutdown": lambda *_: self.stop("it was asked to stop"),
        }

    def _bound(self, keys: Keys, options: Options) -> zmq.Socket[bytes]:
        router = self._context.socket(zmq.ROUTER)
        router.curve_server = True
        router.curve_secretkey = keys.server_secret.encode()
        router.zap_domain = _DOMAIN.encode()
        router.router_mandatory = True
        router.sndhwm = 16
        router.rcvhwm = 64
        router.maxmsgsize = max(options.request_bytes + _IMAGE_HEAD_BYTES, MAX_HEADER_BYTES)
        router.handshake_ivl = 5000
        router.linger = int(_FAREWELL_S * 1000)
        address = f"{options.listen}:{options.port}" if options.port else options.listen
        try:
            router.bind(f"tcp://{options.listen}:{options.port or '*'}")
        except zmq.ZMQError as error:
            self._context.destroy(linger=0)
            raise bridge_error(
                "server.start_failed",
                f"The server can't listen on {address} ({zmq.strerror(error.errno or 0)}).",
                "Choose another --listen, or leave it out.",
            ) from error
        return router

    def connection(self) -> Connection:
        """What a client needs to reach this server."""
        endpoint = self._router.get_string(zmq.LAST_ENDPOINT)
        return Connection(
            endpoint=endpoint.replace("//0.0.0.0:", "//127.0.0.1:"),
            server_public=self._keys.server_public,
            client_public=self._keys.client_public,
            client_secret=self._keys.client_secret,
            server=self.id,
            pid=os.getpid(),
            protocol=PROTOCOL,
            log=str(self._paths.server_log),
        )

    def stop(self, reason: str) -> None:
        """Leave `run` soon; also from a signal handler."""
        self._stopping = self._stopping or reason

    def run(self, keep: Callable[[], bool]) -> None:
        """Serve until stopped, then end every job and tell every client.

        `keep` is called several times a second; once it returns False, the server ends as soon as
        it has nothing to do.
        """
        self._pool.warm()
        while not self._stopping:
            self._wait()
            self._admission.answer()
            self._read()
            self._jobs.work()
            self._look_after(wanted=keep())
        _log.info("closing: %s", self._stopping)

    def _wait(self) -> None:
        own = self._router, self._clients.monitor, self._admission.socket
        poller = zmq.Poller()
        for source in (*own, *self._pool.descriptors()):
            poller.register(source, zmq.POLLIN)
        patience = _RETRY_MS if self._outbox.waiting else _TICK_MS
        poller.poll(0 if self._pool.pending() else patience)

    def _read(self) -> None:
        for _ in range(_BATCH):
            try:
                client = self._router.recv(zmq.DONTWAIT)
            except zmq.Again:
                return
            frames: list[zmq.Frame] = []
            while self._router.rcvmore:
                frame = self._router.recv(copy=False)
                if len(frames) <= MAX_FRAMES:  # one too many is enough to refuse the message
                    frames.append(frame)
            self._handle(client, frames)

    def _handle(self, client: bytes, frames: list[zmq.Frame]) -> None:
        """Act on one message; whatever is wrong with it is answered, never fatal."""
        noted, job = self._clients.note(client), ""
        try:
            check_size(sum(len(frame) for frame in frames), self._options)
            message = decode([frame.buffer for frame in frames], FROM_CLIENT)
            job = message.job
            if not noted:
                self._turn_away(message)
            self._handlers[message.type](client, message)
        except BridgeError as error:
            error.job = error.job or job
            self._refuse(client, error)
        except Exception:
            _log.exception("a message could not be handled")
            log = f"Read {self._paths.server_log} for the details."
            self._refuse(client, bridge_error("server.failed", "The server failed.", log))

    def _turn_away(self, message: Message) -> None:
        """A client too many may ask how things are and stop the server, no more."""
        if message.type in ("submit", "inspect") or message.fields.get("warm"):
            raise beyond(
                "busy.too_many_clients",
                "clients",
                f"The server has {self._options.clients} clients and takes no more now.",
                "Close one of the programs that use it",
                job=message.job,
            )

    def _refuse(self, client: bytes, error: BridgeError) -> None:
        _log.info("refused: %s %s", error.code, error.message)
        if self._jobs.knows(error.job):
            error.job = ""  # the job itself goes on
        self._send(client, "error", error.to_fields(), error.job)

    def _on_hello(self, client: bytes, message: Message) -> None:
        fields = message.fields
        _log.info("hello from %r %r", fields["name"][:60], fields["version"][:20])
        if fields.get("warm"):
            self._jobs.used_at = time.monotonic()
            self._pool.warm()
        welcome = {**self._facts(), "schema": self._schema, "limits": limits(self._options)}
        self._send(client, "welcome", welcome)

    def _facts(self) -> Fields:
        engines = sorted(self._pool.engines(), key=lambda engine: _SUMMARY.index(engine.state))
        engine = engines[0] if engines else _NO_ENGINE
        facts = {"device": engine.device, "precision": engine.precision}
        return {"version": __version__, "server": self.id, "worker": engine.state, **facts}

    def _status(self) -> Fields:
        return {
            **self._facts(),
            "pid": os.getpid(),
            "log": str(self._paths.server_log),
            "uptime_s": time.monotonic() - self._started_at,
            "clients": len(self._clients.heard),
            "queued": self._jobs.queued,
            "running": self._jobs.running,
            "workers": [dataclasses.asdict(engine) for engine in self._pool.engines()],
        }

    def _send(self, client: bytes, type: str, fields: Fields | None = None, job: str = "") -> None:
        try:
            self._outbox.send(client, type, job, encode(type, fields))
        except ClientGone:
            self._lose(client)

    def _lose(self, client: bytes) -> None:
        self._clients.forget(client)
        self._outbox.forget(client)
        self._jobs.cancel_all(client, "its client is gone")

    def _look_after(self, *, wanted: bool) -> None:
        """Unsent messages, clients that left or are silent, and the server's own idleness."""
        for client in [*self._outbox.flush(), *self._clients.gone()]:
            self._lose(client)
        self._jobs.cancel_silent(self._clients.heard)
        now = time.monotonic()
        if self._jobs.queued + self._jobs.running:
            return
        if not wanted:
            self.stop("its lock was deleted, so that it can't be found")
        elif 0 < self._options.idle_s < now - self._jobs.used_at:
            self.stop(f"nothing to do for {self._options.idle_s / 60:.3g} minutes")

    def close(self) -> None:
        """End every job, say goodbye, and let go of everything."""
        reason = self._stopping or "it failed"
        hint = "Dream again: it restarts."
        self._jobs.close(bridge_error("server.closing", f"The server closes: {reason}.", hint))
        for client in list(self._clients.heard):
            self._send(client, "closing", {"reason": reason})
        deadline = time.monotonic() + _FAREWELL_S
        while self._outbox.waiting and time.monotonic() < deadline:
            self._outbox.flush()
            self._router.poll(20)
        self._clients.close()
        self._router.close()
        self._admission.close()
        self._context.term()
