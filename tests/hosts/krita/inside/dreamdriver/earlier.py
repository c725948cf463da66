"""Earlier dreams placed again after the document got another size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from changes import drawn, masked
from lab import click, click_item, document, dream, message, painted, settled
from runner import CASES, case

from canvas import SELECTED, bare, prepared
from krita import Document

CASES.clear()


def placed(
    name: str, change: Callable[[Document], None], expected: list[int], *, removed: bool = False
) -> None:
    """Dream, change the document, remove the dream, place it again."""

    @case(name)
    def _() -> Iterator[Any]:
        doc = bare((yield from document(width=200, height=150)))
        source = painted(doc)
        yield from prepared(doc, source)
        yield from dream()
        yield settled(doc)
        former = doc.topLevelNodes()[1]
        click("new_seed")
        change(doc)
        yield settled(doc)
        where = drawn(former)
        former.remove()
        if removed:
            painted(doc, "another", 4)
            source.remove()
        yield settled(doc)
        click_item("history", 0)
        yield lambda: message() and not message().startswith("Done")
        yield settled(doc)
        new = [node for node in doc.topLevelNodes() if node.name().startswith("Dream")]
        facts = {"message": message(), "where_krita_had_it": where, "expected": expected}
        if new:
            facts |= {"drawn": drawn(new[0]), "masked": masked(new[0])}
        return facts


X, Y, W, H = SELECTED
placed("the same size", lambda doc: None, [X, Y, W, H])
placed("half the size", lambda doc: doc.scaleImage(100, 75, 72, 72, "Bicubic"), [35, 25, 30, 20])
placed("twice the size", lambda doc: doc.scaleImage(400, 300, 72, 72, "Box"), [140, 100, 120, 80])
placed("cropped", lambda doc: doc.crop(50, 30, 120, 110), [X - 50, Y - 30, W, H])
placed("grown", lambda doc: doc.resizeImage(-20, -10, 260, 200), [X + 20, Y + 10, W, H])
placed("cropped without its layer", lambda doc: doc.crop(50, 30, 120, 110), [], removed=True)
