"""Where a result goes. A finished dream is never lost.

What can fail is tried before the dream: a temporary file beside the target is written in full, with
the picture that the dream starts from. Only a whole file takes the target's place, and where even
that fails after the dream, the result goes to a rescue file that the error names.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from dreambridge.cli.pictures.formats import Format, check_holds, encode, format_of
from dreambridge.cli.pictures.picture import Picture, PictureError, Rescued

_PREFIX = ".dreambridge-"


class Destination:
    """A file to be written, in the format of its suffix; a context that holds its temporary file.

    Raises:
        PictureError: on entering, nothing can be written there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._temporary: Path | None = None

    def __enter__(self) -> Destination:
        try:
            if not self.path.parent.is_dir():
                raise PictureError(f"There is no folder {self.path.parent}.")
            if self.path.is_dir():
                raise PictureError(f"{self.path} is a folder; name a file in it.")
            if self.path.exists() and not self.path.is_file():
                raise PictureError(f"{self.path} is a device or pipe, not a file.")
            self._format = format_of(self.path)
            self._target = self.path.resolve()  # a link stays, what it points to is replaced
            handle, name = tempfile.mkstemp(self._target.suffix, _PREFIX, self._target.parent)
        except (OSError, ValueError) as error:
            raise PictureError(f"{self.path} can't be written ({_reason(error)}).") from error
        os.close(handle)
        self._temporary = Path(name)
        return self

    def __exit__(self, *_: object) -> None:
        if self._temporary is not None:
            with suppress(OSError):
                self._temporary.unlink()

    def rehearse(self, picture: Picture) -> None:
        """Write `picture` as the result will be written, to where nobody looks.

        Raises:
            PictureError: that fails, and so would the result.
        """
        check_holds(self._format, picture.pixels)
        try:
            self._encode(picture)
        except Exception as error:
            raise PictureError(f"{self.path} can't be written ({_reason(error)}).") from error

    def write(self, picture: Picture) -> None:
        """Put the result in its place, replacing a file there at once.

        Raises:
            Rescued: it can't be written there; what was there is as it was.
            PictureError: nor could it be rescued.
        """
        try:
            temporary = self._encode(picture)
            os.chmod(temporary, _mode(self._target))
            os.replace(temporary, self._target)
            self._temporary = None
        except Exception as error:
            raise _rescued(self.path, picture, _reason(error)) from error

    def _encode(self, picture: Picture) -> Path:
        assert self._temporary is not None, "written outside its context"
        with self._temporary.open("r+b") as file:
            file.truncate()
            encode(file, picture, self._format)
            file.flush()
            os.fsync(file.fileno())  # a disk that is full may say so only now
        return self._temporary


def write_picture(path: Path, picture: Picture) -> None:
    """Write the picture in the format of the path's suffix, replacing a file there at once.

    Raises:
        PictureError: it can't be written; a file that was there is as it was.
    """
    with Destination(path) as destination:
        destination.rehearse(picture)
        destination.write(picture)


def _rescued(path: Path, picture: Picture, reason: str) -> PictureError:
    """Save the pixels, which took long to compute, in the first folder that takes them."""
    plain = replace(picture, extras={})
    suffix = ".tif" if picture.pixels.dtype.kind == "f" else ".png"
    for folder in (path.parent, Path.cwd(), Path.home(), Path(tempfile.gettempdir())):
        try:
            rescue = _save_new(folder, suffix, plain, format_of(Path(suffix[1:] + suffix)))
        except Exception:  # any encoder's error: then the next folder
            continue
        return Rescued(
            f"{path} could not be written ({reason}). The dream is not lost: it is in {rescue}.",
            rescue,
        )
    return PictureError(
        f"{path} could not be written ({reason}), and neither could a rescue file in the current, "
        "your home or the temporary folder. Free some space and dream again: the same seed gives "
        "the same dream."
    )


def _save_new(folder: Path, suffix: str, picture: Picture, format_: Format) -> Path:
    """A new file in the folder with the picture; there is none if that fails."""
    handle, name = tempfile.mkstemp(suffix, "dreambridge-rescue-", folder)
    try:
        with os.fdopen(handle, "w+b") as file:
            encode(file, picture, format_)
    except BaseException:
        os.unlink(name)
        raise
    return Path(name).resolve()


def _reason(error: Exception) -> str:
    """What the system or an encoder says, without the path, which the sentence around it has."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def _mode(path: Path) -> int:
    """The permissions of the file that is replaced, else those of any new file of the user."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0o022)
    os.umask(mask)
    return 0o666 & ~mask
