"""Odd surroundings and odd options of the server: a sentence each, and never a traceback."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from bridgeclient import BridgeClient, Installation, ServerError, connect
from dreambridge import __version__
from dreambridge.arrays import Array
from dreambridge.cli import main
from dreambridge.paths import Paths, locate
from dreambridge.server import service
from dreambridge.server.options import Options
from dreambridge.workers.options import WorkerOptions
from servers import Server, wait_until

posix = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--listen", "127.0.0.1:99999", "ports are 0 to 65535"),
        ("--listen", "127.0.0.1:-5", "ports are 0 to 65535"),
        ("--listen", "127.0.0.1:", "ports are 0 to 65535"),
        ("--listen", "300.1.1.1", "no IPv4 address"),
        ("--listen", "localhost:80", "no IPv4 address"),
        ("--idle-timeout", "nan", "not a finite number"),
        ("--worker-idle-timeout", "inf", "not a finite number"),
        ("--max-megapixels", "nan", "not a finite number"),
        ("--max-megapixels", "1e300", "is not in the range"),
        ("--max-queue", "9" * 30, "is not in the range"),
        ("--device", "foo", "cuda:N"),
        ("--workers", "0", "neither auto nor a number from 1"),
        ("--workers", "many", "neither auto nor a number from 1"),
        ("--precision", "foo", "'bfloat16'"),
        ("--weights", "gone/vgg.pth", "neither a file nor one of bundled"),
        ("--home", "", "no folder is named"),
    ],
)
def test_a_wrong_option_is_wrong_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str, value: str, said: str
) -> None:
    monkeypatch.setattr(service, "serve", lambda *_, **__: pytest.fail("it serves"))
    home = [] if option == "--home" else ["--home", str(tmp_path / "home")]
    done = CliRunner().invoke(main, ["serve", *home, option, value])
    assert done.exit_code == 2
    assert option in done.stderr
    assert said in done.stderr
    assert not (tmp_path / "home").exists()


def test_weights_may_be_named_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine's process runs in another folder."""
    taken: list[WorkerOptions] = []

    def take(_home: Paths, _: Options, workers: WorkerOptions, **__: bool) -> bool:
        taken.append(workers)
        return True

    monkeypatch.setattr(service, "serve", take)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vgg.pth").write_bytes(b"")
    for name in ("vgg.pth", "IMAGENET1K_FEATURES", "bundled"):
        assert CliRunner().invoke(main, ["serve", "--weights", name]).exit_code == 0
    assert [options.weights for options in taken] == [
        str(tmp_path / "vgg.pth"),
        "IMAGENET1K_FEATURES",
        "bundled",
    ]


def test_why_the_engine_cannot_start_is_said_in_the_log(
    serve: Callable[..., Server], tmp_path: Path
) -> None:
    weights = tmp_path / "broken.pth"
    weights.write_bytes(b"no weights")
    server = serve("--weights", str(weights))
    with server.connect() as client:
        wait_until(lambda: client.status().worker == "failed", "the engine is known to fail")
    assert "broken.pth" in server.home.server_log.read_text()
    told = CliRunner().invoke(main, ["status", "--home", str(server.home.folder)])
    assert "failed; the log says why" in told.stdout
    assert str(server.home.server_log) in told.stdout


@posix
def test_whatever_the_umask_only_the_user_gets_at_what_is_written(tmp_path: Path) -> None:
    """The folders above it are made too, and another user must not be able to replace it."""
    home = locate(tmp_path / "of" / "the" / "user")
    before = os.umask(0)
    try:
        client = connect(Installation(sys.executable, home.connection_file, __version__), name="t")
    finally:
        os.umask(before)
    with client:
        wait_until(lambda: client.status().worker == "warm", "the engine is warm")
        modes = {path: path.stat().st_mode for path in home.folder.rglob("*")}
        client.shutdown()
    assert home.logs / "worker-1.log" in modes
    for path, mode in modes.items():
        assert mode & 0o077 == 0, path
    assert stat.S_IMODE(home.folder.stat().st_mode) == 0o700
    for folder in (tmp_path / "of", tmp_path / "of" / "the"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o755


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="a read-only view is made by bwrap")
def test_a_read_only_home_is_one_sentence(tmp_path: Path, photo: Array) -> None:
    Image.fromarray(photo).save(tmp_path / "in.png")
    (tmp_path / "out").mkdir()
    picture = [str(tmp_path / "in.png"), str(tmp_path / "out" / "out.png")]
    small = ["--layers", "relu2_1", "--octaves", "1", "--iterations", "1"]
    for command in (["serve"], ["dream", *picture, *small]):
        done = _with_read_only_home(tmp_path, command)
        assert done.returncode == 1, done.stderr
        assert "Traceback" not in done.stderr
        assert "Read-only file system" in done.stderr
        assert "DREAMBRIDGE_HOME" in done.stderr
    assert "No server is running" in _with_read_only_home(tmp_path, ["status"]).stdout
    assert "No server is running" in _with_read_only_home(tmp_path, ["stop"]).stdout
    done = _with_read_only_home(tmp_path, ["dream", *picture, *small, "--local"])
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "out.png").exists()


def _with_read_only_home(folder: Path, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run `dreambridge` where nothing can be written but `folder / "out"`."""
    out, home = str(folder / "out"), str(folder / "home")
    bwrap = ["bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--bind", out, out]
    environment = {**os.environ, "HOME": home, "DREAMBRIDGE_HOME": f"{home}/.dreambridge"}
    return subprocess.run(
        [*bwrap, sys.executable, "-m", "dreambridge", *command],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=environment,
    )


@pytest.mark.parametrize("parent", ["file", "full"])
def test_a_home_that_cannot_be_made_is_one_sentence(tmp_path: Path, parent: str) -> None:
    place = tmp_path / "parent"
    if parent == "file":
        place.write_text("")
    else:
        place.symlink_to(tmp_path / "gone" / "away")
    home = locate(place / "home")
    for connecting in (False, True):
        with pytest.raises(ServerError, match="can't be made or used") as caught:
            _begin(home, connecting=connecting)
        assert caught.value.code == "server.start_failed"
        assert str(home.folder) in caught.value.message


def _begin(home: Paths, *, connecting: bool) -> BridgeClient | bool:
    if connecting:
        return connect(Installation(sys.executable, home.connection_file, __version__), name="t")
    return service.serve(home, Options(), WorkerOptions())
