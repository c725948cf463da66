"""`python -m dreambridge.relay`: the socket for a plug-in whose own Python cannot load pyzmq.

Started by `bridgeclient.transport.relay` as a child; the first message on standard input is the
connection, every further one goes to the server, and what the server says comes out of standard
output. It ends when its input ends, so it never outlives the editor. It only carries frames and
knows no message.
"""

from __future__ import annotations

import contextlib
import json
import queue
import select
import socket
import sys
import threading
from typing import IO

from bridgeclient.connection import Connection
from bridgeclient.errors import BridgeError
from bridgeclient.transport.pipe import FAILURE, FRAMES, read_message, write_message
from bridgeclient.transport.zeromq import ZmqTransport

_LOOK_S = 0.25
"""The socket's descriptor does not tell that the server is gone; so look now and then."""

_Inbox = queue.SimpleQueue[list[bytes] | None]


def relay(source: IO[bytes], sink: IO[bytes]) -> None:
    """Carry messages between the pipes and the server until `source` ends or the server is lost.

    Raises:
        BridgeError: the server is lost or could not be reached.
        OSError: nobody reads `sink`.
    """
    first = read_message(source)
    if first is None:
        return
    transport = ZmqTransport(Connection(**json.loads(first[1][0])))
    inbox: _Inbox = queue.SimpleQueue()
    bell, ringer = socket.socketpair()
    threading.Thread(target=_listen, args=(source, inbox, ringer), daemon=True).start()
    readable: list[socket.socket | int] = [bell, transport.fileno()]
    try:
        while _pass_on(inbox, transport):
            while (frames := transport.receive(0)) is not None:
                write_message(sink, FRAMES, frames)
            select.select(readable, [], [], _LOOK_S)
            _silence(bell)
    finally:
        transport.close()
        bell.close()


def _listen(source: IO[bytes], inbox: _Inbox, ringer: socket.socket) -> None:
    """Queue what the plug-in says, None when it is gone, and ring the bell each time."""
    while True:
        message = read_message(source)
        inbox.put(message[1] if message else None)
        ringer.send(b"\0")
        if message is None:
            return


def _pass_on(inbox: _Inbox, transport: ZmqTransport) -> bool:
    """Send everything queued; whether the plug-in is still there."""
    while not inbox.empty():
        frames = inbox.get()
        if frames is None:
            return False
        transport.send(frames)
    return True


def _silence(bell: socket.socket) -> None:
    bell.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        bell.recv(4096)


def main() -> None:
    """Relay between this process's standard input and output."""
    sink = sys.stdout.buffer
    try:
        relay(sys.stdin.buffer, sink)
    except BridgeError as error:
        write_message(sink, FAILURE, [json.dumps(error.to_fields()).encode()])
    except BrokenPipeError:
        return


if __name__ == "__main__":
    main()
