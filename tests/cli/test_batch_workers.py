"""The whole of it: two hundred photographs on four workers, one of which is killed meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from PIL import Image

from batches import QUICK, pictures, run, start_batch
from servers import Server, wait_until

COUNT, SIDE, WORKERS = 200, 128, 4


def write_photographs(folder: Path) -> list[Path]:
    """Square pieces of the bundled photographs, each another one."""
    photos = files("dreamcore") / "data" / "photos"
    names = sorted(path.name for path in photos.iterdir() if path.name.endswith((".png", ".jpg")))
    folder.mkdir()
    paths = [folder / f"{number:03}.png" for number in range(COUNT)]
    for number, path in enumerate(paths):
        turn, which = divmod(number, len(names))
        with Image.open(str(photos / names[which])) as photo:
            left = 7 * turn % (photo.width - SIDE)
            top = 5 * turn % (photo.height - SIDE)
            photo.convert("RGB").crop((left, top, left + SIDE, top + SIDE)).save(path)
    return paths


def test_two_hundred_photographs(serve: Callable[..., Server], tmp_path: Path) -> None:
    server = serve("--workers", str(WORKERS))
    sources = write_photographs(tmp_path / "in")
    home = server.home.folder
    with start_batch(home, tmp_path / "in", "--out", tmp_path / "out", *QUICK) as process:
        assert process.stdout is not None
        lines, killed = [], False
        for line in process.stdout:
            lines.append(json.loads(line))
            if not killed and sum(event["event"] == "result" for event in lines) == COUNT // 8:
                server.workers()[0].kill()
                killed = True
        assert process.wait() == 0
    results = [event["source"] for event in lines if event["event"] == "result"]
    assert sorted(results) == [str(path) for path in sources]
    assert lines[-1]["dreamed"] == COUNT
    made = pictures(tmp_path / "out")
    assert len(set(made.values())) == COUNT
    with server.connect() as client:
        counts = [worker["jobs_done"] for worker in client.status().workers]
    assert sum(count > COUNT // 20 for count in counts) >= WORKERS - 1, "all shared the work"
    for source in sources:
        assert run(home, "dream", source, tmp_path / "single.png", *QUICK).exit_code == 0
        assert (tmp_path / "single.png").read_bytes() == made[source.name], source
    with server.connect() as client:
        wait_until(lambda: len(client.status().workers) == WORKERS, "there are four again")
        assert sum(worker["jobs_done"] for worker in client.status().workers) >= COUNT
