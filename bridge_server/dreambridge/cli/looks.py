"""`dreambridge looks`: the user's own looks, listed and looked after."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from bridgeclient.errors import BridgeError
from bridgeclient.text import as_text
from dreambridge.cli.own_looks import own_looks


@click.group(invoke_without_command=True)
@click.pass_context
def looks(ctx: click.Context) -> None:
    """List your own looks, export, import, rename, delete or favour them.

    `dreambridge dream … --save-look NAME` makes one; `--preset NAME` dreams with it.
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_looks)


@looks.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the looks as JSON.")
def list_looks(as_json: bool = False) -> None:
    """List your own looks, favourites first."""
    found, damaged = own_looks().read()
    for sentence in damaged:
        click.echo(sentence, err=True)
    if as_json:
        facts = ("name", "label", "favourite", "settings")
        click.echo(json.dumps([{key: getattr(look, key) for key in facts} for look in found]))
        return
    if not found:
        click.echo("There are none yet; `dreambridge dream IN OUT --save-look NAME` makes one.")
        return
    table = Table("look", "label", "favourite", "layers")
    for look in found:
        layers = as_text("layers", look.settings["layers"])
        table.add_row(look.name, look.label, "yes" if look.favourite else "", layers)
    Console().print(table)


@looks.command()
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def export(name: str, file: Path) -> None:
    """Write the look NAME with its picture to FILE, to hand it on."""
    with _said():
        own_looks().export(name, file)


@looks.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--name", default="", help="Another name than the one it has.")
def import_look(file: Path, name: str) -> None:
    """Take in a look that somebody exported."""
    with _said():
        click.echo(own_looks().take_in(file, name).name)


@looks.command()
@click.argument("name")
@click.argument("new")
def rename(name: str, new: str) -> None:
    """Call the look NAME NEW."""
    with _said():
        click.echo(own_looks().rename(name, new).name)


@looks.command()
@click.argument("name")
def delete(name: str) -> None:
    """Delete the look NAME."""
    with _said():
        own_looks().delete(name)


@looks.command()
@click.argument("name")
@click.option("--off", is_flag=True, help="Not any more.")
def favourite(name: str, off: bool) -> None:
    """Let the look NAME stand first, as a favourite."""
    with _said():
        own_looks().favour(name, not off)


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except BridgeError as error:
        raise click.ClickException(str(error)) from error
