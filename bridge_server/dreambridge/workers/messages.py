"""What the worker tells the server: the messages for its jobs' clients, and two about itself."""

from __future__ import annotations

from bridgeclient.protocol import FROM_SERVER, TERMINAL, MessageSpec

_PASSED_ON = {"started", "progress", "preview"} | TERMINAL

FROM_WORKER: dict[str, MessageSpec] = {
    **{name: FROM_SERVER[name] for name in sorted(_PASSED_ON)},
    "ready": MessageSpec({"device": "text", "precision": "text"}),
    "failed": MessageSpec({"code": "text", "message": "text", "hint": "text"}),
}
"""What a worker says; the server passes on what is for clients."""
