"""Finding the running server, or starting one and waiting until it answers.

A server is found by its connection file and proves itself by the keys in it; a file without a
server behind it is left over from one that was killed, and starting anew replaces it. A server that
holds its lock and does not answer is named, because no other can start beside it. Runs inside the
editors: it knows which Python has the bridge, and imports nothing of it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bridgeclient.client import BridgeClient
from bridgeclient.connection import Connection, read_connection
from bridgeclient.errors import Cancelled, ProtocolError, ServerError
from bridgeclient.lock import FILE_NAME as LOCK_FILE_NAME
from bridgeclient.lock import Holder, find_holder
from bridgeclient.own_looks import FOLDER_NAME as LOOKS_NAME
from bridgeclient.private import make_private_folder
from bridgeclient.replacement import stop_if_outdated_and_idle
from bridgeclient.starting import not_started, spawn
from bridgeclient.transport import open_transport

START_TIMEOUT_S = 60.0
"""How long a started server may take to answer; it answers long before the engine is warm."""

_POLL_S = 0.05
_WELCOME_S = 5.0
"""How long a server that listens may take to answer."""
_SILENCE_S = 10.0
"""How long a server may hold its lock without answering, as it does while it starts or ends."""


@dataclass(frozen=True)
class Installation:
    """Where the bridge lives: its Python, its connection file, and the version installed."""

    python: str
    connection_file: Path
    version: str

    @property
    def looks(self) -> Path:
        """The user's own looks."""
        return self.connection_file.parent / LOOKS_NAME

    @property
    def lock_file(self) -> Path:
        """What the running server has locked."""
        return self.connection_file.parent / LOCK_FILE_NAME

    @classmethod
    def read(cls, bridge_json: Path) -> Installation:
        """The installation that an installer recorded beside a plug-in.

        Raises:
            ServerError: `server.start_failed`, the file is missing or damaged.
        """
        try:
            values = json.loads(bridge_json.read_text("utf-8"))
            file = Path(values["connection_file"])
            return cls(str(values["python"]), file, str(values["version"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ServerError(
                "server.start_failed",
                f"{bridge_json} does not say where dreambridge is installed.",
                "Run `dreambridge install` for this editor again.",
            ) from error

    def write(self, bridge_json: Path) -> None:
        """Record the installation for a plug-in."""
        file = str(self.connection_file)
        values = {"python": self.python, "connection_file": file, "version": self.version}
        bridge_json.write_text(json.dumps(values, indent=1) + "\n", "utf-8")


def connect(
    installation: Installation,
    *,
    name: str,
    timeout_s: float = START_TIMEOUT_S,
    cancelled: Callable[[], bool] = lambda: False,
) -> BridgeClient:
    """A client of the running server, which is started if there is none.

    A server of an older version or protocol that has nothing to do is stopped and replaced.
    `cancelled` is asked again and again while one waits; what was started goes on.

    Raises:
        Cancelled: `cancelled` said so.
        ServerError: `server.start_failed` with the path of the log; `server.unreachable` with the
            process that is the server and does not answer; `server.version` when the server that
            runs is of another version than the installation.
        AuthError: `auth.unsafe_file`, the connection file is open to others; `auth.refused`, the
            server does not take its key.
    """
    client = _running_or_started(installation, name, timeout_s, cancelled)
    if replaceable(client.welcome.version, installation) and _stopped_if_idle(client):
        client = _running_or_started(installation, name, timeout_s, cancelled)
    if client.welcome.version != installation.version:
        client.close()
        raise _other_version(client.welcome.version, installation)
    return client


def _running_or_started(
    installation: Installation, name: str, timeout_s: float, cancelled: Callable[[], bool]
) -> BridgeClient:
    try:
        client = reach(installation, name=name, cancelled=cancelled)
    except ProtocolError as error:
        if error.code != "protocol.version" or not _outdated_stopped(installation):
            raise
        client = None
    return client or _start(installation, name, timeout_s, cancelled)


def _outdated_stopped(installation: Installation) -> bool:
    """Whether the server spoke an older protocol, had nothing to do, and has stopped."""
    connection = _readable(installation.connection_file)
    return connection is not None and stop_if_outdated_and_idle(
        connection, installation.lock_file, installation.python
    )


def _stopped_if_idle(client: BridgeClient) -> bool:
    """Stop a server that has no dreams to finish; False if it has."""
    status = client.status()
    if status.running or status.queued:
        return False
    with client:
        client.shutdown()
    return True


def replaceable(running: str, installation: Installation) -> bool:
    """Whether a server of this version is older than the installation, and on this machine."""
    try:
        texts = running, installation.version
        older, newer = ([int(part) for part in text.split(".")] for text in texts)
    except ValueError:
        return False
    return older < newer and find_holder(installation.lock_file) is not None


def _other_version(running: str, installation: Installation) -> ServerError:
    what = f"dreambridge {running} is running, this is {installation.version}."
    if replaceable(running, installation):
        hint = "It has dreams to finish and is replaced afterwards; `dreambridge stop` ends it now."
    else:
        hint = "Run `dreambridge stop`; if this comes again, `dreambridge install` for this editor."
    return ServerError("server.version", what, hint)


def find(installation: Installation, *, name: str, warm: bool = True) -> BridgeClient | None:
    """A client of the running server, None if none answers; versions are not compared.

    Raises:
        AuthError: `auth.unsafe_file`, the connection file is open to others; `auth.refused`, the
            server does not take its key.
    """
    try:
        connection = read_connection(installation.connection_file)
    except ServerError:
        return None  # damaged; the next server to start replaces it
    if connection is None:
        return None
    return _greet(connection, installation, name, warm)


def reach(
    installation: Installation,
    *,
    name: str,
    warm: bool = True,
    cancelled: Callable[[], bool] = lambda: False,
) -> BridgeClient | None:
    """A client of the running server, None if there is none; waits for one that starts or ends.

    Raises:
        Cancelled: `cancelled` said so.
        ServerError: `server.unreachable`, there is one and it does not answer.
        AuthError: as `find`.
    """
    deadline = time.monotonic() + _SILENCE_S
    while True:
        if client := find(installation, name=name, warm=warm):
            return client
        holder = find_holder(installation.lock_file)
        if holder is None:
            return None
        if time.monotonic() > deadline:
            raise _unreachable(holder, installation.lock_file)
        _wait(cancelled)


def _unreachable(holder: Holder, lock: Path) -> ServerError:
    return ServerError(
        "server.unreachable",
        f"The dreambridge server ({holder}) does not answer, and as long as it holds {lock} "
        "no other can start.",
        "Run `dreambridge stop --force`, then dream again; `dreambridge status` tells more.",
        retryable=False,
    )


def _greet(
    connection: Connection, installation: Installation, name: str, warm: bool
) -> BridgeClient | None:
    try:
        transport = open_transport(connection, installation.python)
        version = installation.version
        return BridgeClient(transport, name=name, version=version, warm=warm, timeout_s=_WELCOME_S)
    except ServerError as error:
        if error.code in ("server.unreachable", "server.lost", "server.closing"):
            return None
        raise


def _wait(cancelled: Callable[[], bool]) -> None:
    if cancelled():
        raise Cancelled("")
    time.sleep(_POLL_S)


def _start(
    installation: Installation, name: str, timeout_s: float, cancelled: Callable[[], bool]
) -> BridgeClient:
    """Start a server and wait for its welcome; a rival that starts first will do as well."""
    home = installation.connection_file.parent
    make_private_folder(home)
    log = home / "start.log"
    server = spawn(installation.python, home, log)
    deadline = time.monotonic() + timeout_s
    seen: Connection | None = None
    while time.monotonic() < deadline:
        connection = _readable(installation.connection_file)
        if connection is not None and connection != seen:
            seen = connection
            if client := _greet(connection, installation, name, warm=True):
                return client
        if server.poll():
            raise not_started(f"it ended with code {server.returncode}", log)
        if server.poll() == 0:  # another server was there, perhaps only until it had closed
            if rival := reach(installation, name=name, cancelled=cancelled):
                return rival
            server = spawn(installation.python, home, log)
        _wait(cancelled)
    raise not_started(f"it did not answer within {timeout_s:.0f} seconds", log)


def _readable(path: Path) -> Connection | None:
    try:
        return read_connection(path)
    except ServerError:
        return None
