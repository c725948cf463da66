"""All that the docker offers to choose from, in one session."""

from __future__ import annotations

import pictures  # noqa: F401
import stalls  # noqa: F401
from runner import CASES

CASES.clear()

import docker  # noqa: E402, F401
import own_looks  # noqa: E402, F401
import seen  # noqa: E402, F401
