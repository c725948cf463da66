"""`dreambridge install` and `dreambridge uninstall`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePath

import click

from dreambridge.installer.archive import write_archive
from dreambridge.installer.base import Editor, Machine, Profile
from dreambridge.installer.install import (
    Installed,
    check_folder,
    installed_files,
    next_step,
    planned,
    planned_paths,
    uninstall,
)
from dreambridge.installer.install import install as put
from dreambridge.installer.manifest import InstallError
from dreambridge.installer.registry import EDITORS

_editor = click.argument("editor", type=click.Choice(sorted(EDITORS)))
_config_dir = click.option(
    "--config-dir",
    "--resource-dir",
    "config_dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="The editor's own folder (GIMP: configuration, Krita: resources), not all that are found.",
)
_dry_run = click.option("--dry-run", is_flag=True, help="Only list the files.")


@click.command(context_settings={"max_content_width": 100})
@_editor
@_config_dir
@_dry_run
@click.option("--dev", is_flag=True, help="Link the plug-in's sources instead of copying them.")
@click.option(
    "--zip",
    "archive",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Krita: write an archive for Krita's own plug-in importer instead.",
)
def install(
    editor: str, config_dir: Path | None, dry_run: bool, dev: bool, archive: Path | None
) -> None:
    """Put the plug-in into EDITOR, or update it there."""
    chosen = EDITORS[editor]
    if archive is not None:
        if config_dir or dev:
            raise click.UsageError("--zip writes an archive only; leave out the other options.")
        _archive(chosen, archive, dry_run)
        return
    for profile in _profiles(chosen, config_dir):
        click.echo(f"{profile.label}: {profile.folder / chosen.folder}")
        with _as_click_errors():
            if dry_run:
                _list("would write", planned(chosen, profile))
                continue
            done = put(chosen, profile, dev=dev)
        click.echo(f"  {len(done.files)} files written. {next_step(chosen, profile)}")
        _report_wheels(done)


@click.command(name="uninstall", context_settings={"max_content_width": 100})
@_editor
@_config_dir
@_dry_run
def uninstall_command(editor: str, config_dir: Path | None, dry_run: bool) -> None:
    """Remove the plug-in from EDITOR: exactly what was installed."""
    chosen = EDITORS[editor]
    for profile in _profiles(chosen, config_dir):
        click.echo(f"{profile.label}: {profile.folder / chosen.folder}")
        with _as_click_errors():
            if dry_run:
                _list("would remove", installed_files(chosen, profile))
                continue
            removed = uninstall(chosen, profile)
        click.echo(f"  {len(removed)} files removed." if removed else "  not installed here")


def _archive(editor: Editor, archive: Path, dry_run: bool) -> None:
    if editor.name != "krita":
        raise click.UsageError(f"{editor.title} imports no archives; --zip is for krita.")
    if dry_run:
        click.echo(f"{archive}:")
        _list("would hold", planned_paths(editor))
        return
    with _as_click_errors():
        done = write_archive(editor, archive)
    click.echo(f"{archive}: {len(done.files)} files.")
    click.echo("In Krita: Tools ▸ Scripts ▸ Import Python Plugin from File…")
    _report_wheels(done)


def _profiles(editor: Editor, config_dir: Path | None) -> Sequence[Profile]:
    if config_dir is not None:
        profile = editor.profile_at(config_dir.absolute())
        try:
            check_folder(editor, profile)
        except InstallError as error:
            raise click.BadParameter(str(error), param_hint="--config-dir") from error
        return [profile]
    machine = Machine.here()
    profiles = editor.profiles(machine)
    if not profiles:
        looked = ", ".join(str(folder) for folder in editor.where(machine))
        raise click.ClickException(
            f"No profile of {editor.title} was found in {looked}. Start {editor.title} once, or "
            "name its configuration folder with --config-dir."
        )
    return profiles


def _list(verb: str, paths: Sequence[PurePath]) -> None:
    for path in paths:
        click.echo(f"  {verb} {path}")


def _report_wheels(done: Installed) -> None:
    if done.vendored.problem:
        abis = ", ".join(done.vendored.abis) or "none"
        click.echo(
            f"  Not all of msgpack and pyzmq could be downloaded ({done.vendored.problem}). "
            f"They are there for {abis}; other Pythons reach the server through the relay. "
            "Installing again with a network brings the rest.",
            err=True,
        )


@contextmanager
def _as_click_errors() -> Iterator[None]:
    """Turns the installer's errors into click's, which are one line and exit code 1."""
    try:
        yield
    except InstallError as error:
        raise click.ClickException(str(error)) from error
