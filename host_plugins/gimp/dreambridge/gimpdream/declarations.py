"""The procedures' arguments as GIMP is told of them; what they mean is in `arguments`.

Everything about a setting comes from `schema.json`. GIMP silently puts a default in the place of a
value that it was told to be wrong, so ranges and choices are left open here and checked where
arguments are read. A setting's default says "not set", because every other value means itself.
"""

from __future__ import annotations

from gi.repository import Gimp, GLib, GObject

from bridgeclient.looks import Json, defaults, preset_of
from bridgeclient.region import EDGE
from gimpdream.arguments import (
    AS_PRESET,
    AUTOMATIC,
    COHERENT,
    CUSTOM,
    DRAFT,
    GUIDE_FILE,
    HIDE,
    INT_LIMITS,
    LAYER,
    MASK,
    RESULTS,
    SOURCES,
    STORED,
    STRENGTH,
    UNSET,
    argument_name,
)

_FLAGS = GObject.ParamFlags.READWRITE
_DOUBLES = -GLib.MAXDOUBLE, GLib.MAXDOUBLE


def declare(procedure: Gimp.Procedure, schema: Json, *, again: bool) -> None:
    """Give the procedure its arguments: preset, the settings, and the plug-in's own."""
    labels = _Mnemonics()
    names = [*([STORED] if again else []), CUSTOM, *schema["x-presets"]]
    about = f"A named look, for what is not set below: {', '.join(names)}."
    default = STORED if again else (preset_of(defaults(schema), schema) or CUSTOM)
    procedure.add_string_argument("preset", labels.next("Preset"), about, default, _FLAGS)
    for name, spec in schema["properties"].items():
        _declare_setting(procedure, name, spec, labels.next(spec["x-label"]))
    about = "A layer whose features the dream takes up."
    procedure.add_layer_argument("guide", labels.next("Guide"), about, True, _FLAGS)
    about = "A picture file whose features the dream takes up, where no layer is the guide."
    label = labels.next("Guide file")
    procedure.add_string_argument(GUIDE_FILE, label, about, "", _FLAGS)
    about = "Half size and half the steps: quickly seen, and dreamed again for the whole."
    procedure.add_boolean_argument(DRAFT, labels.next("Draft"), about, False, _FLAGS)
    if not again:
        _declare_own(procedure, labels)


def _declare_own(procedure: Gimp.Procedure, labels: _Mnemonics) -> None:
    about = f"What is dreamed: {', '.join(SOURCES)}."
    procedure.add_string_argument("source", labels.next("Dream of"), about, LAYER, _FLAGS)
    about = (
        "A layer, channel or mask painted in greys: white dreams fully, black not at all. It "
        "counts inside the selection."
    )
    label = labels.next("Painted strength")
    procedure.add_drawable_argument(STRENGTH, label, about, True, _FLAGS)
    about = f"Where the dream goes: {', '.join(RESULTS)}."
    procedure.add_string_argument("result", labels.next("Result"), about, MASK, _FLAGS)
    about = "How soft the selection's edge gets, in percent of its shorter side; 0 keeps it."
    procedure.add_double_argument("edge", labels.next("Edge"), about, *_DOUBLES, EDGE, _FLAGS)
    about = "Hide the earlier dreams of the same layer, so that only the new one shows."
    label = labels.next("Hide earlier dreams")
    procedure.add_boolean_argument(HIDE, label, about, False, _FLAGS)
    about = (
        "Dream several layers as the frames of one motion, from the bottom up: each takes along "
        "what the one below it dreamed. The layers themselves change, so that they stay frames."
    )
    label = labels.next("Coherent frames")
    procedure.add_boolean_argument(COHERENT, label, about, False, _FLAGS)
    about = (
        "How much around the selection the dream sees, so that it continues it; -1 chooses. In "
        "pixels, otherwise from the layers and octaves."
    )
    bounds = *INT_LIMITS, AUTOMATIC
    procedure.add_int_argument("context", labels.next("Context"), about, *bounds, _FLAGS)


def _declare_setting(procedure: Gimp.Procedure, name: str, spec: Json, label: str) -> None:
    unit = f" ({spec['x-unit']})" if spec["x-unit"] else ""
    facts = argument_name(name), label, f"{spec['description']}{unit}{_range(spec)}"
    match spec["x-kind"]:
        case "integer" if spec["maximum"] <= INT_LIMITS[1]:
            procedure.add_int_argument(*facts, *INT_LIMITS, UNSET, _FLAGS)
        case "number" | "integer":
            procedure.add_double_argument(*facts, *_DOUBLES, UNSET, _FLAGS)
        case _:
            procedure.add_string_argument(*facts, AS_PRESET, _FLAGS)


def _range(spec: Json) -> str:
    if spec["x-kind"] == "choice":
        return f" One of {', '.join(spec['enum'])}."
    if "maximum" in spec:
        return f" From {spec['minimum']:g} to {spec['maximum']:.10g}."
    return ""


class _Mnemonics:
    """Gives each label a key of its own, besides those of the dialog's buttons."""

    def __init__(self) -> None:
        self._taken = set("hrcdolsnavki ")  # help, reset, cancel, dream, OK, load, save, …

    def next(self, label: str) -> str:
        """The label with an underscore before its key, as it is where no letter is left."""
        for at, letter in enumerate(label.lower()):
            if letter not in self._taken:
                self._taken.add(letter)
                return f"{label[:at]}_{label[at:]}"
        return label
