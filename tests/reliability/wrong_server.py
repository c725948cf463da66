"""A server that answers wrongly on purpose: `python wrong_server.py HOME BEHAVIOUR VERSION`.

It binds an encrypted socket, writes a real connection file and greets as the real server does;
what goes wrong then is the behaviour. Ends with its standard input.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import zmq

from bridgeclient.codec import Message, decode, encode
from bridgeclient.connection import FILE_NAME, Connection, write_connection
from bridgeclient.private import make_private_folder
from bridgeclient.protocol import FROM_CLIENT, PROTOCOL, ImageFrame
from dreambridge.server.bounds import limits
from dreambridge.server.options import Options
from dreamcore.schema import schema

Frames = list[bytes]
_DONE = {"seconds": 1.0, "octaves": 1, "device": "cpu", "precision": "float32"}
_STEP = {"octave": 1, "octaves": 1, "iteration": 1, "iterations": 2}


def result(job: str, image: ImageFrame, **changes: Any) -> Frames:
    """A result whose image is a blank one like `image`, but for the changes."""
    form = {name: getattr(image, name) for name in ("width", "height", "channels", "dtype")}
    form |= changes
    width = {"uint8": 1, "uint16": 2, "float16": 2, "float32": 4}[form["dtype"]]
    pixels = bytes(form["width"] * form["height"] * form["channels"] * width)
    return encode("result", {"job": job, **_DONE}, {"image": ImageFrame(pixels=pixels, **form)})


def _cut(frames: Frames) -> Frames:
    return [*frames[:-1], frames[-1][:-7]]


def _progress(job: str, fraction: float) -> Frames:
    return encode("progress", {"job": job, **_STEP, "fraction": fraction})


def _preview(job: str, image: ImageFrame, side: int) -> Frames:
    pixels = bytes(side * side * image.channels)
    frame = ImageFrame(side, side, image.channels, "uint8", pixels)
    return encode("preview", {"job": job, "fraction": 0.5}, {"image": frame})


BEHAVIOURS: dict[str, Callable[[str, ImageFrame], list[Frames]]] = {
    "never answers": lambda job, image: [],
    "accepts and then nothing": lambda job, image: [encode("accepted", {"job": job, "ahead": 0})],
    "truncated result": lambda job, image: [_cut(result(job, image))],
    "result too wide": lambda job, image: [result(job, image, width=image.width + 1)],
    "result too small": lambda job, image: [result(job, image, height=max(1, image.height // 2))],
    "result of another type": lambda job, image: [result(job, image, dtype="float32")],
    "result of other channels": lambda job, image: [
        result(job, image, channels=image.channels % 4 + 1)
    ],
    "huge preview": lambda job, image: [_preview(job, image, 5000)],
    "progress beyond the end": lambda job, image: [_progress(job, 7.0)],
    "an unknown message": lambda job, image: [encode("levitate", {"job": job})],
    "another version": lambda job, image: [[b"\x09", *encode("started", {"job": job})[1:]]],
    "garbage": lambda job, image: [[b"\xff" * 50, b"\x00"]],
    "an error without a job": lambda job, image: [
        encode("error", {"code": "x.y", "message": "Odd.", "hint": "", "retryable": False})
    ],
    "things about other jobs": lambda job, image: [
        encode("started", {"job": "other"}),
        result("other", image),
        encode("cancelled", {"job": "other"}),
    ],
    "everything in the wrong order": lambda job, image: [
        _progress(job, 0.9),
        encode("started", {"job": job}),
        _progress(job, 0.1),
        encode("accepted", {"job": job, "ahead": 3}),
        result(job, image),
        result(job, image),
        encode("cancelled", {"job": job}),
        _progress(job, 0.2),
    ],
    "leaves in the middle": lambda job, image: [encode("started", {"job": job}), []],
}
"""What is sent in answer to a submission; an empty message means that the process ends."""


class WrongServer:
    """Greets, then misbehaves. It answers pings unless it never answers at all."""

    def __init__(self, home: Path, behaviour: str, version: str) -> None:
        self._behaviour, self._version = behaviour, version
        self._router = zmq.Context().socket(zmq.ROUTER)
        public, secret = zmq.curve_keypair()
        client_public, client_secret = zmq.curve_keypair()
        self._router.curve_server = True
        self._router.curve_secretkey = secret
        self._router.bind("tcp://127.0.0.1:*")
        make_private_folder(home)
        connection = Connection(
            endpoint=self._router.get_string(zmq.LAST_ENDPOINT),
            server_public=public.decode(),
            client_public=client_public.decode(),
            client_secret=client_secret.decode(),
            server="wrong",
            pid=os.getpid(),
            protocol=PROTOCOL,
            log="",
        )
        write_connection(home / FILE_NAME, connection)

    def serve(self) -> None:
        """Answer for ever."""
        while True:
            client, *frames = self._router.recv_multipart()
            for answer in self._answers(decode(frames, FROM_CLIENT)):
                if not answer:
                    os._exit(1)
                self._router.send_multipart([client, *answer])

    def _answers(self, message: Message) -> list[Frames]:
        if self._behaviour == "never greets":
            return []
        facts = {"version": self._version, "server": "wrong", "worker": "warm", "device": "cpu"}
        match message.type:
            case "hello":
                bounds = limits(Options())
                return [encode("welcome", {**facts, "schema": schema(), "limits": bounds})]
            case "status":
                more = {"pid": os.getpid(), "log": "", "uptime_s": 1.0}
                counts = {"clients": 1, "queued": 0, "running": 0}
                return [encode("status", {**facts, **more, **counts})]
            case "submit":
                return BEHAVIOURS[self._behaviour](message.job, message.images["image"])
            case "ping" if self._behaviour != "never answers":
                return [encode("pong")]
        return []


def _end_with_input() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=_end_with_input, daemon=True).start()
    WrongServer(Path(sys.argv[1]), sys.argv[2], sys.argv[3]).serve()
