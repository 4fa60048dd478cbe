"""The plan that a recording carries, as a session, and which of its steps the laps mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from retrorun.activity.model import Activity
from retrorun.errors import WorkoutError
from retrorun.session.model import Session
from retrorun.workout.decode import decompile_plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """The session of an embedded plan; `places` gives the step's place for each index that a lap can name.

    Several indices may lead to one place: where a workout file writes the last round out, its steps come twice.
    """

    session: Session
    places: Mapping[int, str]


def carried_plan(activity: Activity) -> tuple[Carried | None, tuple[str, ...]]:
    """The plan inside a recording, None where there is none or none that can be read; and why not."""
    if activity.workout is None:
        return None, ()
    try:
        read = decompile_plan(activity.workout)
    except WorkoutError as error:
        return None, (f"the plan in the recording cannot be read: {error}",)
    return Carried(session=read.session, places=read.places), ()
