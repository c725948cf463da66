"""The plug-in's two errands: a new dream, and an earlier dream again; and how they are run.

An errand says what to dream for the arguments as they are now (the dialog's preview asks often),
and puts what was dreamed into the document.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from gi.repository import Gimp

from bridgeclient import Result
from bridgeclient.looks import Json, defaults
from gimpdream import again, arguments, layers
from gimpdream.arguments import Wish
from gimpdream.dreaming import bridge, dream
from gimpdream.duration import Stopwatch
from gimpdream.exchange import Exchange, prepare
from gimpdream.identity import id_for
from gimpdream.meanwhile import check_meanwhile
from gimpdream.memory import Memory
from gimpdream.selection import seen
from gimpdream.sentences import Refused
from gimpdream.source import Plan, check_layers, guide_frame, sources


class Errand(Protocol):
    """See the module. Making one checks the document and raises `Refused`."""

    def __init__(self, image: Gimp.Image, drawables: Sequence[Gimp.Drawable], schema: Json) -> None:
        """Look at what is selected."""

    def prefill(self, config: Any) -> Json | None:
        """Set the arguments that the dialog starts with; the settings that are remembered."""

    def plan(self, config: Any) -> Plan:
        """What to dream for these arguments; raises `Refused`."""

    def seen(self) -> object:
        """Another value whenever the document's selection is another."""

    def finish(self, dreams: Sequence[layers.Dreamed]) -> Sequence[Gimp.Layer]:
        """Put the dreams into the document and return their layers; raises `Refused`."""


class NewDream:
    """Dream the selected layers, each into a new layer above it."""

    def __init__(self, image: Gimp.Image, drawables: Sequence[Gimp.Drawable], schema: Json) -> None:
        self._image, self._schema = image, schema
        self._layers = check_layers(image, drawables)

    def prefill(self, config: Any) -> Json | None:
        """GIMP itself brings the arguments of the last time; what none has set is the preset's."""
        try:
            settings = arguments.read_settings(config, self._schema)
        except Refused:  # what was kept can't be read: the dialog has to open all the same
            settings = defaults(self._schema)
            config.set_property("preset", arguments.CUSTOM)
        arguments.write_settings(config, settings, self._schema)
        return None

    def plan(self, config: Any) -> Plan:
        """See `Errand.plan`."""
        wish = arguments.read_wish(config, self._schema)
        return Plan(wish, sources(self._image, self._layers, wish, self._schema))

    def seen(self) -> object:
        """See `Errand.seen`."""
        return seen(self._image)

    def finish(self, dreams: Sequence[layers.Dreamed]) -> Sequence[Gimp.Layer]:
        """See `Errand.finish`."""
        for dreamed in dreams:
            check_meanwhile(self._image, dreamed)
        return layers.place(self._image, dreams)


class DreamAgain:
    """Dream the source of a dream layer anew, into the same layer."""

    def __init__(self, image: Gimp.Image, drawables: Sequence[Gimp.Drawable], schema: Json) -> None:
        self._image, self._schema = image, schema
        self._found = again.remembered(image, drawables)

    def prefill(self, config: Any) -> Json | None:
        """Start with what the layer remembers."""
        return again.prefill(self._image, self._found, config, self._schema)

    def plan(self, config: Any) -> Plan:
        """See `Errand.plan`."""
        wish = again.read_wish(self._image, self._found, config, self._schema)
        return Plan(wish, [again.source_of(self._image, self._found, wish, self._schema)])

    def seen(self) -> object:
        """See `Errand.seen`; the layer's mask counts, not the selection."""
        return None

    def finish(self, dreams: Sequence[layers.Dreamed]) -> Sequence[Gimp.Layer]:
        """See `Errand.finish`."""
        check_meanwhile(self._image, dreams[0])
        again.check_meanwhile(self._found, dreams[0].pixels)
        layers.replace(self._image, self._found.layer, dreams[0])
        return [self._found.layer]


def carry_out(errand: Errand, config: Any, schema: Json, here: Path) -> Sequence[Gimp.Layer]:
    """Dream everything first and touch the document last; returns the layers with the dreams.

    Raises:
        Refused: the document or arguments don't allow it, or the document changed meanwhile.
        BridgeError: the bridge failed; the document is as it was.
    """
    plan = errand.plan(config)
    guide, ids, watch = guide_frame(plan.wish.guide), _ids(plan), Stopwatch(schema)
    prepared = [prepare(source, plan.wish.draft) for source in plan.sources]
    dreams = []
    Gimp.progress_init("DeepDream")
    with bridge(here) as client:
        for number, one in enumerate(prepared, start=1):
            part = f"Layer {number} of {len(prepared)}: " if len(prepared) > 1 else ""
            memory = _memory(one, plan.wish, client.welcome.version, ids)
            order = one.order(plan.wish.settings, guide)
            result = dream(client, order, part)
            watch.measure(order, result)
            dreams.append(_dreamed(one, plan.wish, memory, result, schema))
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


def _memory(one: Exchange, wish: Wish, version: str, ids: Mapping[int, str]) -> Memory:
    layer, region, guide = one.source.layer, one.piece.rect, wish.guide
    return Memory(
        version=version,
        settings=wish.settings,
        source=ids[layer.get_id()],
        source_name=layer.get_name(),
        guide=None if guide is None else ids.get(guide.get_id(), ""),
        guide_name="" if guide is None else guide.get_name(),
        source_size=one.piece.layer,
        region=(region.x, region.y, region.width, region.height),
        patch=base64.b64encode(one.piece.patch).decode(),
        context=wish.context,
        edge=wish.edge,
        result=wish.result,
        draft=wish.draft,
    )


def _dreamed(
    one: Exchange, wish: Wish, memory: Memory, result: Result, schema: Json
) -> layers.Dreamed:
    memory = replace(
        memory, device=result.device, precision=result.precision, seconds=result.seconds
    )
    region = layers.region_of(one.result(result.image), one.source.context, one.piece.rect)
    name = layers.title(memory.settings, schema) + " (draft)" * wish.draft
    return layers.Dreamed(one.source, wish, region, one.format, memory, name)
