"""The look of the settings, dreamed quickly at a small size inside the dialog.

Nothing here waits: the server is reached by a thread, and its events are fetched by a timer, so
that the dialog always answers. A changed setting cancels the dream and starts another; a quick one
first, then a finer one where the dialog has room for it. While there is nothing else to do, small
pictures are dreamed for whoever wants some (`Sketches`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import gi

gi.require_version("GdkPixbuf", "2.0")
gi.require_version("Gtk", "3.0")
from gi.repository import GdkPixbuf, GLib, Gtk  # noqa: E402

import bridgeclient as bridge  # noqa: E402
from bridgeclient.looks import counted  # noqa: E402
from gimpdream.arguments import Parameters  # noqa: E402
from gimpdream.bridge.duration import DurationEstimate  # noqa: E402
from gimpdream.bridge.jobs import NAME  # noqa: E402
from gimpdream.bridge.preview_request import Sketch  # noqa: E402
from gimpdream.document.plan import Plan  # noqa: E402
from gimpdream.errors import UserError  # noqa: E402
from gimpdream.ui.pixbufs import Patch, pixbuf, square  # noqa: E402
from gimpdream.ui.preview_picture import PreviewPicture, View  # noqa: E402
from gimpdream.ui.preview_source import PreviewSource  # noqa: E402
from gimpdream.ui.seeing import Seeing  # noqa: E402
from gimpdream.ui.sketches import Sketches  # noqa: E402

_QUICK, _FINE = 90_000, 300_000
"""Pixels that are dreamed for a first look, and for one that fills a large dialog."""

_THUMBNAIL = 144  # the side of a saved look's picture, in pixels
_DEBOUNCE_MS = 250
_POLL_MS = 40
_WATCH_MS = 500
_DONE, _MORE = False, True  # what a GLib timer's function answers
_WIDTH_CHARS = 40


class Preview:
    """A picture with its switches and lines of text below it, `widget`.

    `parameters` are what the dialog asks for now; it may raise `UserError`. `source` is what they
    are dreamed of, and `estimate` says how long the dream will take.
    """

    def __init__(
        self,
        here: Path,
        parameters: Callable[[], Parameters],
        source: PreviewSource,
        estimate: DurationEstimate,
    ) -> None:
        self._parameters, self._source, self._estimate = parameters, source, estimate
        self._client: bridge.BridgeClient | None = None
        self._job: str | None = None
        self._sketch: Sketch | None = None
        self._plan: Plan | None = None
        self._view: View | None = None
        self._centre: tuple[float, float] | None = None
        self._debouncing = self._polling = 0
        self._watching = GLib.timeout_add(_WATCH_MS, self._watch)
        self._closed = False
        self._dreamed: Patch | None = None
        self.sketches, self.seeing = Sketches(source), Seeing(source)
        self.widget = self._build()
        threading.Thread(target=self._connect, args=(here,), daemon=True).start()

    def changed(self) -> None:
        """Dream anew, once the settings have been left alone for a moment."""
        if self._debouncing:
            GLib.source_remove(self._debouncing)
        self._debouncing = GLib.timeout_add(_DEBOUNCE_MS, self._start)

    def thumbnail(self) -> GdkPixbuf.Pixbuf | None:
        """The middle of the sketch of the settings as they are, as far as it is dreamed."""
        return None if self._dreamed is None else square(self._dreamed, _THUMBNAIL)

    def close(self) -> None:
        """Stop dreaming and leave the server."""
        self._closed = True
        for timer in filter(None, (self._debouncing, self._polling, self._watching)):
            GLib.source_remove(timer)
        self._debouncing = self._polling = self._watching = 0
        self._picture.close()
        if self._client is not None:
            self._client.close()
            self._client = None

    def _build(self) -> Gtk.Widget:
        self._picture = PreviewPicture(self._resized, self._drag, self._press)
        self._switch = Gtk.CheckButton.new_with_mnemonic("Pre_view")
        self._switch.set_active(True)
        self._switch.connect("toggled", lambda *_: self.changed())
        self._whole = Gtk.ToggleButton.new_with_mnemonic("_100 %")
        self._whole.set_tooltip_text(_ABOUT_100)
        self._whole.connect("toggled", lambda *_: self._zoom())
        original = Gtk.Button(label="Original", tooltip_text=_ABOUT_ORIGINAL)
        original.connect("pressed", lambda *_: self._picture.show_original(True))
        original.connect("released", lambda *_: self._picture.show_original(False))
        row = Gtk.Box(spacing=6)
        row.pack_start(self._switch, True, True, 0)
        row.pack_start(original, False, False, 0)
        row.pack_start(self._whole, False, False, 0)
        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        box.pack_start(self._picture.widget, True, True, 0)
        box.pack_start(row, False, False, 0)
        self._status = self._line("Waking the dream server…")
        self._time = self._line("")
        box.pack_start(self._status, False, False, 0)
        box.pack_start(self._time, False, False, 0)
        box.show_all()
        return box

    def _line(self, text: str) -> Gtk.Label:
        """Text of two lines at most, so that what is above doesn't jump."""
        line = Gtk.Label(label=text, xalign=0.0, yalign=0.0, wrap=True)
        line.set_width_chars(_WIDTH_CHARS)
        line.set_max_width_chars(_WIDTH_CHARS)
        return line

    def _connect(self, here: Path) -> None:
        """In a thread of its own: find or start the server, then hand the client over."""
        try:
            found = bridge.connect(bridge.Installation.read(here / "bridge.json"), name=NAME)
        except bridge.BridgeError as error:
            GLib.idle_add(self._disconnect, error)
        else:
            GLib.idle_add(self._connected, found)

    def _connected(self, client: bridge.BridgeClient) -> bool:
        if self._closed:
            client.close()
            return _DONE
        self._client = client
        self._polling = GLib.timeout_add(_POLL_MS, self._poll)
        self.changed()
        return _DONE

    def _watch(self) -> bool:
        """Follow the document, which can be changed while the dialog is open."""
        if self._source.has_changed():
            self.changed()
        return _MORE

    def _resized(self) -> None:
        """There is other room: a part at full size is another part, a whole may be finer."""
        if self._whole.get_active() or (self._job is None and self._finer() is not None):
            self.changed()

    def _zoom(self) -> None:
        self._centre = None
        self.changed()

    def _press(self, held: bool) -> None:
        """Holding the whole picture shows the original; a part is moved instead."""
        if not self._whole.get_active():
            self._picture.show_original(held)

    def _drag(self, across: float, down: float) -> None:
        if self._whole.get_active() and self._centre is not None and self._view is not None:
            self._centre = self._centre[0] - across, self._centre[1] - down
            self._view = self._source.part(self._centre, self._picture.room)
            self._picture.show(self._view, None)
            self.changed()

    def _start(self) -> bool:
        self._debouncing, self._dreamed = 0, None
        try:
            self._cancel()
            parameters = self._parameters()
            self._plan = self._source.plan(parameters)
            self._time.set_text(self._estimate.expected(self._plan))
            self.sketches.parameters = parameters
            self._sketch = self._next(parameters)
            if self._client is None or not self._switch.get_active() or self._sketch is None:
                self._show_undreamed()
            else:
                self._submit(self._client, self._sketch)
        except UserError as refused:
            self._time.set_text("")
            self._show_status(str(refused))
        except bridge.BridgeError as error:
            self._disconnect(error)
        return _DONE

    def _next(self, parameters: Parameters) -> Sketch | None:
        """What to dream first, of the whole or of a part at full size."""
        region = self._source.first.region
        if not self._whole.get_active():
            self._view = self._source.view()
            return self._source.sketch(parameters, _QUICK)
        if self._centre is None:
            self._centre = region.x + region.width / 2, region.y + region.height / 2
        self._view = self._source.part(self._centre, self._picture.room)
        return self._source.sketch_of_part(self._view.covers, parameters)

    def _finer(self) -> Sketch | None:
        """What to dream next: more of the dream's octaves, where they would be seen."""
        sketch, plan = self._sketch, self._plan
        if sketch is None or plan is None or self._view is None or sketch.scale >= 1.0:
            return None
        if self._whole.get_active() or self._picture.scale(self._view) <= sketch.scale:
            return None
        finer = self._source.sketch(plan.parameters, _FINE)
        return finer if finer.scale > sketch.scale else None

    def _show_undreamed(self) -> None:
        if self._view is not None:
            self._picture.show(self._view, None)
        if self._client is not None:
            self._show_status("" if self._sketch else "Nothing is dreamed in this part.")

    def _cancel(self) -> None:
        if self._client is not None:
            if self._job is not None:
                self._client.cancel(self._job)
            self.sketches.cancel(self._client)
        self._job = None

    def _submit(self, client: bridge.BridgeClient, sketch: Sketch) -> None:
        if self._picture.is_empty and self._view is not None:
            self._picture.show(self._view, None)
        self._sketch = sketch
        self._show_status("Falling asleep…" if client.welcome.warm else "The engine is warming up…")
        self._job = client.submit(sketch.request)

    def _poll(self) -> bool:
        try:
            while self._client is not None and (event := self._client.receive()) is not None:
                self._handle(event)
            if self._client is not None:
                self.seeing.proceed(self._client)
                if self._job is None and not self._debouncing:
                    self.sketches.proceed(self._client)
        except bridge.BridgeError as error:
            self._disconnect(error)
            return _DONE
        return _MORE

    def _handle(self, event: bridge.Event) -> None:
        if getattr(event, "job", None) != self._job:
            self.sketches.handle(event)
            self.seeing.handle(event)
            return
        match event:
            case bridge.Accepted(ahead=ahead) if ahead:
                self._show_status(f"Waiting for {counted(ahead, 'other dream')}…")
            case bridge.Started():
                self._show_status("Falling asleep…")
            case bridge.Preview(image=image):
                self._dreamed = self._show(image)
            case bridge.Progress(fraction=fraction):
                self._show_status(f"Dreaming a sketch: {fraction:.0%}")
            case bridge.Result():
                self._job = None
                self._finish(event)
            case bridge.Failed(error=error):
                self._job = None
                self._show_status(str(error))

    def _finish(self, result: bridge.Result) -> None:
        """Show the sketch, and go on with a finer one; it tells how long the dream will take."""
        self._dreamed = self._show(result.image)
        if self._sketch is None or self._plan is None:
            return
        self._estimate.record(self._sketch.request, result)
        self._time.set_text(self._estimate.expected(self._plan))
        self._show_status(self._sketch.difference)
        finer = self._finer()
        if finer is not None and self._client is not None:
            self._submit(self._client, finer)

    def _disconnect(self, error: bridge.BridgeError) -> None:
        self._show_status(str(error))
        self.seeing.lose()
        self._polling, self._job = 0, None
        if self._client is not None:
            self._client.close()
            self._client = None

    def _show_status(self, text: str) -> None:
        self._status.set_text(text)

    def _show(self, image: bridge.ImageFrame) -> Patch | None:
        if self._sketch is None or self._view is None:
            return None
        patch = Patch(pixbuf(image), self._sketch.covers, self._sketch.part)
        self._picture.show(self._view, patch)
        return patch


_ABOUT_ORIGINAL = "Hold it, or the picture, to see it undreamed."
_ABOUT_100 = "A part at its full size; drag the picture to see another one."
