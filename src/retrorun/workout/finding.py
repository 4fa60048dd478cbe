"""What checking, compiling, importing and exporting have to say about a session."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One problem, its place and its hint.

    Args:
        place: where in the session, e.g. `steps[2].repeat[0]`; empty for the session as a whole.
        what: what is wrong, one sentence without a full stop at its end.
        hint: what to do about it; may be empty.
        severity: `error`: it cannot be compiled so. `warning`: it can, but something is changed, cut or lost, or is
            unsafe. `note`: nothing is lost; worth knowing before a run.
    """

    place: str
    what: str
    hint: str = ""
    severity: Severity = "warning"

    def __str__(self) -> str:
        text = f"{self.place}: {self.what}" if self.place else self.what
        return f"{self.severity}: {text}; {self.hint}" if self.hint else f"{self.severity}: {text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A session in another format, and one finding for each thing that the format holds otherwise than planned."""

    text: str
    findings: tuple[Finding, ...] = ()


class Findings:
    """Findings in the order in which they were made, each once: written-out rounds would say everything again."""

    def __init__(self, findings: Iterable[Finding] = ()) -> None:
        self._findings = dict.fromkeys(findings)

    def add(self, place: str, what: str, hint: str = "", severity: Severity = "warning") -> bool:
        """Add a finding; whether it is a new one."""
        finding = Finding(place=place, what=what, hint=hint, severity=severity)
        new = finding not in self._findings
        self._findings[finding] = None
        return new

    @property
    def all(self) -> tuple[Finding, ...]:
        """All that was told."""
        return tuple(self._findings)
