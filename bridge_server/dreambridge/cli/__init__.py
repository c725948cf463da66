"""The command line: `dreambridge COMMAND`.

Commands are loaded when they are used, so that starting the server loads nothing else. Exit codes:
0 done, 1 failed, 2 wrong use, 130 cancelled.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from dreambridge import __version__
from dreambridge.cli.messages import escape_unprintable, reported

_COMMANDS = {
    "dream": "dreambridge.cli.dream:dream",
    "batch": "dreambridge.cli.batch.command:batch",
    "video": "dreambridge.cli.video.command:video",
    "zoom": "dreambridge.cli.video.zoom:zoom",
    "demo": "dreambridge.cli.demo:demo",
    "serve": "dreambridge.cli.serve:serve",
    "status": "dreambridge.cli.serve:status",
    "stop": "dreambridge.cli.serve:stop",
    "install": "dreambridge.cli.install:install",
    "uninstall": "dreambridge.cli.install:uninstall_command",
    "doctor": "dreambridge.cli.doctor:doctor",
    "presets": "dreambridge.cli.tables:presets",
    "looks": "dreambridge.cli.looks:looks",
    "layers": "dreambridge.cli.tables:layers",
    "inspect": "dreambridge.cli.inspect:inspect",
    "atlas": "dreambridge.cli.inspect:atlas",
}

CANCELLED = 130
_JSON = "dreambridge.json"


class _Commands(click.Group):
    """Loads commands by name, and turns what they raise into a sentence and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which a newcomer needs them."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, imported now."""
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Each command with its whole first sentence, which click would cut to fit a line."""
        commands = [(name, self.get_command(ctx, name)) for name in _COMMANDS]
        rows = [
            (name, _first_sentence(command.help or "")) for name, command in commands if command
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Remember whether a program calls, which is told even a wrong use in its own language."""
        escape_unprintable()
        ctx.meta[_JSON] = "--json" in args
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            with reported(as_json=ctx.meta[_JSON]):
                return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("Cancelled.", err=True)
            raise click.exceptions.Exit(CANCELLED) from None


def _first_sentence(text: str) -> str:
    return " ".join(text.split("\n\n")[0].split()).partition(". ")[0].removesuffix(".") + "."


@click.group(cls=_Commands)
@click.version_option(__version__, prog_name="dreambridge")
def main() -> None:
    """DeepDream for pictures, and the bridge that brings it into GIMP and Krita."""
