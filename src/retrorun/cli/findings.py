"""How the command line says findings: on stderr, so that what a command writes stays clean, or as JSON."""

from __future__ import annotations

from collections.abc import Iterable

import typer

from retrorun.workout.finding import Finding


def tell_findings(findings: Iterable[Finding], source: str = "") -> None:
    """Print findings on stderr, one a line; `source` is what they are about."""
    for finding in findings:
        typer.echo(f"{source}: {finding}" if source else str(finding), err=True)


def findings_json(findings: Iterable[Finding]) -> list[dict[str, str]]:
    """Findings for a JSON document."""
    return [{"place": one.place, "what": one.what, "hint": one.hint, "severity": one.severity} for one in findings]
