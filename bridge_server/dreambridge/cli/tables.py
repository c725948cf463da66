"""`dreambridge presets` and `dreambridge layers`: what there is to choose from."""

from __future__ import annotations

import click
from rich.console import Console
from rich.table import Table

from bridgeclient.text import as_text
from dreambridge.cli.own_looks import own_looks
from dreamcore.layers import LAYERS
from dreamcore.presets import DEFAULT, PRESETS


@click.command()
def presets() -> None:
    """List the looks for --preset, from gentle to wild."""
    table = _table("preset", "look", "layers")
    for name, look in PRESETS.items():
        layers = ", ".join(f"{layer} {weight:g}" for layer, weight in look.settings.layers.items())
        table.add_row(name + (" (default)" if name == DEFAULT else ""), look.help, layers)
    own, damaged = own_looks().read()
    for one in own:
        about = "Your own look." if not one.favourite else "Your own look, a favourite."
        table.add_row(one.name, about, as_text("layers", one.settings["layers"]))
    Console().print(table)
    for sentence in damaged:
        click.echo(sentence, err=True)


@click.command()
def layers() -> None:
    """List VGG16's layers for --layers, from fine texture to whole things."""
    table = _table("layer", "channels", "stride", "sees (pixels)")
    for layer in LAYERS.values():
        numbers = layer.channels, layer.stride, layer.receptive_field
        table.add_row(layer.name, *map(str, numbers))
    Console().print(table)
    click.echo("dreambridge atlas --layer NAME draws what the channels of a layer grow.")


def _table(*headings: str) -> Table:
    """A table that breaks words rather than cut them off where the terminal is narrow."""
    table = Table()
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table
