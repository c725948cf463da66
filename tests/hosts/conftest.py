"""Shared by the tests in real editors; without an editor they are skipped and say why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hosts.host import Host, find_host


@pytest.fixture(scope="session")
def host_with(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Host]:
    """The place where a program is found; what runs there may write in the tests' folders."""
    shared = tmp_path_factory.getbasetemp()

    def find(program: str) -> Host:
        host, why = find_host(program, [shared])
        if host is None:
            pytest.skip(why)
        return host

    return find


@pytest.fixture(scope="session")
def editor_home(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Make a new, empty home folder for an editor's user."""
    return lambda: tmp_path_factory.mktemp("editor-home")
