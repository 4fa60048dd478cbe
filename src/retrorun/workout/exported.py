"""What every other format hands back: its text, and what it could not hold as planned."""

from __future__ import annotations

from dataclasses import dataclass

from retrorun.workout.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A session in another format, and one finding for each thing that the format holds otherwise than planned."""

    text: str
    findings: tuple[Finding, ...] = ()
