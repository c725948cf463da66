"""Dreams through the relay, in a GIMP that was started with DREAMBRIDGE_TRANSPORT=relay."""

from __future__ import annotations

import signal
from typing import Any

from inside.harness import case
from inside.processes import (
    LONG,
    attempt,
    concurrently,
    kill,
    plug_in,
    processes,
    relays,
    running,
    wait_until,
    wait_until_dreaming,
)

RELAY = "dreambridge.relay"


@case("relay asked for")
def _() -> Any:
    seen: list[int] = []

    def look() -> None:
        wait_until(lambda: seen.extend(relays()) or seen, "a relay")

    with concurrently(look) as failures:
        facts = attempt()
    wait_until(lambda: not {*seen} & {*processes(RELAY)}, "its end")
    return {**facts, "failures": failures, "relays": len(seen)}


@case("plug-in killed behind the relay")
def _() -> Any:
    seconds = []

    def cancel() -> None:
        wait_until_dreaming()
        kill(plug_in(), signal.SIGKILL)
        seconds.append(wait_until(lambda: running() == 0, "stopped"))

    with concurrently(cancel) as failures:
        facts = attempt(**LONG)
    return {**facts, "failures": failures, "seconds": seconds}
