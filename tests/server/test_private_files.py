"""Files that let a client in are used only when nobody else could have touched them."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
import zmq

from bridgeclient.connection import Connection, read_connection, write_connection
from bridgeclient.errors import AuthError, ServerError
from bridgeclient.private import make_private_folder, read_private, write_private
from dreambridge.server.keys import load_keys

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes and owners are POSIX's")

CONNECTION = Connection(
    "tcp://127.0.0.1:5", "public", "client", "very-secret", "server", 42, 1, "/log"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_private_folder(tmp_path / "home")
    return tmp_path / "home"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_folder_and_file_are_the_owners_alone(folder: Path) -> None:
    write_connection(folder / "connection.json", CONNECTION)
    assert (mode(folder), mode(folder / "connection.json")) == (0o700, 0o600)
    assert read_connection(folder / "connection.json") == CONNECTION
    assert os.listdir(folder) == ["connection.json"]


def test_parents_are_made_safe_whatever_the_umask_is(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        make_private_folder(tmp_path / "share" / "apps" / "home")
        write_connection(tmp_path / "share" / "apps" / "home" / "connection.json", CONNECTION)
    finally:
        os.umask(before)
    folders = [tmp_path / "share", tmp_path / "share/apps", tmp_path / "share/apps/home"]
    assert [mode(folder) for folder in folders] == [0o755, 0o755, 0o700]
    assert read_connection(folders[-1] / "connection.json") == CONNECTION


def test_a_folder_that_can_not_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ServerError, match="can't be made") as caught:
        make_private_folder(tmp_path / "file" / "apps" / "home")
    assert "DREAMBRIDGE_HOME" in caught.value.hint
    assert read_connection(tmp_path / "file" / "apps" / "home" / "connection.json") is None


def test_the_secret_does_not_show_when_printed() -> None:
    assert "very-secret" not in repr(CONNECTION)


def test_a_missing_file_is_no_connection(folder: Path) -> None:
    assert read_connection(folder / "connection.json") is None
    assert read_connection(folder / "not" / "there" / "connection.json") is None


@pytest.mark.parametrize("bits", [0o640, 0o604, 0o620, 0o666])
def test_a_file_open_to_others_is_refused(folder: Path, bits: int) -> None:
    write_private(folder / "f", b"x")
    (folder / "f").chmod(bits)
    with pytest.raises(AuthError, match="open to other users") as caught:
        read_private(folder / "f")
    assert caught.value.code == "auth.unsafe_file"


def test_a_folder_open_to_others_is_refused_by_readers_and_closed_by_its_owner(
    folder: Path,
) -> None:
    write_private(folder / "f", b"x")
    folder.chmod(0o755)
    with pytest.raises(AuthError, match="open to other users"):
        read_private(folder / "f")
    make_private_folder(folder)
    assert read_private(folder / "f") == b"x"


def test_links_are_refused(folder: Path, tmp_path: Path) -> None:
    write_private(folder / "f", b"x")
    (folder / "link").symlink_to(folder / "f")
    with pytest.raises(AuthError):
        read_private(folder / "link")
    (tmp_path / "elsewhere").symlink_to(folder)
    with pytest.raises(AuthError, match="link"):
        read_private(tmp_path / "elsewhere" / "f")
    with pytest.raises(AuthError, match="link"):
        make_private_folder(tmp_path / "elsewhere")


@pytest.mark.skipif(os.name == "posix" and os.geteuid() != 0, reason="only root gives files away")
def test_another_users_files_are_refused(folder: Path) -> None:
    write_private(folder / "f", b"x")
    os.chown(folder / "f", 12345, 12345)
    with pytest.raises(AuthError, match="another user"):
        read_private(folder / "f")
    os.chown(folder, 12345, 12345)
    with pytest.raises(AuthError, match="another user"):
        make_private_folder(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"endpoint": 5}', '{"endpoint": "x"}'])
def test_a_damaged_connection_file_is_named(folder: Path, text: str) -> None:
    write_private(folder / "connection.json", text.encode())
    with pytest.raises(ServerError, match="is damaged") as caught:
        read_connection(folder / "connection.json")
    assert str(folder) in str(caught.value)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(folder: Path) -> None:
    write_private(folder / "f", b"old")
    with pytest.raises(TypeError):
        write_private(folder / "f", "no bytes")  # type: ignore[arg-type]
    assert read_private(folder / "f") == b"old"
    assert os.listdir(folder) == ["f"]


def test_keys_are_made_once_and_belong_together(folder: Path) -> None:
    keys = load_keys(folder / "keys.json")
    assert load_keys(folder / "keys.json") == keys
    assert mode(folder / "keys.json") == 0o600
    assert zmq.curve_public(keys.client_secret.encode()).decode() == keys.client_public
    assert keys.client_secret not in repr(keys)


@pytest.mark.parametrize("damage", ["{", "{}", "swap"])
def test_damaged_keys_are_made_anew(folder: Path, damage: str) -> None:
    keys = load_keys(folder / "keys.json")
    if damage == "swap":
        values = json.loads(read_private(folder / "keys.json"))
        damage = json.dumps({**values, "client_public": keys.server_public})
    write_private(folder / "keys.json", damage.encode())
    fresh = load_keys(folder / "keys.json")
    assert fresh != keys
    assert load_keys(folder / "keys.json") == fresh
