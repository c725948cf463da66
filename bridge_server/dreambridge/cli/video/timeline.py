"""Settings that change over the time of a film: numbers glide from keyframe to keyframe."""

from __future__ import annotations

import bisect
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from dreambridge.cli.pictures import PictureError
from dreamcore.errors import SettingsError
from dreamcore.presets import PRESETS
from dreamcore.settings import DreamSettings

_KINDS = {spec.name: spec.metadata["kind"] for spec in fields(DreamSettings)}


@dataclass(frozen=True)
class Timeline:
    """Settings by time: `times` in seconds, ascending, and the `keys` that hold then."""

    times: tuple[float, ...]
    keys: tuple[DreamSettings, ...]

    @classmethod
    def steady(cls, settings: DreamSettings) -> Timeline:
        """The same settings all the time."""
        return cls((0.0,), (settings,))

    @classmethod
    def between(cls, first: DreamSettings, last: DreamSettings, seconds: float) -> Timeline:
        """From these settings to those, in so many seconds."""
        return cls((0.0, max(seconds, 1e-9)), (first, last))

    def at(self, seconds: float) -> DreamSettings:
        """The settings at a time: numbers and layers' weights between the keyframes around it, all
        else as the last one has it.
        """
        after = bisect.bisect_right(self.times, seconds)
        if after == 0:
            return self.keys[0]
        if after == len(self.times):
            return self.keys[-1]
        share = (seconds - self.times[after - 1]) / (self.times[after] - self.times[after - 1])
        return _between(self.keys[after - 1], self.keys[after], share)

    def to_json(self) -> list[Any]:
        """As plain values."""
        return [[at, key.to_json()] for at, key in zip(self.times, self.keys, strict=True)]


def read_keyframes(path: Path, base: DreamSettings) -> Timeline:
    """The timeline in a file of JSON: an object whose names are times in seconds.

    Each keyframe is an object of settings, with `preset` for those of a look; what it leaves out is
    as in the one before, in the first one as in `base`.

    Raises:
        PictureError: the file is no such thing; says where.
    """
    try:
        values = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise PictureError(f"There is no file {path}.") from error
    except (OSError, ValueError) as error:
        raise PictureError(f"{path} can't be read as JSON ({error}).") from error
    if not isinstance(values, dict) or not values:
        raise PictureError(f'{path} has to be an object of keyframes, as {{"0": {{"step": 1}}}}.')
    keyframes = sorted((_time(path, text), text, values[text]) for text in values)
    keys: list[DreamSettings] = []
    for _, text, changes in keyframes:
        keys.append(_key(path, text, changes, keys[-1] if keys else base))
    return Timeline(tuple(at for at, _, _ in keyframes), tuple(keys))


def _time(path: Path, text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise PictureError(f"{path}: {text!r} is no time in seconds.")
    return seconds


def _key(path: Path, text: str, changes: Any, before: DreamSettings) -> DreamSettings:
    if not isinstance(changes, dict):
        raise PictureError(f"{path}: the keyframe at {text} is no object of settings.")
    changes = dict(changes)
    preset = changes.pop("preset", None)
    if preset is not None and preset not in PRESETS:
        raise PictureError(f"{path}: at {text} there is no preset {preset!r}.")
    base = before if preset is None else PRESETS[preset].settings
    try:
        return DreamSettings.from_json({**base.to_json(), **changes})
    except SettingsError as error:
        raise PictureError(f"{path}: at {text}, {error}") from error


def _between(first: DreamSettings, last: DreamSettings, share: float) -> DreamSettings:
    before, after = first.to_json(), last.to_json()
    values: dict[str, Any] = dict(before)
    for name, kind in _KINDS.items():
        if name == "seed":
            continue
        if kind == "number":
            values[name] = before[name] + (after[name] - before[name]) * share
        elif kind == "integer":
            values[name] = round(before[name] + (after[name] - before[name]) * share)
        elif kind == "layers":
            values[name] = _mixed(before[name], after[name], share)
    return DreamSettings.from_json(values)


def _mixed(
    before: Mapping[str, float], after: Mapping[str, float], share: float
) -> dict[str, float]:
    """Weights on the way; a layer that only one of them has comes or goes."""
    names = dict.fromkeys((*before, *after))
    weights = {
        name: before.get(name, 0.0) * (1 - share) + after.get(name, 0.0) * share for name in names
    }
    return {name: weight for name, weight in weights.items() if weight} or dict(before)
