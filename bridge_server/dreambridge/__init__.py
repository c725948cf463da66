"""The bridge: a local server that keeps the engine warm, and the command line.

The server process owns sockets and queue and never computes; `worker` is the process that does.
"""

from importlib.metadata import version

__version__ = version("dreambridge")
