"""Small dreams of what is selected, made one after the other while nothing else is to be done.

Whoever shows pictures of looks or seeds asks for them by a key; they come when there is time, and
again after the document was changed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace

import gi

gi.require_version("GdkPixbuf", "2.0")
from gi.repository import GdkPixbuf  # noqa: E402

import bridgeclient as bridge  # noqa: E402
from bridgeclient.looks import Json, with_guide  # noqa: E402
from gimpdream.arguments import Parameters  # noqa: E402
from gimpdream.errors import UserError  # noqa: E402
from gimpdream.ui.pixbufs import pixbuf, scaled  # noqa: E402
from gimpdream.ui.preview_source import PreviewSource  # noqa: E402

SIDE = 68
"""Of a small picture, in pixels."""

_DREAMED_SIDE = 112


@dataclass(frozen=True)
class Wish:
    """Settings to be sketched, beside those of the dialog, and what to do with the picture."""

    settings: Json
    show: Callable[[GdkPixbuf.Pixbuf], None]


class Sketches:
    """The queue of small pictures; `parameters` are the dialog's, None before they are known."""

    def __init__(self, source: PreviewSource) -> None:
        self._source = source
        self._wishes: dict[Hashable, Wish] = {}
        self._made: dict[Hashable, object] = {}
        self._job: str | None = None
        self._under_way: tuple[Hashable, object] | None = None
        self.parameters: Parameters | None = None

    def ask(self, wishes: Mapping[Hashable, Wish]) -> None:
        """Ask for pictures, in this order; later ones are made first."""
        self._wishes = {**wishes, **{k: w for k, w in self._wishes.items() if k not in wishes}}

    def forget(self, kind: str) -> None:
        """Make no more pictures whose key begins with this."""
        self._wishes = {
            key: wish
            for key, wish in self._wishes.items()
            if not (isinstance(key, tuple) and key[0] == kind)
        }

    def proceed(self, client: bridge.BridgeClient) -> None:
        """Begin with the next picture, if none is under way."""
        if self._job is not None or self.parameters is None:
            return
        for key, wish in self._wishes.items():
            guided = self.parameters.guide is not None
            settings = with_guide({**self.parameters.settings, **wish.settings}, guided=guided)
            state = repr(settings), self._source.state
            if self._made.get(key) != state:
                self._made[key] = state
                self._begin(client, key, settings)
                return

    def _begin(self, client: bridge.BridgeClient, key: Hashable, settings: Json) -> None:
        assert self.parameters is not None
        try:
            wanted = replace(self.parameters, settings=settings)
            sketch = self._source.small_sketch(wanted, _DREAMED_SIDE)
        except UserError:
            return
        self._under_way = key, self._made[key]
        self._job = client.submit(sketch.request)

    def cancel(self, client: bridge.BridgeClient) -> None:
        """Something more important is to be dreamed."""
        if self._job is None or self._under_way is None:
            return
        client.cancel(self._job)
        self._made.pop(self._under_way[0], None)
        self._job = self._under_way = None

    def handle(self, event: bridge.Event) -> None:
        """An event that was not the preview's."""
        if self._job is None or getattr(event, "job", None) != self._job:
            return
        if isinstance(event, bridge.Result | bridge.Failed):
            if isinstance(event, bridge.Result) and self._under_way is not None:
                wish = self._wishes.get(self._under_way[0])
                if wish is not None:
                    wish.show(scaled(pixbuf(event.image), (SIDE, SIDE)))
            self._job = self._under_way = None
