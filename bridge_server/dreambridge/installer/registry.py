"""The editors that a plug-in exists for, by their name on the command line."""

from __future__ import annotations

from dreambridge.installer.base import Editor
from dreambridge.installer.gimp import Gimp
from dreambridge.installer.krita import Krita

EDITORS: dict[str, Editor] = {editor.name: editor for editor in (Gimp(), Krita())}
