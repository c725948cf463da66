"""`dreambridge serve`, `status` and `stop`: the server's life from the command line."""

from __future__ import annotations

import dataclasses
import ipaddress
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from bridgeclient.client import BridgeClient
from bridgeclient.discovery import Installation, reach
from bridgeclient.errors import AuthError, BridgeError, ServerError
from bridgeclient.lock import Holder, find_holder
from dreambridge import __version__
from dreambridge.cli.cluster import cluster_options, on_cluster
from dreambridge.cli.parameters import chosen_execution, execution_options
from dreambridge.cli.types import Folder, Number, address
from dreambridge.cli.types import weights as weights_type
from dreambridge.paths import VARIABLE, Paths, locate
from dreambridge.server.options import BOUNDS, MIB, Options
from dreambridge.workers.options import WorkerOptions
from dreamcore.settings import Execution

_DEFAULT, _WORKERS = Options(), WorkerOptions()
_MINUTES = Number(0, 1e6)
_MOST_WORKERS = 256


_home = click.option(
    "--home",
    type=Folder(path_type=Path, file_okay=False),
    envvar=VARIABLE,
    help=f"Folder for keys, connection file and logs; also {VARIABLE}.",
)

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def _count(text: str) -> int:
    """A number of workers, 0 for auto."""
    if text == "auto":
        return 0
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_WORKERS:
        raise click.BadParameter(
            f"{text!r} is neither auto nor a number from 1 to {_MOST_WORKERS}."
        )
    return int(text)


def _bound(name: str, kind: click.IntRange | Number, help: str, unit: float = 1) -> Decorator:
    """The option that moves a bound of `Options`, given in units of so many bytes or pixels."""
    default = getattr(_DEFAULT, name) / unit
    return click.option(
        BOUNDS[name],
        name,
        type=kind,
        default=int(default) if isinstance(kind, click.IntRange) else default,
        show_default=True,
        help=help,
        callback=lambda _context, _parameter, value: int(value * unit),
    )


@click.command(context_settings={"max_content_width": 100})
@_home
@click.option(
    "--listen",
    type=address,
    default=_DEFAULT.listen,
    show_default=True,
    metavar="ADDRESS[:PORT]",
    help="Where to listen; without a port the system chooses one.",
)
@click.option(
    "--idle-timeout",
    type=_MINUTES,
    default=_DEFAULT.idle_s / 60,
    show_default=True,
    help="Minutes without a dream after which the server stops; 0 means never.",
)
@click.option(
    "--worker-idle-timeout",
    type=_MINUTES,
    default=_WORKERS.idle_s / 60,
    show_default=True,
    help="Minutes without a dream after which the engine's memory is freed; 0 means never.",
)
@_bound(
    "request_bytes",
    click.IntRange(1, 4095),
    "Largest dream that is taken in, all its images together, in MiB.",
    MIB,
)
@_bound(
    "canvas_pixels",
    Number(0.001, 1e6),
    "Largest image, in millions of pixels.",
    1e6,
)
@_bound("preview_side", click.IntRange(1, 65536), "Longest side of a preview, in pixels.")
@_bound("clients", click.IntRange(1, 65536), "Most programs that are connected at a time.")
@_bound(
    "queued_jobs",
    click.IntRange(1, 65536),
    "Most unfinished dreams; beyond it each client may still have one.",
)
@_bound(
    "queued_bytes",
    click.IntRange(1, 2**24),
    "Most memory for all unfinished dreams together, in MiB.",
    MIB,
)
@click.option(
    "--weights",
    type=weights_type,
    metavar="NAME|FILE",
    default=_WORKERS.weights,
    help="Other VGG16 weights, a name or a file.",
)
@click.option(
    "--workers",
    type=_count,
    default="auto",
    show_default=True,
    metavar="auto|N",
    help="How many dreams are computed at a time; on a processor they share its cores. "
    "auto is one for each --device, and one for each GPU if none is given.",
)
@click.option(
    "--device",
    multiple=True,
    metavar="auto|cpu|cuda[:N]|xpu[:N]|mps",
    help="Where to compute; several times for several devices.  [default auto]",
)
@execution_options("precision")
@cluster_options
def serve(
    home: Path | None,
    listen: tuple[str, int],
    idle_timeout: float,
    worker_idle_timeout: float,
    weights: str,
    workers: int,
    device: tuple[str, ...],
    precision: str | None,
    cluster: str,
    cpus_per_worker: int,
    **given: Any,
) -> None:
    """Run the server here until it is stopped. Others start it by themselves when they need it."""
    from dreambridge.server import service

    address, port = listen
    engines = _engines(device, precision, workers)
    if not ipaddress.IPv4Address(address).is_loopback:
        click.echo(
            f"Listening on {address}: whoever has this server's connection.json can use it.",
            err=True,
        )
    options = Options(
        listen=address,
        port=port,
        idle_s=idle_timeout * 60,
        **given,
    )
    local = WorkerOptions(
        weights=weights,
        devices=tuple(engine.device for engine in engines),
        precision=engines[0].precision,
        count=workers,
        idle_s=worker_idle_timeout * 60,
    )
    chosen = on_cluster(cluster, cpus_per_worker, local) if cluster else local
    paths = locate(home)
    if not service.serve(paths, options, chosen, also_terminal=sys.stderr.isatty()):
        holder = find_holder(paths.lock_file)
        which = f" ({holder})" if holder else ""
        click.echo(
            f"A dreambridge server is already running{which}; `dreambridge status` tells more.",
            err=True,
        )


def _engines(devices: tuple[str, ...], precision: str | None, workers: int) -> list[Execution]:
    """How to compute on each of the devices, or on whichever is best if none is named."""
    if 0 < workers < len(devices):
        said = f"{workers} can't compute on {len(devices)} devices at a time."
        raise click.BadParameter(said, param_hint="--workers")
    names = devices or (None,)
    given = [chosen_execution({"device": name, "precision": precision}) for name in names]
    return [execution or Execution() for execution in given]


def _running(paths: Paths) -> BridgeClient | None:
    """A client of the server of these paths, None if there is none."""
    here = Installation(sys.executable, paths.connection_file, __version__)
    return reach(here, name="dreambridge-cli", warm=False)


@click.command()
@_home
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(home: Path | None, as_json: bool) -> None:
    """Show whether the server runs, on what device, and where its log is. Exit code 1 if not."""
    paths = locate(home)
    try:
        client = _running(paths)
    except ServerError:
        if (holder := find_holder(paths.lock_file)) is None:
            raise
        _show_unreachable(holder, paths, as_json)
        raise click.exceptions.Exit(1) from None
    if client is None:
        log = paths.server_log
        click.echo(json.dumps({"running": False, "log": str(log)}) if as_json else _absent(log))
        raise click.exceptions.Exit(1)
    with client:
        facts = dataclasses.asdict(client.status())
    if as_json:
        click.echo(json.dumps({"running": True, "reachable": True, "server": facts}))
        return
    click.echo(f"dreambridge {facts['version']} is running, process {facts['pid']}")
    for engine in facts["workers"]:
        click.echo(f"{engine['id']}: {_state_of(engine)}")
    click.echo(f"dreams:  {facts['running']} running, {facts['queued']} waiting")
    click.echo(f"up:      {facts['uptime_s'] / 60:.0f} min")
    click.echo(f"log:     {facts['log']}")


def _state_of(engine: dict[str, Any]) -> str:
    where = f" on {engine['device']} in {engine['precision']}" if engine["device"] else ""
    failed = "; the log says why" if engine["state"] == "failed" else ""
    doing = "dreaming, " if engine["job"] else ""
    return f"{engine['state']}{where}{failed}; {doing}{engine['jobs_done']} done"


def _absent(log: Path) -> str:
    return f"No server is running; the next dream starts one.\nlog:     {log}"


def _show_unreachable(holder: Holder, paths: Paths, as_json: bool) -> None:
    from dreambridge.server.stopping import reason

    why, log = reason(holder, paths.lock_file), str(paths.server_log)
    if as_json:
        facts = {"running": True, "reachable": False, "pid": holder.pid, "reason": why, "log": log}
        click.echo(json.dumps(facts))
        return
    click.echo(f"dreambridge {holder.version} is running ({holder}) but does not answer:")
    click.echo(f"{why}.")
    click.echo("`dreambridge stop --force` ends it; the next dream starts another.")
    click.echo(f"log:     {log}")


@click.command()
@_home
@click.option("--force", is_flag=True, help="End a server that does not answer without asking.")
def stop(home: Path | None, force: bool) -> None:
    """Stop the server; dreams that are not finished end with an error."""
    paths = locate(home)
    try:
        client = _running(paths)
        if client is None:
            click.echo("No server is running.")
            return
        with client:
            client.shutdown()
    except BridgeError as error:
        _end_silent(paths, error, force)
    click.echo("The server has stopped.")


def _end_silent(paths: Paths, error: BridgeError, force: bool) -> None:
    """End a server that can't be asked to, with the user's consent."""
    from dreambridge.server.stopping import end, reason

    holder = find_holder(paths.lock_file)
    if holder is None or (isinstance(error, AuthError) and not force):
        raise error
    if not force:
        why = reason(holder, paths.lock_file)
        said = f"dreambridge {holder.version} is running ({holder}) but does not answer: {why}."
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise click.ClickException(f"{said} `dreambridge stop --force` ends it.")
        click.confirm(f"{said} End it?", abort=True, err=True)
    end(holder, paths.lock_file)
