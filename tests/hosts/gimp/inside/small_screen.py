"""The dialog on a screen of another size."""

from __future__ import annotations

import time
from typing import Any

from gi.repository import Gimp

from inside.harness import DREAM, call, case
from inside.photographed import loaded
from inside.processes import concurrently, running, wait_until
from inside.screen import photograph, press, size, turn_wheel, window


@case("dialog")
def _() -> Any:
    """With channels in the look that the network doesn't see here, so that their words show."""
    image = loaded()
    sizes: list[tuple[int, int]] = []

    def use_the_dialog() -> None:
        wait_until(lambda: window("DeepDream"), "a dialog")
        time.sleep(1.0)  # until it has asked for a dream
        wait_until(lambda: not running(), "dreamed")
        time.sleep(1.0)
        for name, key in (("first", "alt+k"), ("advanced", "alt+a")):
            press("DeepDream", key)
            sizes.append(size("DeepDream"))
            photograph(name, window("DeepDream"))
            turn_wheel("DeepDream")
            photograph(f"{name}-scrolled", window("DeepDream"))
        press("DeepDream", "Escape")

    layers = image.get_layers()
    mode = Gimp.RunMode.INTERACTIVE
    with concurrently(use_the_dialog) as failures:
        outcome = call(image, layers, DREAM, run_mode=mode, channels="relu5_3:12,relu4_3:7=0.5")
    return {**outcome, "failures": failures, "sizes": sizes}
