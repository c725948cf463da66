"""The user's own looks in the dialog: saved, renamed, favoured, deleted, exported and imported.

What can't be done is said in a sentence, and where a name is asked for, beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gi

gi.require_version("GdkPixbuf", "2.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GdkPixbuf, Gtk  # noqa: E402

from bridgeclient import BridgeError  # noqa: E402
from bridgeclient.looks import Json, look  # noqa: E402
from bridgeclient.own_looks import MOST_LETTERS, SUFFIX, OwnLook, OwnLooks, plugin_looks  # noqa: E402
from gimpdream.arguments import read_settings  # noqa: E402
from gimpdream.errors import UserError  # noqa: E402
from gimpdream.ui.pixbufs import as_jpeg  # noqa: E402

_REFUSED = BridgeError, UserError, OSError


class OwnLooksMenu:
    """A button that saves a look, and a menu of what can be done with one.

    `picture` is a picture of the settings as they are, if there is one. `changed` is told the old
    and the new name of a look: "" as the old one for a new look, as the new one for a deleted.
    """

    def __init__(
        self,
        config: Any,
        schema: Json,
        here: Path,
        picture: Callable[[], GdkPixbuf.Pixbuf | None],
        changed: Callable[[str, str], None],
    ) -> None:
        self._config, self._schema, self._here = config, schema, here
        self._picture, self._changed = picture, changed
        self._save = Gtk.Button(label="Save look…", tooltip_text=_ABOUT_SAVE)
        self._save.connect("clicked", lambda *_: self._ask_to_save())
        self._more = Gtk.Button.new_from_icon_name("open-menu-symbolic", Gtk.IconSize.BUTTON)
        self._more.set_tooltip_text("Rename, delete, export or import looks of your own.")
        self._more.connect("clicked", lambda *_: self.pop_up(None, None))

    def buttons(self) -> list[Gtk.Widget]:
        """What is seen of it before a look is right-clicked."""
        return [self._save, self._more]

    def pop_up(self, name: str | None, event: Gdk.Event | None) -> None:
        """Show the menu for the look with this name; without one for the chosen look."""
        name = self._config.get_property("preset") if name is None else name
        menu, own = Gtk.Menu(), self._schema["x-presets"].get(name, {}).get("own", False)
        favourite = own and self._schema["x-presets"][name]["favourite"]
        for label, act, possible in (
            ("_Rename…", self._ask_to_rename, own),
            ("No _favourite any more" if favourite else "_Favourite", self._favour, own),
            ("_Export…", self._export, own),
            ("_Delete…", self._delete, own),
            ("_Import…", lambda _: self._import(), True),
        ):
            item = Gtk.MenuItem.new_with_mnemonic(label)
            item.set_sensitive(possible)
            item.connect("activate", lambda _, act=act: act(name))
            menu.append(item)
        menu.attach_to_widget(self._more, None)
        menu.show_all()
        south, north = Gdk.Gravity.SOUTH_WEST, Gdk.Gravity.NORTH_WEST
        if event is not None:
            menu.popup_at_pointer(event)
        else:
            menu.popup_at_widget(self._more, south, north, None)

    def _looks(self) -> OwnLooks:
        return plugin_looks(self._here)

    def _ask_to_save(self) -> None:
        try:
            settings = look(read_settings(self._config, self._schema))
        except UserError as refused:
            self._say(str(refused))
            return

        def save(label: str) -> None:
            saved = self._looks().save(label, settings, as_jpeg(self._picture()))
            self._changed("", saved.name)

        self._ask_for_name("Save look", "", save)

    def _ask_to_rename(self, name: str) -> None:
        def rename(label: str) -> None:
            self._changed(name, self._looks().rename(name, label).name)

        self._ask_for_name("Rename look", self._label(name), rename)

    def _favour(self, name: str) -> None:
        favourite = not self._schema["x-presets"][name]["favourite"]
        if self._done(lambda: self._looks().favour(name, favourite)):
            self._changed(name, name)

    def _delete(self, name: str) -> None:
        question = self._message(
            "Delete look",
            f"Delete the look “{self._label(name)}”? It can't be brought back.",
            Gtk.MessageType.QUESTION,
            Gtk.ButtonsType.NONE,
        )
        question.add_buttons("_Cancel", Gtk.ResponseType.CANCEL, "_Delete", Gtk.ResponseType.OK)
        answer = question.run()
        question.destroy()
        if answer == Gtk.ResponseType.OK and self._done(lambda: self._looks().delete(name)):
            self._changed(name, "")

    def _export(self, name: str) -> None:
        path = self._ask_for_file("Export look", Gtk.FileChooserAction.SAVE, f"{name}{SUFFIX}")
        if path is not None:
            self._done(lambda: self._looks().export(name, path))

    def _import(self) -> None:
        path = self._ask_for_file("Import look", Gtk.FileChooserAction.OPEN)
        found: list[OwnLook] = []
        if path is None or not self._done(lambda: found.append(self._looks().look_of(path))):
            return

        def take_in(label: str) -> None:
            self._changed("", self._looks().take_in(path, label).name)

        try:
            take_in(found[0].label)
        except _REFUSED as refused:  # its name is taken, perhaps
            self._ask_for_name("Name of the import", found[0].label, take_in, str(refused))

    def _label(self, name: str) -> str:
        return str(self._schema["x-presets"][name]["label"])

    def _ask_for_name(
        self, title: str, label: str, act: Callable[[str], None], said: str = ""
    ) -> None:
        """Ask until a name can be used, or none is wanted."""
        dialog = Gtk.Dialog(title=title, transient_for=self._save.get_toplevel(), modal=True)
        dialog.add_buttons("_Cancel", Gtk.ResponseType.CANCEL, "_OK", Gtk.ResponseType.OK)
        dialog.set_default_response(Gtk.ResponseType.OK)
        entry = Gtk.Entry(text=label, activates_default=True, max_length=MOST_LETTERS)
        wrong = Gtk.Label(label=said, xalign=0.0, wrap=True, max_width_chars=40)
        content = dialog.get_content_area()
        content.set_spacing(6)
        content.set_border_width(12)
        for widget in (Gtk.Label(label="Name of the look", xalign=0.0), entry, wrong):
            content.pack_start(widget, False, False, 0)
        dialog.show_all()
        while dialog.run() == Gtk.ResponseType.OK:
            try:
                act(entry.get_text())
                break
            except _REFUSED as refused:
                wrong.set_text(str(refused))
                entry.grab_focus()
        dialog.destroy()

    def _ask_for_file(
        self, title: str, action: Gtk.FileChooserAction, name: str = ""
    ) -> Path | None:
        dialog = Gtk.FileChooserDialog(
            title=title, transient_for=self._save.get_toplevel(), action=action
        )
        dialog.add_buttons("_Cancel", Gtk.ResponseType.CANCEL, "_OK", Gtk.ResponseType.OK)
        dialog.set_default_response(Gtk.ResponseType.OK)
        dialog.set_do_overwrite_confirmation(True)
        looks = Gtk.FileFilter()
        looks.set_name("Looks")
        looks.add_pattern(f"*{SUFFIX}")
        dialog.add_filter(looks)
        if name:
            dialog.set_current_name(name)
        chosen = dialog.run() == Gtk.ResponseType.OK
        path = dialog.get_filename()
        dialog.destroy()
        return Path(path) if chosen and path else None

    def _done(self, act: Callable[[], object]) -> bool:
        """Whether it could be done; if not, the reason was said."""
        try:
            act()
        except _REFUSED as refused:
            self._say(str(refused))
            return False
        return True

    def _say(self, sentence: str) -> None:
        message = self._message("Looks", sentence, Gtk.MessageType.ERROR, Gtk.ButtonsType.CLOSE)
        message.run()
        message.destroy()

    def _message(
        self, title: str, text: str, kind: Gtk.MessageType, buttons: Gtk.ButtonsType
    ) -> Gtk.MessageDialog:
        return Gtk.MessageDialog(
            transient_for=self._save.get_toplevel(),
            modal=True,
            message_type=kind,
            buttons=buttons,
            text=text,
            title=title,
        )


_ABOUT_SAVE = (
    "Keep these settings as a look of your own, with a picture of it; the seed is left out. It is "
    "in Krita and on the command line, too."
)
