"""Many clients, many dreams: fair turns, a bounded queue, nothing lost or twice, no growth."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import psutil

from bridgeclient import Accepted, BusyError, DreamRequest, Failed, Result
from dreambridge.arrays import Array, to_frame
from reliability.conftest import QUICK, Figure, dream_once, resident_mib
from reliability.scale import Scale
from servers import Server

CLIENTS = 16
GREED = 3
"""Jobs that each client keeps unfinished; together far more than the queue takes."""


@dataclass
class Ledger:
    """What all clients saw, in one order."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    happened: list[tuple[str, int, str]] = field(default_factory=list)
    ahead: list[int] = field(default_factory=list)
    """Dreams that come before one that is its client's only one."""
    busy: list[BusyError] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def note(self, what: str, client: int, job: str) -> None:
        with self.lock:
            self.happened.append((what, client, job))


def customer(number: int, server: Server, photo: Array, until: float, ledger: Ledger) -> None:
    """Submits until the time is over, then takes what is left; each result must be its own."""
    try:
        with server.connect(f"customer {number}") as client:
            unfinished: dict[str, int] = {}
            count, wait_until = 0, 0.0
            while unfinished or time.monotonic() < until:
                if len(unfinished) < GREED and wait_until < time.monotonic() < until:
                    count += 1
                    level = (number * 16 + count) % 256
                    image = np.full_like(photo[:24, :32], level)
                    mask = np.zeros(image.shape[:2], np.uint8)
                    mask[:8, :8] = 255
                    job = client.submit(
                        DreamRequest.still(
                            to_frame(image), QUICK, mask=to_frame(mask), preview_side=64
                        )
                    )
                    unfinished[job] = level
                    ledger.note("submitted", number, job)
                event = client.receive()
                if event is None:
                    time.sleep(0.002)
                elif isinstance(event, Accepted) and len(unfinished) == 1:
                    ledger.ahead.append(event.ahead)
                elif isinstance(event, Failed):
                    unfinished.pop(event.job)
                    assert isinstance(event.error, BusyError), event.error
                    ledger.busy.append(event.error)
                    ledger.note("refused", number, event.job)
                    wait_until = time.monotonic() + event.error.retry_after_s
                elif isinstance(event, Result):
                    level = unfinished.pop(event.job)
                    assert memoryview(event.image.pixels)[-1] == level  # outside the mask
                    ledger.note("result", number, event.job)
    except Exception as error:
        ledger.failures.append(f"{number}: {error!r}")


def test_sixteen_clients_are_served_in_turn(
    own_server: Callable[..., Server], photo: Array, scale: Scale, figure: Figure
) -> None:
    server = own_server()
    with server.connect() as client:
        dream_once(client, photo)
    ledger, until = Ledger(), time.monotonic() + scale.load_s
    crowd = [
        threading.Thread(target=customer, args=(number, server, photo, until, ledger))
        for number in range(CLIENTS)
    ]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    assert not ledger.failures
    seen = Counter((what, job) for what, _, job in ledger.happened)
    submitted = [job for what, job in seen if what == "submitted"]
    for job in submitted:  # exactly one end each
        assert seen["result", job] + seen["refused", job] == 1
    assert ledger.busy
    assert all(error.retry_after_s > 0 and error.facts["limit"] for error in ledger.busy)
    results = Counter(number for what, number, _ in ledger.happened if what == "result")
    assert len(results) == CLIENTS
    assert max(ledger.ahead) <= CLIENTS
    figure("clients submitting at once, seconds", f"{CLIENTS}, {scale.load_s:.0f}")
    figure("dreams done; refused because the queue was full", (results.total(), len(ledger.busy)))
    figure("dreams of the client that got least and of the one that got most", min_max(results))
    figure("most dreams before a client's only one, of all clients", max(ledger.ahead))


def min_max(counts: Counter[int]) -> tuple[int, int]:
    return min(counts.values()), max(counts.values())


def test_memory_stays_where_it_is_over_many_dreams(
    own_server: Callable[..., Server], photo: Array, scale: Scale, figure: Figure
) -> None:
    server = own_server()
    early: dict[str, float] = {}
    with server.connect() as client:
        for number in range(scale.dreams):
            size = 40 + number % 5 * 8
            dream_once(client, np.ascontiguousarray(photo[:size, : size + 16]))
            if number == scale.settled:
                early = sizes(server)
        late = sizes(server)
    for name, before in early.items():
        figure(
            f"memory of the {name} after {scale.settled} dreams and after {scale.dreams}, MiB",
            f"{before:.1f}, {late[name]:.1f}",
        )
        assert late[name] < before * (1 + scale.growth)


def sizes(server: Server) -> dict[str, float]:
    (worker,) = server.workers()
    mine = psutil.Process(server.process.pid)
    return {"server": resident_mib(mine), "worker": resident_mib(worker)}
