"""Contact sheets: a picture and the dreams of it, small, side by side, each with its name."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from dreambridge.cli.batch.inputs import Source
from dreambridge.cli.batch.manifest import Entry, Manifest
from dreambridge.cli.batch.plan import BatchOptions, Plan, Task, source_id
from dreambridge.cli.picture_job import ReadOptions
from dreambridge.cli.pictures import Picture, read_picture, reduced, to_dream, write_picture
from dreambridge.cli.pictures.picture import full_scale

_SIDE, _GAP, _LABEL = 360, 12, 28
_SHEET = "sheet"
_PAPER, _INK = (255, 255, 255), (40, 40, 40)


@dataclass
class _Sheet:
    """A picture's sheet: its name, the dreams on it, and how many of them are still to come."""

    source: Source
    out: str
    tasks: Sequence[Task]
    missing: int


class Sheets:
    """The contact sheets of a batch: each is made as soon as its last dream is written."""

    def __init__(self, manifest: Manifest, options: BatchOptions) -> None:
        self._manifest, self._options = manifest, options
        self._sheets: dict[Source, _Sheet] = {}
        self._counting = threading.Lock()

    def plan(self, plan: Plan) -> Iterator[Source]:
        """Take a batch's plan; the pictures whose dreams are all there and whose sheet is not."""
        left = {task.out for task in plan.left}
        tasks: dict[Source, list[Task]] = {}
        for task in plan.tasks:
            tasks.setdefault(task.source, []).append(task)
        for source, group in tasks.items():
            wanted = source.name.with_name(f"{source.name.stem}-{_SHEET}.png")
            name = plan.names.assign(source, _SHEET, wanted)
            missing = sum(task.out in left for task in group)
            self._sheets[source] = sheet = _Sheet(source, name, group, missing)
            if not missing and not self._is_done(sheet):
                yield source

    def dreamed(self, task: Task) -> None:
        """A dream is written; makes the sheet if it was the last. From any thread.

        Raises:
            PictureError: the sheet can't be written.
        """
        sheet = self._sheets[task.source]
        with self._counting:
            sheet.missing -= 1
            is_last = sheet.missing == 0
        if is_last:
            self.make(task.source)

    def make(self, source: Source) -> None:
        """Write a picture's sheet.

        Raises:
            PictureError: it can't be written.
        """
        sheet, out = self._sheets[source], self._options.out
        dreams = [(task.look, out / task.out) for task in sheet.tasks]
        entry = Entry(sheet.out, source_id(source, out), _SHEET, self._made_with(sheet), {})
        self._manifest.record(entry)
        pictures = [(source.path.name, source.path), *dreams]
        write_sheet(out / sheet.out, pictures, self._options.reading)
        self._manifest.record(replace(entry, done=True))

    def _is_done(self, sheet: _Sheet) -> bool:
        entry = self._manifest.entries.get(sheet.out)
        if entry is None or not entry.done or not (self._options.out / sheet.out).is_file():
            return False
        return entry.made_with == self._made_with(sheet)

    def _made_with(self, sheet: _Sheet) -> Mapping[str, Any]:
        """What its dreams are made with, as it reads when it comes back from a file."""
        dreams = {}
        for task in sheet.tasks:
            entry = self._manifest.entries[task.out]
            files = {role: state.sha256 for role, state in entry.files.items()}
            dreams[task.out] = {"made_with": entry.made_with, "files": files}
        plain: Mapping[str, Any] = json.loads(json.dumps(dreams))
        return plain


def write_sheet(path: Path, pictures: Sequence[tuple[str, Path]], reading: ReadOptions) -> None:
    """Write the sheet of labelled picture files, all of them as small as the dreams are.

    Raises:
        PictureError: one of them can't be read, or the sheet can't be written.
    """
    thumbnails = [(label, _thumbnail(file, reading)) for label, file in pictures]
    width = max(image.width for _, image in thumbnails) + _GAP
    height = max(image.height for _, image in thumbnails) + _LABEL + _GAP
    columns = math.ceil(math.sqrt(len(thumbnails)))
    rows = math.ceil(len(thumbnails) / columns)
    sheet = Image.new("RGB", (columns * width + _GAP, rows * height + _GAP), _PAPER)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(16)
    for index, (label, image) in enumerate(thumbnails):
        row, column = divmod(index, columns)
        left, top = _GAP + column * width, _GAP + row * height
        sheet.paste(image, (left, top))
        text = _shortened(label, font, image.width)
        draw.text((left, top + image.height + 4), text, _INK, font)
    write_picture(path, Picture(np.asarray(sheet)))


def _shortened(label: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int) -> str:
    """The label, or as much of it as stands below a picture of that width."""
    shown = label
    while shown and font.getlength(shown) > width:
        label = label[:-1]
        shown = f"{label}…" if label else ""
    return shown


def _thumbnail(path: Path, reading: ReadOptions) -> Image.Image:
    """The picture on white, in 8 bits of RGB."""
    side = min(_SIDE, reading.size or _SIDE)
    picture = reduced(read_picture(path, reading.max_megapixels), side)
    values = to_dream(picture).astype(np.float32) / np.float32(full_scale(picture.pixels.dtype))
    colours, alpha = (values[..., :-1], values[..., -1:]) if picture.has_alpha else (values, 1.0)
    on_white = np.clip(colours * alpha + (1 - alpha), 0, 1)
    if on_white.shape[2] == 1:
        on_white = np.repeat(on_white, 3, axis=2)
    return Image.fromarray(np.rint(on_white * 255).astype(np.uint8))
