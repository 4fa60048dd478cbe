"""What several commands take, said once: a recording, a profile, units, JSON."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from retrorun.units import METRES_PER_MILE


class Units(StrEnum):
    """What a pace is for."""

    KM = "km"
    MILE = "mile"

    @property
    def per_m(self) -> float:
        """The metres that a pace is for."""
        return METRES_PER_MILE if self is Units.MILE else 1000.0


UnitsOption = Annotated[Units, typer.Option("--units", help="Paces in min/km or min/mile.")]
RecordingArgument = Annotated[Path, typer.Argument(help="A recording: FIT, TCX or GPX, also gzipped.")]
ProfileOption = Annotated[Path | None, typer.Option("--profile", help="The runner's gait profile (JSON).")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")]
