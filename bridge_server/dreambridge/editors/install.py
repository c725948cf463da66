"""Writes a plug-in into an editor's profile, updates it, and removes exactly what it wrote.

`installed.json` in the plug-in's folder lists every file and folder made, so that a later install
or uninstall leaves alone whatever else is there. Knows the editors only through `Editor`.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import bridgeclient
import dreambridge
from bridgeclient.discovery import Installation
from dreambridge.editors.base import Editor, Item, Profile
from dreambridge.editors.wheels import MINORS, Vendored, vendor
from dreambridge.home import locate
from dreamcore.schema import schema

MANIFEST = "installed.json"


class InstallError(Exception):
    """The plug-in can't be written or removed; says what happened and what to do."""


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
    client = Item(Path(bridgeclient.__file__).parent, editor.home / "bridgeclient")
    made = [Item(path, editor.home / path.name) for path in sorted(generated.iterdir())]
    return [*editor.items(plugin_sources()), client, *made]


def install(
    editor: Editor, profile: Profile, *, dev: bool = False, minors: Sequence[int] = MINORS
) -> Installed:
    """Put the plug-in into the profile, in place of an older one.

    `dev` links the sources instead of copying them, so that edits count at the next start;
    `minors` are the versions of CPython 3 to bring wheels for.

    Raises:
        InstallError: a file can't be written, or links can't be made.
    """
    with tempfile.TemporaryDirectory() as scratch:
        vendored = generate(Path(scratch), minors)
        puts = _puts(
            contents(editor, Path(scratch)), profile.folder, Path(scratch) if dev else None
        )
        manifest = profile.folder / editor.home / MANIFEST
        files = [*(put.target for put in puts), manifest]
        try:
            made = _read_manifest(manifest)["folders"]
            _remove(editor, profile)
            kept = [profile.folder / name for name in made if (profile.folder / name).is_dir()]
            folders = [folder for file in files for folder in _make_folders(file.parent)]
            _write_manifest(manifest, profile.folder, files, [*kept, *folders])
            for put in puts:
                put.carry_out()
        except OSError as error:
            hint = "Run it again as the user whose folder that is."
            what = f"{error.filename} can't be written: {error.strerror}."
            raise InstallError(f"{what} {hint}") from error
    return Installed(files, vendored)


def planned(editor: Editor, profile: Profile) -> list[Path]:
    """What `install` would write, without the wheels' own files; nothing is written."""
    with tempfile.TemporaryDirectory() as scratch:
        _describe(Path(scratch))
        items = contents(editor, Path(scratch))
        targets = [profile.folder / target for item in items for _, target in files_of(item)]
    folder = profile.folder / editor.home
    return [*targets, folder / "vendor", folder / MANIFEST]


def uninstall(editor: Editor, profile: Profile) -> list[Path]:
    """Remove what `install` wrote and nothing else; what was removed, empty if nothing was there.

    Raises:
        InstallError: a file can't be removed.
    """
    try:
        return _remove(editor, profile)
    except OSError as error:
        raise InstallError(f"{error.filename} can't be removed: {error.strerror}.") from error


def installed_files(editor: Editor, profile: Profile) -> list[Path]:
    """The files that the last install wrote and that `uninstall` would remove."""
    entries = _read_manifest(profile.folder / editor.home / MANIFEST)
    return [profile.folder / name for name in entries["files"]]


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


@dataclass(frozen=True)
class _Put:
    """One file to copy or link."""

    source: Path
    target: Path
    link: bool
    executable: bool

    def carry_out(self) -> None:
        """Copy or link it; the folder is there."""
        if self.link:
            _link(self.source, self.target)
            return
        shutil.copyfile(self.source, self.target)
        if self.executable:
            self.target.chmod(0o755)


def _puts(items: Sequence[Item], folder: Path, copied_only: Path | None) -> list[_Put]:
    """What to copy and link; with `copied_only`, items outside it become links."""
    puts: list[_Put] = []
    for item in items:
        link = copied_only is not None and not item.source.is_relative_to(copied_only)
        for source, target in [(item.source, item.target)] if link else files_of(item):
            puts.append(_Put(source, folder / target, link, item.executable))
    return puts


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


def _write_manifest(
    manifest: Path, folder: Path, files: Sequence[Path], folders: Sequence[Path]
) -> None:
    entries = {
        "version": dreambridge.__version__,
        "files": [path.relative_to(folder).as_posix() for path in files],
        "folders": [path.relative_to(folder).as_posix() for path in folders],
    }
    manifest.write_text(json.dumps(entries, indent=1) + "\n", "utf-8")


def _read_manifest(manifest: Path) -> dict[str, list[str]]:
    try:
        text = manifest.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {"files": [], "folders": []}
    try:
        entries = {kind: _inside(json.loads(text)[kind]) for kind in ("files", "folders")}
    except (ValueError, KeyError, TypeError) as error:
        hint = f"Delete {manifest.parent} and install again."
        raise InstallError(f"{manifest} is damaged. {hint}") from error
    return entries


def _inside(names: list[str]) -> list[str]:
    """The names, all below the profile's folder: a list of what to remove is not believed blindly.

    Raises:
        ValueError: one leads out of it.
    """
    for path in map(PurePosixPath, names):
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise ValueError(f"{path} is outside the profile")
    return names


def _remove(editor: Editor, profile: Profile) -> list[Path]:
    entries = _read_manifest(profile.folder / editor.home / MANIFEST)
    removed = [profile.folder / name for name in entries["files"]]
    for path in removed:
        path.unlink(missing_ok=True)
        _remove_compiled(path)
    for folder in reversed([profile.folder / name for name in entries["folders"]]):
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
