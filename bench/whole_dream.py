"""A whole dream against the plain implementation: time as a ratio, and the peak memory of both."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time

from measure import peak_resident, photo, resident, show

REPEATS = 5
OCTAVES, SCALE, ITERATIONS = 4, 1.8, 10
ENGINES = ("engine", "engine bfloat16", "engine int8", "engine float32")
KINDS = (*ENGINES, "plain, weights frozen", "plain, weight gradients on")


def run_one(kind: str) -> dict[str, float]:
    """Dreams a step an octave to warm up, then once for the record, in this process."""
    image = photo()
    if kind.startswith("engine"):
        from dreamcore import Dreamer, DreamSettings, Execution

        precision = kind.removeprefix("engine").strip() or "auto"
        dreamer = Dreamer(execution=Execution(precision=precision))

        def dream(iterations: int) -> None:
            settings = DreamSettings(octaves=OCTAVES, octave_scale=SCALE, iterations=iterations)
            for _ in dreamer.dream(image, settings):
                pass
    else:
        import plain

        model = plain.network(frozen="frozen" in kind)

        def dream(iterations: int) -> None:
            plain.dream(image, model, OCTAVES, SCALE, iterations)

    idle = resident()
    dream(1)
    started = time.perf_counter()
    dream(ITERATIONS)
    return {"seconds": time.perf_counter() - started, "bytes": peak_resident() - idle}


def main() -> None:
    """Runs every kind in turn, each time in a fresh process, and prints medians and ratios."""
    results: dict[str, list[dict[str, float]]] = {kind: [] for kind in KINDS}
    for _ in range(REPEATS):
        for kind in KINDS:
            done = subprocess.run(
                [sys.executable, __file__, kind], check=True, capture_output=True, text=True
            )
            results[kind].append(json.loads(done.stdout))
    seconds = {k: statistics.median(r["seconds"] for r in runs) for k, runs in results.items()}
    memory = {k: statistics.median(r["bytes"] for r in runs) for k, runs in results.items()}
    print(f"600 x 400, relu4_3, {OCTAVES} octaves x {SCALE}, {ITERATIONS} iterations:")
    for kind in KINDS:
        show(f"  {kind}: seconds", f"{seconds[kind]:.2f}")
        show(f"  {kind}: peak MiB above idle", f"{memory[kind] / 2**20:.0f}")
    for kind in ENGINES:
        for other in KINDS[len(ENGINES) :]:
            show(f"  {other} / {kind}: time", f"{seconds[other] / seconds[kind]:.2f}x")
            show(f"  {other} / {kind}: peak memory", f"{memory[other] / memory[kind]:.2f}x")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(run_one(sys.argv[1])))
    else:
        main()
