"""`dreambridge doctor` on the command line: a line for each result, or a file for a report."""

from __future__ import annotations

from pathlib import Path

import click

from dreambridge.installer import doctor as checks
from dreambridge.installer.base import Machine
from dreambridge.installer.checks import CheckResult
from dreambridge.installer.registry import EDITORS

_MARKS = {True: ("good", "green"), False: ("bad ", "red"), None: ("–   ", "white")}


@click.command(context_settings={"max_content_width": 100})
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the results to this file, without private paths, for a bug report.",
)
def doctor(report: Path | None) -> None:
    """Check that everything works, and say what to do where it doesn't. Exit code 1 if so."""
    machine = Machine.here()
    results = []
    for result in checks.run_checks(EDITORS, machine):
        results.append(result)
        _show(result)
    if report is not None:
        report.write_text(checks.report(results, machine.home), "utf-8")
        click.echo(f"Written to {report}.")
    if any(result.good is False for result in results):
        raise click.exceptions.Exit(1)


def _show(result: CheckResult) -> None:
    """As soon as it is known, and in lines that only the terminal breaks: paths can be copied."""
    mark, colour = _MARKS[result.good]
    click.echo(f"{click.style(mark, fg=colour)}  {result.what}: {result.found}")
    if result.remedy:
        click.echo(f"      {click.style('→ ' + result.remedy, bold=True)}")
