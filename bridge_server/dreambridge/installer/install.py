"""Writes a plug-in into an editor's profile, updates it, and removes exactly what it wrote.

The manifest in the plug-in's folder lists every file and folder made, so that a later install or
uninstall leaves alone whatever else is there. Knows the editors only through `Editor`.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import bridgeclient
import dreambridge
from bridgeclient.discovery import Installation
from dreambridge.installer.base import Editor, Item, Profile
from dreambridge.installer.manifest import NAME, InstallError, Manifest
from dreambridge.installer.wheels import MINORS, Vendored, vendor
from dreambridge.paths import locate
from dreamcore.schema import schema


@dataclass(frozen=True)
class Installed:
    """What an installation did: the files now there, and the wheels among them."""

    files: Sequence[Path]
    vendored: Vendored


def plugin_sources() -> Path:
    """The folder with every plug-in's sources, in a source tree or in an installed package."""
    packaged = Path(dreambridge.__file__).parent / "host_plugins"
    return packaged if packaged.is_dir() else Path(bridgeclient.__file__).parents[1]


def contents(editor: Editor, generated: Path) -> list[Item]:
    """Everything that the plug-in consists of; `generated` holds what was made for this machine."""
    client = Item(Path(bridgeclient.__file__).parent, editor.folder / "bridgeclient")
    made = [Item(path, editor.folder / path.name) for path in sorted(generated.iterdir())]
    return [*editor.items(plugin_sources()), client, *made]


def install(
    editor: Editor, profile: Profile, *, dev: bool = False, minors: Sequence[int] = MINORS
) -> Installed:
    """Put the plug-in into the profile, in place of an older one, and let the editor see it.

    `dev` links the sources instead of copying them, so that edits count at the next start;
    `minors` are the versions of CPython 3 to bring wheels for.

    Raises:
        InstallError: there is no such profile, a file can't be written, or links can't be made.
    """
    check_folder(editor, profile)
    with tempfile.TemporaryDirectory() as scratch:
        vendored = generate(Path(scratch), minors)
        copies = _copies(
            contents(editor, Path(scratch)), profile.folder, Path(scratch) if dev else None
        )
        manifest = profile.folder / editor.folder / NAME
        files = [*(put.target for put in copies), manifest]
        with _as_install_errors("written", profile.folder), _writable_by_nobody_else():
            old = Manifest.read(manifest)
            before = old.before if old.files else editor.setting(profile)
            _remove(profile, old)
            kept = [name for name in old.folders if (profile.folder / name).is_dir()]
            folders = [folder for file in files for folder in _make_folders(file.parent)]
            made = _names(files, profile), [*kept, *_names(folders, profile)]
            Manifest(*made, before).write(manifest)
            for put in copies:
                put.run()
            editor.enable(profile)
    return Installed(files, vendored)


def next_step(editor: Editor, profile: Profile) -> str:
    """What the user has to do to see the plug-in, in sentences."""
    if not profile.sandboxed:
        return editor.first_use
    return (
        f"{editor.first_use} Run `dreambridge serve` before you dream: its sandbox can't start "
        "programs."
    )


def check_folder(editor: Editor, profile: Profile) -> None:
    """A folder that isn't there is not made: it is more likely a slip than a new profile.

    Raises:
        InstallError: the profile's folder isn't there.
    """
    if not profile.folder.is_dir():
        what = f"There is no folder {profile.folder}."
        hint = f"Start {editor.title} once, which makes it, or make it if the name is right."
        raise InstallError(f"{what} {hint}")


def planned(editor: Editor, profile: Profile) -> list[Path]:
    """What `install` would write, without the wheels' own files; nothing is written."""
    return [profile.folder / path for path in (*planned_paths(editor), editor.folder / NAME)]


def planned_paths(editor: Editor) -> list[PurePosixPath]:
    """What the plug-in consists of, below a profile's folder; the wheels are one folder."""
    with tempfile.TemporaryDirectory() as scratch:
        _describe(Path(scratch))
        items = contents(editor, Path(scratch))
        paths = [target for item in items for _, target in files_of(item)]
    return [*paths, editor.folder / "vendor"]


def uninstall(editor: Editor, profile: Profile) -> list[Path]:
    """Remove what `install` wrote and nothing else; what was removed, empty if nothing was there.

    Raises:
        InstallError: a file can't be removed.
    """
    manifest = Manifest.read(profile.folder / editor.folder / NAME)
    with _as_install_errors("removed", profile.folder):
        if manifest.files:
            editor.disable(profile, manifest.before)
        return _remove(profile, manifest)


def installed_files(editor: Editor, profile: Profile) -> list[Path]:
    """The files that the last install wrote and that `uninstall` would remove."""
    manifest = Manifest.read(profile.folder / editor.folder / NAME)
    return [profile.folder / name for name in manifest.files]


@contextmanager
def _as_install_errors(done: str, folder: Path) -> Iterator[None]:
    """Turn what the system refuses into a sentence."""
    try:
        yield
    except OSError as error:
        hint = "Run it again as the user whose folder that is, with space left on the disk."
        what = f"{error.filename or folder} can't be {done}: {error.strerror}."
        raise InstallError(f"{what} {hint}") from error


def generate(folder: Path, minors: Sequence[int] = MINORS) -> Vendored:
    """Make what belongs to this machine, for `contents`: bridge.json, schema.json, the wheels."""
    _describe(folder)
    return vendor(folder / "vendor", minors)


def _describe(folder: Path) -> None:
    """What the plug-in can't know by itself: where the bridge is, and which settings exist."""
    here = Installation(sys.executable, locate().connection_file, dreambridge.__version__)
    here.write(folder / "bridge.json")
    (folder / "schema.json").write_text(json.dumps(schema(), indent=1) + "\n", "utf-8")


def files_of(item: Item) -> Iterator[tuple[Path, PurePosixPath]]:
    """Each file of an item, and where it goes below the profile's folder."""
    if not item.source.is_dir():
        yield item.source, item.target
        return
    for path in sorted(item.source.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path, item.target / path.relative_to(item.source).as_posix()


@contextmanager
def _writable_by_nobody_else() -> Iterator[None]:
    """Code that an editor runs is its user's alone to change, whatever the umask is."""
    before = os.umask(0o022)
    os.umask(before | 0o022)
    try:
        yield
    finally:
        os.umask(before)


@dataclass(frozen=True)
class _FileCopy:
    """One file to copy or link."""

    source: Path
    target: Path
    link: bool
    executable: bool

    def run(self) -> None:
        """Copy or link it; the folder is there."""
        if self.link:
            _link(self.source, self.target)
            return
        shutil.copyfile(self.source, self.target)
        if self.executable:
            self.target.chmod(0o755)


def _copies(items: Sequence[Item], folder: Path, copied_only: Path | None) -> list[_FileCopy]:
    """What to copy and link; with `copied_only`, items outside it become links."""
    copies: list[_FileCopy] = []
    for item in items:
        link = copied_only is not None and not item.source.is_relative_to(copied_only)
        for source, target in [(item.source, item.target)] if link else files_of(item):
            copies.append(_FileCopy(source, folder / target, link, item.executable))
    return copies


def _make_folders(folder: Path) -> list[Path]:
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


def _link(source: Path, path: Path) -> None:
    try:
        path.symlink_to(source, target_is_directory=source.is_dir())
    except OSError as error:
        if error.errno is not None and os.name == "nt":
            hint = "Turn on Windows' developer mode, or install without --dev."
            raise InstallError(f"{path} can't be made a link. {hint}") from error
        raise


def _names(paths: Sequence[Path], profile: Profile) -> list[str]:
    return [path.relative_to(profile.folder).as_posix() for path in paths]


def _remove(profile: Profile, manifest: Manifest) -> list[Path]:
    removed = [profile.folder / name for name in manifest.files]
    for path in removed:
        path.unlink(missing_ok=True)
        _remove_compiled(path)
    for folder in reversed([profile.folder / name for name in manifest.folders]):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    return removed


def _remove_compiled(path: Path) -> None:
    """Python's compiled copies of a module that is gone, and their folder once it is empty."""
    cache = path.parent / "__pycache__"
    if path.suffix != ".py" or path.parent.is_symlink() or not cache.is_dir():
        return
    for compiled in cache.glob(f"{path.stem}.*.pyc"):
        compiled.unlink()
    if not any(cache.iterdir()):
        cache.rmdir()
