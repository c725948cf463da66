"""Dreams whose document is edited meanwhile, by a plug-in of its own."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from gi.repository import Gimp

from inside.harness import AGAIN, QUICK, call, case, painted, picture, raw, rectangle
from inside.processes import (
    concurrently,
    kill,
    plug_in,
    running,
    wait_until,
    wait_until_dreaming,
)

FOLDER = Path(os.environ["DREAMBRIDGE_EDITOR_FOLDER"])
SLOW = {"layers": "relu3_3", "iterations": 12, "octaves": 1, "step": 1.0, "jitter": 0, "edge": 0.0}


def edit(code: str) -> bool:
    """Let the editing plug-in do something during a dream; whether it was still running."""
    wait_until_dreaming()
    kill(plug_in(), signal.SIGSTOP)  # so that the dream is not over before the edit is done
    still_dreaming = running() == 1
    (FOLDER / "done").unlink(missing_ok=True)
    (FOLDER / "writing").write_text(code, "utf-8")
    (FOLDER / "writing").rename(FOLDER / "wanted")
    wait_until((FOLDER / "done").exists, "done by the editing plug-in")
    kill(plug_in(), signal.SIGCONT)
    done = (FOLDER / "done").read_text("utf-8")
    if done != "done":
        raise RuntimeError(done)
    return still_dreaming


def document() -> tuple[Gimp.Image, Gimp.Layer]:
    image = picture(160, 120)
    painted(image, name="below", seed=4)
    layer = painted(image, name="photo")
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 20, 30, 60, 50)
    return image, layer


def edited(code: str) -> dict[str, Any]:
    """Dream while this edit is done; what is there afterwards."""
    image, layer = document()
    still_dreaming: list[bool] = []
    with concurrently(lambda: still_dreaming.append(edit(code))) as failures:
        outcome = call(image, [layer], **SLOW)
    facts = {**outcome, "failures": failures, "still_dreaming": still_dreaming}
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
    still_dreaming: list[bool] = []
    with concurrently(lambda: still_dreaming.append(edit(code))) as failures:
        outcome = call(image, [dream], AGAIN, **SLOW)
    names = [one.get_name() for one in image.get_layers()]
    return {**outcome, "failures": failures, "still_dreaming": still_dreaming, "names": names}


@case("painted on")
def _() -> Any:
    """The dream is of what was there, and the paint stays."""
    image, layer = document()
    code = (
        "buffer = layer.get_buffer(); buffer.set(Gegl.Rectangle.new(0, 0, 20, 20), "
        "\"R'G'B' u8\", b'\\xff' * 1200); buffer.flush(); layer.update(0, 0, 20, 20)"
    )
    still_dreaming: list[bool] = []
    gegl = "from gi.repository import Gegl\n"
    with concurrently(lambda: still_dreaming.append(edit(gegl + HEAD + code))) as failures:
        outcome = call(image, [layer], **SLOW)
    white = set(raw(layer, rectangle(0, 0, 20, 20), "R'G'B' u8")) == {255}
    names = [one.get_name() for one in image.get_layers()]
    facts = {"still_dreaming": still_dreaming, "names": names, "white": white}
    return {**outcome, "failures": failures, **facts}
