"""Dreams by servers that answer wrongly, one after another, and by the right one at the end."""

from __future__ import annotations

import json
from typing import Any

from inside.harness import PARAMETERS, case
from inside.processes import attempt, changed_bridge

for behaviour, file in json.loads(PARAMETERS["connection_files"]).items():

    @case(behaviour)
    def _(file: str = file) -> Any:
        with changed_bridge(connection_file=file):
            return attempt()


@case("the right server")
def _() -> Any:
    return attempt()
