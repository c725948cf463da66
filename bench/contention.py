"""An engine that shares the machine: two dreams at once, and a dream beside a busy program.

Each time with OpenMP's own way of waiting and with the worker's (`dreamcore.waiting`), at the usual
priority and at the worker's. The ways are measured in turn, each in processes of its own, because
the libraries read their variables once. Other variables can be compared: `NAME=VALUE ...`.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

from dreambridge.workers.options import NICENESS
from dreamcore.waiting import with_short_waits
from measure import photo, show

HEIGHT, WIDTH, OCTAVES, ITERATIONS = 320, 480, 2, 4
ROUNDS_ALONE, ROUNDS = 5, 3
BUDGET_S = 25.0
"""After this long with company, at one priority, no further round begins."""

BUSY = "while True: pass"
VARIABLES = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME")
ALONE, DEFAULT, OURS = "alone", "OpenMP's own waiting", "the worker's waiting"

Times = dict[str, list[float]]


class Engine:
    """A process with an engine that dreams once to get warm, then whenever it is told to."""

    def __init__(self, environment: dict[str, str], niceness: int) -> None:
        command = [sys.executable, __file__, "--engine", str(niceness)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._process = subprocess.Popen(command, env=environment, text=True, bufsize=1, **pipes)

    def begin(self) -> None:
        """Begin a dream."""
        print(file=self._process.stdin)

    def seconds(self) -> float:
        """How long it took, once it is done."""
        return float(self._process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def engine(niceness: int) -> None:
    """The engine's process: dreams once for every line of standard input."""
    os.nice(niceness)
    from dreamcore import Dreamer, DreamSettings

    dreamer, image = Dreamer(), photo()[:HEIGHT, :WIDTH]

    def dream(iterations: int) -> float:
        settings = DreamSettings(octaves=OCTAVES, iterations=iterations)
        started = time.perf_counter()
        for _ in dreamer.dream(image, settings):
            pass
        return time.perf_counter() - started

    print(dream(1), flush=True)
    for _ in sys.stdin:
        print(dream(ITERATIONS), flush=True)


def alone(pair: list[Engine]) -> float:
    pair[0].begin()
    return pair[0].seconds()


def two_at_once(pair: list[Engine]) -> float:
    for each in pair:
        each.begin()
    return max([each.seconds() for each in pair])


def beside_a_program(pair: list[Engine]) -> float:
    program = subprocess.Popen([sys.executable, "-c", BUSY])
    try:
        return alone(pair)
    finally:
        program.kill()
        program.wait()


TWO = "two at once, the later"
COMPANY: dict[str, Callable[[list[Engine]], float]] = {
    TWO: two_at_once,
    "beside a busy program": beside_a_program,
}


def ways(chosen: list[str]) -> dict[str, dict[str, str]]:
    """The environments to compare, by name."""
    bare = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    others = {pair: {**bare, **dict([pair.split("=", 1)])} for pair in chosen}
    return {DEFAULT: bare, OURS: with_short_waits(bare), **others}


@contextlib.contextmanager
def engines(environment: dict[str, str], niceness: int) -> Iterator[list[Engine]]:
    pair = [Engine(environment, niceness) for _ in range(2)]
    try:
        for each in pair:
            each.seconds()  # that it is warm
        yield pair
    finally:
        for each in pair:
            each.close()


def measure(environments: dict[str, dict[str, str]], niceness: int) -> dict[str, Times]:
    """Seconds by way and case; everything in turn, so that a noisy moment hits every way."""
    times: dict[str, Times] = {
        way: {case: [] for case in (ALONE, *COMPANY)} for way in environments
    }
    with contextlib.ExitStack() as stack:
        pairs = {
            way: stack.enter_context(engines(environment, niceness))
            for way, environment in environments.items()
        }
        for _ in range(ROUNDS_ALONE):
            for way, pair in pairs.items():
                times[way][ALONE].append(alone(pair))
        started = time.perf_counter()
        for number in range(ROUNDS):
            if number and time.perf_counter() - started > BUDGET_S:
                break
            for case, run in COMPANY.items():
                for way, pair in pairs.items():
                    times[way][case].append(run(pair))
    return times


def report(times: dict[str, Times]) -> None:
    medians = {
        way: {case: statistics.median(seconds) for case, seconds in cases.items()}
        for way, cases in times.items()
    }
    for way, cases in medians.items():
        ours, counts = way == OURS, [len(seconds) for seconds in times[way].values()]
        print(f"{way}, median of {counts[0]} alone and {counts[1]} with company:")
        slower = cases[ALONE] / medians[DEFAULT][ALONE] - 1
        show("  alone: seconds", f"{cases[ALONE]:.2f}")
        show("  alone, slower than with OpenMP's own", f"{slower:+.1%}", "target 3 %" * ours)
        for case in COMPANY:
            target = "target 2.2" * (ours and case == TWO)
            show(f"  {case} / alone", f"{cases[case] / cases[ALONE]:.2f}x", target)
            gain = medians[DEFAULT][case] / cases[case]
            show(f"  {case}, faster than with OpenMP's own", f"{gain:.2f}x")


def main() -> None:
    environments = ways(sys.argv[1:])
    for niceness in (0, NICENESS):
        print(f"{WIDTH} x {HEIGHT}, {OCTAVES} octaves x {ITERATIONS}, niceness {niceness}")
        report(measure(environments, niceness))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--engine"]:
        engine(int(sys.argv[2]))
    else:
        main()
