"""Where the driver's process begins, before Ray is imported: it reads its environment then.

Ends with the server, however that ends: its standard input is a pipe from it.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from bridgeclient.errors import BridgeError
from dreambridge.log import logging_to
from dreambridge.workers.cluster.driver_link import DriverLink
from dreambridge.workers.cluster.options import ClusterOptions
from dreambridge.workers.cluster.session import joined
from dreambridge.workers.messages import StartFailed

_log = logging.getLogger("dreambridge.driver")

_FAREWELL_S = 5.0
_PAUSE_S = 5.0
"""Before another process tries again what this one could not."""


def main() -> None:
    """Be Ray's driver for the pool whose link the first line of standard input describes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is the server's business
    config = json.loads(sys.stdin.buffer.readline())
    gone = threading.Event()
    threading.Thread(target=_end_with_server, args=[gone], daemon=True).start()
    with logging_to(Path(config["log"])):
        _drive(config, gone)


def _drive(config: dict[str, Any], gone: threading.Event) -> None:
    link, options = DriverLink(config["address"]), ClusterOptions(**config["options"])
    try:
        with joined(options.address, Path(config["folder"])):
            from dreambridge.workers.cluster import driver

            driver.run(link, options, gone)
    except BridgeError as error:
        _log.exception("the cluster can't be joined")
        link.fail(StartFailed(error))
        gone.wait(_PAUSE_S)
        sys.exit(1)


def _end_with_server(gone: threading.Event) -> None:
    while sys.stdin.buffer.read(1 << 16):
        pass
    gone.set()
    threading.Event().wait(_FAREWELL_S)
    os._exit(0)


if __name__ == "__main__":
    main()
