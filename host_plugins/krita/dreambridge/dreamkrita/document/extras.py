"""What a dream can be given besides its settings. No Qt, no Krita."""

from __future__ import annotations

from dataclasses import dataclass

_FILE = "file:"


@dataclass(frozen=True)
class Extras:
    """`guide`: the unique id of a layer, or a picture file's path after "file:"; "" for none.

    `strength`: the unique id of a layer or mask whose greys say how strongly is dreamed, or "".
    """

    guide: str = ""
    strength: str = ""


NOTHING = Extras()


def of_file(path: str) -> str:
    """A guide that is a file."""
    return _FILE + path


def path_of(guide: str) -> str | None:
    """The file's path, None where the guide is a layer."""
    return guide[len(_FILE) :] if guide.startswith(_FILE) else None
