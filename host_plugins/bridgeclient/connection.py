"""connection.json: where the running server listens and the keys that let a client in.

Written by the server at each start, read by every client; it may be copied to another machine of
the same user to reach a server there. Knows no sockets.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bridgeclient.errors import ServerError
from bridgeclient.private import read_private, write_private

FILE_NAME = "connection.json"


@dataclass(frozen=True)
class Connection:
    """The contents of connection.json; keys are Z85 text, secrets are kept out of `repr`."""

    endpoint: str
    server_public: str
    client_public: str
    client_secret: str = field(repr=False)
    server: str
    pid: int
    protocol: int
    log: str


def write_connection(path: Path, connection: Connection) -> None:
    """Write the file atomically with mode 0600 into its private folder."""
    write_private(path, json.dumps(dataclasses.asdict(connection), indent=1).encode())


def read_connection(path: Path) -> Connection | None:
    """What the file says, None if there is none.

    Raises:
        AuthError: `auth.unsafe_file`, others could have read or written it.
        ServerError: `server.unreachable`, it is damaged.
    """
    try:
        return _parsed(json.loads(read_private(path)))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError) as error:
        hint = f"Delete {path} and try again."
        raise ServerError(
            "server.unreachable", f"The connection file {path} is damaged.", hint
        ) from error


def _parsed(values: dict[str, Any]) -> Connection:
    """Unknown entries are ignored; wrong types raise TypeError, missing ones KeyError."""
    kinds = {"pid": int, "protocol": int}
    facts = {}
    for spec in dataclasses.fields(Connection):
        facts[spec.name] = values[spec.name]
        if type(facts[spec.name]) is not kinds.get(spec.name, str):
            raise TypeError(spec.name)
    return Connection(**facts)
