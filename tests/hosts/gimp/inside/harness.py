"""What every run inside GIMP needs: documents of all kinds, calls, and exact comparisons."""

from __future__ import annotations

import array
import hashlib
import json
import random
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gegl", "0.4")
from gi.repository import Gegl, Gimp  # noqa: E402

FOLDER = Path(sys.argv[0])
PARAMETERS: dict[str, Any] = json.loads((FOLDER / "parameters.json").read_text("utf-8"))
FINDINGS: dict[str, Any] = {}

DREAM = "plug-in-dreambridge"
AGAIN = "plug-in-dreambridge-again"
QUICK = {"layers": "relu2_2", "iterations": 2, "octaves": 1, "step": 4.0, "edge": 0.0}
"""A dream that takes a moment, changes every pixel, and keeps the selection as it is."""


def case(name: str) -> Callable[[Callable[[], Any]], None]:
    """Run the function now and write down what it returns, or its failure."""

    def run(function: Callable[[], Any]) -> None:
        try:
            FINDINGS[name] = function()
        except Exception:
            FINDINGS[name] = {"traceback": traceback.format_exc()}
        (FOLDER / "findings.json").write_text(json.dumps(FINDINGS), "utf-8")
        for image in Gimp.get_images():
            image.delete()

    return run


def picture(
    width: int = 64,
    height: int = 48,
    base: str = "RGB",
    precision: str = "U8_NON_LINEAR",
    profile: Gimp.ColorProfile | None = None,
) -> Gimp.Image:
    """An image without layers."""
    kind = getattr(Gimp.ImageBaseType, base)
    image = Gimp.Image.new_with_precision(width, height, kind, getattr(Gimp.Precision, precision))
    if profile is not None:
        image.set_color_profile(profile)
    return image


def painted(
    image: Gimp.Image,
    *,
    alpha: bool = False,
    size: tuple[int, int] | None = None,
    at: tuple[int, int] = (0, 0),
    parent: Gimp.Layer | None = None,
    name: str = "source",
    seed: int = 1,
) -> Gimp.Layer:
    """A layer with blobs of colour, on top; its alpha has a gradient and a hole."""
    width, height = size or (image.get_width(), image.get_height())
    grey = image.get_base_type() == Gimp.ImageBaseType.GRAY
    kind = f"{'GRAY' if grey else 'RGB'}{'A' if alpha else ''}_IMAGE"
    type_ = getattr(Gimp.ImageType, kind)
    mode = image.get_default_new_layer_mode()
    layer = Gimp.Layer.new(image, name, width, height, type_, 100.0, mode)
    image.insert_layer(layer, parent, 0)
    paint(layer, seed, alpha=alpha)
    layer.set_offsets(*at)
    return layer


def paint(layer: Gimp.Layer, seed: int, *, alpha: bool) -> None:
    """Fill with smooth blobs from the seed."""
    width, height = layer.get_width(), layer.get_height()
    pixels = bytearray()
    blobs = _blobs(width, height, seed)
    for y in range(height):
        for x in range(width):
            pixels += bytes(blobs(x, y, channel) for channel in range(3))
            pixels.append(_alpha(x, y, width, height) if alpha else 255)
    whole = rectangle(0, 0, width, height)
    buffer = layer.get_buffer()
    buffer.set(whole, "R'G'B'A u8", bytes(pixels))
    buffer.flush()
    layer.update(0, 0, width, height)


def _blobs(width: int, height: int, seed: int) -> Callable[[int, int, int], int]:
    dice = random.Random(seed)
    marks = [
        (dice.randrange(width), dice.randrange(height), dice.randrange(3), dice.uniform(0.01, 0.05))
        for _ in range(6)
    ]

    def value(x: int, y: int, channel: int) -> int:
        light = 90.0 + 40 * channel
        for mx, my, colour, sharpness in marks:
            near = 1 / (1 + sharpness * ((x - mx) ** 2 + (y - my) ** 2))
            light += (110 if colour == channel else -70) * near
        return max(20, min(235, round(light)))

    return value


def _alpha(x: int, y: int, width: int, height: int) -> int:
    if x < width // 8 and y < height // 8:
        return 0
    return 255 - 100 * y // height


def rectangle(x: int, y: int, width: int, height: int) -> Gegl.Rectangle:
    return Gegl.Rectangle.new(x, y, width, height)


def ellipse(image: Gimp.Image, x: int, y: int, width: int, height: int) -> None:
    """Select an ellipse with a soft edge."""
    Gimp.context_set_antialias(True)
    Gimp.context_set_feather(False)
    image.select_ellipse(Gimp.ChannelOps.REPLACE, x, y, width, height)
    Gimp.Selection.feather(image, 6.0)


def call(
    image: Gimp.Image | None, drawables: list[Any], procedure: str = DREAM, **arguments: Any
) -> dict[str, Any]:
    """Call the procedure; its status, message and layer. Arguments with underscores."""
    found = Gimp.get_pdb().lookup_procedure(procedure)
    config = found.create_config()
    if image is not None:
        config.set_property("image", image)
    config.set_core_object_array("drawables", drawables)
    if procedure == AGAIN:
        arguments.pop("edge", None)  # its layer has its shape
    for name, value in arguments.items():
        config.set_property(name.replace("_", "-"), value)
    values = found.run(config)
    status = values.index(0).value_nick
    message = values.index(1) if values.length() > 1 and isinstance(values.index(1), str) else ""
    return {"status": status, "message": message}


def raw(
    drawable: Gimp.Drawable, rect: Gegl.Rectangle | None = None, kind: str | None = None
) -> bytes:
    """Pixels just as GIMP has them, or in a format by name."""
    whole = rectangle(0, 0, drawable.get_width(), drawable.get_height())
    got = drawable.get_buffer().get(rect or whole, 1.0, kind, Gegl.AbyssPolicy.NONE)
    return bytes(got)


def plain(precision: str = "U8_NON_LINEAR") -> tuple[Gimp.Image, Gimp.Layer]:
    """An image with one layer and a soft ellipse selected."""
    image = picture(precision=precision)
    layer = painted(image)
    ellipse(image, 14, 10, 34, 26)
    return image, layer


def metadata(layer: Gimp.Layer) -> dict[str, Any]:
    """What a dream layer remembers."""
    return dict(json.loads(bytes(layer.get_parasite("dreambridge").get_data())))


def top(image: Gimp.Image) -> Gimp.Layer:
    """The topmost layer."""
    return image.get_layers()[0]


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def state(image: Gimp.Image) -> dict[str, Any]:
    """Everything in the document that a dream must leave alone, every pixel included."""
    return {
        "size": (image.get_width(), image.get_height()),
        "kind": (image.get_base_type().value_nick, image.get_precision().value_nick),
        "layers": [_layer_state(layer) for layer in image.get_layers()],
        "channels": [(c.get_name(), _digest(raw(c))) for c in image.get_channels()],
        "selection": _digest(raw(image.get_selection())),
        "parasites": image.get_parasite_list(),
    }


def _layer_state(layer: Gimp.Layer) -> dict[str, Any]:
    mask = layer.get_mask()
    _, x, y = layer.get_offsets()
    return {
        "id": layer.get_id(),
        "name": layer.get_name(),
        "at": (x, y, layer.get_width(), layer.get_height()),
        "pixels": "" if layer.is_group() else _digest(raw(layer)),  # its children are compared
        "mask": _digest(raw(mask)) if mask else None,
        "appearance": (layer.get_opacity(), layer.get_mode().value_nick, layer.get_visible()),
        "locks": (layer.get_lock_alpha(), layer.get_lock_content(), layer.get_lock_position()),
        "parasites": layer.get_parasite_list(),
        "children": [_layer_state(child) for child in layer.get_children()]
        if layer.is_group()
        else [],
    }


def projection(image: Gimp.Image) -> list[Sequence[float]]:
    """The image as one sees it, pixel by pixel: GIMP's own bytes up to 16 bits, else floats."""
    seen = Gimp.Layer.new_from_visible(image, image, "seen")
    data: Any = raw(seen)
    code, most = _WIDE.get(image.get_precision().value_nick.split("-")[0], ("", 1))
    if code:
        data = [value / most for value in array.array(code, data)]
    size = len(data) // (seen.get_width() * seen.get_height())
    return [data[at : at + size] for at in range(0, len(data), size)]


_WIDE = {"u32": ("I", 2**32 - 1), "float": ("f", 1), "double": ("d", 1)}
"""How Python reads the precisions whose last bits GIMP's compositing rounds."""
