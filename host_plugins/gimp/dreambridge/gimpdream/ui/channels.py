"""*It sees here*: pictures of the channels that respond most, to be clicked into the look.

A framed one is in the look. What was clicked last has its weight below; with a negative one it is
dreamed away.
"""

from __future__ import annotations

from typing import Any

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("GdkPixbuf", "2.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GdkPixbuf, Gtk, Pango  # noqa: E402

import bridgeclient as bridge  # noqa: E402
from bridgeclient.channels import chosen, weight_of, with_channel, without_channel  # noqa: E402
from bridgeclient.features import FEATURE_WORDS, channel_words, features  # noqa: E402
from bridgeclient.looks import Json  # noqa: E402
from bridgeclient.text import from_text  # noqa: E402
from gimpdream.arguments import write_settings  # noqa: E402
from gimpdream.ui.pixbufs import pixbuf, scaled  # noqa: E402
from gimpdream.ui.seeing import Answer, Seeing  # noqa: E402

Channel = tuple[str, int]
"""A layer of the network, and the number of a channel of it."""

_SIDE, _COLUMNS = 50, 6
_ROWS, _AROUND = 2, 12
_MOST = 2.0
"""The largest weight that the slider reaches."""

_SAID, _WEIGHT = "said", "weight"
_HINT = "Click a picture to grow it, again to leave it out."

_ABOUT = (
    "What in this picture stands out, grown to its fullest: click to put it into the look. The "
    "channels of the network VGG16 that respond most to the selection, or to the layer."
)
_ABOUT_KINDS = "Look for this kind only, from the smallest features to the largest."
_ABOUT_WEIGHT = (
    "How much of the picture that was clicked last goes into the look; below 0 it is dreamed away. "
    "The channel's weight."
)

_FRAMES = b"""
button.channel { padding: 0; border: 3px solid transparent; border-radius: 4px; }
button.channel:checked { border-color: #f57900; background-image: none; background-color: #f57900; }
button.channel.away:checked { border-color: #3584e4; background-color: #3584e4; }
button.channel label.weight { color: #ffffff; background-color: #f57900; padding: 0 3px; }
button.channel.away label.weight { background-color: #3584e4; }
"""


class ChannelStrip:
    """The pictures, a choice of their kind above and a weight below; `widget` is to be packed."""

    def __init__(self, config: Any, schema: Json, seeing: Seeing) -> None:
        self._config, self._schema, self._seeing = config, schema, seeing
        self._tiles: dict[Channel, Gtk.ToggleButton] = {}
        self._pictures: dict[Channel, GdkPixbuf.Pixbuf] = {}
        self._found: list[Channel] = []
        self._last: Channel | None = None
        self._telling, self._writing = True, False
        self.widget = self._build()
        seeing.answered = self._answered
        for name in ("layers", "channels"):
            config.connect(f"notify::{name}", lambda *_: self._show_choice())
        self._show_choice()

    def _build(self) -> Gtk.Widget:
        style = Gtk.CssProvider()
        style.load_from_data(_FRAMES)
        priority = Gtk.STYLE_PROVIDER_PRIORITY_APPLICATION
        Gtk.StyleContext.add_provider_for_screen(Gdk.Screen.get_default(), style, priority)
        self._grid = Gtk.FlowBox(
            homogeneous=True,
            min_children_per_line=_COLUMNS,
            max_children_per_line=2 * _COLUMNS,
            selection_mode=Gtk.SelectionMode.NONE,
            valign=Gtk.Align.START,
        )
        pitch = _SIDE + _AROUND  # nothing moves when the pictures come
        self._grid.set_size_request(_COLUMNS * pitch, _ROWS * pitch)
        self._grid.connect("mnemonic-activate", self._focus)
        self._said = Gtk.Label(label="Looking at the picture…", xalign=0.0, wrap=True)
        self._said.set_max_width_chars(40)
        self._below = Gtk.Stack(vhomogeneous=False)  # so that nothing moves at the first click
        self._below.add_named(self._said, _SAID)
        self._below.add_named(self._weight_row(), _WEIGHT)
        column = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=3)
        for part in (self._header(), self._grid, self._below):
            column.pack_start(part, False, False, 0)
        return column

    def _header(self) -> Gtk.Widget:
        label = Gtk.Label.new_with_mnemonic("_It sees here")
        label.set_mnemonic_widget(self._grid)
        label.set_xalign(0.0)
        label.set_tooltip_text(_ABOUT)
        kinds = Gtk.ComboBoxText(tooltip_text=_ABOUT_KINDS)
        kinds.append("", "anything")
        for layer in features(self._schema):
            kinds.append(layer, FEATURE_WORDS[layer])
        kinds.set_active_id("")
        kinds.connect("changed", lambda box: self._look_for(box.get_active_id() or ""))
        row = Gtk.Box(spacing=6)
        row.pack_start(label, True, True, 0)
        row.pack_start(kinds, False, False, 0)
        return row

    def _weight_row(self) -> Gtk.Widget:
        label = Gtk.Label(label="How much")
        self._weight = Gtk.Scale.new_with_range(Gtk.Orientation.HORIZONTAL, -_MOST, _MOST, 0.1)
        self._weight.set_value_pos(Gtk.PositionType.RIGHT)
        self._weight.set_tooltip_text(_ABOUT_WEIGHT)
        self._weight.connect(
            "value-changed", lambda scale: self._weigh(round(scale.get_value(), 1))
        )
        row = Gtk.Box(spacing=6)
        row.pack_start(label, False, False, 0)
        row.pack_start(self._weight, True, True, 0)
        return row

    def _look_for(self, layer: str) -> None:
        self._seeing.layer = layer  # which is asked for next time

    def _answered(self, event: Answer) -> None:
        if not isinstance(event, bridge.Inspected):
            self._say("" if event is None else str(event.error))
            return
        self._found = [(one["layer"], int(one["channel"])) for one in event.channels]
        for channel, picture in zip(self._found, event.pictures, strict=True):
            self._pictures[channel] = pixbuf(picture)
        self._say(_HINT if self._found else "It sees nothing in particular here.")
        self._fill()

    def _say(self, text: str) -> None:
        self._said.set_text(text)
        self._below.set_visible_child_name(_SAID)

    def _choice(self) -> dict[Channel, float]:
        by_layer = chosen(self._settings())
        return {(layer, n): weight for layer, one in by_layer.items() for n, weight in one.items()}

    def _settings(self) -> Json:
        """Layers and channels as they are set; none where their text can't be read."""
        names = "layers", "channels"
        try:
            return {name: from_text(name, self._config.get_property(name) or "") for name in names}
        except ValueError:
            return {"layers": {}, "channels": []}

    def _show_choice(self) -> None:
        """Frame what is in the look; what isn't among the pictures yet is put behind them."""
        choice = self._choice()
        if not choice.keys() <= self._tiles.keys():
            self._fill()
            return
        if not self._writing and self._last not in choice:
            self._last = next(reversed(choice), None)
        self._telling = False
        for channel, tile in self._tiles.items():
            self._mark(tile, choice.get(channel, 0.0))
        if self._last is not None:
            self._weight.set_value(choice.get(self._last, 0.0))
        self._telling = True
        self._below.set_visible_child_name(_SAID if self._last is None else _WEIGHT)

    def _mark(self, tile: Gtk.ToggleButton, weight: float) -> None:
        tile.set_active(weight != 0)
        style = tile.get_style_context()
        (style.add_class if weight < 0 else style.remove_class)("away")
        _, number = tile.get_child().get_children()
        number.set_text(f"{weight:+g}".replace("-", "−"))
        number.set_visible(weight not in (0.0, 1.0))

    def _fill(self) -> None:
        for child in self._grid.get_children():
            self._grid.remove(child)
        others = [channel for channel in self._choice() if channel not in self._found]
        self._tiles = {channel: self._tile(channel) for channel in [*self._found, *others]}
        for tile in self._tiles.values():
            child = Gtk.FlowBoxChild(can_focus=False)
            child.add(tile)
            self._grid.add(child)
        self._grid.show_all()
        self._show_choice()

    def _tile(self, channel: Channel) -> Gtk.ToggleButton:
        tile = Gtk.ToggleButton(relief=Gtk.ReliefStyle.NONE, has_tooltip=True)
        tile.connect("query-tooltip", lambda *facts: self._explain(channel, facts[-1]))
        tile.get_style_context().add_class("channel")
        word = f"<small>{FEATURE_WORDS.get(channel[0], '')}</small>"
        picture: Gtk.Widget = Gtk.Label(label=word, use_markup=True, max_width_chars=1)
        picture.set_ellipsize(Pango.EllipsizeMode.END)  # no wider than a picture
        if channel in self._pictures:
            small = scaled(self._pictures[channel], (_SIDE, _SIDE))
            picture = Gtk.Image.new_from_pixbuf(small)
        picture.set_size_request(_SIDE, _SIDE)
        layers = Gtk.Overlay()
        layers.add(picture)
        number = Gtk.Label(halign=Gtk.Align.END, valign=Gtk.Align.END, no_show_all=True)
        number.get_style_context().add_class("weight")
        layers.add_overlay(number)
        tile.add(layers)
        tile.connect("toggled", lambda *_: self._toggled(channel, tile.get_active()))
        return tile

    def _explain(self, channel: Channel, tooltip: Gtk.Tooltip) -> bool:
        """The words for a channel, and its picture once more as large as there is one."""
        tooltip.set_icon(self._pictures.get(channel))
        tooltip.set_text(channel_words(*channel))
        return True

    def _toggled(self, channel: Channel, active: bool) -> None:
        if self._telling:
            self._last = channel
            self._write(channel, 1.0 if active else 0.0)
            self._show_choice()

    def _weigh(self, weight: float) -> None:
        if self._telling and self._last is not None:
            self._write(self._last, weight)

    def _write(self, channel: Channel, weight: float) -> None:
        settings = self._settings()
        if weight == weight_of(settings, *channel):
            return
        changes = without_channel(settings, *channel)
        if weight:
            changes = with_channel(settings, *channel, weight)
        self._writing = True  # a weight of 0 on the way from one sign to the other keeps its slider
        write_settings(self._config, changes, self._schema)
        self._writing = False

    def _focus(self, *_: object) -> bool:
        for tile in self._tiles.values():
            tile.grab_focus()
            break
        return True
