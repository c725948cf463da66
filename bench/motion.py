"""DeepDream in motion against frame by frame, on clips whose motion is known; 1 is frame by frame.

For each clip (a camera that stands, pans, zooms and turns, and something that passes in front):

    flicker    mean difference between a dreamed frame and the one before, moved along the true
               motion ("warping error", Lai et al. 2018), where both show the same; in the clip
               itself, in grey levels; goal 0.3 (a still camera flickers not at all frame by frame)
    time       seconds per frame, goal 0.35
    activation mean square of the look's layers on the dream, goal 0.85
    strength   mean change of the last second's frames against the first second's, and against
               stills of the same frames, both 0.85 to 1.15

    python bench/motion.py [--frames=48] [--out=FOLDER] [CLIP …]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image

from dreamcore import Dreamer, DreamSettings, Previous, Result
from dreamcore.bundled import BUNDLED
from dreamcore.pixels import Source
from dreamcore.vgg import Network
from dreamcore.weights import load
from motion_clips import Frame, clips

FPS = 24
SETTINGS = DreamSettings(octaves=3)


@dataclass(frozen=True)
class Film:
    """A dreamed clip: its frames, and the median seconds that one took."""

    frames: list[np.ndarray]
    seconds: float


def film(dreamer: Dreamer, clip: Sequence[Frame], coherence: float) -> Film:
    """The clip dreamed, each frame with the one before."""
    settings, frames, seconds = replace(SETTINGS, coherence=coherence), [], []
    previous: Previous | None = None
    for frame in clip:
        started = time.perf_counter()
        *_, result = dreamer.dream(frame.image, settings, previous=previous)
        assert isinstance(result, Result)
        seconds.append(time.perf_counter() - started)
        frames.append(result.image)
        previous = Previous(frame.image, result.image)
    return Film(frames, float(np.median(seconds[1:])))


def flicker(frames: Sequence[np.ndarray], clip: Sequence[Frame]) -> float:
    """The warping error in grey levels."""
    errors = []
    for before, now, frame in zip(frames, frames[1:], clip[1:], strict=False):
        moved = cv2.remap(
            before.astype(np.float32),
            frame.before,
            np.empty(0),
            cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )
        errors.append(np.abs(moved - now)[frame.seen].mean())
    return float(np.mean(errors))


def strength(frames: Sequence[np.ndarray], clip: Sequence[Frame]) -> np.ndarray:
    """Each frame's mean change in grey levels."""
    pairs = zip(frames, clip, strict=True)
    return np.array([np.abs(dream.astype(float) - frame.image).mean() for dream, frame in pairs])


def activation(network: Network, frames: Sequence[np.ndarray]) -> float:
    """Mean square of the look's layers, over every fourth frame."""
    found = []
    for frame in frames[4::4]:
        trace = network.forward(Source.of(frame).planes()[None], SETTINGS.layers)
        found += [float(layer.square().mean()) for layer in trace.activations.values()]
    return float(np.mean(found))


def compared(dreamer: Dreamer, name: str, clip: list[Frame], out: Path | None) -> None:
    """Print one clip's figures."""
    alone, moving = film(dreamer, clip, 0), film(dreamer, clip, SETTINGS.coherence)
    network = Network(load(BUNDLED), torch.device("cpu"), torch.float32)
    worst = max(flicker(alone.frames, clip), 1e-9)
    own, stills = strength(moving.frames, clip), strength(alone.frames, clip)
    active = [activation(network, made.frames) for made in (moving, alone)]
    ratio = flicker(moving.frames, clip) / worst if worst > 0.1 else 0.0
    print(
        f"{name:<9} clip {flicker([frame.image for frame in clip], clip):5.2f}"
        f"  alone {worst:5.2f}  moving {flicker(moving.frames, clip):5.2f}"
        f"  flicker {ratio:4.2f}  time {moving.seconds / alone.seconds:4.2f}"
        f"  activation {active[0] / active[1]:4.2f}"
        f"  strength {own[-FPS:].mean() / own[:FPS].mean():4.2f}"
        f" {own[-FPS:].mean() / stills[-FPS:].mean():4.2f}",
        flush=True,
    )
    if out is not None:
        shown = np.linspace(0, len(clip) - 1, 4).astype(int)
        rows = [
            [clip[i].image for i in shown],
            *([f.frames[i] for i in shown] for f in (moving, alone)),
        ]
        Image.fromarray(np.vstack([np.hstack(row) for row in rows])).save(out / f"{name}.png")
        for film_name, made in (("moving", moving), ("alone", alone)):
            pictures = [Image.fromarray(frame) for frame in made.frames]
            pictures[0].save(
                out / f"{name}-{film_name}.webp",
                save_all=True,
                append_images=pictures[1:],
                duration=1000 // FPS,
                loop=0,
            )


def main() -> None:
    """Print a line per clip."""
    options = dict(arg[2:].split("=") for arg in sys.argv[1:] if arg.startswith("--"))
    wanted = [arg for arg in sys.argv[1:] if not arg.startswith("--")]
    out = Path(options["out"]) if "out" in options else None
    dreamer = Dreamer()
    print(f"{dreamer.precision}, coherence {SETTINGS.coherence}")
    for name, clip in clips(int(options.get("frames", 48))).items():
        if not wanted or name in wanted:
            compared(dreamer, name, clip, out)


if __name__ == "__main__":
    main()
