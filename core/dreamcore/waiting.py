"""How the threads of OpenMP wait for each other: they spin for microseconds, then sleep.

torch's threads meet at the end of every operation, thousands of times in a step. By default they
spin there, which wins some percent alone. Beside another program it is ruinous: a thread that waits
burns the time slice that the thread it waits for would need.

Loads no torch: the libraries read these variables once, when they are loaded.
"""

from __future__ import annotations

from collections.abc import Mapping

_POLICY = "OMP_WAIT_POLICY"
_SHORT = {
    "GOMP_SPINCOUNT": "2000",  # GNU's, in torch for Linux; turns of a loop instead of 300,000
    "KMP_BLOCKTIME": "0",  # Intel's and LLVM's, in torch for Windows and macOS; not 200 ms
}


def with_short_waits(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment for a process with an engine; what the user chose of this stays as it is."""
    if environment.keys() & {_POLICY, *_SHORT}:
        return dict(environment)
    return {**environment, **_SHORT}
