"""The plug-in's two errands: a new dream, and an earlier dream again; and how they are run.

An errand says what to dream for the arguments as they are now (the dialog's preview asks often),
and puts what was dreamed into the document.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from gi.repository import Gimp

from bridgeclient import BridgeClient, Result
from bridgeclient.looks import Json
from gimpdream import again, arguments, layers
from gimpdream.arguments import Wish
from gimpdream.dreaming import Order, bridge, dream
from gimpdream.identity import id_for
from gimpdream.memory import Memory
from gimpdream.source import Source, check_layers, frames, guide_frame, sources


@dataclass(frozen=True)
class Plan:
    """What to dream: the sources, and what is asked for."""

    wish: Wish
    sources: Sequence[Source]


class Errand(Protocol):
    """See the module. Making one checks the document and raises `Refused`."""

    def __init__(self, image: Gimp.Image, drawables: Sequence[Gimp.Drawable], schema: Json) -> None:
        """Look at what is selected."""

    def prefill(self, config: Any) -> None:
        """Set the arguments that the dialog starts with."""

    def plan(self, config: Any) -> Plan:
        """What to dream for these arguments; raises `Refused`."""

    def finish(self, dreams: Sequence[layers.Dreamed]) -> Sequence[Gimp.Layer]:
        """Put the dreams into the document and return their layers."""


class NewDream:
    """Dream the selected layers, each into a new layer above it."""

    def __init__(self, image: Gimp.Image, drawables: Sequence[Gimp.Drawable], schema: Json) -> None:
        self._image, self._schema = image, schema
        self._layers = check_layers(image, drawables)

    def prefill(self, config: Any) -> None:
        """GIMP itself brings the arguments of the last time."""

    def plan(self, config: Any) -> Plan:
        """See `Errand.plan`."""
        wish = arguments.read_wish(config, self._schema)
        return Plan(wish, sources(self._image, self._layers, wish, self._schema))

    def finish(self, dreams: Sequence[layers.Dreamed]) -> Sequence[Gimp.Layer]:
        """See `Errand.finish`."""
        return layers.place(self._image, dreams)


class DreamAgain:
    """Dream the source of a dream layer anew, into the same layer."""

    def __init__(self, image: Gimp.Image, drawables: Sequence[Gimp.Drawable], schema: Json) -> None:
        self._image, self._schema = image, schema
        self._found = again.remembered(image, drawables)

    def prefill(self, config: Any) -> None:
        """Start with what the layer remembers."""
        again.prefill(self._image, self._found, config, self._schema)

    def plan(self, config: Any) -> Plan:
        """See `Errand.plan`."""
        wish = again.read_wish(self._image, self._found, config, self._schema)
        return Plan(wish, [again.source_of(self._image, self._found, wish, self._schema)])

    def finish(self, dreams: Sequence[layers.Dreamed]) -> Sequence[Gimp.Layer]:
        """See `Errand.finish`."""
        layers.replace(self._image, self._found.layer, dreams[0])
        return [self._found.layer]


def carry_out(errand: Errand, config: Any, schema: Json, here: Path) -> Sequence[Gimp.Layer]:
    """Dream everything first and touch the document last; returns the layers with the dreams.

    Raises:
        Refused: the document or arguments don't allow it.
        BridgeError: the bridge failed; the document is as it was.
    """
    plan = errand.plan(config)
    guide = guide_frame(plan.wish.guide)
    prepared = [(source, *frames(source)) for source in plan.sources]
    ids, dreams = _ids(plan), []
    Gimp.progress_init("DeepDream")
    with bridge(here) as client:
        for number, (source, image, mask, pixels) in enumerate(prepared, start=1):
            part = f"Layer {number} of {len(prepared)}: " if len(prepared) > 1 else ""
            result = dream(client, Order(image, mask, plan.wish.settings, guide), part)
            memory = _memory(source, plan.wish, result, client, ids)
            region = layers.region_of(result.image, source.context, source.region)
            name = layers.title(memory.settings, schema)
            dreams.append(layers.Dreamed(source, plan.wish, region, pixels, memory, name))
    done = errand.finish(dreams)
    Gimp.progress_end()
    Gimp.displays_flush()
    return done


def _ids(plan: Plan) -> Mapping[int, str]:
    """The ids of the sources, and of the guide if it is in their image; by GIMP's own ids."""
    guide, layers = plan.wish.guide, [source.layer for source in plan.sources]
    if guide is not None and guide.get_image().get_id() == layers[0].get_image().get_id():
        layers.append(guide)
    return {layer.get_id(): id_for(layer) for layer in layers}


def _memory(
    source: Source, wish: Wish, result: Result, client: BridgeClient, ids: Mapping[int, str]
) -> Memory:
    region, guide = source.region, wish.guide
    return Memory(
        version=client.welcome.version,
        settings=wish.settings,
        source=ids[source.layer.get_id()],
        source_name=source.layer.get_name(),
        guide=None if guide is None else ids.get(guide.get_id(), ""),
        guide_name="" if guide is None else guide.get_name(),
        region=(region.x, region.y, region.width, region.height),
        context=wish.context,
        feather=wish.feather,
        result=wish.result,
        device=result.device,
        precision=result.precision,
        seconds=result.seconds,
    )
