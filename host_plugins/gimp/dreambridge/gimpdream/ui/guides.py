"""What a dream is guided by: a layer or a picture file, with a small picture of it."""

from __future__ import annotations

from typing import Any

import gi

gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import GimpUi, GObject, Gtk  # noqa: E402

from gimpdream.arguments import GUIDE_FILE, chosen_guide  # noqa: E402
from gimpdream.document.appearance import small_frame  # noqa: E402
from gimpdream.document.source import bounds_of  # noqa: E402
from gimpdream.errors import UserError  # noqa: E402
from gimpdream.ui.pixbufs import pixbuf, scaled  # noqa: E402

_SIDE = 72


def guide_rows(dialog: GimpUi.ProcedureDialog, config: Any) -> list[Gtk.Widget]:
    """A layer, a file, and what is chosen of them."""
    picture = Gtk.Image(halign=Gtk.Align.START)

    def show(*_: object) -> None:
        try:
            guide = chosen_guide(config)
        except UserError:
            guide = None
        picture.set_visible(guide is not None)
        if guide is not None:
            frame = pixbuf(small_frame(guide, bounds_of(guide), _SIDE))
            picture.set_from_pixbuf(scaled(frame, (frame.get_width(), frame.get_height())))

    picture.set_no_show_all(True)
    show()
    config.connect("notify::guide", show)
    config.connect(f"notify::{GUIDE_FILE}", show)
    return [optional(dialog, config, "guide", "Dream without a guide."), _file_row(config), picture]


def optional(
    dialog: GimpUi.ProcedureDialog, config: Any, argument: str, about_none: str
) -> Gtk.Widget:
    """GIMP's choice of a layer, and a button for none, which GIMP's choice doesn't offer."""
    row = Gtk.Box(spacing=6)
    row.pack_start(dialog.get_widget(argument, GObject.TYPE_NONE), True, True, 0)
    row.pack_start(_none(config, argument, None, about_none), False, False, 0)
    return row


def _file_row(config: Any) -> Gtk.Widget:
    label = Gtk.Label(label="Guide file", xalign=0.0)
    button = Gtk.FileChooserButton(title="A picture that guides the dream")
    pictures = Gtk.FileFilter()
    pictures.set_name("Pictures")
    pictures.add_mime_type("image/*")
    button.add_filter(pictures)

    def chosen(*_: object) -> None:
        path = button.get_filename()
        if path:
            config.set_property("guide", None)
            config.set_property(GUIDE_FILE, path)

    def show(*_: object) -> None:
        path = config.get_property(GUIDE_FILE)
        if path and path != button.get_filename():
            button.set_filename(path)
        elif not path:
            button.unselect_all()

    show()
    button.connect("file-set", chosen)
    config.connect(f"notify::{GUIDE_FILE}", show)
    row = Gtk.Box(spacing=6)
    row.pack_start(label, False, False, 0)
    row.pack_start(button, True, True, 0)
    row.pack_start(_none(config, GUIDE_FILE, "", "Dream without this picture."), False, False, 0)
    return row


def _none(config: Any, argument: str, nothing: object, about: str) -> Gtk.Widget:
    """A button that clears an argument."""
    none = Gtk.Button(label="None", tooltip_text=about)
    none.connect("clicked", lambda *_: config.set_property(argument, nothing))

    def show(*_: object) -> None:
        none.set_sensitive(bool(config.get_property(argument)))

    show()
    config.connect(f"notify::{argument}", show)
    return none
