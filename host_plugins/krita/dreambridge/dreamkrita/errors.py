"""What the plug-in says when it can't do what it was asked: one sentence, and what to do."""

from __future__ import annotations

from bridgeclient import ServerError


class UserError(Exception):
    """The document or the settings don't allow the dream; the text is for the user."""


def unexpected(error: Exception) -> UserError:
    """What to say of an error that nobody thought of."""
    what = f"{type(error).__name__}: {error}"
    return UserError(f"The dream went wrong ({what}): run `dreambridge doctor`.")


class NotInstalled(ServerError):
    """The plug-in doesn't know where dreambridge is, or it isn't there any more."""
