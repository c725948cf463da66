"""What the plug-in says when it can't do what it was asked: one sentence, and what to do."""

from __future__ import annotations


class UserError(Exception):
    """The document or the arguments don't allow the dream; the text is for the user."""
