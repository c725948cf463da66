"""Picture files to arrays and back: nothing lost in silence, nothing destroyed on failure.

Reading: `reading` asks `pillow`, `tiff` or `exr` for a `picture`, within `limits`; `colour` and
`metadata` bring it to upright RGB or grey. `resizing` makes it smaller, `transfer` goes between a
file's numbers and the dream's. Writing: `writing` is where a result goes, `formats` what each
format can hold, `encoders` how each is written. Nothing here knows how a dream is computed.
"""

from __future__ import annotations

from dreambridge.cli.pictures.formats import FORMATS, QUALITY, format_of
from dreambridge.cli.pictures.limits import MAX_MEGAPIXELS
from dreambridge.cli.pictures.picture import Metadata, Picture, PictureError, Rescued
from dreambridge.cli.pictures.reading import STREAM, SUFFIXES, read_mask, read_picture
from dreambridge.cli.pictures.resizing import reduced, reduced_mask
from dreambridge.cli.pictures.transfer import from_dream, to_dream
from dreambridge.cli.pictures.writing import Destination, write_picture

__all__ = [
    "FORMATS",
    "MAX_MEGAPIXELS",
    "QUALITY",
    "STREAM",
    "SUFFIXES",
    "Destination",
    "Metadata",
    "Picture",
    "PictureError",
    "Rescued",
    "format_of",
    "from_dream",
    "read_mask",
    "read_picture",
    "reduced",
    "reduced_mask",
    "to_dream",
    "write_picture",
]
