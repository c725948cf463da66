"""In the real GIMP, the document is edited during a dream: followed, or one sentence."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dreambridge.paths import Paths
from hosts.gimp.conftest import Gimp
from servers import Server

EDITOR = Path(__file__).parent / "inside" / "concurrent_editor.py"
REFUSED = {
    "cropped": "“photo” was resized, cropped or turned",
    "scaled": "“photo” was resized, cropped or turned",
    "flipped": "“photo” was resized, cropped or turned",
    "turned": "“photo” was resized, cropped or turned",
    "layer removed": "“photo” was removed",
    "indexed": "indexed colours",
    "group locked": "group “kept” are locked",
    "dream removed while it is dreamed again": "removed while it was dreamed again",
}
FOLLOWED = {
    "moved": [[27, 21], [7, -9], [0, 0]],
    "canvas enlarged": [[31, 43], [11, 13], [11, 13]],
    "selection changed": [[20, 30], [0, 0], [0, 0]],
    "to grey": [[20, 30], [0, 0], [0, 0]],
    "to 16 bits": [[20, 30], [0, 0], [0, 0]],
}
"""Where the dream, its source and the layer below it are in the end."""


@pytest.fixture(scope="module")
def found(make_gimp: Callable[[Paths], Gimp], gimp_server: Server) -> dict[str, Any]:
    gimp = make_gimp(gimp_server.home)
    editor = gimp.plugin.parent / "concurrenteditor"
    editor.mkdir()
    shutil.copy(EDITOR, editor / "concurrenteditor.py")
    (editor / "concurrenteditor.py").chmod(0o755)
    folder = gimp.home / "editor"
    folder.mkdir()
    return gimp.run(
        "concurrent_edits", plugin=str(gimp.plugin), DREAMBRIDGE_EDITOR_FOLDER=str(folder)
    )


def check(facts: dict[str, Any], status: str) -> None:
    assert "traceback" not in facts, facts["traceback"]
    assert not facts["failures"], facts["failures"]
    assert facts["workers"] >= 1, "no worker was there to be held up during the edit"
    assert facts["status"] == status, facts["message"]


@pytest.mark.parametrize("case", REFUSED)
def test_a_dream_that_no_longer_fits_is_one_sentence(found: dict[str, Any], case: str) -> None:
    facts = found[case]
    check(facts, "execution-error")
    assert REFUSED[case] in facts["message"], facts["message"]
    assert "\n" not in facts["message"]
    assert not any("Dream" in name for name in facts.get("names", []))


@pytest.mark.parametrize("case", FOLLOWED)
def test_what_can_be_followed_is_followed(found: dict[str, Any], case: str) -> None:
    facts = found[case]
    check(facts, "success")
    assert facts["at"] == FOLLOWED[case]
    assert {"to grey": "graya-image"}.get(case, "rgba-image") == facts["kinds"][0]


def test_paint_added_during_a_dream_stays(found: dict[str, Any]) -> None:
    check(found["painted on"], "success")
    assert found["painted on"]["white"]
    assert len(found["painted on"]["names"]) == 3
