"""The user's own looks: a file for each, and beside the built-in ones in the schema.

One place for the command line and both editors. A look's file is all there is of it, so that it can
be handed on: its label, its settings, whether it is a favourite, and a thumbnail (PNG or JPEG).
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bridgeclient.errors import RequestError, ServerError
from bridgeclient.looks import read_schema
from bridgeclient.private import make_private_folder, write_private
from bridgeclient.validation import check, check_together, completed

Json = dict[str, Any]

FOLDER_NAME = "looks"
"""The folder's name, beside the connection file."""
SUFFIX = ".dreamlook"
MOST_BYTES = 2**20
"""A larger file is no look."""
MOST_LETTERS = 60
"""The longest label."""

_FORMAT = "dreambridge look"


@dataclass(frozen=True)
class OwnLook:
    """A look: its name as in `--preset`, its label, the settings, and a picture of it."""

    name: str
    label: str
    settings: Json
    thumbnail: bytes = b""
    favourite: bool = False

    def to_json(self) -> str:
        """As its file has it."""
        values = {
            "format": _FORMAT,
            "label": self.label,
            "favourite": self.favourite,
            "settings": self.settings,
            "thumbnail": base64.b64encode(self.thumbnail).decode(),
        }
        return json.dumps(values, indent=1, ensure_ascii=False) + "\n"


def name_of(label: str) -> str:
    """The name that a label comes to: small letters and digits of any script, and dashes.

    Raises:
        RequestError: `request.invalid`, nothing is left of it, or it is too long.
    """
    words = "".join(letter if letter.isalnum() else " " for letter in label.lower()).split()
    if not words or len(label) > MOST_LETTERS:
        raise _refused(
            f"“{label}” can't be a look's name.",
            f"A name has letters or digits, and at most {MOST_LETTERS} of all.",
        )
    return "-".join(words)


class OwnLooks:
    """The looks in a folder; `schema` is the settings' JSON schema as it is without them."""

    def __init__(self, folder: Path, schema: Json) -> None:
        self._folder, self._schema = folder, schema

    def read(self) -> tuple[list[OwnLook], list[str]]:
        """All looks by their labels, favourites first; and a sentence for each damaged file."""
        looks, damaged = [], []
        with suppress(OSError):
            for path in sorted(self._folder.glob(f"*{SUFFIX}")):
                found = self._parsed_or_why_not(path)
                if isinstance(found, str):
                    damaged.append(f"The look {path} is passed over: {found}")
                elif found.name not in self._schema["x-presets"]:
                    looks.append(found)
        return sorted(looks, key=lambda look: (not look.favourite, look.label.lower())), damaged

    def named(self, name: str) -> OwnLook:
        """The look of this name.

        Raises:
            RequestError: `request.invalid`, there is none, or its file is damaged.
        """
        try:
            return self._parsed(self._path(name))
        except FileNotFoundError:
            known = ", ".join(look.name for look in self.read()[0]) or "none yet"
            raise _refused(f"There is no own look “{name}”.", f"There are: {known}.") from None
        except ValueError as error:
            hint = "Delete it, or save it again."
            raise _refused(f"The look “{name}” is damaged: {error}", hint) from None

    def free_name(self, label: str) -> str:
        """The name for a new look with this label.

        Raises:
            RequestError: `request.invalid`, another look has it.
        """
        name = name_of(label)
        if name in self._schema["x-presets"]:
            raise _refused(f"“{name}” is one of the built-in looks.", "Choose another name.")
        if self._path(name).exists():
            raise _refused(
                f"There is a look “{name}” already.", "Choose another name, or delete it."
            )
        return name

    def save(self, label: str, settings: Mapping[str, Any], thumbnail: bytes = b"") -> OwnLook:
        """Store a new look.

        Raises:
            RequestError: `request.invalid`, its name is taken or can't be one.
            ServerError, AuthError: the folder can't be made or isn't the user's.
        """
        label = " ".join(label.split())
        look = OwnLook(self.free_name(label), label, dict(settings), thumbnail)
        self._write(look)
        return look

    def take_in(self, path: Path, label: str = "") -> OwnLook:
        """Import a look's file, under this label if one is given; raises as `look_of`, `save`."""
        look = self.look_of(path)
        return self.save(label or look.label, look.settings, look.thumbnail)

    def look_of(self, path: Path) -> OwnLook:
        """The look in a file of the user's, not yet imported.

        Raises:
            RequestError: `request.invalid`, it is no look.
        """
        try:
            return self._parsed(path)
        except (OSError, ValueError) as error:
            raise _refused(f"{path} can't be imported: {error}", "Export it again.") from error

    def export(self, name: str, path: Path) -> None:
        """Write a look to a file of the user's.

        Raises:
            RequestError: `request.invalid`, there is no such look, or it can't be written there.
        """
        text = self.named(name).to_json()
        try:
            path.write_text(text, "utf-8")
        except OSError as error:
            said = f"{path} can't be written ({error.strerror})."
            raise _refused(said, "Name another file.") from error

    def rename(self, name: str, label: str) -> OwnLook:
        """Give a look another label, and the name that belongs to it."""
        look, label = self.named(name), " ".join(label.split())
        renamed = name if name_of(label) == name else self.free_name(label)
        look = replace(look, label=label, name=renamed)
        self._write(look)
        if renamed != name:
            self._path(name).unlink()
        return look

    def delete(self, name: str) -> None:
        """Delete a look, also a damaged one.

        Raises:
            RequestError: `request.invalid`, there is none.
        """
        try:
            self._path(name).unlink()
        except FileNotFoundError:
            self.named(name)

    def favour(self, name: str, favourite: bool) -> None:
        """Mark a look as a favourite, or not any more."""
        self._write(replace(self.named(name), favourite=favourite))

    def _path(self, name: str) -> Path:
        return self._folder / f"{name_of(name)}{SUFFIX}"

    def _write(self, look: OwnLook) -> None:
        make_private_folder(self._folder.parent)
        make_private_folder(self._folder)
        write_private(self._path(look.name), look.to_json().encode())

    def _parsed_or_why_not(self, path: Path) -> OwnLook | str:
        try:
            return self._parsed(path)
        except ValueError as error:
            return str(error)

    def _parsed(self, path: Path) -> OwnLook:
        """The look of a file.

        Raises:
            FileNotFoundError: it isn't there.
            ValueError: it is damaged; the text says how.
        """
        try:
            with path.open("rb") as file:
                data = file.read(MOST_BYTES + 1)
            values = json.loads(data) if len(data) <= MOST_BYTES else None
        except FileNotFoundError:
            raise
        except OSError as error:
            raise ValueError(f"it can't be read ({error.strerror}).") from error
        except (ValueError, RecursionError):
            values = None
        if not isinstance(values, dict) or values.get("format") != _FORMAT:
            raise ValueError("it is no look's file.")
        return self._checked(path.name.removesuffix(SUFFIX), values)

    def _checked(self, name: str, values: Json) -> OwnLook:
        label, settings = values.get("label"), values.get("settings")
        if not isinstance(label, str) or not isinstance(settings, dict):
            raise ValueError("it lacks its label or its settings.")
        known = settings.keys() & self._schema["properties"].keys()
        for setting in sorted(known):
            self._check(setting, settings[setting])
        whole = completed({key: settings[key] for key in known}, self._schema)
        check_together(whole | {key: settings[key] for key in known}, self._schema)
        try:
            thumbnail = base64.b64decode(str(values.get("thumbnail", "")), validate=True)
        except binascii.Error:
            thumbnail = b""  # a look without its picture is a look
        return OwnLook(name, label, whole, thumbnail, values.get("favourite") is True)

    def _check(self, setting: str, value: object) -> None:
        try:
            check(setting, value, self._schema)
        except ValueError as error:
            raise ValueError(f"its {setting} can't be used. {error}") from error


def with_own_looks(schema: Json, folder: Path) -> tuple[Json, list[str]]:
    """The schema with the own looks among its `x-presets`, and a sentence for each damaged one.

    Favourites stand before the built-in looks, the others behind them. Besides `label`, `help` and
    `settings` they have `own`, `favourite` and `thumbnail`, the picture's bytes.
    """
    looks, damaged = OwnLooks(folder, schema).read()
    entries = {look.name: _entry(look) for look in looks}
    first = {name: entry for name, entry in entries.items() if entry["favourite"]}
    return {**schema, "x-presets": first | schema["x-presets"] | entries}, damaged


def plugin_schema(folder: Path) -> tuple[Json, list[str]]:
    """The same for a plug-in's folder, into which the installer wrote where the data folder is.

    Raises:
        ServerError: `server.start_failed`, the schema is missing or damaged.
    """
    schema = read_schema(folder)
    try:
        home = _home(folder)
    except ServerError:
        return schema, []  # whoever needs the bridge says so
    return with_own_looks(schema, home / FOLDER_NAME)


def plugin_looks(folder: Path) -> OwnLooks:
    """The own looks themselves, for a plug-in that saves and changes them.

    Raises:
        ServerError: `server.start_failed`, the plug-in is not installed completely.
    """
    return OwnLooks(_home(folder) / FOLDER_NAME, read_schema(folder))


def _home(folder: Path) -> Path:
    """The user's data folder, which the installer wrote into a plug-in's folder."""
    try:
        bridge = json.loads((folder / "bridge.json").read_text("utf-8"))
        return Path(bridge["connection_file"]).parent
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ServerError(
            "server.start_failed",
            "The DeepDream plug-in is not installed completely: its bridge.json can't be read.",
            "Run `dreambridge install` for this editor again.",
        ) from error


def _entry(look: OwnLook) -> Json:
    about = "One of your favourite looks." if look.favourite else "One of your own looks."
    facts = {"label": look.label, "help": about, "settings": look.settings}
    return facts | {"own": True, "favourite": look.favourite, "thumbnail": look.thumbnail}


def _refused(message: str, hint: str) -> RequestError:
    return RequestError("request.invalid", message, hint, facts={"field": "look"})
