"""The editors that a plug-in exists for, by their name on the command line."""

from __future__ import annotations

from dreambridge.editors.base import Editor
from dreambridge.editors.gimp import Gimp
from dreambridge.editors.krita import Krita

EDITORS: dict[str, Editor] = {editor.name: editor for editor in (Gimp(), Krita())}
