"""The errors of the engine.

    DreamError
    ├── SettingsError      a setting's value is not accepted (also a ValueError)
    ├── ImageError         an image, mask or guide can't be dreamed (also a ValueError)
    ├── WeightsError       a weights file is missing, damaged or no VGG16
    ├── DeviceError        the device or precision asked for is not there
    ├── NonFiniteError     the gradient became NaN or infinite
    └── OutOfMemoryError   the device has too little memory even for the smallest tile

Messages say what happened; `hint` says what to do next.
"""

from __future__ import annotations

from typing import Any


class DreamError(Exception):
    """Base of everything that the engine raises on purpose."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()


class SettingsError(DreamError, ValueError):
    """A setting has a value that it does not accept; `field` names the setting.

    `value` is what was given, or the part of it that is wrong, `accepted` says what would be right.
    """

    def __init__(self, field: str, value: Any, accepted: str) -> None:
        super().__init__(f"{field} = {value!r} is not accepted.", f"Accepted: {accepted}.")
        self.field = field
        self.value = value
        self.accepted = accepted


class ImageError(DreamError, ValueError):
    """An image, mask or guide can't be dreamed: its shape, type or values; `field` says which."""

    def __init__(self, message: str, hint: str = "", field: str = "image") -> None:
        super().__init__(message, hint)
        self.field = field


class WeightsError(DreamError):
    """A weights file is missing, damaged, or does not hold VGG16's convolutions."""


class DeviceError(DreamError):
    """The device or precision asked for is not available."""


class NonFiniteError(DreamError):
    """The gradient became NaN or infinite; the image was not changed by that step."""


class OutOfMemoryError(DreamError):
    """Not even the smallest tile fits into the device's memory."""
