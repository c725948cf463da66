"""Qt for the plug-in, from whichever PyQt this Krita runs on; nothing else imports PyQt.

Krita 5 brings PyQt5, Krita 6 PyQt6. The one that Krita has loaded already is taken: a second Qt
in the same process would not survive. Enumerations are written in full everywhere
(`Qt.ItemDataRole.UserRole`), which both understand.
"""

from __future__ import annotations

import sys
from typing import Any

import krita  # noqa: F401  # loads the PyQt that Krita is built for

if "PyQt6.QtCore" in sys.modules:
    from PyQt6 import QtCore, QtGui, QtWidgets, sip

    QAction: Any = QtGui.QAction
else:
    from PyQt5 import QtCore, QtGui, QtWidgets, sip

    QAction = QtWidgets.QAction

__all__ = ["QAction", "QtCore", "QtGui", "QtWidgets", "sip"]
