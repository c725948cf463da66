"""Joining a Ray cluster, or starting one on this machine that nobody else can reach.

Ray waits without end for a cluster that isn't there and can't be interrupted then, so its address
is tried first. Only the driver's process may import this module.
"""

from __future__ import annotations

import contextlib
import importlib
import ipaddress
import os
import secrets
import socket
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from bridgeclient.errors import BridgeError, bridge_error
from dreambridge.workers.cluster.options import LOCAL
from dreambridge.workers.options import NICENESS

_TRY_S = 5.0
_TRIES = "RAY_NUM_REDIS_GET_RETRIES"
"""How often, once a second, Ray asks a cluster that answers, but refuses."""


@contextlib.contextmanager
def joined(address: str, folder: Path) -> Iterator[None]:
    """Be Ray's driver meanwhile; a cluster started for it keeps its files in the private `folder`.

    Raises:
        ServerError: `server.start_failed`, Ray isn't installed or the cluster can't be joined.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if address == LOCAL:
        _keep_private()
        os.environ.setdefault("RAY_worker_niceness", str(NICENESS))  # its own is 15
    else:
        os.environ.setdefault(_TRIES, "5")
    _init(address, folder)
    try:
        yield
    finally:
        _ray().shutdown()


def _ray() -> ModuleType:
    """The module, which reads its environment variables when it is imported."""
    try:
        return importlib.import_module("ray")
    except ImportError as error:
        raise bridge_error(
            "server.start_failed",
            f"Ray can't be loaded ({error}).",
            "Install it: pip install 'dreambridge[ray]'.",
        ) from error


def _init(address: str, folder: Path) -> None:
    ray = _ray()
    try:
        if address == LOCAL:
            ray.init("local", include_dashboard=False, _temp_dir=str(folder / "ray"))
        else:
            _try(address)
            ray.init(address)
    except BridgeError:
        raise
    except Exception as error:  # Ray raises of many kinds here, and none of its own
        if "AuthenticationError" in "".join(traceback.format_exception(error)):
            raise _refused(address) from error
        first = str(error).strip().partition("\n")[0][:300]
        raise _unreachable(address, first or type(error).__name__) from error


def _keep_private() -> None:
    """The environment for a cluster that only this process and its children can use.

    Its ports are on the loopback address, where other users of the machine find them; hence the
    token. Ray opens its folder to everyone; hence the private one around it.
    """
    os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"  # means the loopback address, anywhere
    os.environ["RAY_AUTH_MODE"] = "token"
    os.environ["RAY_AUTH_TOKEN"] = secrets.token_hex(32)


def _try(address: str) -> None:
    host, _, port = address.rpartition(":")
    with contextlib.suppress(ValueError):
        if ipaddress.ip_address(host).is_loopback:
            host = _ray().util.get_node_ip_address()  # where Ray will look for it
    try:
        socket.create_connection((host, int(port)), _TRY_S).close()
    except OSError as error:
        raise _unreachable(address, error.strerror or str(error)) from error


def _refused(address: str) -> BridgeError:
    return bridge_error(
        "server.start_failed",
        f"The Ray cluster at {address} can't be joined: it lets nobody in without its token.",
        "Set RAY_AUTH_MODE=token and RAY_AUTH_TOKEN here as they are on its nodes; "
        "see docs/cluster.md.",
    )


def _unreachable(address: str, why: str) -> BridgeError:
    if address == LOCAL:
        hint = "Read the log, or serve without --cluster."
        return bridge_error("server.start_failed", f"Ray could not be started here: {why}.", hint)
    return bridge_error(
        "server.start_failed",
        f"The Ray cluster at {address} can't be joined: {why.rstrip('.')}.",
        "Check the address, and that this machine is a node of it; see docs/cluster.md.",
    )
