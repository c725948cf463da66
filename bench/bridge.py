"""What the bridge costs: the round trip of a 24-megapixel RGBA image less the engine's own time,
and the time from a click to the first preview.

Only a tiny masked region is dreamed, so nearly everything that is left is msgpack, CURVE, sockets
and copying. Compared in the same run with a bare encrypted echo of the same bytes, which is the
least that any bridge with these sockets needs, and with one copy of them in memory.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import zmq

from bridgeclient import (
    BridgeClient,
    Cancelled,
    DreamRequest,
    Installation,
    Preview,
    Result,
    connect,
)
from dreambridge import __version__
from dreambridge.arrays import to_frame
from dreambridge.paths import VARIABLE, locate
from dreamcore import DreamSettings
from measure import show, tiled_photo

WIDTH, HEIGHT, REGION = 6000, 4000, 64
REPEATS = 3


@dataclass
class Trip:
    """Seconds of one round trip: all of it, and the part in which the engine dreamed."""

    whole: float
    engine: float

    @property
    def overhead(self) -> float:
        """Everything but the dream."""
        return self.whole - self.engine


def trip(client: BridgeClient, image: np.ndarray, mask: np.ndarray) -> Trip:
    started = time.perf_counter()
    frames = to_frame(image), to_frame(mask)
    job = client.submit(DreamRequest.still(frames[0], DreamSettings().to_json(), mask=frames[1]))
    *_, last = client.events(job)
    whole = time.perf_counter() - started
    assert isinstance(last, Result)
    return Trip(whole, last.seconds)


def first_preview_time(client: BridgeClient) -> float:
    """Seconds from handing in a 512 x 512 dream to its first preview; the dream is cancelled."""
    frame = to_frame(tiled_photo(512, 512))
    started = time.perf_counter()
    job = client.submit(DreamRequest.still(frame, DreamSettings().to_json(), preview_side=512))
    for event in client.events(job):
        if isinstance(event, Preview):
            break
    seconds = time.perf_counter() - started
    client.cancel(job)
    with contextlib.suppress(Cancelled):
        list(client.events(job))
    return seconds


def copy_time(image: np.ndarray) -> float:
    target = np.empty_like(image)
    started = time.perf_counter()
    np.copyto(target, image)
    return time.perf_counter() - started


def echo_time(image: np.ndarray, mask: np.ndarray) -> float:
    """Image and mask sent through a CURVE socket, and the image sent back."""
    public, secret = zmq.curve_keypair()
    with zmq.Context() as context, context.socket(zmq.PAIR) as far, zmq.Context() as other:
        far.curve_server, far.curve_secretkey = True, secret
        port = far.bind_to_random_port("tcp://127.0.0.1")
        thread = threading.Thread(target=_echo, args=(far,))
        thread.start()
        with other.socket(zmq.PAIR) as near:
            near.curve_serverkey = public
            near.curve_publickey, near.curve_secretkey = zmq.curve_keypair()
            near.connect(f"tcp://127.0.0.1:{port}")
            near.send(b"shake hands")
            near.recv()
            started = time.perf_counter()
            near.send_multipart([image, mask], copy=False)
            near.recv(copy=False)
            seconds = time.perf_counter() - started
        thread.join()
    return seconds


def _echo(socket: zmq.Socket[bytes]) -> None:
    for _ in range(2):
        socket.send(socket.recv_multipart(copy=False)[0], copy=False)


def canvas(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """RGBA pixels and a mask with a small selection in the middle."""
    opaque = np.full((height, width, 1), 255, np.uint8)
    mask = np.zeros((height, width), np.uint8)
    mask[height // 2 :, width // 2 :][:REGION, :REGION] = 255
    return np.concatenate((tiled_photo(height, width), opaque), axis=2), mask


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ[VARIABLE] = str(Path(folder) / "home")
        place = Installation(sys.executable, locate().connection_file, __version__)
        with connect(place, name="bench") as client:
            try:
                measure(client)
            finally:
                client.shutdown()


def measure(client: BridgeClient) -> None:
    image, mask = canvas(HEIGHT, WIDTH)
    trip(client, image, mask)
    trips, copies, echoes = [], [], []
    for _ in range(REPEATS):
        trips.append(trip(client, image, mask))
        copies.append(copy_time(image))
        echoes.append(echo_time(image, mask))
    overhead = statistics.median(one.overhead for one in trips)
    engine = statistics.median(one.engine for one in trips)
    echo, copy = statistics.median(echoes), statistics.median(copies)
    size = f"{WIDTH} x {HEIGHT} RGBA, {REGION} x {REGION} dreamed"
    show(f"{size}: round trip less engine", f"{overhead:.2f} s")
    show("  against the engine's own time", f"{overhead / engine:.2f} x")
    show("  against a bare encrypted echo of the same bytes", f"{overhead / echo:.2f} x")
    show("  against one copy of the image in memory", f"{overhead / copy:.0f} x")
    previews = [first_preview_time(client) for _ in range(5)]
    show(
        "512 x 512, warm: click to first preview",
        f"{statistics.median(previews):.2f} s",
        "target 1",
    )


if __name__ == "__main__":
    main()
