"""What a dream layer remembers of its making, in a parasite that is saved with the document.

`Dream again…` reads it, also what another version wrote: entries that it added are passed over, and
those that it did not know have their defaults.
"""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass
from typing import Any

from gi.repository import Gimp

from bridgeclient.looks import Json
from bridgeclient.region import Rect
from gimpdream.document.tracking import SIDE, TrackedRegion

PARASITE = "dreambridge"
_PERSISTENT_UNDOABLE = 3


@dataclass(frozen=True)
class DreamMetadata:
    """How a layer was dreamed.

    `source` is a layer's id (see `identity`) and `source_name` its name; `guide` and `guide_name`
    likewise, the id "" for a layer of another image. `region` (x, y, width, height) is in the
    source's own coordinates, when the source was `source_size` large; `patch` is what was seen
    there, for `tracking`, in Base64. `context`, `edge`, `result` and `draft` are the
    procedure's arguments. `version`, `device` and `precision` are those of the server.
    """

    version: str
    settings: Json
    source: str
    source_name: str
    guide: str | None
    guide_name: str
    source_size: tuple[int, int]
    region: tuple[int, int, int, int]
    patch: str
    context: int
    edge: float
    result: str
    draft: bool
    device: str = ""
    precision: str = ""
    seconds: float = 0.0

    @property
    def tracked(self) -> TrackedRegion:
        """The region in its source."""
        return TrackedRegion(self.source_size, Rect(*self.region), base64.b64decode(self.patch))


def write_metadata(layer: Gimp.Layer, metadata: DreamMetadata) -> None:
    """Attach the metadata to the layer."""
    data = json.dumps(asdict(metadata)).encode()
    layer.attach_parasite(Gimp.Parasite.new(PARASITE, _PERSISTENT_UNDOABLE, data))


def read_metadata(layer: Gimp.Layer) -> DreamMetadata | None:
    """What the layer remembers, None if it is no dream layer."""
    parasite = layer.get_parasite(PARASITE)
    if parasite is None:
        return None
    try:
        values: dict[str, Any] = json.loads(bytes(parasite.get_data()))
        fields = DreamMetadata.__dataclass_fields__
        known = {name: values[name] for name in fields if name in values}
        sizes = {name: tuple(known[name]) for name in ("source_size", "region")}
        metadata = DreamMetadata(**known | sizes)
        return metadata if len(metadata.tracked.patch) == SIDE * SIDE else None
    except (ValueError, KeyError, TypeError):
        return None
