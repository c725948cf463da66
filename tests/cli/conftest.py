"""The home of the server that the command line's tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers import Server


@pytest.fixture
def shared(server: Server) -> Path:
    return server.home.folder
