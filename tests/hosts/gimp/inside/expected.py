"""How long the plug-in expects a dream to take, after a dream of a known duration."""

from __future__ import annotations

from typing import Any

from gi.repository import Gimp

from inside import processes
from inside.harness import DREAM, case, painted, picture

SETTINGS = {"layers": "relu3_3", "iterations": 10, "octaves": 1, "context": 0, "edge": 0.0}


def plan_of(image: Gimp.Image, layer: Gimp.Layer, **arguments: Any) -> Any:
    """What would be dreamed, and how long the plug-in says that it takes."""
    from gimpdream.commands import NewDream
    from gimpdream.document.plan import Plan

    from bridgeclient.looks import read_schema

    config = Gimp.get_pdb().lookup_procedure(DREAM).create_config()
    for name, value in (SETTINGS | arguments).items():
        config.set_property(name, value)
    command = NewDream(image, [layer], read_schema(processes.PLUGIN))
    parameters = command.parameters(config)
    return Plan(parameters, command.sources(parameters))


def expected(image: Gimp.Image, layer: Gimp.Layer, **arguments: Any) -> str:
    from gimpdream.bridge.duration import DurationEstimate

    from bridgeclient.looks import read_schema

    estimate = DurationEstimate(read_schema(processes.PLUGIN))
    return estimate.expected(plan_of(image, layer, **arguments))


def dream_took(seconds: float, image: Gimp.Image, layer: Gimp.Layer) -> None:
    """Let the plug-in know of a dream of this duration."""
    from gimpdream.bridge.duration import DurationEstimate
    from gimpdream.bridge.transfer import prepare

    from bridgeclient import Result
    from bridgeclient.looks import read_schema

    plan = plan_of(image, layer)
    transfer = prepare(plan.sources[0], False)
    request = transfer.request(plan.parameters.settings, None, None)
    result = Result(request.job, transfer.sent, seconds, 1, "cpu", "float32")
    DurationEstimate(read_schema(processes.PLUGIN)).record(request, result)


@case("expected")
def _() -> Any:
    Gimp.detach_parasite("dreambridge-speeds")
    image = picture(400, 300)
    kind = Gimp.ImageType.RGB_IMAGE
    layer = Gimp.Layer.new(image, "source", 400, 300, kind, 100.0, Gimp.LayerMode.NORMAL)
    image.insert_layer(layer, None, 0)
    layer.fill(Gimp.FillType.PATTERN)
    facts = {"at first": expected(image, layer)}
    dream_took(40.0, image, layer)
    facts["the same"] = expected(image, layer)
    facts["thrice the steps"] = expected(image, layer, iterations=30)
    facts["a draft"] = expected(image, layer, draft=True)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 200, 300)
    facts["a half"] = expected(image, layer)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 20, 20)
    image.select_rectangle(Gimp.ChannelOps.ADD, 380, 280, 20, 20)
    facts["opposite corners"] = expected(image, layer)
    facts["a layer that is none"] = expected(image, layer, layers="relu9_9")
    other = painted(image, name="small", size=(40, 30))
    facts["kept"] = expected(image, other)
    return facts
