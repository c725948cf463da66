"""The moving picture of the README: a clip of known motion, and `dreambridge video`'s dream of it.

A camera pans and closes in on a bundled photograph and comes back, so that the picture can loop.

    python bench/moving_picture.py [OUT.webp]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from measure import photo
from motion_clips import camera, pose

FRAMES, MILLISECONDS = 24, 84
SETTINGS = ["--preset", "eyes", "--octaves", "3"]


def main(out: Path) -> None:
    """Make the clip, dream it, and lay both side by side."""
    turn = lambda t: 2 * np.pi * t * 24 / FRAMES  # noqa: E731
    frames = camera(
        photo("coffee.png"),
        lambda t: pose(1.25 - 0.25 * np.cos(turn(t)), x=45 * np.sin(turn(t)), at=(300, 200)),
        FRAMES,
    )
    with tempfile.TemporaryDirectory() as folder:
        clip, dreams = Path(folder, "clip%02d.png"), Path(folder, "dream%02d.png")
        for index, frame in enumerate(frames):
            Image.fromarray(frame.image).save(str(clip) % index)
        command = [sys.executable, "-m", "dreambridge", "video", str(clip), str(dreams), *SETTINGS]
        subprocess.run(command, check=True)
        pairs = [
            np.concatenate([frame.image, np.array(Image.open(str(dreams) % index))], axis=1)
            for index, frame in enumerate(frames)
        ]
    first, *rest = [Image.fromarray(pair) for pair in pairs]
    first.save(
        out, save_all=True, append_images=rest, duration=MILLISECONDS, loop=0, quality=70, method=6
    )


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images/moving.webp"))
