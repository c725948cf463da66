"""What is asked of the server; no Qt and no Krita."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bridgeclient import ImageFrame


@dataclass(frozen=True)
class Request:
    """What is submitted: pixels with context, what may change, the guide, the settings."""

    image: ImageFrame
    settings: dict[str, Any]
    mask: ImageFrame | None = None
    guide: ImageFrame | None = None
    preview_side: int = 0
