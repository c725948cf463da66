"""`dreambridge inspect IN` and `dreambridge atlas`: which channels respond, and pictures of all."""

from __future__ import annotations

import json
from pathlib import Path

import click

from bridgeclient.discovery import connect
from bridgeclient.events import Inspected
from bridgeclient.request import InspectRequest
from dreambridge.arrays import to_frame
from dreambridge.cli.engines import installation
from dreambridge.cli.pictures import PictureError, read_mask, read_picture, to_dream
from dreambridge.cli.types import picture_path
from dreamcore.layers import LAYERS

_relu = click.Choice([name for name, layer in LAYERS.items() if layer.kind == "relu"])


@click.command()
@click.argument("source", metavar="IN", type=picture_path)
@click.option("--mask", type=picture_path, help="Look only where this picture is bright.")
@click.option(
    "--layer",
    metavar="LAYER",
    type=_relu,
    help="Look at this layer only; else at all from relu3_1 on.",
)
@click.option("--count", type=click.IntRange(1, 64), default=12, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
def inspect(source: Path, mask: Path | None, layer: str | None, count: int, as_json: bool) -> None:
    """List the channels that respond most to the picture IN, compared with photographs.

    Dream of them with `--channels LAYER:CHANNEL,CHANNEL=WEIGHT`; `dreambridge atlas` shows what
    each grows. The strength is how many standard deviations a channel lies above photographs.
    """
    try:
        images = {"image": to_frame(to_dream(read_picture(source)))}
        if mask is not None:
            images["mask"] = to_frame(read_mask(mask))
    except PictureError as error:
        raise click.ClickException(str(error)) from error
    with connect(installation(), name="dreambridge-cli") as client:
        asked = client.inspect(InspectRequest(images, layer or "", count))
        (answer,) = (event for event in client.events(asked) if isinstance(event, Inspected))
    if as_json:
        click.echo(json.dumps(list(answer.channels)))
        return
    for found in answer.channels:
        click.echo(f"{found['layer']}:{found['channel']:<4} {found['strength']:6.1f}")


@click.command()
@click.option("--layer", metavar="LAYER", type=_relu, default="relu4_3", show_default=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The picture to write; atlas-LAYER.png unless it is named.",
)
def atlas(layer: str, out: Path | None) -> None:
    """Write a picture of all channels of a layer, each with its number, alike ones together."""
    from dreambridge.atlas.contact_sheet import contact_sheet

    out = out or Path(f"atlas-{layer}.png")
    try:
        contact_sheet(layer).save(out)
    except ValueError as error:  # Pillow knows no format of this suffix
        raise click.UsageError(f"{out}: {error}.") from error
    click.echo(f"{out} shows the {LAYERS[layer].channels} channels of {layer}.")
