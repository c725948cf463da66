"""GIMP's own procedure dialog, arranged: what everyone wants first, the rest on a page of its own.

GIMP brings reset and its saved settings; the widgets are made here, because the arguments' open
ranges (see `declaring`) are for scripts. Both pages are as high as the first, so that the dialog
fits small screens whichever is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gimp, GimpUi, GObject, Gtk  # noqa: E402

from bridgeclient.looks import Json  # noqa: E402
from gimpdream.arguments import (  # noqa: E402
    COHERENT,
    DRAFT,
    HIDE,
    OWN_LIMITS,
    RESULTS,
    SOURCES,
    STRENGTH,
    argument_name,
)
from gimpdream.bridge.duration import DurationEstimate  # noqa: E402
from gimpdream.commands import Command  # noqa: E402
from gimpdream.ui.channels import ChannelStrip  # noqa: E402
from gimpdream.ui.combos import combo, features_combo  # noqa: E402
from gimpdream.ui.guides import guide_rows, optional  # noqa: E402
from gimpdream.ui.looks import LooksGrid  # noqa: E402
from gimpdream.ui.presets import follow_presets  # noqa: E402
from gimpdream.ui.preview import Preview  # noqa: E402
from gimpdream.ui.preview_source import PreviewSource  # noqa: E402
from gimpdream.ui.seeds import seed_row, variations  # noqa: E402

_LARGEST = 1180, 860
_BESIDE, _ABOVE = 20, 70
"""What the screen needs at least beside the dialog, its title bar included."""

_GAP = 8
_ROW_GAP = 6
_SLIDER_REACH = 5
"""A slider without a natural end goes to this many times its default; typing goes further."""
_EDGE_REACH = 10.0
_CONTEXT_REACH = 1024


def ask(
    procedure: Gimp.Procedure,
    config: Any,
    command: Command,
    schema: Json,
    here: Path,
    stored: Json | None,
) -> bool:
    """Show the dialog; returns whether the user wants the dream."""
    GimpUi.init("dreambridge")
    title = procedure.get_menu_label().replace("_", "").rstrip("…")
    follow_presets(config, schema, stored)
    dialog = GimpUi.ProcedureDialog.new(procedure, config, title)
    dialog.set_ok_label("_Dream")
    source, estimate = PreviewSource(command, schema), DurationEstimate(schema)
    preview = Preview(here, lambda: command.parameters(config), source, estimate)
    kind = _Kind(remembers=stored is not None, several=command.several)
    content = _Content(dialog, config, schema, kind)
    looks = LooksGrid(config, schema, here, preview.sketches, stored, preview.thumbnail)
    strip = ChannelStrip(config, schema, preview.seeing)
    more = variations(config, schema, preview.sketches)
    first = [looks.widget, strip.widget]
    dialog.get_content_area().pack_start(content.beside(preview.widget, first, more), True, True, 0)
    dialog.set_default_size(*_room_for(dialog))
    config.connect("notify", lambda *_: preview.changed())
    try:
        preview.changed()
        return bool(dialog.run())
    finally:
        preview.close()
        dialog.destroy()


def _room_for(dialog: Gtk.Window) -> tuple[int, int]:
    """The size that the dialog opens with: it leaves some of the screen to the picture."""
    area = dialog.get_display().get_monitor(0).get_workarea()
    return min(_LARGEST[0], area.width - _BESIDE), min(_LARGEST[1], area.height - _ABOVE)


@dataclass(frozen=True)
class _Kind:
    """Whether the dialog is for a layer that was dreamed before, and whether for several layers."""

    remembers: bool
    several: bool


class _Content:
    """The widgets of the arguments, on two pages."""

    def __init__(
        self, dialog: GimpUi.ProcedureDialog, config: Any, schema: Json, kind: _Kind
    ) -> None:
        self._dialog, self._config, self._remembers = dialog, config, kind.remembers
        self._several, self._schema = kind.several, schema
        self._settings = schema["properties"]

    def beside(
        self, preview: Gtk.Widget, choices: Sequence[Gtk.Widget], more: Gtk.Widget
    ) -> Gtk.Widget:
        """The pages beside the preview; choices by looking come first, what varies them last."""
        pages = Gtk.Notebook()
        first = [*choices, *self._first(), more]
        pages.append_page(_scrolled(first), Gtk.Label.new_with_mnemonic("Loo_k"))
        pages.append_page(_scrolled(self._advanced()), Gtk.Label.new_with_mnemonic("_Advanced"))
        columns = Gtk.Paned(border_width=_GAP)  # the preview gets all the room that is left
        left = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=_ROW_GAP, margin_end=_GAP)
        left.pack_start(preview, True, True, 0)
        left.pack_start(self._dialog.get_widget(DRAFT, GObject.TYPE_NONE), False, False, 0)
        columns.pack1(left, True, False)
        columns.pack2(pages, False, False)
        columns.show_all()
        return columns

    def _first(self) -> list[Gtk.Widget]:
        rows = [features_combo(self._config, self._schema)]
        rows += [self._setting(name) for name in self._group("main") if name != "layers"]
        if not self._remembers:
            words = "Where the dream goes, and how the selection shapes it."
            result = combo(self._config, "result", "Result", words, RESULTS)
            about = "A dream of all that is visible goes on top of it."
            rows += [combo(self._config, "source", "Dream of", about, SOURCES)]
            rows += [self._slider("edge", *OWN_LIMITS["edge"], _EDGE_REACH, 1), result]
            rows += self._frames(result) if self._several else []
        return rows

    def _frames(self, result: Gtk.Widget) -> list[Gtk.Widget]:
        """For several layers. As frames they change themselves, whatever the result would be."""
        tick = self._dialog.get_widget(COHERENT, GObject.TYPE_NONE)
        motion = [self._setting(name) for name in self._group("motion")]

        def show(*_: object) -> None:
            coherent = self._config.get_property(COHERENT)
            result.set_sensitive(not coherent)
            for widget in motion:
                widget.set_sensitive(coherent)

        show()
        self._config.connect(f"notify::{COHERENT}", show)
        return [tick, *motion]

    def _group(self, group: str) -> list[str]:
        return [name for name, spec in self._settings.items() if spec["x-group"] == group]

    def _advanced(self) -> list[Gtk.Widget]:
        typed = self._dialog.get_widget("layers", GObject.TYPE_NONE)
        typed.get_label().set_text("Layers")
        rows = [typed, *map(self._setting, self._group("advanced"))]
        rows += guide_rows(self._dialog, self._config)
        if not self._remembers:
            rows += [self._slider("context", *OWN_LIMITS["context"], _CONTEXT_REACH, 0)]
            rows += [
                optional(self._dialog, self._config, STRENGTH, "Dream as strongly everywhere.")
            ]
            rows += [self._dialog.get_widget(HIDE, GObject.TYPE_NONE)]
        return rows

    def _setting(self, name: str) -> Gtk.Widget:
        spec, argument = self._settings[name], argument_name(name)
        if name == "seed":
            return seed_row(self._config, spec)
        if spec["x-kind"] in ("number", "integer"):
            reach = min(spec["maximum"], _SLIDER_REACH * spec["default"] or spec["maximum"])
            digits = 2 if spec["x-kind"] == "number" else 0
            return self._slider(argument, spec["minimum"], spec["maximum"], reach, digits)
        if spec["x-kind"] == "choice":
            words = {value: value for value in spec["enum"]}
            return combo(self._config, argument, spec["x-label"], spec["description"], words)
        return self._dialog.get_widget(argument, GObject.TYPE_NONE)

    def _slider(
        self, argument: str, least: float, most: float, reach: float, digits: int
    ) -> Gtk.Widget:
        step = 10.0**-digits
        slider = GimpUi.prop_spin_scale_new(self._config, argument, step, 10 * step, digits)
        slider.set_range(least, most)
        slider.set_scale_limits(least, reach)
        return slider


def _page(widgets: Sequence[Gtk.Widget]) -> Gtk.Box:
    """The widgets below each other, their labels of one width."""
    column = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=_ROW_GAP, border_width=_GAP)
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


def _scrolled(widgets: Sequence[Gtk.Widget]) -> Gtk.Widget:
    """The widgets on a page that scrolls, also where the mouse is over one of them."""
    column = _page(widgets)
    scrolled = Gtk.ScrolledWindow(hscrollbar_policy=Gtk.PolicyType.NEVER)
    scrolled.add(column)
    _pass_wheel_on(column, scrolled)
    return scrolled


def _pass_wheel_on(widget: Gtk.Widget, scrolled: Gtk.ScrolledWindow) -> None:
    """Let the mouse wheel scroll the page instead of changing values that it passes."""
    if isinstance(widget, Gtk.SpinButton | Gtk.ComboBox | Gtk.Scale):
        widget.connect("scroll-event", lambda _, event: _scroll(scrolled, event))
    if isinstance(widget, Gtk.Container):
        widget.forall(lambda child: _pass_wheel_on(child, scrolled))


def _scroll(scrolled: Gtk.ScrolledWindow, event: Gdk.EventScroll) -> bool:
    smooth, _, amount = event.get_scroll_deltas()
    if not smooth:
        directions = {Gdk.ScrollDirection.UP: -1.0, Gdk.ScrollDirection.DOWN: 1.0}
        amount = directions.get(event.direction, 0.0)
    position = scrolled.get_vadjustment()
    position.set_value(position.get_value() + amount * position.get_page_size() ** (2 / 3))
    return True  # nobody else is to take it
