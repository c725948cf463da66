"""The driver's end of its link to the pool, for asyncio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import zmq.asyncio

from dreambridge.workers.link import WorkerLink
from dreambridge.workers.messages import FromDriver, StartFailed, ToDriver, from_frames, to_frames


class DriverLink:
    """A `WorkerLink` that waits without holding up what else runs in the thread."""

    def __init__(self, address: Mapping[str, Any]) -> None:
        self._link = WorkerLink(address)

    @cached_property
    def _socket(self) -> zmq.asyncio.Socket:
        return zmq.asyncio.Socket.from_socket(self._link.socket)

    async def send(self, message: FromDriver) -> None:
        """Send a message."""
        await self.send_frames(to_frames(message))

    async def send_frames(self, frames: Sequence[Any]) -> None:
        """Send a message that is in frames already."""
        await self._socket.send_multipart(frames, copy=False)

    async def receive(self) -> ToDriver:
        """The next message."""
        frames = await self._socket.recv_multipart(copy=False)
        message: ToDriver = from_frames([frame.buffer for frame in frames])
        return message

    def fail(self, failure: StartFailed) -> None:
        """Say why there is no driver, the only message then, and close."""
        self._link.send(failure)
        self._link.close()
