"""The look of the settings, dreamed quickly at a small size inside the dialog.

Nothing here waits: the server is reached by a thread, and its events are fetched by a timer, so
that the dialog always answers. A changed setting cancels the dream and starts another.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("GdkPixbuf", "2.0")
from gi.repository import GdkPixbuf, GLib, Gtk  # noqa: E402

import bridgeclient as bridge  # noqa: E402
from bridgeclient.looks import counted  # noqa: E402
from gimpdream.arguments import Parameters  # noqa: E402
from gimpdream.bridge.duration import DurationEstimate  # noqa: E402
from gimpdream.bridge.jobs import NAME  # noqa: E402
from gimpdream.document.plan import Plan  # noqa: E402
from gimpdream.errors import UserError  # noqa: E402
from gimpdream.ui.preview_source import PreviewSource  # noqa: E402

SIDE = 288
"""Longest side of the preview in pixels."""

_DEBOUNCE_MS = 250
_POLL_MS = 40
_WATCH_MS = 500
_DONE, _MORE = False, True  # what a GLib timer's function answers
_CHECK, _LIGHT, _DARK = 8, 0xFF999999, 0xFF666666


class Preview:
    """A picture with a switch and a line of text below it, `widget`.

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
        self._last: tuple[Plan, bridge.DreamRequest] | None = None
        self._debouncing = self._polling = 0
        self._watching = GLib.timeout_add(_WATCH_MS, self._watch)
        self._closed = False
        self.widget = self._build()
        threading.Thread(target=self._connect, args=(here,), daemon=True).start()

    def changed(self) -> None:
        """Dream anew, once the settings have been left alone for a moment."""
        if self._debouncing:
            GLib.source_remove(self._debouncing)
        self._debouncing = GLib.timeout_add(_DEBOUNCE_MS, self._start)

    def close(self) -> None:
        """Stop dreaming and leave the server."""
        self._closed = True
        for timer in (self._debouncing, self._polling, self._watching):
            if timer:
                GLib.source_remove(timer)
        self._debouncing = self._polling = self._watching = 0
        if self._client is not None:
            self._client.close()
            self._client = None

    def _build(self) -> Gtk.Widget:
        self._picture = Gtk.Image(valign=Gtk.Align.START)
        self._picture.set_size_request(SIDE, -1)
        self._switch = Gtk.CheckButton.new_with_mnemonic("Pre_view")
        self._switch.set_active(True)
        self._switch.connect("toggled", lambda *_: self.changed())
        self._status = Gtk.Label(label="Waking the dream server…", xalign=0.0, wrap=True)
        self._status.set_max_width_chars(36)
        self._time = Gtk.Label(xalign=0.0, wrap=True)
        self._time.set_max_width_chars(36)
        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        for child in (self._picture, self._switch, self._status, self._time):
            box.pack_start(child, False, False, 0)
        box.show_all()
        return box

    def _connect(self, here: Path) -> None:
        """In a thread of its own: find or start the server, then hand the client over."""
        try:
            found = bridge.connect(bridge.Installation.read(here / "bridge.json"), name=NAME)
        except bridge.BridgeError as error:
            GLib.idle_add(self._show_status, str(error))
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

    def _start(self) -> bool:
        self._debouncing = 0
        try:
            self._cancel()
            plan = self._source.plan(self._parameters())
            self._time.set_text(self._estimate.expected(plan))
            request = self._source.request(plan.parameters)
            self._last = plan, request
            if not self._switch.get_active():
                self._show_status("")
                self._show(request.image)
            elif self._client is not None:
                self._job = self._dream(self._client, request)
            elif self._picture.get_storage_type() == Gtk.ImageType.EMPTY:
                self._show(request.image)
        except UserError as refused:
            self._time.set_text("")
            self._show_status(str(refused))
        except bridge.BridgeError as error:
            self._disconnect(error)
        return _DONE

    def _cancel(self) -> None:
        if self._client is not None and self._job is not None:
            self._client.cancel(self._job)
        self._job = None

    def _dream(self, client: bridge.BridgeClient, request: bridge.DreamRequest) -> str:
        self._show_status("Falling asleep…" if client.welcome.warm else "The engine is warming up…")
        return client.submit(request)

    def _poll(self) -> bool:
        try:
            while self._client is not None and (event := self._client.receive()) is not None:
                self._handle(event)
        except bridge.BridgeError as error:
            self._disconnect(error)
            return _DONE
        return _MORE

    def _handle(self, event: bridge.Event) -> None:
        if getattr(event, "job", None) != self._job:
            return
        match event:
            case bridge.Accepted(ahead=ahead) if ahead:
                self._show_status(f"Waiting for {counted(ahead, 'other dream')}…")
            case bridge.Started():
                self._show_status("Falling asleep…")
            case bridge.Preview(image=image):
                self._show(image)
            case bridge.Progress(fraction=fraction):
                self._show_status(f"Dreaming a sketch: {fraction:.0%}")
            case bridge.Result():
                self._job = None
                self._show(event.image)
                self._show_status(f"A sketch at reduced size ({event.seconds:.1f} s).")
                self._measure(event)
            case bridge.Failed(error=error):
                self._job = None
                self._show_status(str(error))

    def _measure(self, result: bridge.Result) -> None:
        """The preview tells how long the dream will take where nothing better is known."""
        if self._last is not None:
            plan, request = self._last
            self._estimate.record(request, result)
            self._time.set_text(self._estimate.expected(plan))

    def _disconnect(self, error: bridge.BridgeError) -> None:
        self._show_status(str(error))
        self._polling, self._job = 0, None
        if self._client is not None:
            self._client.close()
            self._client = None

    def _show_status(self, text: str) -> bool:
        self._status.set_text(text)
        return _DONE

    def _show(self, image: bridge.ImageFrame) -> None:
        self._picture.set_from_pixbuf(_pixbuf(image))


def _pixbuf(image: bridge.ImageFrame) -> GdkPixbuf.Pixbuf:
    """The frame for the screen: grey as RGB, transparency over a checkerboard."""
    pixels, channels = bytes(image.pixels), image.channels
    if channels < 3:
        spread = bytearray(image.width * image.height * (channels + 2))
        for colour in range(3):
            spread[colour :: channels + 2] = pixels[::channels]
        if channels == 2:
            spread[3::4] = pixels[1::2]
        pixels, channels = bytes(spread), channels + 2
    size = image.width, image.height
    pixbuf = GdkPixbuf.Pixbuf.new_from_bytes(
        GLib.Bytes.new(pixels),
        GdkPixbuf.Colorspace.RGB,
        channels == 4,
        8,
        *size,
        size[0] * channels,
    )
    if channels == 3:
        return pixbuf
    plain = GdkPixbuf.InterpType.NEAREST
    return pixbuf.composite_color_simple(*size, plain, 255, _CHECK, _LIGHT, _DARK)
