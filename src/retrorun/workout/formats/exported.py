"""What every other format hands back: its text, and what it could not hold as planned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from retrorun.workout.finding import Finding, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A session in another format, and one finding for each thing that the format holds otherwise than planned."""

    text: str
    findings: tuple[Finding, ...] = ()


class Report:
    """Findings in the order in which they were made, each once: written-out rounds would say everything again."""

    def __init__(self, findings: Iterable[Finding] = ()) -> None:
        self._findings = dict.fromkeys(findings)

    def tell(self, place: str, what: str, hint: str = "", severity: Severity = "warning") -> bool:
        """Add a finding; whether it is a new one."""
        finding = Finding(place=place, what=what, hint=hint, severity=severity)
        new = finding not in self._findings
        self._findings[finding] = None
        return new

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All that was told."""
        return tuple(self._findings)
