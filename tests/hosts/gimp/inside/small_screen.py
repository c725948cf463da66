"""The dialog on a screen of another size."""

from __future__ import annotations

import time
from typing import Any

from gi.repository import Gimp, Gio

from inside.harness import DREAM, PARAMETERS, call, case, ellipse
from inside.processes import concurrently, running, wait_until
from inside.screen import photograph, press, size, turn_wheel, window


@case("dialog")
def _() -> Any:
    """With channels in the look that the network doesn't see here, so that their words show."""
    file = Gio.File.new_for_path(PARAMETERS["photo"])
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, file)
    scale = PARAMETERS["scale"]
    image.scale(int(image.get_width() * scale), int(image.get_height() * scale))
    ellipse(image, *(int(scale * side) for side in (180, 60, 300, 260)))
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
