"""What GIMP is offered, `plug-in-dreambridge` and `…-again`, and what happens when it is called.

Imported at GIMP's every start to describe the procedures, so the bridge and the dialog are only
imported when one runs. Every failure becomes one sentence in GIMP's own form.
"""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gi.repository import Gimp, GLib, GObject

from bridgeclient.looks import read_schema
from bridgeclient.own_looks import plugin_schema
from gimpdream.declarations import declare
from gimpdream.document.guide_files import close_files
from gimpdream.errors import UserError

DREAM = "plug-in-dreambridge"
AGAIN = "plug-in-dreambridge-again"

_WITH_LAYERS = Gimp.ProcedureSensitivityMask.DRAWABLE | Gimp.ProcedureSensitivityMask.DRAWABLES
_DOCUMENTATION = {
    DREAM: (
        "Dream the selection into a new layer",
        "Excites the features that a neural network finds in the selection or layer, and puts the "
        "result into a new layer above, masked by the selection.",
    ),
    AGAIN: (
        "Dream a dream layer again with other settings",
        "Dreams the original of a layer that DeepDream made, with the settings that it remembers "
        "or others, and replaces its pixels.",
    ),
}


class DialogClosed(Exception):
    """The user closed the dialog without dreaming."""


def create(plug_in: Gimp.PlugIn, name: str, here: Path) -> Gimp.Procedure:
    """The procedure of that name."""
    again = name == AGAIN
    kind = Gimp.PDBProcType.PLUGIN
    procedure = Gimp.ImageProcedure.new(plug_in, name, kind, _run, (again, here))
    procedure.set_image_types("*")
    procedure.set_sensitivity_mask(_WITH_LAYERS)
    procedure.set_menu_label("Dream A_gain…" if again else "_DeepDream…")
    procedure.add_menu_path("<Image>/Filters/Artistic")
    procedure.set_documentation(*_DOCUMENTATION[name], name)
    procedure.set_attribution("dreambridge", "dreambridge", "2026")
    declare(procedure, read_schema(here), again=again)
    about = "The dream; of several the first"
    procedure.add_layer_return_value("layer", "Layer", about, False, GObject.ParamFlags.READWRITE)
    return procedure


def _run(
    procedure: Gimp.Procedure,
    mode: Gimp.RunMode,
    image: Gimp.Image | None,
    drawables: Sequence[Gimp.Drawable],
    config: Any,
    data: tuple[bool, Path],
) -> Gimp.ValueArray:
    """What GIMP calls: the work, with its outcome in GIMP's form."""
    try:
        layers = _work(procedure, mode, image, drawables, config, *data)
    except Exception as error:
        return _failure(procedure, error)
    values = procedure.new_return_values(Gimp.PDBStatusType.SUCCESS, GLib.Error())
    values.remove(1)
    values.append(GObject.Value(Gimp.Layer, layers[0]))
    return values


def _work(
    procedure: Gimp.Procedure,
    mode: Gimp.RunMode,
    image: Gimp.Image | None,
    drawables: Sequence[Gimp.Drawable],
    config: Any,
    again: bool,
    here: Path,
) -> Sequence[Gimp.Layer]:
    from gimpdream.commands import DreamAgain, NewDream
    from gimpdream.execution import execute

    schema, damaged = plugin_schema(here)
    for sentence in damaged:
        Gimp.message(sentence)
    command = (DreamAgain if again else NewDream)(image, drawables, schema)
    try:
        if mode == Gimp.RunMode.INTERACTIVE:
            from gimpdream.ui.dialog import ask

            stored = command.prefill(config)
            if not ask(procedure, config, command, schema, here, stored):
                raise DialogClosed
        return execute(command, config, schema, here)
    finally:
        command.close()
        close_files()


def _failure(procedure: Gimp.Procedure, error: Exception) -> Gimp.ValueArray:
    from bridgeclient import BridgeError, Cancelled

    if isinstance(error, DialogClosed | Cancelled):
        return procedure.new_return_values(Gimp.PDBStatusType.CANCEL, GLib.Error())
    sentence = str(error)
    if not isinstance(error, UserError | BridgeError):
        traceback.print_exception(error)
        sentence = f"DeepDream failed ({type(error).__name__}: {error}). The image is unchanged."
    message = GLib.Error.new_literal(Gimp.PlugIn.error_quark(), sentence, 0)
    return procedure.new_return_values(Gimp.PDBStatusType.EXECUTION_ERROR, message)
