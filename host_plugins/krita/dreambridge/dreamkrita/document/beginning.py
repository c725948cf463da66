"""What becomes of a wish to dream: a still, a hold of an animation, or its frames. GUI thread.

A dream of an animated layer is shown where that shows what was dreamed of, and nowhere else: over
all its frames it would hide the animation.
"""

from __future__ import annotations

from bridgeclient.looks import Json, title
from dreamkrita.document import merging, source
from dreamkrita.document.animation import Span, animated, hold, playback
from dreamkrita.document.dream_layer import DreamLayer
from dreamkrita.document.extras import Extras
from dreamkrita.document.frames_layer import FramesLayer
from dreamkrita.document.running_dream import RunningDream
from dreamkrita.document.running_frames import RunningFrames
from dreamkrita.errors import UserError
from dreamkrita.settings_model import INTO, TOP, SettingsModel
from krita import Node


def begin(
    number: int,
    settings: Json,
    model: SettingsModel,
    extras: Extras,
    *,
    node: Node | None = None,
    draft: bool = False,
    span: Span | None = None,
) -> RunningDream:
    """A dream of what `model` says, or of `node`; with a span, of its frames at these times.

    Raises:
        UserError: the document doesn't allow it.
    """
    schema, whole = model.schema, model.visible and node is None and span is None
    document, layer = source.chosen(node, visible=whole)
    if span is not None:
        _check_animated(layer)
    elif not source.is_root(layer) and animated(layer):
        span = hold(document, layer)
    found = source.find(settings, schema, layer, model.edge, any_time=span is not None)
    name = title(settings, schema, draft=draft)
    what = found.document, name, found.space, found.region, found.shape, found.id
    if span is None:
        into = model.place == INTO and not source.is_root(layer)
        if into:
            merging.check(layer)
        empty_layer = DreamLayer(*what, on_top=model.place == TOP)
        return RunningDream(number, found, settings, empty_layer, extras, draft, into=into)
    network, empty = schema["x-layers"], FramesLayer(*what)
    return RunningFrames(number, found, settings, empty, extras, draft, span=span, network=network)


def begin_sketch(number: int, settings: Json, model: SettingsModel, extras: Extras) -> RunningDream:
    """What would be dreamed of now, to be read and sketched; nothing is placed.

    Raises:
        UserError: the document doesn't allow it.
    """
    found = source.find(settings, model.schema, None, model.edge, visible=model.visible)
    what = found.document, "", found.space, found.region, found.shape, found.id
    return RunningDream(number, found, settings, DreamLayer(*what), extras, draft=True)


def frames_to_dream() -> Span:
    """The frames that are offered: those selected in the timeline, or what Krita plays.

    Raises:
        UserError: the active layer has no frames.
    """
    document, layer = source.chosen(None)
    _check_animated(layer)
    source.check_layer(layer)
    return playback(document)


def _check_animated(layer: Node) -> None:
    if not animated(layer):
        raise UserError(
            f"“{layer.name()}” isn't animated: click a layer or group with frames in the timeline, "
            "or press Dream for a still."
        )


def words(dream: RunningDream, seconds: float) -> str:
    """What to say of a finished dream."""
    if not isinstance(dream, RunningFrames):
        above = dream.into and not dream.merged
        why = ", in a layer of its own: merging it would have changed the picture" if above else ""
        return f"Done in {seconds:.1f} s{why}."
    first, last = dream.span.first, dream.span.last
    if len(dream.pictures) > 1:
        return f"Done: {len(dream.pictures)} frames in {dream.seconds:.1f} s."
    where = f"at frame {first}" if first == last else f"at frames {first} to {last}"
    where = f"from frame {first} on" if dream.span.open else where
    return f"Done in {dream.seconds:.1f} s, shown {where}; Dream Frames dreams the others."
