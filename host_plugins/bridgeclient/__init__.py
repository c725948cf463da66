"""The client side of dreambridge, as the editors' plug-ins and the command line use it.

    client = connect(Installation.read(path_of_bridge_json), name="gimp")
    job = client.submit(DreamRequest.still(image, settings))
    for event in client.events(job):
        ...

Needs Python 3.10, msgpack, and pyzmq or the relay; it runs inside the editors' own Pythons and so
imports neither numpy nor torch nor anything of the bridge or the engine.
"""

from bridgeclient.client import BridgeClient
from bridgeclient.discovery import Installation, connect, find, reach, replaceable
from bridgeclient.errors import (
    AuthError,
    BridgeError,
    BusyError,
    Cancelled,
    EngineError,
    ProtocolError,
    RequestError,
    ServerError,
)
from bridgeclient.events import (
    Accepted,
    Event,
    Failed,
    Inspected,
    JobEvent,
    Preview,
    Progress,
    Result,
    Started,
    Status,
    Welcome,
)
from bridgeclient.protocol import ImageFrame
from bridgeclient.region import Rect
from bridgeclient.request import DreamRequest, InspectRequest, PreviousFrame

__all__ = [
    "Accepted",
    "AuthError",
    "BridgeClient",
    "BridgeError",
    "BusyError",
    "Cancelled",
    "DreamRequest",
    "EngineError",
    "Event",
    "Failed",
    "ImageFrame",
    "InspectRequest",
    "Inspected",
    "Installation",
    "JobEvent",
    "Preview",
    "PreviousFrame",
    "Progress",
    "ProtocolError",
    "Rect",
    "RequestError",
    "Result",
    "ServerError",
    "Started",
    "Status",
    "Welcome",
    "connect",
    "find",
    "reach",
    "replaceable",
]
