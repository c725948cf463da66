"""Looks on the command line: all that `--preset` takes, and what there is to do with own ones."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from bridgeclient.own_looks import OwnLooks
from dreambridge.paths import locate
from dreamcore.presets import PRESETS
from dreamcore.schema import schema
from dreamcore.settings import DreamSettings


def own_looks() -> OwnLooks:
    """The user's own looks."""
    return OwnLooks(locate().looks, schema())


class LookType(click.ParamType):  # type: ignore[type-arg]  # generic only in newer clicks
    """A look's name, built-in or own."""

    name = "look"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name, if there is such a look."""
        looks, damaged = own_looks().read()
        names = [*PRESETS, *(look.name for look in looks)]
        if value not in names:
            for sentence in damaged:
                click.echo(sentence, err=True)
            self.fail(f"“{value}” is none of the looks {', '.join(names)}.", param, ctx)
        return value

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The names that begin so."""
        names = [*PRESETS, *(look.name for look in own_looks().read()[0])]
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def settings_of(name: str) -> DreamSettings:
    """A look's settings.

    Raises:
        RequestError: `request.invalid`, there is no such look.
    """
    if name in PRESETS:
        return PRESETS[name].settings
    return DreamSettings.from_json(own_looks().named(name).settings)
