"""Where dreambridge is, as the installer wrote it beside the plug-in."""

from __future__ import annotations

from pathlib import Path

from bridgeclient import Installation, ServerError
from dreamkrita.errors import NotInstalled


def installation(bridge_json: Path) -> Installation:
    """The installation that the plug-in belongs to.

    Raises:
        NotInstalled: it isn't there, or no longer.
    """
    try:
        found = Installation.read(bridge_json)
    except ServerError as error:
        raise NotInstalled(error.code, error.message, error.hint) from error
    if not Path(found.python).exists():
        raise NotInstalled(
            "server.start_failed",
            f"dreambridge is no longer in {found.python}.",
            "Run `dreambridge install krita`.",
        )
    return found
