"""The bridge's two CURVE key pairs, made once: the server's, and the one that its clients share."""

from __future__ import annotations

import dataclasses
import json
import logging
from dataclasses import dataclass, field
from pathlib import Path

import zmq

from bridgeclient.private import read_private, write_private

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Keys:
    """Z85 text; whoever holds the client's secret may use the server."""

    server_public: str
    server_secret: str = field(repr=False)
    client_public: str
    client_secret: str = field(repr=False)


def load_keys(path: Path) -> Keys:
    """The keys in the file; made and written there if it is missing or damaged.

    Raises:
        AuthError: `auth.unsafe_file`, others could have read or written it.
    """
    try:
        values = json.loads(read_private(path))
        keys = Keys(**{spec.name: str(values[spec.name]) for spec in dataclasses.fields(Keys)})
        for secret, public in (
            (keys.server_secret, keys.server_public),
            (keys.client_secret, keys.client_public),
        ):
            if zmq.curve_public(secret.encode()).decode() != public:
                raise ValueError("the keys don't belong together")
        return keys
    except FileNotFoundError:
        pass
    except (ValueError, TypeError, KeyError) as error:
        _log.warning("%s is damaged (%s); new keys are made", path, error)
    keys = Keys(*_pair(), *_pair())
    write_private(path, json.dumps(dataclasses.asdict(keys), indent=1).encode())
    return keys


def _pair() -> tuple[str, str]:
    public, secret = zmq.curve_keypair()
    return public.decode(), secret.decode()
