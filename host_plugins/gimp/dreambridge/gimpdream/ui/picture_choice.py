"""Choices among pictures: the looks, and four seeds. A click or the arrow keys choose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("GdkPixbuf", "2.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GdkPixbuf, GLib, Gtk, Pango  # noqa: E402

from gimpdream.ui.sketches import SIDE  # noqa: E402

_LETTERS = 10
"""A longer name is cut off below its picture; whoever adds it has it in the tooltip."""


class PictureChoice:
    """Pictures with names below, as many in a row as fit; `widget` is to be packed."""

    def __init__(self, chosen: Callable[[str], None], least_columns: int, most: int) -> None:
        self._chosen, self._telling = chosen, True
        self._images: dict[str, Gtk.Image] = {}
        self.widget = Gtk.FlowBox(
            homogeneous=True,
            min_children_per_line=least_columns,
            max_children_per_line=most,
            selection_mode=Gtk.SelectionMode.SINGLE,
            activate_on_single_click=True,
            valign=Gtk.Align.START,
        )
        self.widget.connect("selected-children-changed", self._tell)
        self.widget.connect("mnemonic-activate", self.focus)

    def add(self, name: str, label: str, about: str, picture: GdkPixbuf.Pixbuf | None) -> None:
        """Add a picture, None for one that comes later."""
        image = Gtk.Image()
        image.set_size_request(SIDE, SIDE)
        if picture is not None:
            image.set_from_pixbuf(picture)
        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, tooltip_text=about)
        box.pack_start(image, False, False, 0)
        if label:
            name_below = Gtk.Label(label=label, max_width_chars=_LETTERS)
            name_below.set_ellipsize(Pango.EllipsizeMode.END)
            box.pack_start(name_below, False, False, 0)
        child = Gtk.FlowBoxChild(name=name)
        child.add(box)
        self.widget.add(child)
        self._images[name] = image

    def show_picture(self, name: str, picture: GdkPixbuf.Pixbuf) -> None:
        """Give one another picture, if it is still there."""
        if name in self._images:
            self._images[name].set_from_pixbuf(picture)

    def select(self, name: str) -> None:
        """Mark this one, none if it is nobody's name."""
        self._telling = False
        self.widget.unselect_all()
        for child in self.widget.get_children():
            if child.get_name() == name:
                self.widget.select_child(child)
        self._telling = True

    def on_menu(self, pop_up: Callable[[str | None, Gdk.Event | None], None]) -> None:
        """Tell which picture a menu is asked for, with the mouse or the key for menus."""

        def pressed(grid: Gtk.FlowBox, event: Gdk.EventButton) -> bool:
            if event.button != Gdk.BUTTON_SECONDARY:
                return False
            child = grid.get_child_at_pos(int(event.x), int(event.y))
            pop_up(child.get_name() if child else "", event)
            return True

        def asked(_: Gtk.FlowBox) -> bool:
            pop_up(None, None)
            return True

        self.widget.connect("button-press-event", pressed)
        self.widget.connect("popup-menu", asked)

    def clear(self) -> None:
        """Take all pictures away."""
        self._images.clear()
        for child in self.widget.get_children():
            self.widget.remove(child)

    def _tell(self, *_: object) -> None:
        selected: Sequence[Gtk.FlowBoxChild] = self.widget.get_selected_children()
        if self._telling and selected:
            self._chosen(selected[0].get_name())

    def focus(self, *_: object) -> bool:
        """Let the arrow keys move from the chosen picture on."""
        children = self.widget.get_selected_children() or self.widget.get_children()
        if children:
            children[0].grab_focus()
        return True


def unpacked(data: bytes) -> GdkPixbuf.Pixbuf | None:
    """The picture in a file's bytes, None if it is damaged or there is none."""
    loader = GdkPixbuf.PixbufLoader()
    picture = None
    try:
        loader.write(data)
        loader.close()
        picture = loader.get_pixbuf()
    except GLib.Error:
        with suppress(GLib.Error):
            loader.close()
    return picture and picture.scale_simple(SIDE, SIDE, GdkPixbuf.InterpType.BILINEAR)


def bundled(path: Path) -> GdkPixbuf.Pixbuf | None:
    """A picture that came with the plug-in, None if it is missing."""
    try:
        return GdkPixbuf.Pixbuf.new_from_file_at_scale(str(path), SIDE, SIDE, True)
    except GLib.Error:
        return None
