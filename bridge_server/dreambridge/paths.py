"""Where the bridge keeps its files: one private folder of the user's, and a folder for logs.

`DREAMBRIDGE_HOME` moves both: a folder other than the default holds everything, logs included.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from bridgeclient.connection import FILE_NAME
from bridgeclient.own_looks import FOLDER_NAME

VARIABLE = "DREAMBRIDGE_HOME"
_APP = "dreambridge"


@dataclass(frozen=True)
class Paths:
    """The data folder and the log folder."""

    folder: Path
    logs: Path

    @property
    def connection_file(self) -> Path:
        """Where the running server tells its address and keys."""
        return self.folder / FILE_NAME

    @property
    def looks(self) -> Path:
        """The user's own looks."""
        return self.folder / FOLDER_NAME

    @property
    def keys_file(self) -> Path:
        """The key pairs, made at the first start."""
        return self.folder / "keys.json"

    @property
    def lock_file(self) -> Path:
        """Locked by the one running server for as long as it lives."""
        return self.folder / "server.lock"

    @property
    def server_log(self) -> Path:
        """What the server did."""
        return self.logs / "server.log"


def locate(folder: Path | None = None) -> Paths:
    """The paths in `folder`, else in `DREAMBRIDGE_HOME`, else the platform's place for it."""
    usual = platformdirs.user_data_path(_APP, appauthor=False)
    chosen = (folder or Path(os.environ.get(VARIABLE) or usual)).absolute()
    if chosen == usual:
        return Paths(usual, platformdirs.user_log_path(_APP, appauthor=False))
    return Paths(chosen, chosen / "logs")
