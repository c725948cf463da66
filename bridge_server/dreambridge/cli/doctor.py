"""`dreambridge doctor` on the command line: the findings as a table, or as a file for a report."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from dreambridge import doctor as checks
from dreambridge.editors.base import Places
from dreambridge.editors.registry import EDITORS

_MARKS = {True: "[green]good[/]", False: "[red]bad[/]", None: "[dim]–[/]"}


@click.command()
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the findings to this file, without private paths, for a bug report.",
)
def doctor(report: Path | None) -> None:
    """Check that everything works, and say what to do where it doesn't. Exit code 1 if so."""
    places = Places.here()
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("", "check", "found"):
        table.add_column(column, overflow="fold")
    findings = []
    for finding in checks.examine(EDITORS, places):
        findings.append(finding)
        remedy = f"\n[bold]→ {escape(finding.remedy)}[/]" if finding.remedy else ""
        found = f"{escape(finding.found)}{remedy}"
        table.add_row(_MARKS[finding.good], escape(finding.what), found)
    Console().print(table)
    if report is not None:
        report.write_text(checks.report(findings, places.home), "utf-8")
        click.echo(f"Written to {report}.")
    if any(finding.good is False for finding in findings):
        raise click.exceptions.Exit(1)
