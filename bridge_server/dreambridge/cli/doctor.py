"""`dreambridge doctor` on the command line: a line for each finding, or a file for a report."""

from __future__ import annotations

from pathlib import Path

import click

from dreambridge.installer import doctor as checks
from dreambridge.installer.base import Places
from dreambridge.installer.checks import Finding
from dreambridge.installer.registry import EDITORS

_MARKS = {True: ("good", "green"), False: ("bad ", "red"), None: ("–   ", "white")}


@click.command(context_settings={"max_content_width": 100})
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the findings to this file, without private paths, for a bug report.",
)
def doctor(report: Path | None) -> None:
    """Check that everything works, and say what to do where it doesn't. Exit code 1 if so."""
    places = Places.here()
    findings = []
    for finding in checks.examine(EDITORS, places):
        findings.append(finding)
        _show(finding)
    if report is not None:
        report.write_text(checks.report(findings, places.home), "utf-8")
        click.echo(f"Written to {report}.")
    if any(finding.good is False for finding in findings):
        raise click.exceptions.Exit(1)


def _show(finding: Finding) -> None:
    """As soon as it is known, and in lines that only the terminal breaks: paths can be copied."""
    mark, colour = _MARKS[finding.good]
    click.echo(f"{click.style(mark, fg=colour)}  {finding.what}: {finding.found}")
    if finding.remedy:
        click.echo(f"      {click.style('→ ' + finding.remedy, bold=True)}")
