"""The worker process: owns the engine, computes one job at a time, reports over its link.

It reads its orders between ascent steps, so cancelling takes no thread and no lock; its only thread
waits for the server's end, because a worker must not outlive its server.
"""

from __future__ import annotations

import json
import logging
import math
import os
import signal
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import zmq

from bridgeclient.codec import Message, decode, encode
from bridgeclient.protocol import FROM_CLIENT, ImageFrame
from dreambridge.arrays import to_array, to_frame
from dreambridge.failures import as_bridge_error
from dreambridge.log import logging_to
from dreambridge.throttle import Throttle
from dreambridge.workers.link import connect_link
from dreamcore import Dreamer, DreamSettings, Execution, Progress, Result

_log = logging.getLogger("dreambridge.workers.process")

_QUIET_MS = 10_000
"""After this long without a job the engine gives memory back that it keeps for the next one."""

_NICENESS = 10
"""Priority on POSIX systems, 0 is usual and 19 the lowest."""

_PROGRESS_INTERVAL_S = 0.05
_PREVIEW_INTERVAL_S = 0.1


def main() -> None:
    """Serve the link described by the first line of standard input until the server goes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is the server's business
    orders = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_server, daemon=True).start()
    _lower_priority()
    with logging_to(Path(orders["log"])):
        _serve(orders)


def _serve(orders: dict[str, str]) -> None:
    context = zmq.Context()
    link = connect_link(context, orders)
    try:
        execution = Execution(orders["device"], orders["precision"])
        dreamer = Dreamer(orders["weights"], execution)
    except Exception as error:
        _log.exception("the engine could not start")
        failure = as_bridge_error(error)
        fields = {"code": failure.code, "message": failure.message, "hint": failure.hint}
        link.send_multipart(encode("failed", fields))
        context.destroy(linger=1000)
        sys.exit(1)
    link.send_multipart(encode("ready", {"device": dreamer.device, "precision": dreamer.precision}))
    Worker(link, dreamer).serve()


def _lower_priority() -> None:
    """Let the editor's own work go first, where there are fewer processors than wishes."""
    if sys.platform == "win32":
        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        psutil.Process().nice(_NICENESS)


def _end_with_server() -> None:
    """Standard input is a pipe from the server: it ends when the server does, however it ends."""
    while sys.stdin.buffer.read(1 << 16):
        pass
    os._exit(0)


class Worker:
    """Runs jobs as they come in on the link; knows one at a time."""

    def __init__(self, link: zmq.Socket[bytes], dreamer: Dreamer) -> None:
        self._link, self._dreamer = link, dreamer
        self._job = ""
        self._credit = self._cancelled = False

    def serve(self) -> None:
        """Compute jobs for ever; the process ends with the server."""
        while True:
            if not self._link.poll(_QUIET_MS):
                self._dreamer.release_memory()
                self._link.poll()
            self._act(self._receive())  # holds no message while it waits for the next

    def _receive(self) -> Message:
        frames = self._link.recv_multipart(copy=False)
        return decode([frame.buffer for frame in frames], FROM_CLIENT)

    def _send(self, type: str, image: ImageFrame | None = None, **fields: Any) -> None:
        images = {"image": image} if image else {}
        self._link.send_multipart(encode(type, {"job": self._job, **fields}, images), copy=False)

    def _act(self, message: Message) -> None:
        """Dream a job that is submitted and send exactly one terminal message."""
        if message.type != "submit":
            return  # about a job that is over
        self._job, self._credit, self._cancelled = message.job, False, False
        self._send("started")
        try:
            self._dream(message)
        except Exception as error:
            _log.exception("job %s failed", self._job)
            failure = as_bridge_error(error)
            failure.job = self._job
            self._link.send_multipart(encode("error", failure.to_fields()))

    def _dream(self, message: Message) -> None:
        arrays = {role: to_array(image) for role, image in message.images.items()}
        mask = arrays["mask"][:, :, 0] if "mask" in arrays else None
        settings = DreamSettings.from_json(message.fields["settings"])
        side = message.fields.get("preview_side", 0)
        throttle = Throttle()
        dream = self._dreamer.dream(arrays["image"], settings, mask=mask, guide=arrays.get("guide"))
        with closing(dream):  # type: ignore[type-var]
            for event in dream:
                self._read_orders()
                if self._cancelled:
                    self._send("cancelled")
                    return
                if isinstance(event, Result):
                    self._finish(event)
                    return
                self._report(event, side, throttle)

    def _read_orders(self) -> None:
        while self._link.poll(0):
            message = self._receive()
            if message.job == self._job:
                self._cancelled |= message.type == "cancel"
                self._credit |= message.type == "credit"

    def _report(self, event: Progress, side: int, throttle: Throttle) -> None:
        last = event.fraction == 1 and throttle.due("last progress", math.inf)
        if throttle.due("progress", _PROGRESS_INTERVAL_S) or last:
            self._send(
                "progress",
                octave=event.octave,
                octaves=event.octaves,
                iteration=event.iteration,
                iterations=event.iterations,
                fraction=event.fraction,
                remaining_s=throttle.remaining(event.fraction),
            )
        if side and self._credit and throttle.due("preview", _PREVIEW_INTERVAL_S):
            self._credit = False
            self._send("preview", to_frame(event.preview(side)), fraction=event.fraction)

    def _finish(self, result: Result) -> None:
        self._send(
            "result",
            to_frame(result.image),
            seconds=result.seconds,
            octaves=result.octaves,
            device=self._dreamer.device,
            precision=self._dreamer.precision,
        )


if __name__ == "__main__":
    main()
