"""Choosing by looking: what the network sees in the selection, and looks of the artist's own."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from inside.harness import FOLDER, case
from inside.photographed import all_metadata, dreams, interactive, photo
from inside.processes import LONG, PLUGIN, bridge, concurrently, wait_until, wait_until_dreaming
from inside.screen import keys, part_of, photograph, press, window, write

LOOKS = Path(bridge()["connection_file"]).parent / "looks"


@contextmanager
def another_dream() -> Iterator[None]:
    """Somebody else's dream, for as long as the block runs."""
    from bridgeclient import DreamRequest, ImageFrame, Installation, find

    over = threading.Event()

    def dream() -> None:
        client = find(Installation.read(PLUGIN / "bridge.json"), name="other")
        assert client is not None
        with client:
            image = ImageFrame(256, 256, 3, "uint8", bytes(range(256)) * 768)
            client.submit(DreamRequest.still(image, LONG))
            while not over.is_set():
                client.receive(0.1)

    thread = threading.Thread(target=dream)
    thread.start()
    wait_until_dreaming()
    try:
        yield
    finally:
        over.set()
        thread.join()


PICTURES_BYTES = 25_000
"""Less than a file has with twelve pictures in it, and far more than without."""


def strip() -> bytes:
    """The part of the dialog where the pictures of what it sees are."""
    return part_of("DeepDream", "strip", right=400, top=390, width=390, height=150)


@case("it sees here")
def _() -> Any:
    """Two pictures are chosen while another dream runs, and one of them is dreamed away."""
    image, layer = photo()

    def use_the_dialog() -> None:
        with another_dream():
            wait_until(lambda: window("DeepDream"), "a dialog")
            wait_until(lambda: len(strip()) > PICTURES_BYTES, "pictures")
            photograph("seen", window("DeepDream"))
            press("DeepDream", "alt+i", "space", "Tab", "space")
            photograph("chosen-channels", window("DeepDream"))
            keys("Tab", "Tab", "space", "space")  # the fourth, and away again
            keys(*["Tab"] * 9, "Home", "Right")
            photograph("dreamed-away", window("DeepDream"))
        press("DeepDream", "alt+d")

    with concurrently(use_the_dialog) as failures:
        outcome = interactive(image, layer)
    return {**outcome, "failures": failures, "metadata": all_metadata(image)}


def stored() -> dict[str, Any]:
    """The looks that there are, by their names."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in LOOKS.glob("*.dreamlook")}


def do(key: str) -> None:
    """Choose from the menu of the chosen look."""
    press("DeepDream", "alt+p", "shift+F10", key)


@case("looks of one's own")
def _() -> Any:
    """Saved, favoured, renamed, exported, deleted, imported twice; and what can't be done."""
    image, layer = photo()
    mine, bad = FOLDER / "mine.dreamlook", FOLDER / "bad.dreamlook"
    bad.write_text("{", "utf-8")
    facts: dict[str, Any] = {}
    before = dreams()

    def use_the_dialog() -> None:
        wait_until(lambda: dreams() > before, "a sketch")
        press("DeepDream", "alt+k", "Tab", "space")
        write("Save look", "Eyes")
        time.sleep(0.5)  # until it is refused
        photograph("name-taken", window("Save look"))
        facts["taken"] = list(stored())
        write("Save look", "Coffee")
        wait_until(lambda: "coffee" in stored(), "saved")
        facts["saved"] = stored()["coffee"]
        time.sleep(0.5)
        photograph("own-look", window("DeepDream"))
        do("f")
        wait_until(lambda: stored()["coffee"]["favourite"], "favoured")
        do("r")
        write("Rename look", "Kaffee")
        wait_until(lambda: list(stored()) == ["kaffee"], "renamed")
        do("e")
        write("Export look", str(mine))
        wait_until(mine.exists, "exported")
        do("d")
        wait_until(lambda: window("Delete look"), "a question")
        keys("alt+d")
        wait_until(lambda: not stored(), "deleted")
        do("i")
        write("Import look", str(bad))
        wait_until(lambda: window("Looks"), "a refusal")
        photograph("refused-look", window("Looks"))
        keys("Return")
        do("i")
        write("Import look", str(mine))
        wait_until(lambda: "kaffee" in stored(), "imported")
        do("i")
        write("Import look", str(mine))
        write("Name of the import", "Another")
        wait_until(lambda: "another" in stored(), "imported under another name")
        time.sleep(0.5)
        photograph("own-looks", window("DeepDream"))
        press("DeepDream", "Escape")

    with concurrently(use_the_dialog) as failures:
        outcome = interactive(image, layer)
    facts |= {"left": stored(), "exported": json.loads(mine.read_text("utf-8"))}
    for path in LOOKS.glob("*.dreamlook"):
        path.unlink()
    return {**outcome, "failures": failures, **facts}
