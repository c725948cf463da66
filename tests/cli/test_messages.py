"""What the command line says when something is wrong: sentences for people, lines for programs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from bridgeclient.errors import CODES, bridge_error
from dreambridge.arrays import Array
from dreambridge.cli import main
from dreambridge.cli.messages import error_event, reported
from dreambridge.paths import VARIABLE
from servers import Server

DOCUMENT = (Path(__file__).parents[2] / "docs" / "cli.md").read_text("utf-8")
QUICK = ["--layers", "relu3_1", "--octaves", "1", "--iterations", "1"]


def run(*arguments: object, home: Path | None = None) -> Result:
    env = {VARIABLE: str(home)} if home else {}
    return CliRunner(env=env).invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def source(tmp_path: Path, photo: Array) -> Path:
    Image.fromarray(photo).save(tmp_path / "in.png")
    return tmp_path / "in.png"


@pytest.mark.parametrize("command", ["dream", "serve", "doctor"])
def test_a_home_that_can_not_be_written_is_one_sentence(source: Path, command: str) -> None:
    """As on a read-only disk; here a file stands where the folder has to go."""
    home = source / "below" / "a" / "file"
    rest = [source, source.with_name("out.png"), *QUICK] if command == "dream" else []
    result = run(command, *rest, home=home)
    assert result.exit_code == 1
    assert str(home) in result.output
    assert VARIABLE in result.output
    assert isinstance(result.exception, SystemExit)


@pytest.mark.parametrize("command", ["status", "stop"])
def test_where_no_home_can_be_there_is_no_server(source: Path, command: str) -> None:
    result = run(command, home=source / "below" / "a" / "file")
    assert "No server is running" in result.output


def test_help_cuts_nothing_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    commands = re.findall(r"^  (\w+)  ", run("--help").output.partition("Commands:")[2], re.M)
    assert len(commands) == 16
    for arguments in ([], *([command] for command in commands)):
        said = run(*arguments, "--help").output
        assert "..." not in said.replace("[ARGS]...", "")
        assert all(len(line) <= 100 for line in said.splitlines())
    assert "in the format of OUT's suffix." in " ".join(run("--help").output.split())


@pytest.mark.parametrize("command", ["presets", "layers"])
def test_tables_are_whole_on_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    assert "…" not in run(command).output


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names of files are Unicode")
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_a_name_that_the_terminal_can_not_show_is_no_error(
    source: Path, server: Server, encoding: str
) -> None:
    out = os.fsencode(source.parent) + b"/\xffdream.png"
    environment = {**os.environ, VARIABLE: str(server.home.folder), "LC_ALL": "C.UTF-8"}
    environment["PYTHONIOENCODING"] = f"{encoding}:strict"
    command = [sys.executable, "-m", "dreambridge", "dream", os.fsencode(source), out, *QUICK]
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert os.path.exists(out)
    assert b"dream.png" in done.stdout


def test_a_librarys_warning_is_a_note_without_its_source_code(capsys: Any) -> None:
    with reported(as_json=False):
        warnings.showwarning("Corrupt EXIF data.\n Expected more.", UserWarning, "lib/a.py", 3)
    assert capsys.readouterr().err == "Note: Corrupt EXIF data. Expected more.\n"


@pytest.mark.skipif(os.name != "posix", reason="a pipe that is closed early")
def test_output_that_nobody_reads_any_more_is_no_error() -> None:
    command = f"{sys.executable} -m dreambridge layers | head -c 1 > {os.devnull}"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert "Error" not in done.stderr
    assert "Traceback" not in done.stderr


# for programs

ERROR_FIELDS = {
    *("event", "code", "message", "hint", "retryable"),
    *("field", "limit", "retry_after_s", "rescued"),
}


def last_line(result: Result) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return line


@pytest.mark.parametrize(
    ("arguments", "code", "field"),
    [
        (["--step", "99"], "usage", "step"),
        (["--octaves", "many"], "usage", "octaves"),
        (["--layers", "bogus"], "usage", "layers"),
        (["--levitate"], "usage", None),
    ],
)
def test_wrong_use_is_an_event_too(
    source: Path, arguments: list[str], code: str, field: str | None
) -> None:
    result = run("dream", source, source.with_name("out.png"), "--json", *arguments)
    line = last_line(result)
    assert (result.exit_code, line["code"], line["field"]) == (2, code, field)
    assert set(line) == ERROR_FIELDS


def test_a_file_that_is_not_there_is_an_event(source: Path) -> None:
    result = run("dream", source.with_name("absent.png"), source.with_name("out.png"), "--json")
    line = last_line(result)
    assert (result.exit_code, line["code"], line["retryable"]) == (1, "picture", False)
    assert set(line) == ERROR_FIELDS


def test_errors_keep_out_of_a_picture_on_standard_output(source: Path) -> None:
    result = run("dream", source.with_name("absent.png"), "-", "--json")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert json.loads(result.stderr)["code"] == "picture"


@pytest.mark.parametrize("local", [False, True])
def test_a_wrong_mask_names_its_field(source: Path, server: Server, local: bool) -> None:
    Image.new("L", (5, 5)).save(source.with_name("small.png"))
    mask = ["--mask", source.with_name("small.png"), *(["--local"] if local else [])]
    out = source.with_name("out.png")
    result = run("dream", source, out, "--json", *mask, *QUICK, home=server.home.folder)
    line = last_line(result)
    assert (result.exit_code, line["code"]) == (1, "request.invalid")
    assert line["field"] == "mask"
    assert "The mask is 5" in line["message"]
    assert "96" in line["hint"]


def test_an_error_says_which_bound_and_when_to_try_again() -> None:
    facts = {"limit": "queued_jobs", "retry_after_s": 2.0}
    line = json.loads(error_event(bridge_error("busy.queue_full", "Full.", "Wait.", **facts)))
    assert line == {
        "event": "error",
        "code": "busy.queue_full",
        "message": "Full.",
        "hint": "Wait.",
        "retryable": True,
        "field": None,
        "rescued": None,
        **facts,
    }


def test_what_the_system_refuses_is_a_sentence_or_an_event(capsys: Any) -> None:
    refused = OSError(28, "No space left on device", "/full/disk")
    with (
        pytest.raises(click.ClickException, match="/full/disk: No space left"),
        reported(as_json=False),
    ):
        raise refused
    with pytest.raises(click.exceptions.Exit), reported(as_json=True):
        raise refused
    assert json.loads(capsys.readouterr().out)["code"] == "system"


def test_every_event_and_field_is_documented(source: Path, server: Server) -> None:
    result = run("dream", source, source, "--json", *QUICK, home=server.home.folder)
    events = [json.loads(line) for line in result.stdout.splitlines()]
    events.append(json.loads(error_event(bridge_error("engine.failed", "It failed."))))
    still = DOCUMENT.split("\n## Films")[0]  # whose events have names in common with these
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", still, re.M))
    for event in events:
        for name in event.keys() - {"event"}:
            assert f"`{name}`" in rows[event["event"]], (event["event"], name)
    assert {"note", "cancelled", "accepted", "started"} <= rows.keys()
    families = {code.split(".")[0] for code in CODES}
    assert all(f"`{family}." in DOCUMENT for family in families)
    assert all(f"`{code}`" in DOCUMENT for code in ("usage", "picture", "system"))
