"""DeepDream for Krita: what Krita imports at its start.

The plug-in itself is `dreamkrita`, beside this file; so are `bridgeclient`, `schema.json`,
`bridge.json` and the wheels, put there by `dreambridge install krita`.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).absolute().parent  # not resolved: a development install has links here


def prepare_path() -> None:
    """Let Krita's Python find the plug-in's parts, and wheels that fit it.

    They go to the end of the path, so that no other plug-in gets them instead of its own.
    """
    vendor = HERE / "vendor"
    built_for = {int(path.name[3:]): path for path in vendor.glob("cp3[0-9]*")}
    fitting = [minor for minor in built_for if minor <= sys.version_info.minor]
    wheels = [built_for[max(fitting)]] if fitting else []
    sys.path += [str(path) for path in (HERE, *wheels, vendor / "any")]


prepare_path()

from dreamkrita.plugin import register  # noqa: E402

register(HERE)
