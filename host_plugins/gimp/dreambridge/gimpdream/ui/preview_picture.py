"""The preview's picture: as large as there is room, before and after, moved with the mouse.

A scrolled window without scroll bars holds an image that is made anew when the room changes, so
that the dialog can shrink again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("GdkPixbuf", "2.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GdkPixbuf, GLib, Gtk  # noqa: E402

from bridgeclient.region import Rect  # noqa: E402
from gimpdream.ui.pixbufs import Patch, paste, scaled  # noqa: E402

_LEAST = 260
_ENLARGED = 3.0
"""A small selection is shown at up to so many times its size."""


@dataclass(frozen=True)
class View:
    """What is seen: a rectangle of the layer, as a picture of any size; at full size or to fit."""

    picture: GdkPixbuf.Pixbuf
    covers: Rect
    full_size: bool = False


@dataclass
class PreviewPicture:
    """Shows a view and the dreamed patch in it; `widget` is to be packed.

    `resized` is called when there is more or less room, `dragged` with how far the mouse has
    moved the picture, and `pressed` when a button is held on it or released.
    """

    resized: Callable[[], None]
    dragged: Callable[[float, float], None]
    pressed: Callable[[bool], None]
    widget: Gtk.Widget = field(init=False)

    def __post_init__(self) -> None:
        self._view: View | None = None
        self._patch: Patch | None = None
        self._original = False
        self._drawing = 0
        self._room = (0, 0)
        self._from: tuple[float, float] | None = None
        self._image = Gtk.Image()
        scroll = Gtk.ScrolledWindow(min_content_width=_LEAST, min_content_height=_LEAST * 3 // 4)
        scroll.set_policy(Gtk.PolicyType.EXTERNAL, Gtk.PolicyType.EXTERNAL)
        scroll.add(self._image)
        scroll.connect("size-allocate", self._allocated)
        box = Gtk.EventBox(above_child=True)
        box.add(scroll)
        box.add_events(Gdk.EventMask.BUTTON_MOTION_MASK)
        box.connect("button-press-event", self._press)
        box.connect("button-release-event", self._release)
        box.connect("motion-notify-event", self._move)
        self.widget = box

    @property
    def room(self) -> tuple[int, int]:
        """Width and height that there are for the picture, in pixels."""
        return max(_LEAST, self._room[0]), max(_LEAST * 3 // 4, self._room[1])

    @property
    def is_empty(self) -> bool:
        """Whether nothing was shown yet."""
        return self._view is None

    def show(self, view: View, patch: Patch | None) -> None:
        """Show a view, dreamed where the patch is."""
        self._view, self._patch = view, patch
        self._draw()

    def show_original(self, original: bool) -> None:
        """Show the view without what was dreamed, or with it again."""
        self._original = original
        self._draw()

    def scale(self, view: View) -> float:
        """The pixels on the screen per pixel of the layer."""
        width, height = self.room
        fitting = min(width / view.covers.width, height / view.covers.height, _ENLARGED)
        return 1.0 if view.full_size else fitting

    def close(self) -> None:
        """Draw no more."""
        if self._drawing:
            GLib.source_remove(self._drawing)
            self._drawing = 0

    def _draw(self) -> None:
        if self._view is None:
            return
        covers, scale = self._view.covers, self.scale(self._view)
        size = max(1, int(covers.width * scale)), max(1, int(covers.height * scale))
        picture = scaled(self._view.picture, size)
        if self._patch is not None and not self._original:
            paste(self._patch, picture, covers)
        self._image.set_from_pixbuf(picture)

    def _allocated(self, _: Gtk.Widget, room: Gdk.Rectangle) -> None:
        if (room.width, room.height) != self._room:
            self._room = room.width, room.height
            if not self._drawing:
                self._drawing = GLib.idle_add(self._redraw)

    def _redraw(self) -> bool:
        self._drawing = 0
        self._draw()
        self.resized()
        return False

    def _press(self, _: Gtk.Widget, event: Gdk.EventButton) -> bool:
        self._from = event.x, event.y
        self.pressed(True)
        return True

    def _release(self, _: Gtk.Widget, event: Gdk.EventButton) -> bool:
        self._from = None
        self.pressed(False)
        return True

    def _move(self, _: Gtk.Widget, event: Gdk.EventMotion) -> bool:
        if self._from is not None:
            self.dragged(event.x - self._from[0], event.y - self._from[1])
            self._from = event.x, event.y
        return True
