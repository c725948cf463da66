"""DeepDream for Krita: what Krita imports at its start.

The plug-in itself is `dreamkrita`, beside this file; so are `bridgeclient`, `schema.json`,
`bridge.json` and the wheels, put there by `dreambridge install krita`.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).absolute().parent  # not resolved: a development install has links here


def prepare_path() -> None:
    """Let Krita's Python find the plug-in's parts, msgpack and pyzmq.

    They go to the end of the path, so that no other plug-in gets them instead of its own.
    """
    sys.path += [str(HERE), str(HERE / "vendor")]


prepare_path()

from dreamkrita.plugin import register  # noqa: E402

register(HERE)
