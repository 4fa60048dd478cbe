"""The plan that a recording carries, as a session whose steps know their index in the recording."""

from __future__ import annotations

from dataclasses import dataclass

from retrorun.activity.model import Activity
from retrorun.errors import RetrorunError
from retrorun.session.model import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """The session of an embedded plan; `index_of_place` gives each step's index as laps name it."""

    session: Session
    index_of_place: dict[str, int]


def carried_plan(activity: Activity) -> tuple[Carried | None, tuple[str, ...]]:
    """The plan inside a recording, None where there is none or none that can be read; and why not."""
    if activity.workout is None:
        return None, ()
    from retrorun.workout.fit import decompile_plan

    try:
        read = decompile_plan(activity.workout)
    except RetrorunError as error:
        return None, (f"the plan in the recording cannot be read: {error}",)
    return Carried(session=read.session, index_of_place={place: index for index, place in read.places.items()}), ()
