"""What the engine raises, in the words and codes of the wire: the same behind the bridge and here.

Loads no torch.
"""

from __future__ import annotations

from bridgeclient.errors import BridgeError, bridge_error
from dreamcore.errors import (
    DeviceError,
    DreamError,
    ImageError,
    NonFiniteError,
    OutOfMemoryError,
    SettingsError,
    WeightsError,
)

_CODES: dict[type[DreamError], str] = {
    SettingsError: "request.invalid",
    ImageError: "request.invalid",
    WeightsError: "engine.weights",
    DeviceError: "engine.device",
    NonFiniteError: "engine.nonfinite",
    OutOfMemoryError: "engine.out_of_memory",
}


def as_bridge_error(error: Exception) -> BridgeError:
    """The error that a client is told; what is no `DreamError` is named, and no more."""
    if isinstance(error, DreamError):
        code = next((code for kind, code in _CODES.items() if isinstance(error, kind)), "")
        failure = bridge_error(code or "engine.failed", error.message, error.hint)
        if isinstance(error, SettingsError | ImageError):
            failure.facts["field"] = error.field
        return failure
    if isinstance(error, MemoryError):
        hint = "Dream a smaller region, or close other programs."
        return bridge_error("engine.out_of_memory", "There is not enough memory.", hint)
    return bridge_error(
        "engine.failed",
        f"The engine failed: {type(error).__name__}.",
        "`dreambridge status` shows where the log is; it has the details.",
    )
