"""Picture files to arrays and back: nothing lost in silence, nothing destroyed on failure.

`picture` is what a file holds, `formats` which formats can hold what, `reading` and `writing` the
two ways. Nothing here knows how a dream is computed.
"""

from __future__ import annotations

from dreambridge.cli.pictures.picture import Picture, PictureError, Rescued
from dreambridge.cli.pictures.reading import read_mask, read_picture
from dreambridge.cli.pictures.writing import Destination, write_picture

__all__ = [
    "Destination",
    "Picture",
    "PictureError",
    "Rescued",
    "read_mask",
    "read_picture",
    "write_picture",
]
