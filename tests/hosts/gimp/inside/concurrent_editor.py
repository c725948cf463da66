#!/usr/bin/env python3
"""A plug-in that edits documents while another one dreams, as an artist does.

GIMP keeps it running; it does what the tests write into a file of their folder.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp, GLib  # noqa: E402

NAME = "plug-in-concurrent-editor"


class ConcurrentEditor(Gimp.PlugIn):
    """The plug-in as GIMP sees it."""

    def do_query_procedures(self) -> list[str]:
        return [NAME]

    def do_create_procedure(self, name: str) -> Gimp.Procedure:
        return Gimp.Procedure.new(self, name, Gimp.PDBProcType.PERSISTENT, run, None)


def run(procedure: Gimp.Procedure, config: Any, data: object) -> Gimp.ValueArray:
    """Until GIMP ends this process."""
    procedure.persistent_ready()
    folder = os.environ.get("DREAMBRIDGE_EDITOR_FOLDER")
    while folder:
        wanted = Path(folder) / "wanted"
        if wanted.exists():
            done = "done"
            try:
                exec(wanted.read_text("utf-8"), {"Gimp": Gimp})
            except Exception:
                done = traceback.format_exc()
            wanted.unlink()
            (Path(folder) / "done").write_text(done, "utf-8")
        time.sleep(0.02)
    return procedure.new_return_values(Gimp.PDBStatusType.SUCCESS, GLib.Error())


Gimp.main(ConcurrentEditor.__gtype__, sys.argv)
