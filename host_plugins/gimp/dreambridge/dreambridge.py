#!/usr/bin/env python3
"""DeepDream for GIMP 3: what GIMP runs to ask which procedures there are, and for each dream.

GIMP wants this file, executable and named like its folder. The rest of the plug-in is in
`gimpdream`, beside it; so are `bridgeclient`, `schema.json`, `bridge.json` and the wheels, put
there by `dreambridge install gimp`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp, Gio  # noqa: E402

HERE = Path(__file__).absolute().parent  # not resolved: a development install has links here


def prepare_path() -> None:
    """Let this Python find the plug-in's parts, msgpack and pyzmq."""
    sys.path[:0] = [str(HERE), str(HERE / "vendor")]


class Dreambridge(Gimp.PlugIn):
    """The plug-in as GIMP sees it."""

    def do_set_i18n(self, name: str) -> bool:
        """No translations."""
        return False

    def do_query_procedures(self) -> list[str]:
        """The names of the procedures, and where GIMP finds their help."""
        from gimpdream.procedures import AGAIN, DREAM

        self.set_help_domain("dreambridge", Gio.File.new_for_path(str(HERE / "help")))
        return [DREAM, AGAIN]

    def do_create_procedure(self, name: str) -> Gimp.Procedure:
        """The procedure of that name, with arguments and menu entry."""
        from gimpdream.procedures import create

        return create(self, name, HERE)


prepare_path()
Gimp.main(Dreambridge.__gtype__, sys.argv)
