"""Files and folders that only their owner may read: checked before use, written atomically.

On Windows the user's profile is private by its access lists, so owner and mode are not looked at.
"""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from bridgeclient.errors import AuthError, ServerError

_POSIX = os.name == "posix"


def make_private_folder(folder: Path) -> None:
    """Make the folder, or close the user's own to everyone else (mode 0700).

    Raises:
        AuthError: `auth.unsafe_file`, it is another user's or not a folder, or lies where others
            could put another in its place.
        ServerError: `server.start_failed`, it can't be made.
    """
    try:
        _make_private_folder(folder)
    except OSError as error:
        raise ServerError(
            "server.start_failed",
            f"The folder {folder} can't be made or used ({error.strerror}).",
            "Make it writable, or name another folder in the variable DREAMBRIDGE_HOME.",
        ) from error


def _make_private_folder(folder: Path) -> None:
    missing = [parent for parent in folder.parents if not parent.exists()]
    for parent in reversed(missing):
        parent.mkdir(mode=0o755, exist_ok=True)  # whatever the umask, only ours to write
    if _POSIX:
        _check_parent(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    if _POSIX:
        _check_folder_owner(folder)
        if folder.stat().st_mode & 0o777 != 0o700:
            folder.chmod(0o700)


def write_private(path: Path, data: bytes) -> None:
    """Put `data` at `path` with mode 0600; a reader sees the old or the new, never a part."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def read_private(path: Path) -> bytes:
    """The file's bytes, after checking that nobody else could have read or written it.

    Raises:
        FileNotFoundError: there is none.
        AuthError: `auth.unsafe_file`, the file or its folder is open to others or another user's.
    """
    if _POSIX:
        _check_folder(path.parent)
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileNotFoundError(path) from error
    except OSError as error:
        raise _unsafe(path, f"can't be opened ({error.strerror})", f"rm '{path}'") from error
    with os.fdopen(handle, "rb") as file:
        if _POSIX:
            _check_file(path, os.fstat(file.fileno()))
        return file.read()


def _check_file(path: Path, facts: os.stat_result) -> None:
    if not stat.S_ISREG(facts.st_mode):
        raise _unsafe(path, "is not a plain file", f"rm '{path}'")
    if facts.st_uid != os.geteuid():
        raise _unsafe(path, "belongs to another user", f"rm '{path}'")
    if facts.st_mode & 0o077:
        raise _unsafe(path, "is open to other users", f"chmod 600 '{path}'")


def _check_folder(folder: Path) -> None:
    """That the folder is private, if it is there."""
    try:
        if not folder.exists():
            return
        _check_parent(folder.parent)
        _check_folder_owner(folder)
        mode = folder.stat().st_mode
    except OSError as error:
        raise _unsafe(folder, f"can't be opened ({error.strerror})", "chown") from error
    if mode & 0o077:
        raise _unsafe(folder, "is open to other users", f"chmod 700 '{folder}'")


def _check_parent(folder: Path) -> None:
    """Where others may write, only the sticky bit keeps them from renaming what is ours."""
    mode = folder.stat().st_mode
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        raise _unsafe(folder, "can be written by everyone", f"chmod o-w '{folder}'")


def _check_folder_owner(folder: Path) -> None:
    facts = folder.lstat()
    if not stat.S_ISDIR(facts.st_mode):
        raise _unsafe(folder, "is a link or a file", f"rm '{folder}'")
    if facts.st_uid != os.geteuid():
        raise _unsafe(folder, "belongs to another user", "chown")


def _unsafe(path: Path, what: str, remedy: str) -> AuthError:
    hint = f"Nobody but you may reach it; if you know why it is so, repair it: {remedy}"
    return AuthError("auth.unsafe_file", f"{path} {what} and is not used.", hint)
