"""How the engine's threads wait, as OpenMP itself reports it when it is loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from dreambridge.arrays import Array
from dreamcore.waiting import with_short_waits
from servers import Server, wait_until

VARIABLES = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME")
SHORT = "GOMP_SPINCOUNT = '2000'"

linux = pytest.mark.skipif(sys.platform != "linux", reason="only there it is GNU's OpenMP")


@pytest.fixture(autouse=True)
def _nothing_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def test_what_the_user_chose_stays() -> None:
    assert with_short_waits({"A": "1"})["KMP_BLOCKTIME"]
    assert with_short_waits({"A": "1"})["A"] == "1"
    for name in VARIABLES:
        assert with_short_waits({name: "3"}) == {name: "3"}


@linux
def test_the_workers_threads_sleep_soon(
    serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_DISPLAY_ENV", "verbose")
    server = serve()
    with server.connect() as client:
        wait_until(lambda: client.status().worker == "warm", "the engine is warm")
    assert SHORT in (server.home.logs / "worker-1.out").read_text()


@linux
@pytest.mark.parametrize(("chosen", "reported"), [("", SHORT), ("7", "GOMP_SPINCOUNT = '7'")])
def test_so_do_those_of_a_local_dream(
    tmp_path: Path, photo: Array, chosen: str, reported: str
) -> None:
    Image.fromarray(photo).save(tmp_path / "in.png")
    small = ["--layers", "relu2_1", "--octaves", "1", "--iterations", "1"]
    picture = [str(tmp_path / "in.png"), str(tmp_path / "out.png")]
    environment = {**os.environ, "OMP_DISPLAY_ENV": "verbose"}
    if chosen:
        environment["GOMP_SPINCOUNT"] = chosen
    done = subprocess.run(
        [sys.executable, "-m", "dreambridge", "dream", *picture, "--local", *small],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env=environment,
    )
    assert reported in done.stderr
