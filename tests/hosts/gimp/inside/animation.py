"""Layers as the frames of an animation: dreamed as one motion, exported as a GIF, cancelled."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

from gi.repository import Gimp, Gio

from inside.harness import FOLDER, PARAMETERS, call, case, ellipse, painted, raw, state
from inside.layers import animation
from inside.processes import concurrently, kill, plug_in, running, wait_until

SETTINGS = {"layers": "relu3_3", "iterations": 10, "octaves": 2, "step": 1.5}
STEP = 6
"""How far the camera moves from frame to frame, in pixels."""


def frames_seen(image: Gimp.Image) -> list[str]:
    """What each frame shows, from the bottom up, as RGB in hexadecimal."""
    copy, shown = image.duplicate(), []
    for frame in reversed(copy.get_layers()):
        for other in copy.get_layers():
            other.set_visible(other.get_id() == frame.get_id())
        shown.append(raw(Gimp.Layer.new_from_visible(copy, copy, "seen"), kind="R'G'B' u8").hex())
    copy.delete()
    return shown


def export_gif(image: Gimp.Image, name: str) -> None:
    """Write an animated GIF, with indexed colours as GIMP wants them."""
    copy = image.duplicate()
    none, generated = Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE
    copy.convert_indexed(none, generated, 255, False, False, "")
    export = Gimp.get_pdb().lookup_procedure("file-gif-export")
    config = export.create_config()
    config.set_property("image", copy)
    config.set_property("file", Gio.File.new_for_path(str(FOLDER / name)))
    config.set_property("as-animation", True)
    assert export.run(config).index(0).value_nick == "success"
    copy.delete()


def names(image: Gimp.Image) -> list[str]:
    """From the bottom up."""
    return [layer.get_name() for layer in reversed(image.get_layers())]


@case("coherent")
def _() -> Any:
    """Selected in any order."""
    image, frames = animation(PARAMETERS["photo"], STEP)
    source, alphas = frames_seen(image), [frame.has_alpha() for frame in frames]
    facts = call(image, [frames[at] for at in (2, 0, 3, 1)], **SETTINGS, coherent_frames=True)
    facts |= {"source": source, "shown": frames_seen(image), "names": names(image)}
    export_gif(image, "coherent.gif")
    same = [frame.has_alpha() for frame in frames] == alphas
    return facts | {"same_alphas": same}


@case("each on its own")
def _() -> Any:
    """The same settings without coherence: what coherence is compared with."""
    image, frames = animation(PARAMETERS["photo"], STEP)
    alone = call(image, frames, **SETTINGS, coherent_frames=True, coherence=0.0)
    return alone | {"shown": frames_seen(image)}


@case("part of hidden frames")
def _() -> Any:
    """As an animation is while one paints it: only one frame is shown. A part is selected."""
    image, frames = animation(PARAMETERS["photo"], STEP)
    for frame in frames[1:]:
        frame.set_visible(False)
    ellipse(image, 40, 30, 80, 60)
    source = frames_seen(image)
    facts = call(image, frames, **SETTINGS, coherent_frames=True, draft=True)
    visible = [layer.get_visible() for layer in reversed(image.get_layers())]
    return facts | {"source": source, "shown": frames_seen(image), "visible": visible}


@case("of several sizes")
def _() -> Any:
    image, frames = animation(PARAMETERS["photo"], STEP)
    painted(image, name="Frame 5 (combine)", size=(40, 30), at=(10, 10))
    before = state(image)
    facts = call(image, image.get_layers(), **SETTINGS, coherent_frames=True)
    return facts | {"unchanged": state(image) == before, "frames": len(frames)}


@case("cancelled at the second frame")
def _() -> Any:
    image, frames = animation(PARAMETERS["photo"], STEP)
    before, log = state(image), Path(PARAMETERS["log"])

    def results() -> int:
        return log.read_text("utf-8").count("ended: result")

    done = results()

    def cancel() -> None:
        wait_until(lambda: results() > done, "one frame dreamed")
        kill(plug_in(), signal.SIGTERM)
        wait_until(lambda: running() == 0, "stopped")

    with concurrently(cancel) as failures:
        facts = call(image, frames, **{**SETTINGS, "iterations": 60}, coherent_frames=True)
    return facts | {"failures": failures, "unchanged": state(image) == before}


@case("progress")
def _() -> Any:
    """Of all frames, as the progress bar gets it."""
    from gimpdream.bridge.jobs import Part

    parts = [Part(number, 4, "Frame", None if number < 3 else 2.0) for number in (1, 2, 3, 4)]
    fractions = [part.fraction(own) for part in parts for own in (0.0, 0.5, 1.0)]
    left = [part.remaining_s(1.0) for part in parts]
    return {"fractions": fractions, "left": left, "words": str(parts[1])}
