"""What checking, compiling and decompiling have to say about a session."""

from __future__ import annotations

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
