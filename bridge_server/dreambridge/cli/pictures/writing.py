"""Where a result goes. A finished dream is never lost.

What can fail is tried before the dream: a temporary file beside the target is written in full, with
the picture that the dream starts from. Only a whole file takes the target's place, and where even
that fails after the dream, the result goes to a rescue file that the error names.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from dreambridge.cli.pictures.formats import (
    FORMATS,
    QUALITY,
    check_holds,
    dropped,
    encode,
    format_of,
)
from dreambridge.cli.pictures.picture import Metadata, Picture, PictureError, Rescued
from dreambridge.cli.pictures.reading import STREAM

TEMPORARY_PREFIX = ".dreambridge-"


class Destination:
    """A file to be written, or standard output; a context that holds the temporary file.

    The format is the one named, else the one of the path's suffix; for standard output it is PNG,
    or TIFF for floats.

    Raises:
        PictureError: on entering, nothing can be written there.
    """

    def __init__(self, path: Path, format_: str | None = None, quality: int = QUALITY) -> None:
        self.path = path
        self._streams = str(path) == STREAM
        self._name = "Standard output" if self._streams else str(path)
        self._format = FORMATS[format_] if format_ else None
        self._quality = quality
        self._temporary: Path | None = None

    def __enter__(self) -> Destination:
        try:
            if self._streams:
                if sys.stdout.buffer.isatty():
                    raise PictureError("A picture is nothing for a terminal: redirect it.")
                folder, suffix = Path(tempfile.gettempdir()), ""
            else:
                self._check_place()
                self._format = self._format or format_of(self.path)
                self._target = self.path.resolve()  # a link stays; what it points to is replaced
                folder, suffix = self._target.parent, self._target.suffix
            handle, name = tempfile.mkstemp(suffix, TEMPORARY_PREFIX, folder)
        except (OSError, RuntimeError, ValueError) as error:  # a loop of links is one of these
            raise PictureError(f"{self._name} can't be written ({_reason(error)}).") from error
        os.close(handle)
        self._temporary = Path(name)
        return self

    def _check_place(self) -> None:
        if not self.path.parent.is_dir():
            raise PictureError(f"There is no folder {self.path.parent}.")
        if self.path.is_dir():
            raise PictureError(f"{self.path} is a folder; name a file in it.")
        if self.path.exists() and not self.path.is_file():
            raise PictureError(f"{self.path} is a device or pipe; write to - and redirect it.")

    def __exit__(self, *_: object) -> None:
        if self._temporary is not None:
            with suppress(OSError):
                self._temporary.unlink()

    def try_encoding(self, picture: Picture) -> list[str]:
        """Write `picture` as the result will be written, to where nobody looks.

        Returns:
            Sentences on what the format can't hold and the result will lack.

        Raises:
            PictureError: that fails, and so would the result.
        """
        if self._format is None:
            self._format = FORMATS["tiff" if picture.pixels.dtype.kind == "f" else "png"]
        check_holds(self._format, picture.pixels)
        try:
            self._encode(picture)
        except Exception as error:
            raise PictureError(f"{self._name} can't be written ({_reason(error)}).") from error
        return dropped(self._format, picture)

    def write(self, picture: Picture) -> None:
        """Put the result in its place, replacing a file there at once.

        Raises:
            Rescued: it can't be written there; what was there is as it was.
            PictureError: nor could it be rescued.
        """
        try:
            temporary = self._encode(picture)
            if self._streams:
                stream = sys.stdout.buffer
                with temporary.open("rb") as file:
                    shutil.copyfileobj(file, stream)
                stream.flush()
                return
            os.chmod(temporary, file_mode(self._target))
            os.replace(temporary, self._target)
            self._temporary = None
        except Exception as error:
            raise self.rescue(picture, _reason(error)) from error

    def rescue(self, picture: Picture, reason: str) -> PictureError:
        """Save a result elsewhere that can't be written here; the error to raise says where."""
        return _rescued(self._name, self.path.parent, picture, reason)

    def _encode(self, picture: Picture) -> Path:
        assert self._temporary is not None, "written outside its context"
        assert self._format is not None, "written before it was tried"
        with self._temporary.open("r+b") as file:
            file.truncate()
            encode(file, picture, self._format, self._quality)
            file.flush()
            os.fsync(file.fileno())  # a disk that is full may say so only now
        return self._temporary


def write_picture(path: Path, picture: Picture) -> None:
    """Write the picture in the format of the path's suffix, replacing a file there at once.

    Raises:
        PictureError: it can't be written; a file that was there is as it was.
    """
    with Destination(path) as destination:
        destination.try_encoding(picture)
        destination.write(picture)


def _rescued(name: str, beside: Path, picture: Picture, reason: str) -> PictureError:
    """Save what took long to compute in the first folder that takes it.

    With all that is known about it, and where that is what fails, the pixels alone.
    """
    folders: tuple[Callable[[], Path | str], ...] = (
        lambda: beside,
        Path.cwd,
        Path.home,
        tempfile.gettempdir,
    )
    for candidate in (picture, replace(picture, metadata=Metadata())):
        for folder in folders:
            try:
                rescue = _save_new(Path(folder()), candidate)
            except Exception:  # that folder is gone, full or not ours: then the next
                continue
            said = f"{name} could not be written ({reason}). The dream is not lost: it is in"
            return Rescued(f"{said} {rescue}.", rescue)
    return PictureError(
        f"{name} could not be written ({reason}), and neither could a rescue file in the current, "
        "your home or the temporary folder. Free some space and dream again: the same seed gives "
        "the same dream."
    )


def _save_new(folder: Path, picture: Picture) -> Path:
    """A new file in the folder with the picture, losslessly; there is none if that fails."""
    if picture.pixels.dtype.kind != "f":
        format_ = FORMATS["png"]
    else:
        format_ = FORMATS["exr" if picture.linear and not picture.metadata.icc else "tiff"]
    handle, name = tempfile.mkstemp(format_.suffixes[0], "dreambridge-rescue-", folder)
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


def file_mode(path: Path) -> int:
    """The permissions of the file that is replaced, else those of any new file of the user."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0o022)
    os.umask(mask)
    return 0o666 & ~mask
