"""What the preview is dreamed of. The document is read again when it was changed, not before.

A setting that is changed in the dialog costs no reading of the selection and no copy of a layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bridgeclient.looks import Json
from bridgeclient.request import DreamRequest
from gimpdream.arguments import Parameters
from gimpdream.bridge.preview_request import SmallSource, preview_request, small_source
from gimpdream.commands import Command
from gimpdream.document.plan import Plan
from gimpdream.document.source import SourceRegion, bounds_of, context_of


class PreviewSource:
    """The sources of a command, kept until the document or the edge of the selection changes."""

    def __init__(self, command: Command, schema: Json, side: int) -> None:
        self._command, self._schema, self._side = command, schema, side
        self._fingerprint: object = command.fingerprint()
        self._read_for: object = None
        self._sources: Sequence[SourceRegion] = ()
        self._small: SmallSource | None = None

    def has_changed(self) -> bool:
        """Whether the document has changed since this was asked last."""
        fingerprint, self._fingerprint = self._fingerprint, self._command.fingerprint()
        return fingerprint != self._fingerprint

    def plan(self, parameters: Parameters) -> Plan:
        """What would be dreamed.

        Raises:
            UserError: the document doesn't allow it.
        """
        state = self._fingerprint, parameters.edge
        if state != self._read_for or state[0] is None:
            self._read_for = None
            self._sources = self._command.sources(parameters)
            self._small = small_source(self._sources[0], self._side)
            self._read_for = state
        return Plan(parameters, [self._in_context(source, parameters) for source in self._sources])

    def _in_context(self, source: SourceRegion, parameters: Parameters) -> SourceRegion:
        bounds = bounds_of(source.layer)
        context = context_of(source.region, bounds, parameters, self._schema)
        return replace(source, context=context)

    def request(self, parameters: Parameters) -> DreamRequest:
        """The dream of the first source at the preview's size, once there was a plan.

        Raises:
            UserError: the guide is empty.
        """
        assert self._small is not None
        return preview_request(self._small, parameters, self._side)
