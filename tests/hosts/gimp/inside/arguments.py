"""What the arguments do: presets, repeating, feather, context, guide, channels, and dream again."""

from __future__ import annotations

import array
import time
from typing import Any

from gi.repository import Gimp, Gio

from inside.compare import dreamed, mark
from inside.harness import (
    AGAIN,
    DREAM,
    FOLDER,
    PARAMETERS,
    QUICK,
    call,
    case,
    ellipse,
    metadata,
    painted,
    picture,
    plain,
    raw,
    rectangle,
    state,
    top,
)


@case("arguments")
def _() -> Any:
    found = {}
    for name in (DREAM, AGAIN):
        procedure = Gimp.get_pdb().lookup_procedure(name)
        specs = procedure.get_arguments()[3:]
        found[name] = {
            spec.name: [type(spec).__name__, getattr(spec, "default_value", None)] for spec in specs
        }
    return found


@case("menu")
def _() -> Any:
    procedure = Gimp.get_pdb().lookup_procedure(DREAM)
    return [procedure.get_menu_label(), procedure.get_menu_paths(), procedure.get_help_id()]


@case("preset with one argument of one's own")
def _() -> Any:
    image, layer = plain()
    call(image, [layer], preset=PARAMETERS["preset"], iterations=1, octaves=1)
    return metadata(top(image)) | {"name": top(image).get_name()}


@case("preset")
def _() -> Any:
    image = picture(24, 24)
    layer = painted(image)
    call(image, [layer], preset=PARAMETERS["preset"])
    return metadata(top(image)) | {"name": top(image).get_name()}


@case("seeds")
def _() -> Any:
    image, layer = plain()
    pixels = []
    for seed in (1, 1, 2):
        call(image, [layer], **QUICK, seed=seed)
        pixels.append(raw(top(image)))
    return {"same": pixels[0] == pixels[1], "other": pixels[0] != pixels[2]}


@case("a value that is the default")
def _() -> Any:
    """It is a value: neither the layer's memory nor the preset takes its place."""
    image, layer = plain()
    call(image, [layer], **QUICK, seed=5)
    dream = top(image)
    call(image, [dream], AGAIN, seed=0)
    seed = metadata(dream)["settings"]["seed"]
    small = picture(24, 24)
    call(small, [painted(small)], preset="fringes", octaves=4, iterations=1, step=0.7)
    return {"seed": seed, "settings": metadata(top(small))["settings"]}


@case("again with a preset")
def _() -> Any:
    """The look is the preset's, the seed stays."""
    image, layer = plain()
    call(image, [layer], **QUICK, seed=5)
    dream = top(image)
    call(image, [dream], AGAIN, preset="lines")
    return metadata(dream)


@case("context")
def _() -> Any:
    """What lies outside the selection shapes the dream inside."""
    pixels = []
    for context in (0, 0, 40, -1):
        image, layer = plain()
        call(image, [layer], **QUICK, context=context)
        pixels.append(raw(top(image)))
    return {
        "repeatable": pixels[0] == pixels[1],
        "matters": pixels[0] != pixels[2],
        "automatic_is_not_none": pixels[3] != pixels[0],
    }


@case("guide")
def _() -> Any:
    image, layer = plain()
    guide = painted(image, name="guide", size=(40, 40), seed=11)
    facts = dreamed(image, [layer], guide=guide)
    return {**facts, "guide": mark(guide)}


@case("channels")
def _() -> Any:
    image, layer = plain()
    call(image, [layer], **QUICK, channels="3, 5")
    return metadata(top(image))


@case("channels with weights")
def _() -> Any:
    """Of layers other than the preset's, which they bring along."""
    image, layer = plain()
    call(image, [layer], iterations=1, octaves=1, channels="relu3_3:12=1, 98=-0.5, relu2_2:7")
    facts = metadata(top(image))
    call(image, [top(image)], AGAIN, seed=2)
    return {**facts, "again": metadata(top(image))["settings"]}


@case("keep colours")
def _() -> Any:
    image, layer = plain()
    return dreamed(image, [layer], saturation=0.0)


@case("transparency")
def _() -> Any:
    image, layer = plain()
    return dreamed(image, [layer], result="transparency")


@case("again")
def _() -> Any:
    """Other settings, moved, half transparent, with another selection in the way."""
    image, layer = plain()
    call(image, [layer], **QUICK, seed=1)
    dream = top(image)
    dream.set_opacity(60.0)
    dream.set_mode(Gimp.LayerMode.SCREEN)
    dream.set_offsets(3, 2)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 5, 5)
    before, mask, pixels = state(image), raw(dream.get_mask()), raw(dream)
    outcome = call(image, [dream], AGAIN, seed=2)
    again = raw(dream)
    call(image, [dream], AGAIN, seed=1)
    after = state(image)
    after["layers"][0]["pixels"] = before["layers"][0]["pixels"]
    return {
        **outcome,
        "other_pixels": again != pixels,
        "same_settings_same_pixels": raw(dream) == pixels,
        "mask_kept": raw(dream.get_mask()) == mask,
        "all_else_kept": after == before,
        "settings": metadata(dream)["settings"],
        "layers": len(image.get_layers()),
    }


@case("again without a mask")
def _() -> Any:
    image, layer = plain()
    call(image, [layer], **QUICK, result="transparency", seed=1)
    dream = top(image)
    alpha, pixels = raw(dream, kind="A u8"), raw(dream)
    outcome = call(image, [dream], AGAIN, seed=2)
    return {
        **outcome,
        "alpha_kept": raw(dream, kind="A u8") == alpha,
        "other_pixels": raw(dream) != pixels,
        "mask": dream.get_mask() is not None,
    }


@case("again after saving and opening")
def _() -> Any:
    image, layer = plain()
    call(image, [layer], **QUICK, seed=1)
    file = Gio.File.new_for_path(str(FOLDER / "document.xcf"))
    Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, file, None)
    opened = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, file)
    dream = top(opened)
    pixels = raw(dream)
    outcome = call(opened, [dream], AGAIN)
    return {**outcome, "same_pixels": raw(dream) == pixels, "metadata": metadata(dream)}


@case("again where the mask was painted")
def _() -> Any:
    """White paint on the mask shows more of the dream, which is dreamed there too."""
    image, layer = plain()
    call(image, [layer], **QUICK)
    dream = top(image)
    corner = rectangle(0, 0, 3, 3)
    buffer = dream.get_mask().get_buffer()
    buffer.set(corner, "Y u8", b"\xff" * 9)
    buffer.flush()
    dream.get_mask().update(0, 0, 3, 3)
    first = array.array("B", raw(dream, corner, "R'G'B' u8"))
    outcome = call(image, [dream], AGAIN)
    second = array.array("B", raw(dream, corner, "R'G'B' u8"))
    beneath = rectangle(*dream.get_offsets()[1:], 3, 3)
    source = array.array("B", raw(layer, beneath, "R'G'B' u8"))
    return {**outcome, "was_source": first == source, "is_dreamt": second != source}


@case("undo enabled")
def _() -> Any:
    image, layer = plain()
    call(image, [layer], **QUICK)
    return image.undo_is_enabled()


@case("six thousand by four thousand")
def _() -> Any:
    """The server of these tests takes in 8 MiB; the layer has 92."""
    image = picture(6000, 4000)
    kind = Gimp.ImageType.RGBA_IMAGE
    layer = Gimp.Layer.new(image, "source", 6000, 4000, kind, 100.0, Gimp.LayerMode.NORMAL)
    image.insert_layer(layer, None, 0)
    layer.fill(Gimp.FillType.PATTERN)
    ellipse(image, 3100, 2200, 200, 150)
    start = time.monotonic()
    outcome = call(image, [layer], **QUICK)
    seconds = time.monotonic() - start
    dream = top(image)
    return {**outcome, "size": (dream.get_width(), dream.get_height()), "seconds": seconds}
