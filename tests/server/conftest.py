"""Raw clients of the server that the tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from bridgeclient.connection import Connection
from raw_client import RawClient


@pytest.fixture
def raw_client(connection: Connection) -> Iterator[Callable[..., RawClient]]:
    """Make a raw client of the shared server; keyword arguments replace connection entries."""
    clients: list[RawClient] = []

    def make(**changes: str) -> RawClient:
        clients.append(RawClient(replace(connection, **changes)))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def raw(raw_client: Callable[..., RawClient]) -> RawClient:
    return raw_client()
