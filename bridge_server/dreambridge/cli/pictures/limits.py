"""How large a picture may say it is: files of a few bytes can claim to unpack to any size."""

from __future__ import annotations

from dataclasses import dataclass

from dreambridge.cli.pictures.picture import PictureError

MAX_MEGAPIXELS = 200.0
"""What is read unless more is asked for; the same as the server's `--max-megapixels`."""


@dataclass(frozen=True)
class Limit:
    """What one file may claim; `name` is the file's, for people."""

    name: str
    megapixels: float = MAX_MEGAPIXELS

    def check(self, width: int, height: int, channels: int = 4) -> None:
        """Whether a picture of that size is read; asked before any of its pixels is.

        Raises:
            PictureError: it is too large, or empty.
        """
        if width < 1 or height < 1:
            raise PictureError(f"{self.name} is empty: it says that it is {width} × {height}.")
        claimed = width * height / 1e6 * max(1.0, channels / 16)
        if claimed > self.megapixels:
            raise PictureError(
                f"{self.name} says that it is {width} × {height} pixels. At most "
                f"{self.megapixels:g} megapixels are read, because a damaged or hostile file can "
                f"claim any size; if you trust it, add --max-megapixels {int(claimed) + 1}."
            )
