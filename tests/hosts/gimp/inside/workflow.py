"""An ordinary workflow: a JPEG, a selection, two dreams, and every way out of GIMP."""

from __future__ import annotations

from typing import Any

from gi.repository import Gimp, Gio

from inside.harness import FOLDER, PARAMETERS, QUICK, call, case, projection, raw, state

BOX = (60, 40, 90, 70)


def file(name: str) -> Gio.File:
    return Gio.File.new_for_path(str(FOLDER / name))


def export(image: Gimp.Image, name: str) -> None:
    assert Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, file(name), None)


def load(name: str) -> Gimp.Image:
    return Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, file(name))


@case("one photograph, two dreams")
def _() -> Any:
    photo = Gio.File.new_for_path(PARAMETERS["photo"])
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, photo)
    (layer,) = image.get_layers()
    export(image, "before.png")
    image.select_rectangle(Gimp.ChannelOps.REPLACE, *BOX)
    outcomes = [call(image, [layer], **QUICK)]
    export(image, "first.png")
    outcomes.append(call(image, [layer], **{**QUICK, "layers": "relu3_3", "edge": 3.0}))
    names = [one.get_name() for one in image.get_layers()]
    for name in ("second.png", "second.jpg", "second.xcf"):
        export(image, name)
    seen, was = projection(image), state(image)
    opened = load("second.xcf")
    same = projection(opened) == seen
    reopened = [one.get_name() for one in opened.get_layers()]
    flat = image.duplicate()
    flattened = raw(flat.flatten(), kind="R'G'B' u8")
    facts = {"names": names, "reopened": reopened, "same": same, "kept": state(image) == was}
    written = raw(load("second.png").get_layers()[0], kind="R'G'B' u8")
    return {"outcomes": outcomes, "flattened": flattened == written, **facts}
