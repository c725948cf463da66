"""Dreams whose document is edited meanwhile, by a plug-in of its own."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from gi.repository import Gimp

from inside.harness import AGAIN, DREAM, QUICK, call, case, painted, picture, raw, rectangle
from inside.processes import (
    concurrently,
    kill,
    wait_until,
    wait_until_dreaming,
    workers,
)

FOLDER = Path(os.environ["DREAMBRIDGE_EDITOR_FOLDER"])


def dream_during(
    code: str, image: Gimp.Image, layer: Gimp.Layer, procedure: str = DREAM
) -> dict[str, Any]:
    """Dream, and let the editing plug-in run the code while the server computes."""
    stopped = workers()
    for worker in stopped:
        kill(worker, signal.SIGSTOP)  # so that the dream is not over before the edit is done

    def edit() -> None:
        try:
            wait_until_dreaming()
            _edit(code)
        finally:
            for worker in stopped:
                kill(worker, signal.SIGCONT)

    with concurrently(edit) as failures:
        outcome = call(image, [layer], procedure, **QUICK)
    return {**outcome, "failures": failures, "workers": len(stopped)}


def _edit(code: str) -> None:
    (FOLDER / "done").unlink(missing_ok=True)
    (FOLDER / "writing").write_text(code, "utf-8")
    (FOLDER / "writing").rename(FOLDER / "wanted")
    wait_until((FOLDER / "done").exists, "done by the editing plug-in")
    done = (FOLDER / "done").read_text("utf-8")
    if done != "done":
        raise RuntimeError(done)


def document() -> tuple[Gimp.Image, Gimp.Layer]:
    image = picture(160, 120)
    painted(image, name="below", seed=4)
    layer = painted(image, name="photo")
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 20, 30, 60, 50)
    return image, layer


def edited(code: str) -> dict[str, Any]:
    """Dream while this edit is done; what is there afterwards."""
    image, layer = document()
    facts = dream_during(code, image, layer)
    if image.is_valid():
        layers = image.get_layers()
        facts |= {"names": [one.get_name() for one in layers]}
        facts |= {"at": [one.get_offsets()[1:] for one in layers]}
        facts |= {"kinds": [one.type().value_nick for one in layers]}
    return facts


HEAD = "image = Gimp.get_images()[0]; layer = image.get_layers()[0]\n"
EDITS = {
    "cropped": "image.crop(70, 60, 15, 25)",
    "scaled": "image.scale(80, 60)",
    "flipped": "image.flip(Gimp.OrientationType.HORIZONTAL)",
    "turned": "image.rotate(Gimp.RotationType.DEGREES90)",
    "layer removed": "image.remove_layer(layer)",
    "indexed": "image.convert_indexed("
    "Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.WEB, 0, False, False, '')",
    "group locked": "group = Gimp.GroupLayer.new(image, 'kept'); image.insert_layer(group, None, 0)"
    "; image.reorder_item(layer, group, 0); group.set_lock_content(True)",
    "moved": "layer.set_offsets(7, -9)",
    "canvas enlarged": "image.resize(200, 200, 11, 13)",
    "selection changed": "Gimp.Selection.none(image)",
    "to grey": "image.convert_grayscale()",
    "to 16 bits": "image.convert_precision(Gimp.Precision.U16_NON_LINEAR)",
}


@case("a first dream, which starts the worker")
def _() -> Any:
    image, layer = document()
    return call(image, [layer], **QUICK)


for name, code in EDITS.items():

    @case(name)
    def _(code: str = code) -> Any:
        return edited(HEAD + code)


@case("dream removed while it is dreamed again")
def _() -> Any:
    image, layer = document()
    call(image, [layer], **QUICK)
    dream = image.get_layers()[0]
    code = "image = Gimp.get_images()[0]; image.remove_layer(image.get_layers()[0])"
    facts = dream_during(code, image, dream, AGAIN)
    return {**facts, "names": [one.get_name() for one in image.get_layers()]}


@case("painted on")
def _() -> Any:
    """The dream is of what was there, and the paint stays."""
    image, layer = document()
    code = (
        "buffer = layer.get_buffer(); buffer.set(Gegl.Rectangle.new(0, 0, 20, 20), "
        "\"R'G'B' u8\", b'\\xff' * 1200); buffer.flush(); layer.update(0, 0, 20, 20)"
    )
    facts = dream_during("from gi.repository import Gegl\n" + HEAD + code, image, layer)
    white = set(raw(layer, rectangle(0, 0, 20, 20), "R'G'B' u8")) == {255}
    names = [one.get_name() for one in image.get_layers()]
    return {**facts, "names": names, "white": white}
