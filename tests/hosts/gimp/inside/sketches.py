"""What the preview dreams, against the dream itself."""

from __future__ import annotations

from typing import Any

from gi.repository import Gimp, Gio

from inside import processes
from inside.harness import DREAM, PARAMETERS, case, ellipse, raw


def frame(image: Any) -> dict[str, Any]:
    colours = bytes(image.pixels)
    return {"size": (image.width, image.height, image.channels), "pixels": colours.hex()}


def compared(preset: str) -> dict[str, Any]:
    """Sketches of few and of all octaves, and the dream."""
    from gimpdream.bridge.jobs import connected
    from gimpdream.bridge.preview_request import sketch
    from gimpdream.bridge.transfer import prepare
    from gimpdream.commands import NewDream

    from bridgeclient.looks import read_schema

    photo = Gio.File.new_for_path(PARAMETERS["photo"])
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, photo)
    image.scale(image.get_width() * 2 // 3, image.get_height() * 2 // 3)
    ellipse(image, 120, 40, 200, 173)
    schema = read_schema(processes.PLUGIN)
    config = Gimp.get_pdb().lookup_procedure(DREAM).create_config()
    config.set_property("preset", preset)
    command = NewDream(image, image.get_layers(), schema)
    parameters = command.parameters(config)
    (source,) = command.sources(parameters)
    transfer = prepare(source, False)
    small, all_octaves = (sketch(source, parameters, schema, most) for most in (40_000, 10_000_000))
    requests = {
        "small": small.request,
        "all octaves": all_octaves.request,
        "dream": transfer.request(parameters.settings, None, None),
    }
    found = {}
    with connected(processes.PLUGIN) as client:
        for name, request in requests.items():
            result = list(client.events(client.submit(request)))[-1]
            found[name] = frame(request.image), frame(result.image)
    seen = raw(image.get_selection(), kind="Y u8")
    words = [one.difference for one in (small, all_octaves)]
    return {**found, "differences": words, "selected": sum(seen) > 0}


for preset in ("eyes", "faces"):
    case(preset)(lambda preset=preset: compared(preset))
