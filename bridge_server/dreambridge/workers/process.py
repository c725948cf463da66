"""The worker's process: owns the engine and computes one job at a time.

It reads commands between ascent steps, so cancelling takes no thread and no lock; its only thread
waits for the server's end, because a worker must not outlive its server.
"""

from __future__ import annotations

import faulthandler
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

from bridgeclient.request import DreamRequest, InspectRequest
from dreambridge.failures import as_bridge_error
from dreambridge.log import logging_to
from dreambridge.workers.dreaming import Commands, dream_events
from dreambridge.workers.inspecting import inspect_event
from dreambridge.workers.link import WorkerLink
from dreambridge.workers.messages import Cancel, Credit, Ready, StartFailed
from dreambridge.workers.options import NICENESS
from dreamcore import Dreamer, devices
from dreamcore.settings import Execution

_log = logging.getLogger("dreambridge.worker")

_QUIET_MS = 10_000
"""After this long without a job the engine gives memory back that it keeps for the next one."""


def main() -> None:
    """Serve the link described by the first line of standard input until the server goes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is the server's business
    faulthandler.enable()  # a crash in a library leaves its traceback in what is printed
    config = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_server, daemon=True).start()
    _lower_priority()
    with logging_to(Path(config["log"])):
        _serve(config)


def _serve(config: dict[str, Any]) -> None:
    link = WorkerLink(config["address"])
    try:
        kind, index = config["device"], config["index"]
        device, count = kind, 1
        if kind == "auto":
            best = devices.choose_device().type
            device, count = share_of(best, devices.present(), index)
        dreamer = Dreamer(config["weights"], Execution(device, config["precision"]))
    except Exception as error:
        _log.exception("the engine could not start")
        link.send(StartFailed(as_bridge_error(error)))
        link.close()
        sys.exit(1)
    link.send(Ready(dreamer.device, dreamer.precision, count))
    Worker(link, dreamer).serve()


def share_of(kind: str, present: Sequence[str], index: int) -> tuple[str, int]:
    """The device of the kind for the worker with this number, and how many there are of it."""
    alike = [name for name in present if name.startswith(f"{kind}:")] or [kind]
    return alike[index % len(alike)], len(alike)


def _lower_priority() -> None:
    """Let the editor's own work go first, where both want the same processors."""
    if sys.platform == "win32":
        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        psutil.Process().nice(NICENESS)


def _end_with_server() -> None:
    """Standard input is a pipe from the server: it ends when the server does, however it ends."""
    while sys.stdin.buffer.read(1 << 16):
        pass
    os._exit(0)


class Worker:
    """Runs jobs as they come in on the link; knows one at a time."""

    def __init__(self, link: WorkerLink, dreamer: Dreamer) -> None:
        self._link, self._dreamer = link, dreamer

    def serve(self) -> None:
        """Compute jobs for ever; the process ends with the server."""
        while True:
            if not self._link.poll(_QUIET_MS):
                self._dreamer.release_memory()
            message = self._link.receive()
            if isinstance(message, DreamRequest):  # else about a job that is over
                self._run(message)
            elif isinstance(message, InspectRequest):
                self._link.send(inspect_event(self._dreamer, message))
            del message  # holds no pixels while it waits for the next

    def _run(self, request: DreamRequest) -> None:
        commands = Commands()

        def read() -> Commands:
            while self._link.poll(0):
                message = self._link.receive()
                if isinstance(message, InspectRequest):
                    self._link.send(inspect_event(self._dreamer, message))
                elif message.job == request.job:
                    commands.cancelled |= isinstance(message, Cancel)
                    commands.credit |= isinstance(message, Credit)
            return commands

        for event in dream_events(self._dreamer, request, read):
            self._link.send(event)


if __name__ == "__main__":
    main()
