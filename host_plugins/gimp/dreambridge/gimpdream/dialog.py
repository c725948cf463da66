"""GIMP's own procedure dialog, arranged: what everyone wants first, the rest under Advanced.

GIMP makes the widgets from the arguments and brings reset and its saved settings; added here are
the preview, the layers in words, and presets that fill in the arguments.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gi

gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gimp, GimpUi, GObject, Gtk  # noqa: E402

from bridgeclient.looks import Json  # noqa: E402
from gimpdream.arguments import HIDE, argument_name  # noqa: E402
from gimpdream.choices import features_combo, follow_presets  # noqa: E402
from gimpdream.errands import Errand  # noqa: E402
from gimpdream.preview import Preview  # noqa: E402

_GAP = 12
_ROW_GAP = 6
_ADVANCED_HEIGHT = 170
_SLIDER_REACH = 5
"""A slider without a natural end goes to this many times its default; typing goes further."""


def ask(procedure: Gimp.Procedure, config: Any, errand: Errand, schema: Json, here: Path) -> bool:
    """Show the dialog; whether the user wants the dream."""
    GimpUi.init("dreambridge")
    title = procedure.get_menu_label().replace("_", "").rstrip("…")
    dialog = GimpUi.ProcedureDialog.new(procedure, config, title)
    dialog.set_ok_label("_Dream")
    preview = Preview(here, lambda: errand.plan(config))
    dialog.get_content_area().pack_start(_content(dialog, config, schema, preview), True, True, 0)
    follow_presets(config, schema)
    config.connect("notify", lambda *_: preview.changed())
    try:
        preview.changed()
        return bool(dialog.run())
    finally:
        preview.close()
        dialog.destroy()


def _content(
    dialog: GimpUi.ProcedureDialog, config: Any, schema: Json, preview: Preview
) -> Gtk.Widget:
    settings = schema["properties"]
    groups = {group: [n for n in settings if settings[n]["x-group"] == group] for group in _GROUPS}
    first = [dialog.get_widget("preset", GObject.TYPE_NONE), features_combo(config)]
    first += [_setting(dialog, config, name, settings[name]) for name in groups["main"][1:]]
    rest = [_setting(dialog, config, name, settings[name]) for name in groups["advanced"]]
    own = {name: dialog.get_widget(name, GObject.TYPE_NONE) for name in _own(config)}
    first += [own.pop("result")] if "result" in own else []
    typed = dialog.get_widget("layers", GObject.TYPE_NONE)
    typed.get_label().set_text("Layers")
    columns = Gtk.Box(spacing=_GAP, border_width=_GAP)
    columns.pack_start(preview.widget, False, False, 0)
    columns.pack_start(_column(first), True, True, 0)
    content = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
    content.pack_start(columns, False, False, 0)
    content.pack_start(_advanced([typed, *rest, *own.values()]), True, True, 0)
    content.show_all()
    return content


_GROUPS = ("main", "advanced")


def _own(config: Any) -> list[str]:
    """The plug-in's own arguments that this procedure has."""
    names = ("result", "guide", HIDE, "context", "feather")
    return [name for name in names if config.find_property(name) is not None]


def _setting(dialog: GimpUi.ProcedureDialog, config: Any, name: str, spec: Json) -> Gtk.Widget:
    argument = argument_name(name)
    if spec["x-kind"] == "number" or (spec["x-kind"] == "integer" and name != "seed"):
        return _slider(dialog, argument, spec)
    if name == "seed":
        return _seed(config, spec)
    return dialog.get_widget(argument, GObject.TYPE_NONE)


def _slider(dialog: GimpUi.ProcedureDialog, argument: str, spec: Json) -> Gtk.Widget:
    slider = dialog.get_spin_scale(argument, 1.0)
    reach = _SLIDER_REACH * spec["default"] or spec["maximum"]
    slider.set_scale_limits(spec["minimum"], min(spec["maximum"], reach))
    return slider


def _seed(config: Any, spec: Json) -> Gtk.Widget:
    """A number and a die, because GIMP makes no widget for numbers this large."""
    label = Gtk.Label(label=spec["x-label"], xalign=0.0)
    number = GimpUi.prop_spin_button_new(config, "seed", 1, 1000, 0)
    number.set_tooltip_text(spec["description"])
    die = Gtk.Button.new_with_mnemonic("_New seed")
    die.connect("clicked", lambda *_: config.set_property("seed", random.randrange(1_000_000)))
    row = Gtk.Box(spacing=_ROW_GAP)
    row.pack_start(label, False, False, 0)
    row.pack_start(number, True, True, 0)
    row.pack_start(die, False, False, 0)
    return row


def _column(widgets: Sequence[Gtk.Widget]) -> Gtk.Box:
    """The widgets below each other, their labels of one width."""
    column = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=_ROW_GAP)
    same_width = Gtk.SizeGroup(mode=Gtk.SizeGroupMode.HORIZONTAL)
    for widget in widgets:
        column.pack_start(widget, False, False, 0)
        for label in _labels(widget):
            label.set_xalign(0.0)
            same_width.add_widget(label)
    return column


def _labels(widget: Gtk.Widget) -> Iterator[Gtk.Label]:
    """The label at the beginning of a row, if it has one."""
    if isinstance(widget, GimpUi.Labeled):
        yield widget.get_label()
    elif isinstance(widget, Gtk.Box) and isinstance(widget.get_children()[0], Gtk.Label):
        yield widget.get_children()[0]


def _advanced(widgets: Sequence[Gtk.Widget]) -> Gtk.Widget:
    """The rest behind an expander, scrolled so that the dialog stays lower than small screens."""
    column = _column(widgets)
    column.set_border_width(_ROW_GAP)
    scrolled = Gtk.ScrolledWindow(hscrollbar_policy=Gtk.PolicyType.NEVER)
    scrolled.set_min_content_height(_ADVANCED_HEIGHT)
    scrolled.add(column)
    expander = Gtk.Expander.new_with_mnemonic("_Advanced")
    expander.set_margin_start(_GAP)
    expander.set_margin_end(_GAP)
    expander.set_resize_toplevel(True)
    expander.add(scrolled)
    return expander
