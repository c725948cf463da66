"""`dreambridge batch INPUT… --out FOLDER`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from bridgeclient.client import BridgeClient
from bridgeclient.discovery import connect
from dreambridge.cli.batch.inputs import Source, Sources, find_sources
from dreambridge.cli.batch.manifest import Entry, Manifest, open_manifest, remove_temporary
from dreambridge.cli.batch.pipeline import Pipeline
from dreambridge.cli.batch.plan import BatchOptions, Plan, Task, make_plan
from dreambridge.cli.batch.report import BarBatchReporter, BatchReporter, JsonBatchReporter
from dreambridge.cli.batch.sheet import Sheets
from dreambridge.cli.ending import exit_codes
from dreambridge.cli.engines import Dream, installation
from dreambridge.cli.file_options import file_options
from dreambridge.cli.parameters import chosen_settings, several_presets_options
from dreambridge.cli.picture_job import PictureJob, ReadOptions, WriteOptions, open_job
from dreambridge.cli.pictures import FORMATS, QUALITY, PictureError, read_picture
from dreamcore.settings import DreamSettings

_folder = click.Path(path_type=Path, file_okay=False)
_file = click.Path(path_type=Path, dir_okay=False)


@click.command(context_settings={"max_content_width": 100})
@click.argument("inputs", metavar="INPUT…", nargs=-1, required=True)
@click.option("--out", type=_folder, required=True, help="Folder for the dreams; made if need be.")
@click.option("--recursive", is_flag=True, help="Take folders with all that is below them.")
@click.option(
    "--mask-dir",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Dream each picture only where the picture of the same name in this folder is bright.",
)
@click.option("--guide", type=_file, help="Grow what this picture shows, in all of them.")
@click.option("--seed-per-image", is_flag=True, help="Add to the seed what each name comes to.")
@click.option("--sheet", is_flag=True, help="With several presets: a contact sheet per picture.")
@file_options
@click.option("--json", "as_json", is_flag=True, help="Print events as lines of JSON.")
@several_presets_options
def batch(
    inputs: tuple[str, ...],
    out: Path,
    recursive: bool,
    mask_dir: Path | None,
    guide: Path | None,
    seed_per_image: bool,
    sheet: bool,
    format: str | None,
    quality: int | None,
    size: int | None,
    max_megapixels: float,
    as_json: bool,
    preset: tuple[str, ...],
    **given: Any,
) -> None:
    """Dream many pictures into a folder: files, folders, patterns.

    Each is written under its own name and in its own format, or PNG where that can't be written.
    The same command goes on where it was interrupted, and dreams again only what has changed:
    settings or files. What can't be dreamed is reported and passed over; the exit code is then 1.
    """
    if sheet and len(preset) < 2:
        raise click.UsageError("--sheet goes with --preset given several times.")
    if quality is not None and format is not None and not FORMATS[format].has_quality:
        raise click.UsageError("--quality goes with JPEG and WebP.")
    sources = find_sources(inputs, out, recursive=recursive)
    if not sources.found and not sources.missing:
        raise click.UsageError(f"No pictures were found in {', '.join(inputs)}.")
    options = BatchOptions(
        out,
        _looks(preset, given, guided=guide is not None),
        ReadOptions(max_megapixels, size),
        WriteOptions(format, quality or QUALITY, try_all=False),
        guide,
        mask_dir,
        seed_per_image,
    )
    reporter: BatchReporter = JsonBatchReporter() if as_json else BarBatchReporter()
    with reporter, exit_codes(reporter):
        with open_manifest(out) as manifest:
            Batch(options, manifest, reporter, with_sheets=sheet).run(sources)
        reporter.finish()
    if reporter.failures:
        raise click.exceptions.Exit(1)


def _looks(
    presets: tuple[str, ...], given: dict[str, Any], *, guided: bool
) -> Mapping[str, DreamSettings]:
    names = dict.fromkeys(presets or ("",))
    return {name: chosen_settings(name or None, given, guided=guided) for name in names}


class Batch:
    """One run of the command over its pictures, with the output folder's manifest in hand."""

    def __init__(
        self,
        options: BatchOptions,
        manifest: Manifest,
        reporter: BatchReporter,
        *,
        with_sheets: bool,
    ) -> None:
        self._options, self._manifest, self._reporter = options, manifest, reporter
        self._sheets = Sheets(manifest, options) if with_sheets else None
        self._entries: dict[str, Entry] = {}
        self._guide = (
            None
            if options.guide is None
            else read_picture(options.guide, options.reading.max_megapixels)
        )

    def run(self, sources: Sources) -> None:
        """Dream what is left to do."""
        for text, error in sources.missing.items():
            self._reporter.picture_failed(text, error)
        plan = make_plan(list(sources.found.values()), self._options, self._manifest)
        folders = {(self._options.out / task.out).parent for task in plan.tasks}
        remove_temporary(folders)
        try:
            self._dream(plan)
        finally:
            remove_temporary(folders)

    def _dream(self, plan: Plan) -> None:
        self._reporter.start(plan)
        if self._sheets is not None:
            for source in self._sheets.plan(plan):
                self._make_sheet(self._sheets, source)
        if plan.left:
            Pipeline(_connect, self._prepare, self._finish, self._reporter).run(plan.left)

    def _make_sheet(self, sheets: Sheets, source: Source) -> None:
        try:
            sheets.make(source)
        except PictureError as error:
            self._reporter.picture_failed(str(source.path), error)

    def _prepare(self, task: Task) -> PictureJob:
        entry, files = task.entry(), task.files
        files.out.parent.mkdir(parents=True, exist_ok=True)
        options = self._options
        job = open_job(files, task.settings, self._guide, options.reading, options.writing)
        self._entries[task.out] = entry
        return job

    def _finish(self, task: Task, job: PictureJob, dream: Dream) -> dict[str, Any]:
        entry = self._entries.pop(task.out)
        with job:
            self._manifest.record(entry)
            facts = job.finish(dream)
            self._manifest.record(replace(entry, done=True))
        if self._sheets is not None:
            self._sheets.dreamed(task)
        return facts


def _connect() -> BridgeClient:
    return connect(installation(), name="dreambridge-cli")
