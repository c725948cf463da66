"""What is dreamed: all that is visible, a painted strength, a guide from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gi.repository import Gegl, Gimp, Gio

from inside import processes
from inside.harness import (
    AGAIN,
    DREAM,
    FOLDER,
    QUICK,
    call,
    case,
    ellipse,
    metadata,
    paint,
    painted,
    picture,
    projection,
    raw,
    rectangle,
    state,
    top,
)


def far_apart(before: list[Any], after: list[Any]) -> list[int]:
    """How far each pixel is from what it was."""
    pairs = zip(before, after, strict=True)
    return [max(abs(a - b) for a, b in zip(one, other, strict=True)) for one, other in pairs]


def half_white(drawable: Gimp.Drawable, kind: str) -> Gimp.Drawable:
    """Black on the left, white on the right."""
    width, height = drawable.get_width(), drawable.get_height()
    row = bytes(0 if x < width // 2 else 255 for x in range(width))
    buffer = drawable.get_buffer()
    buffer.set(rectangle(0, 0, width, height), kind, row * height)
    buffer.flush()
    drawable.update(0, 0, width, height)
    return drawable


@case("all that is visible")
def _() -> Any:
    """Two layers of which the upper one multiplies the lower one; a soft ellipse is selected."""
    image = picture()
    painted(image, name="below", seed=3)
    layer = painted(image, seed=4)
    layer.set_mode(Gimp.LayerMode.MULTIPLY)
    ellipse(image, 14, 10, 34, 26)
    before, seen = state(image)["layers"], projection(image)
    outcome = call(image, [layer], **QUICK, source="visible", result="layer")
    greys, far = raw(image.get_selection(), kind="Y u8"), far_apart(seen, projection(image))
    names = [one.get_name() for one in image.get_layers()]
    kept = state(image)["layers"][2:] == before
    first = raw(top(image))
    again = call(image, [top(image)], AGAIN, seed=7)
    return {
        **outcome,
        "inside": max(one for one, grey in zip(far, greys, strict=True) if grey == 255),
        "outside": max(one for one, grey in zip(far, greys, strict=True) if grey == 0),
        "names": names,
        "kept": kept,
        "again": again,
        "other": raw(top(image)) != first,
        "images": len(Gimp.get_images()),
    }


@case("the preview follows the document")
def _() -> Any:
    """What is painted below the layer, and the strength; and nothing else makes it read again."""
    from gimpdream.commands import NewDream
    from gimpdream.ui.preview_source import PreviewSource

    from bridgeclient.looks import read_schema

    image = picture()
    below, strength = painted(image, name="below"), painted(image, name="strength", seed=5)
    strength.set_visible(False)
    schema = read_schema(processes.PLUGIN)
    config = Gimp.get_pdb().lookup_procedure(DREAM).create_config()
    config.set_property("source", "visible")
    config.set_property("strength-map", strength)
    command = NewDream(image, [strength], schema)
    source, facts = PreviewSource(command, schema), []

    def look() -> None:
        changed = source.has_changed()
        parameters = command.parameters(config)
        source.plan(parameters)
        request = source.sketch(parameters, 90_000).request
        facts.append((changed, bytes(request.image.pixels).hex(), bytes(request.mask.pixels).hex()))

    source.plan(command.parameters(config))
    look()
    paint(below, 9, alpha=False)
    look()
    half_white(strength, "Y' u8")
    look()
    look()
    command.close()
    return facts


def changed_halves(image: Gimp.Image, strength: Gimp.Drawable) -> dict[str, Any]:
    seen, width = projection(image), image.get_width()
    outcome = call(image, [image.get_layers()[-1]], **QUICK, strength_map=strength)
    far = list(enumerate(far_apart(seen, projection(image))))
    left = max(one for at, one in far if at % width < width // 2)
    right = max(one for at, one in far if at % width >= width // 2)
    return {**outcome, "left": left, "right": right}


@case("strength painted in a layer")
def _() -> Any:
    image = picture()
    painted(image)
    strength = half_white(painted(image, name="strength"), "Y' u8")
    strength.set_visible(False)
    return changed_halves(image, strength)


@case("strength painted in a channel")
def _() -> Any:
    image = picture()
    painted(image)
    colour = Gegl.Color.new("black")
    channel = Gimp.Channel.new(image, "strength", 64, 48, 100.0, colour)
    image.insert_channel(channel, None, 0)
    return changed_halves(image, half_white(channel, "Y u8"))


@case("strength that is all black")
def _() -> Any:
    image = picture()
    layer = painted(image)
    strength = half_white(painted(image, name="strength"), "Y' u8")
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 20, 40)
    before = state(image)
    outcome = call(image, [layer], **QUICK, strength_map=strength)
    return outcome | {"unchanged": state(image) == before}


@case("guide from a file")
def _() -> Any:
    other = picture(40, 40)
    painted(other, seed=11)
    path = str(FOLDER / "guide.png")
    Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, other, Gio.File.new_for_path(path), None)
    other.delete()
    image = picture()
    layer = painted(image)
    call(image, [layer], **QUICK)
    plain = raw(top(image))
    outcome = call(image, [layer], **QUICK, guide_file=path)
    remembered = metadata(top(image))
    guided = raw(top(image))
    return {
        **outcome,
        "other": guided != plain,
        "objective": remembered["settings"]["objective"],
        "name": remembered["guide_name"],
        "missing": call(image, [layer], **QUICK, guide_file="/nowhere/guide.png"),
        "images": len(Gimp.get_images()),
    }


@case("a look of one's own, beside a damaged one")
def _() -> Any:
    from bridgeclient.own_looks import plugin_looks

    looks = plugin_looks(processes.PLUGIN)
    folder = Path(processes.bridge()["connection_file"]).parent / "looks"
    looks.save("My dots", {"layers": {"relu2_2": 1.0}, "iterations": 2, "octaves": 1})
    (folder / "bad.dreamlook").write_text("{", "utf-8")
    image = picture()
    layer = painted(image)
    outcome = call(image, [layer], preset="my-dots")
    said = (FOLDER / "log.txt").read_text("utf-8", "replace")
    looks.delete("my-dots")
    looks.delete("bad")
    gone = call(image, [layer], preset="my-dots")
    return {**outcome, "name": image.get_layers()[0].get_name(), "said": said, "gone": gone}


@case("what is seen follows the selection")
def _() -> Any:
    """Asked once for each selection and kind; a kind that there isn't is told of."""
    from gimpdream.bridge.jobs import connected
    from gimpdream.commands import NewDream
    from gimpdream.ui.preview_source import PreviewSource
    from gimpdream.ui.seeing import Seeing

    from bridgeclient.looks import read_schema

    image = picture(160, 120)
    command = NewDream(image, [painted(image)], read_schema(processes.PLUGIN))
    config = Gimp.get_pdb().lookup_procedure(DREAM).create_config()
    source = PreviewSource(command, read_schema(processes.PLUGIN))
    seeing, answers = Seeing(source), []
    seeing.answered = answers.append

    def look(client: Any) -> Any:
        """What comes of looking now, nothing if nothing is asked."""
        source.has_changed()
        source.plan(command.parameters(config))
        before = len(answers)
        seeing.proceed(client)
        while seeing.asking:
            event = client.receive(0.1)
            if event is not None:
                seeing.handle(event)
        return answers[-1] if len(answers) > before else None

    with connected(processes.PLUGIN) as client:
        whole, unchanged = look(client), look(client)
        image.select_rectangle(Gimp.ChannelOps.REPLACE, 10, 10, 60, 50)
        part = look(client)
        seeing.layer = "relu3_3"
        kind = look(client)
        seeing.layer = "relu9_9"
        wrong = look(client)
    command.close()
    return {
        "seen": [
            [(one["layer"], one["channel"]) for one in a.channels] for a in (whole, part, kind)
        ],
        "pictures": len(part.pictures),
        "unchanged": unchanged,
        "wrong": str(wrong.error),
    }
