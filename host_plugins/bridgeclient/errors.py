"""Everything that can go wrong between an editor and the bridge, as one tree.

    BridgeError
    ├── ProtocolError   protocol.*   the two sides don't understand each other
    ├── AuthError       auth.*       a key or a private file is not what it must be
    ├── RequestError    request.*    this dream can't be dreamed; `field` names what to change
    ├── BusyError       busy.*       the server is at a limit; `retry_after_s` says how long
    ├── EngineError     engine.*     the engine failed on this job
    ├── ServerError     server.*     the server is closing, lost, or could not be started
    └── Cancelled       cancelled    the job was cancelled

The same codes travel in `error` messages and are documented in docs/protocol.md. This module knows
no sockets and no engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CODES: dict[str, bool] = {
    "protocol.version": False,
    "protocol.malformed": False,
    "protocol.unknown_type": False,
    "protocol.too_large": False,
    "auth.refused": False,
    "auth.unsafe_file": False,
    "request.invalid": False,
    "request.too_large": False,
    "busy.queue_full": True,
    "busy.too_many_clients": True,
    "engine.crashed": True,
    "engine.failed": False,
    "engine.weights": False,
    "engine.device": False,
    "engine.nonfinite": False,
    "engine.out_of_memory": False,
    "server.closing": True,
    "server.lost": True,
    "server.unreachable": True,
    "server.start_failed": False,
    "server.no_transport": False,
    "server.version": False,
    "server.failed": False,
}
"""Every error code with whether the same request may succeed when it is sent again."""


class BridgeError(Exception):
    """Base of everything that the bridge raises on purpose.

    `message` says what happened, `hint` what to do next, `retryable` whether sending the same
    request again may succeed, `job` the job concerned ("" for none). `facts` holds what the code
    adds: `field`, `limit`, `retry_after_s`.
    """

    def __init__(
        self,
        code: str,
        message: str,
        hint: str = "",
        retryable: bool | None = None,
        *,
        job: str = "",
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.retryable = CODES.get(code, False) if retryable is None else retryable
        self.job = job
        self.facts = dict(facts or {})

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()

    def to_fields(self) -> dict[str, Any]:
        """The header fields of an `error` message that says the same."""
        fields = {"code": self.code, "message": self.message, "hint": self.hint}
        job = {"job": self.job} if self.job else {}
        return {**fields, "retryable": self.retryable, **job, **self.facts}


class ProtocolError(BridgeError):
    """The two sides don't understand each other."""


class AuthError(BridgeError):
    """A key was refused, or a private file is readable by others."""


class RequestError(BridgeError):
    """This dream can't be dreamed as it was asked for."""

    @property
    def field(self) -> str:
        """The setting or image that has to change, "" if no single one."""
        return str(self.facts.get("field", ""))


class BusyError(BridgeError):
    """The server is at one of its limits."""

    @property
    def retry_after_s(self) -> float:
        """Seconds after which another try makes sense."""
        return float(self.facts.get("retry_after_s", 1.0))


class EngineError(BridgeError):
    """The engine failed on this job."""


class ServerError(BridgeError):
    """The server is closing, lost, not there, or could not be started."""


class Cancelled(BridgeError):
    """The job was cancelled, by this client or because it fell silent."""

    def __init__(self, job: str) -> None:
        super().__init__("cancelled", "The dream was cancelled.", job=job)


_FAMILIES: dict[str, type[BridgeError]] = {
    "protocol": ProtocolError,
    "auth": AuthError,
    "request": RequestError,
    "busy": BusyError,
    "engine": EngineError,
    "server": ServerError,
}


def bridge_error(
    code: str,
    message: str,
    hint: str = "",
    retryable: bool | None = None,
    *,
    job: str = "",
    **facts: Any,
) -> BridgeError:
    """The error of the class that its code belongs to."""
    family = _FAMILIES.get(code.split(".")[0], BridgeError)
    return family(code, message, hint, retryable, job=job, facts=facts)


def error_from_fields(fields: Mapping[str, Any]) -> BridgeError:
    """The error that an `error` message describes; the inverse of `BridgeError.to_fields`."""
    known = {"code", "message", "hint", "retryable", "job", "type"}
    facts = {name: value for name, value in fields.items() if name not in known}
    return bridge_error(
        fields["code"],
        fields["message"],
        fields["hint"],
        fields["retryable"],
        job=fields.get("job") or "",
        **facts,
    )
