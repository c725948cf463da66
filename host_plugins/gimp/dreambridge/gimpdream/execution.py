"""Running a command: everything is dreamed first, and the document changed last."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gi.repository import Gimp

from bridgeclient import BridgeClient, PreviousFrame, Result
from bridgeclient.looks import Json, title
from bridgeclient.protocol import ImageFrame
from gimpdream.arguments import Parameters
from gimpdream.bridge.duration import DurationEstimate
from gimpdream.bridge.jobs import Part, connected, dream
from gimpdream.bridge.transfer import Transfer, prepare
from gimpdream.commands import Command
from gimpdream.document.appearance import guide_frame
from gimpdream.document.frames import crop
from gimpdream.document.identity import id_or_new
from gimpdream.document.layers import FinishedDream
from gimpdream.document.metadata import DreamMetadata
from gimpdream.document.plan import Plan


def execute(command: Command, config: Any, schema: Json, here: Path) -> Sequence[Gimp.Layer]:
    """Run the command and return the layers with the dreams.

    Raises:
        UserError: the document or arguments don't allow it, or the document changed or was closed.
        BridgeError: the bridge failed; the document is as it was.
    """
    parameters = command.parameters(config)
    plan = Plan(parameters, command.sources(parameters))
    guide = guide_frame(plan.parameters.guide)
    transfers = [prepare(source, plan.parameters.draft) for source in plan.sources]
    Gimp.progress_init("DeepDream")
    with connected(here) as client:
        dreams = _dream_all(client, command.image, plan, transfers, guide, schema)
    layers = command.finish(dreams)
    Gimp.progress_end()
    Gimp.displays_flush()
    return layers


def _dream_all(
    client: BridgeClient,
    image: Gimp.Image,
    plan: Plan,
    transfers: Sequence[Transfer],
    guide: ImageFrame | None,
    schema: Json,
) -> list[FinishedDream]:
    """The sources' dreams, one after the other; coherent frames each from the one before."""
    parameters, estimate, ids = plan.parameters, DurationEstimate(schema), _ids(plan, image)
    total, what = len(transfers), "Frame" if parameters.coherent else "Layer"
    dreams: list[FinishedDream] = []
    previous, rest_s = None, 0.0 if total == 1 else None
    for number, transfer in enumerate(transfers, start=1):
        metadata = _metadata_of(transfer, parameters, client.welcome.version, ids)
        request = transfer.request(parameters.settings, guide, previous)
        result = dream(client, request, image, Part(number, total, what, rest_s))
        estimate.record(request, result)
        dreams.append(_finished(transfer, parameters, metadata, result, schema))
        if parameters.coherent:
            previous = PreviousFrame(transfer.sent, result.image)
        if not parameters.coherent or number > 1:  # the first frame takes longer than the others
            rest_s = result.seconds * (total - number - 1)
    return dreams


def _ids(plan: Plan, image: Gimp.Image) -> Mapping[int, str]:
    """The ids of the sources, and of the guide if it is in the image; by GIMP's own ids."""
    guide, layers = plan.parameters.guide, [source.layer for source in plan.sources]
    if guide is not None and guide.get_image().get_id() == image.get_id():
        layers.append(guide)
    return {layer.get_id(): id_or_new(layer) for layer in layers}


def _metadata_of(
    transfer: Transfer, parameters: Parameters, version: str, ids: Mapping[int, str]
) -> DreamMetadata:
    layer, tracked, guide = transfer.source.layer, transfer.tracked, parameters.guide
    region = tracked.rect
    return DreamMetadata(
        version=version,
        settings=parameters.settings,
        source=ids[layer.get_id()],
        source_name=layer.get_name(),
        guide=None if guide is None else ids.get(guide.get_id(), ""),
        guide_name="" if guide is None else guide.get_name(),
        source_size=tracked.layer,
        region=(region.x, region.y, region.width, region.height),
        patch=base64.b64encode(tracked.patch).decode(),
        context=parameters.context,
        edge=parameters.edge,
        result=parameters.result,
        draft=parameters.draft,
    )


def _finished(
    transfer: Transfer,
    parameters: Parameters,
    metadata: DreamMetadata,
    result: Result,
    schema: Json,
) -> FinishedDream:
    metadata = replace(
        metadata, device=result.device, precision=result.precision, seconds=result.seconds
    )
    source = transfer.source
    pixels = crop(transfer.result(result.image), source.context, transfer.tracked.rect)
    name = title(metadata.settings, schema, draft=parameters.draft)
    return FinishedDream(source, parameters, pixels, transfer.format, metadata, name)
