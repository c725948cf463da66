"""Dreams whose document changes while they develop; the hand is a plug-in of its own."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from gi.repository import Gimp

from inside.lab import AGAIN, QUICK, call, case, painted, picture, raw, rectangle
from inside.processes import (
    kill,
    meanwhile,
    plug_in,
    running,
    wait_until,
    wait_until_dreaming,
)

FOLDER = Path(os.environ["DREAMHAND_FOLDER"])
SLOW = {"layers": "relu3_3", "iterations": 12, "octaves": 1, "step": 1.0, "jitter": 0, "edge": 0.0}


def act(code: str) -> bool:
    """Let the hand do something in the middle of a dream; whether it was in the middle."""
    wait_until_dreaming()
    kill(plug_in(), signal.SIGSTOP)  # so that the dream is not over before the hand has acted
    in_the_middle = running() == 1
    (FOLDER / "done").unlink(missing_ok=True)
    (FOLDER / "writing").write_text(code, "utf-8")
    (FOLDER / "writing").rename(FOLDER / "wanted")
    wait_until((FOLDER / "done").exists, "done by the hand")
    kill(plug_in(), signal.SIGCONT)
    done = (FOLDER / "done").read_text("utf-8")
    if done != "done":
        raise RuntimeError(done)
    return in_the_middle


def document() -> tuple[Gimp.Image, Gimp.Layer]:
    image = picture(160, 120)
    painted(image, name="below", seed=4)
    layer = painted(image, name="photo")
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 20, 30, 60, 50)
    return image, layer


def disturbed(code: str) -> dict[str, Any]:
    """Dream while the hand does this; what is there besides what the hand left."""
    image, layer = document()
    in_the_middle: list[bool] = []
    with meanwhile(lambda: in_the_middle.append(act(code))) as failures:
        outcome = call(image, [layer], **SLOW)
    facts = {**outcome, "failures": failures, "in_the_middle": in_the_middle}
    if image.is_valid():
        layers = image.get_layers()
        facts |= {"names": [one.get_name() for one in layers]}
        facts |= {"at": [one.get_offsets()[1:] for one in layers]}
        facts |= {"kinds": [one.type().value_nick for one in layers]}
    return facts


HEAD = "image = Gimp.get_images()[0]; layer = image.get_layers()[0]\n"
DISTURBANCES = {
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
for name, code in DISTURBANCES.items():

    @case(name)
    def _(code: str = code) -> Any:
        return disturbed(HEAD + code)


@case("dream removed while it is dreamed again")
def _() -> Any:
    image, layer = document()
    call(image, [layer], **QUICK)
    dream = image.get_layers()[0]
    code = "image = Gimp.get_images()[0]; image.remove_layer(image.get_layers()[0])"
    in_the_middle: list[bool] = []
    with meanwhile(lambda: in_the_middle.append(act(code))) as failures:
        outcome = call(image, [dream], AGAIN, **SLOW)
    names = [one.get_name() for one in image.get_layers()]
    return {**outcome, "failures": failures, "in_the_middle": in_the_middle, "names": names}


@case("painted on")
def _() -> Any:
    """The dream is of what was there, and the paint stays."""
    image, layer = document()
    code = (
        "buffer = layer.get_buffer(); buffer.set(Gegl.Rectangle.new(0, 0, 20, 20), "
        "\"R'G'B' u8\", b'\\xff' * 1200); buffer.flush(); layer.update(0, 0, 20, 20)"
    )
    in_the_middle: list[bool] = []
    gegl = "from gi.repository import Gegl\n"
    with meanwhile(lambda: in_the_middle.append(act(gegl + HEAD + code))) as failures:
        outcome = call(image, [layer], **SLOW)
    white = set(raw(layer, rectangle(0, 0, 20, 20), "R'G'B' u8")) == {255}
    names = [one.get_name() for one in image.get_layers()]
    facts = {"in_the_middle": in_the_middle, "names": names, "white": white}
    return {**outcome, "failures": failures, **facts}
