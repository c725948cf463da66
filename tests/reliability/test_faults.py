"""Processes killed, files damaged, disks full: what is kept, and that the next dream just works."""

from __future__ import annotations

import contextlib
import functools
import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import psutil
import pytest
import torch

from bridgeclient import (
    AuthError,
    BridgeClient,
    EngineError,
    Installation,
    Progress,
    RequestError,
    Result,
    ServerError,
    connect,
)
from bridgeclient.connection import read_connection
from dreambridge import __version__
from dreambridge.arrays import Array, to_frame
from dreambridge.home import Home, locate
from reliability.conftest import QUICK, dream_once
from reliability.scale import Scale
from servers import Server, wait_until

Figure = Callable[[str, object], None]
LASTING = {"layers": {"relu3_1": 1.0}, "octaves": 2, "iterations": 30}
ENDLESS = {"octaves": 1, "iterations": 1000}
NOTICE_S = 12.0
"""The wire's silence of 10 s and some air."""


def installation(home: Home) -> Installation:
    return Installation(sys.executable, home.connection_file, __version__)


# killed


def test_a_server_killed_at_any_moment(
    auto_start: Callable[[], BridgeClient],
    photo: Array,
    scale: Scale,
    dice: random.Random,
    figure: Figure,
) -> None:
    """The client is told within the silence, and the next dream starts another server by itself."""
    longest = 0.0
    for _ in range(scale.kills):
        with auto_start() as client:
            dream_once(client, photo)
            pid = client.status().pid
            killer = threading.Timer(dice.uniform(0, 1.0), os.kill, (pid, signal.SIGKILL))
            job = client.submit(to_frame(photo), LASTING, preview_side=64)
            killer.start()
            with contextlib.suppress(ServerError):
                list(client.events(job))
            killer.join()
            died = time.monotonic()
            with pytest.raises(ServerError) as caught:
                ask_until_lost(client)
            longest = max(longest, time.monotonic() - died)
            assert caught.value.code == "server.lost"
            assert caught.value.retryable
    with auto_start() as client:
        dream_once(client, photo)
    figure("servers killed in the middle of a job", scale.kills)
    figure("longest until the client was told, s", f"{longest:.3f}")


def ask_until_lost(client: BridgeClient) -> None:
    deadline = time.monotonic() + NOTICE_S
    while time.monotonic() < deadline:
        client.status(NOTICE_S)


CLIENT = """
import sys
from pathlib import Path
from bridgeclient import Installation, Progress, find
from dreambridge import __version__
from dreambridge.arrays import to_frame
import numpy as np
client = find(Installation(sys.executable, Path(sys.argv[1]), __version__), name="doomed")
photo = np.arange(72 * 96 * 3, dtype=np.uint8).reshape(72, 96, 3)
settings = {"octaves": 1, "iterations": 1000}
for event in client.events(client.submit(to_frame(photo), settings, preview_side=64)):
    print(type(event).__name__, flush=True)
"""


def test_clients_killed_at_any_moment(
    server: Server,
    client: BridgeClient,
    photo: Array,
    scale: Scale,
    dice: random.Random,
    figure: Figure,
) -> None:
    longest = 0.0
    for _ in range(scale.kills):
        argv = [sys.executable, "-c", CLIENT, str(server.home.connection_file)]
        doomed = subprocess.Popen(argv, stdout=subprocess.PIPE)
        assert doomed.stdout is not None
        assert doomed.stdout.readline().strip() == b"Accepted"
        time.sleep(dice.uniform(0, 0.7))  # the moment is what varies
        doomed.kill()
        doomed.wait()
        doomed.stdout.close()
        killed = time.monotonic()
        wait_until(lambda: _resting(client), "its dream is cancelled", NOTICE_S)
        longest = max(longest, time.monotonic() - killed)
    dream_once(client, photo)
    figure("clients killed in the middle of a job", scale.kills)
    figure("longest until their dream was cancelled, s", f"{longest:.3f}")


def _resting(client: BridgeClient) -> bool:
    status = client.status()
    return status.running + status.queued == 0


def test_a_killed_worker_takes_its_own_job_only(
    own_server: Callable[..., Server], photo: Array, scale: Scale, dice: random.Random
) -> None:
    """Every job that waited behind it comes back whole, however often it is killed."""
    server = own_server()
    with server.connect() as client:
        dream_once(client, photo)
        for _ in range(min(scale.kills, 10)):
            doomed = client.submit(to_frame(photo), ENDLESS)
            waiting = [client.submit(to_frame(photo), QUICK) for _ in range(3)]
            wait_until(lambda: client.status().worker == "warm", "the worker is warm")
            time.sleep(dice.uniform(0, 0.5))
            for worker in server.workers():
                with contextlib.suppress(psutil.NoSuchProcess):
                    worker.kill()
            with pytest.raises(EngineError) as caught:
                list(client.events(doomed))
            assert caught.value.code == "engine.crashed"
            assert caught.value.retryable
            for job in waiting:
                *_, result = client.events(job)
                assert isinstance(result, Result)


def test_sigterm_while_dreaming_ends_everything_in_order(
    own_server: Callable[..., Server], photo: Array
) -> None:
    server = own_server()
    with server.connect() as client:
        job = client.submit(to_frame(photo), ENDLESS)
        next(event for event in client.events(job) if isinstance(event, Progress))
        workers = server.workers()
        server.process.terminate()
        with pytest.raises(ServerError) as caught:
            list(client.events(job))
    assert caught.value.code == "server.closing"
    assert server.process.wait(15) == 0
    assert not server.home.connection_file.exists()
    _, alive = psutil.wait_procs(workers, timeout=15)
    assert not alive


# starting


def test_many_starts_at_the_same_instant_give_one_server(
    tmp_path: Path, scale: Scale, figure: Figure
) -> None:
    for number in range(scale.starts):
        home = locate(tmp_path / f"home{number}")
        argv = [sys.executable, "-m", "dreambridge", "serve", "--home", str(home.folder)]
        rivals = [subprocess.Popen(argv, stderr=subprocess.DEVNULL) for _ in range(2)]
        try:
            wait_until(home.connection_file.exists, "one listens", 60)
            wait_until(functools.partial(_one_ended, rivals), "the other leaves", 60)
            winner = next(rival for rival in rivals if rival.poll() is None)
            loser = next(rival for rival in rivals if rival is not winner)
            connection = read_connection(home.connection_file)
            assert connection is not None
            assert connection.pid == winner.pid
            assert loser.returncode == 0
        finally:
            for rival in rivals:
                rival.terminate()
                rival.wait(30)
    figure("pairs of simultaneous starts, each with exactly one server", scale.starts)


def _one_ended(processes: list[subprocess.Popen[bytes]]) -> bool:
    return sum(process.poll() is not None for process in processes) == 1


@pytest.mark.parametrize("content", ["half", "garbage", "empty", "a dead server"])
def test_a_connection_file_that_is_wrong_is_replaced(
    auto_start: Callable[[], BridgeClient], photo: Array, content: str
) -> None:
    with auto_start() as client:
        pid = client.status().pid
        home = Path(client.status().log).parent.parent
    path = home / "connection.json"
    whole = path.read_bytes()
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not psutil.pid_exists(pid), "it is dead")
    wrong = {
        "half": whole[: len(whole) // 2],
        "garbage": b"\xff\x00" * 99,
        "empty": b"",
        "a dead server": whole,
    }
    path.write_bytes(wrong[content])
    with auto_start() as client:
        dream_once(client, photo)
        assert client.status().pid != pid


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="giving files away needs root")
def test_a_connection_file_of_another_user_is_refused_with_the_remedy(
    auto_start: Callable[[], BridgeClient],
) -> None:
    with auto_start() as client:
        path = Path(client.status().log).parent.parent / "connection.json"
    os.chown(path, 65534, 65534)
    with pytest.raises(AuthError) as caught:
        auto_start()
    assert caught.value.code == "auth.unsafe_file"
    assert str(path) in caught.value.hint
    os.chown(path, 0, 0)
    with auto_start() as client:
        assert client.status().queued == 0


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = _serve_in(tmp_path / "home", "--listen", address)
    assert done.returncode == 1
    assert address in done.stderr
    assert "Choose another --listen" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "home" / "connection.json").exists()


def _serve_in(home: Path, *options: str, prefix: str = "") -> subprocess.CompletedProcess[str]:
    """`dreambridge serve` that is expected to end by itself."""
    code = prefix + "from dreambridge.cli import main; main()"
    argv = [sys.executable, "-c", code, "serve", "--home", str(home), *options]
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)


# files


def limited(number: int) -> str:
    """Code that lets this process write no file beyond so many bytes, as on a full disk."""
    return f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({number}, {number}));"


def test_a_full_disk_at_the_start_is_one_sentence(tmp_path: Path, photo: Array) -> None:
    home = tmp_path / "home"
    done = _serve_in(home, prefix=limited(100))
    assert done.returncode == 1
    assert str(home) in done.stderr
    assert "space" in done.stderr
    assert "Traceback" not in done.stderr
    assert not [path for path in home.iterdir() if path.name.startswith(".")]
    with connect(installation(locate(home)), name="test") as client:  # there is space again
        dream_once(client, photo)
        client.shutdown()


def test_a_disk_that_fills_up_later_costs_the_log_only(
    tmp_path: Path, photo: Array, server: Server
) -> None:
    home = locate(tmp_path / "home")
    prefix = "import sys; sys.argv[0] = 'dreambridge';" + limited(4000)
    code = prefix + "from dreambridge.cli import main; main()"
    argv = [sys.executable, "-c", code, "serve", "--home", str(home.folder)]
    process = subprocess.Popen(argv, stderr=subprocess.PIPE)
    full = Server(home, process)
    try:
        wait_until(home.connection_file.exists, "it listens", 60)
        with full.connect() as client:
            for _ in range(60):
                dream_once(client, photo)
        assert home.server_log.stat().st_size <= 4000
    finally:
        process.terminate()
        assert process.stderr is not None
        said = process.stderr.read()
        process.wait(30)
        process.stderr.close()
    assert process.returncode == 0
    assert b"Traceback" not in said


@pytest.mark.parametrize("damage", ["cut", "other bytes", "a pickle"])
def test_damaged_weights_are_named_and_never_unpickled(
    own_server: Callable[..., Server], tmp_path: Path, photo: Array, damage: str
) -> None:
    weights, canary = tmp_path / "vgg16.pth", tmp_path / "canary"
    if damage == "a pickle":
        torch.save({"features.0.weight": _Bomb(canary)}, weights)
    else:
        bundled = next(Path(str(files("dreamcore") / "data")).rglob("*.safetensors"))
        content = bundled.read_bytes()
        weights = tmp_path / "vgg16.safetensors"
        weights.write_bytes(content[:5000] if damage == "cut" else b"\0" * 5000)
    server = own_server("--weights", str(weights))
    with server.connect() as client:
        job = client.submit(to_frame(photo), QUICK)
        with pytest.raises(EngineError) as caught:
            list(client.events(job))
        assert caught.value.code == "engine.weights"
        assert str(weights) in str(caught.value)
        assert client.status().worker == "failed"
    assert not canary.exists()


class _Bomb:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return os.system, (f"touch '{self._path}'",)


# limits of the machine


def test_out_of_memory_in_the_worker_is_an_error_and_passes(
    own_server: Callable[..., Server], photo: Array
) -> None:
    """The address space that the worker may use ends just above what it has."""
    server = own_server()
    big = to_frame(photo.repeat(24, axis=0).repeat(20, axis=1))
    with server.connect() as client:
        dream_once(client, photo)
        (worker,) = server.workers()
        unlimited = resource.prlimit(worker.pid, resource.RLIMIT_AS)
        here = worker.memory_info().vms + 40 * 2**20
        resource.prlimit(worker.pid, resource.RLIMIT_AS, (here, unlimited[1]))
        with pytest.raises(EngineError) as caught:
            list(client.events(client.submit(big, {"octaves": 1, "iterations": 1})))
        assert caught.value.code == "engine.out_of_memory"
        assert caught.value.hint
        resource.prlimit(worker.pid, resource.RLIMIT_AS, unlimited)
        dream_once(client, photo)
        assert server.workers() == [worker]


def test_an_error_inside_the_engine_ends_its_own_job_only(
    own_server: Callable[..., Server], tmp_path: Path, photo: Array
) -> None:
    """Weights too large for their numbers' range let it fail in the middle of its work."""
    from dreamcore import weights

    path = tmp_path / "huge.pth"
    state = {}
    numbers = {f"conv{b}_{i}": n for (b, i), n in zip(_PLACES, _NUMBERS, strict=True)}
    for name, (weight, bias) in weights.load().convolutions.items():
        state[f"features.{numbers[name]}.weight"] = weight.float()
        state[f"features.{numbers[name]}.bias"] = bias.float()
    state["features.10.weight"] *= 1e25
    torch.save(state, path)
    server = own_server("--weights", str(path))
    with server.connect() as client:
        for _ in range(2):
            job = client.submit(to_frame(photo), {"layers": {"relu3_1": 1.0}, "iterations": 1})
            with pytest.raises(EngineError) as caught:
                list(client.events(job))
            assert caught.value.code == "engine.nonfinite"
        dream_once(client, photo)  # a layer before the damage


_PLACES = [(b, i) for b, n in enumerate((2, 2, 3, 3, 3), 1) for i in range(1, n + 1)]
_NUMBERS = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)


def test_without_file_descriptors_the_server_waits_for_better_times(
    own_server: Callable[..., Server], photo: Array
) -> None:
    server = own_server()
    with server.connect() as client:
        dream_once(client, photo)
        used = psutil.Process(server.process.pid).num_fds()
        before = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (used + 4, before[1]))
        connection = read_connection(server.home.connection_file)
        assert connection is not None
        port = int(connection.endpoint.rsplit(":", 1)[1])
        crowd = [socket.create_connection(("127.0.0.1", port)) for _ in range(40)]
        dream_once(client, photo)  # who is in stays in
        for worker in server.workers():
            worker.kill()  # and now it can't even start another
        with contextlib.suppress(EngineError):
            list(client.events(client.submit(to_frame(photo), QUICK)))
        assert client.status().pid == server.process.pid
        for stranger in crowd:
            stranger.close()
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, before)
        dream_once(client, photo)
    with server.connect() as late:
        dream_once(late, photo)


def test_a_clock_set_back_changes_nothing(tmp_path: Path, photo: Array) -> None:
    """The wall clock of server and worker jumps back a day between dreams, and forward a month."""
    home = locate(tmp_path / "home")
    jump = tmp_path / "jump"
    jump.write_text("0")
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(
        "import time\n"
        "_true = time.time, time.time_ns\n"
        f"_jump = lambda: float(open({str(jump)!r}).read() or 0)\n"
        "time.time = lambda: _true[0]() + _jump()\n"
        "time.time_ns = lambda: _true[1]() + int(_jump() * 10**9)\n"
    )
    argv = [sys.executable, "-m", "dreambridge", "serve", "--home", str(home.folder)]
    environment = os.environ | {"PYTHONPATH": str(folder)}
    process = subprocess.Popen([*argv, "--idle-timeout", "1"], env=environment)
    server = Server(home, process)
    try:
        wait_until(home.connection_file.exists, "it listens", 60)
        with server.connect() as client:
            for seconds in (0, -86_400, 30 * 86_400, -3600):
                jump.write_text(str(seconds))
                dream_once(client, photo)
                assert client.status().uptime_s < 300
    finally:
        process.terminate()
        assert process.wait(30) == 0


def test_an_image_beyond_the_canvas_bound_names_it(
    own_server: Callable[..., Server], photo: Array
) -> None:
    server = own_server("--max-megapixels", "0.01", "--max-preview-side", "100")
    with server.connect() as client:
        wide = to_frame(photo.repeat(2, axis=0))
        for image, settings, side, limit in (
            (wide, QUICK, 0, "canvas_pixels"),
            (to_frame(photo), QUICK, 101, "preview_side"),
        ):
            with pytest.raises(RequestError) as caught:
                list(client.events(client.submit(image, settings, preview_side=side)))
            assert caught.value.code == "request.too_large"
            assert caught.value.facts["limit"] == limit
            assert "--max-" in caught.value.hint
        dream_once(client, photo)


def test_a_home_that_is_removed_while_the_server_runs(
    own_server: Callable[..., Server], photo: Array
) -> None:
    server = own_server()
    with server.connect() as client:
        dream_once(client, photo)
        shutil.rmtree(server.home.folder)
        dream_once(client, photo)
        client.shutdown()
    assert server.process.wait(30) == 0
