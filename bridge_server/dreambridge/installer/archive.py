"""A plug-in as one archive, for an editor that imports those itself.

The folders in it are those below a profile, each with an entry of its own: Krita's importer looks
for the plug-in's folder by name.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from dreambridge.installer.base import Editor
from dreambridge.installer.install import Installed, contents, files_of, generate
from dreambridge.installer.manifest import InstallError
from dreambridge.installer.wheels import MINORS


def write_archive(editor: Editor, archive: Path, *, minors: Sequence[int] = MINORS) -> Installed:
    """Write the plug-in with everything that an install would write; `minors` as there.

    Raises:
        InstallError: the archive can't be written.
    """
    with tempfile.TemporaryDirectory() as scratch:
        vendored = generate(Path(scratch), minors)
        files = [pair for item in contents(editor, Path(scratch)) for pair in files_of(item)]
        try:
            with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writer:
                folders = {folder for _, path in files for folder in path.parents if folder.parts}
                for folder in sorted(folders):
                    writer.mkdir(folder.as_posix())
                for source, path in files:
                    writer.write(source, path.as_posix())
        except OSError as error:
            hint = "Name a file in a folder that you can write to."
            raise InstallError(f"{archive} can't be written: {error.strerror}. {hint}") from error
    return Installed([Path(path) for _, path in files], vendored)
