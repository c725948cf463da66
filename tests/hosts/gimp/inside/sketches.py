"""What the preview dreams, against the dream itself."""

from __future__ import annotations

from typing import Any

from gi.repository import Gimp, Gio

from inside import processes
from inside.harness import DREAM, PARAMETERS, case, ellipse, raw


def frame(image: Any) -> dict[str, Any]:
    colours = bytes(image.pixels)
    return {"size": (image.width, image.height, image.channels), "pixels": colours.hex()}


def compared(preset: str, most: int) -> dict[str, Any]:
    from gimpdream.bridge.jobs import connected
    from gimpdream.bridge.preview_request import sketch
    from gimpdream.bridge.transfer import prepare
    from gimpdream.commands import NewDream

    from bridgeclient.looks import read_schema

    photo = Gio.File.new_for_path(PARAMETERS["photo"])
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, photo)
    ellipse(image, 180, 60, 300, 260)
    schema = read_schema(processes.PLUGIN)
    config = Gimp.get_pdb().lookup_procedure(DREAM).create_config()
    config.set_property("preset", preset)
    command = NewDream(image, image.get_layers(), schema)
    parameters = command.parameters(config)
    (source,) = command.sources(parameters)
    transfer = prepare(source, False)
    small = sketch(source, parameters, schema, most)
    whole = transfer.request(parameters.settings, None, None)
    with connected(processes.PLUGIN) as client:
        results = [list(client.events(client.submit(one)))[-1] for one in (small.request, whole)]
    pairs = zip((small.request, whole), results, strict=True)
    found = [(frame(request.image), frame(result.image)) for request, result in pairs]
    seen = raw(image.get_selection(), kind="Y u8")
    return {"found": found, "difference": small.difference, "selected": sum(seen) > 0}


for preset in ("eyes", "faces"):
    for most in (90_000, 10_000_000):
        case(f"{preset} {most}")(lambda preset=preset, most=most: compared(preset, most))
