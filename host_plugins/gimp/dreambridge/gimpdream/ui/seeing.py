"""Asks the server what it sees in what is to be dreamed, whatever else it is doing.

One question at a time, and another one when the document has changed meanwhile. Who shows the
answer sets `answered`.
"""

from __future__ import annotations

from collections.abc import Callable

import bridgeclient as bridge
from gimpdream.bridge.inspection import inspection
from gimpdream.ui.preview_source import PreviewSource

PICTURE_SIDE = 112
"""Of the channels' pictures as they are asked for, in pixels."""


Answer = bridge.Inspected | bridge.Failed | None
"""None where nobody can be asked."""


class Seeing:
    """The conversation; `layer` is the layer of the network to look at, "" for any."""

    def __init__(self, source: PreviewSource) -> None:
        self._source = source
        self._asked: object = None
        self._job: str | None = None
        self.layer = ""
        self.answered: Callable[[Answer], None] = lambda _: None

    @property
    def asking(self) -> bool:
        """Whether an answer is still to come."""
        return self._job is not None

    def proceed(self, client: bridge.BridgeClient) -> None:
        """Ask, if there is something new to ask for."""
        question = self._source.state, self.layer
        if self.asking or question[0] is None or question == self._asked:
            return
        self._asked = question
        self._job = client.inspect(inspection(self._source.first, self.layer, PICTURE_SIDE))

    def lose(self) -> None:
        """There is nobody to ask any more; why is said below the preview."""
        self._job = None
        self.answered(None)

    def handle(self, event: bridge.Event) -> None:
        """An event that was not the preview's."""
        if isinstance(event, bridge.Inspected | bridge.Failed) and event.job == self._job:
            self._job = None
            self.answered(event)
