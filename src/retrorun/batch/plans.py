"""A folder of planned sessions, and which of them a run may have followed: by serial number, else by the day."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from retrorun.activity.model import Activity
from retrorun.errors import PlanError, RetrorunError
from retrorun.files import printable, read_bytes
from retrorun.match.identity import SessionIndex
from retrorun.session.model import Session
from retrorun.workout.deliver import Scheduled, is_schedule, read_schedule
from retrorun.workout.importing import import_session

ENDINGS = (".fit", ".yaml", ".yml", ".json", ".txt", ".zwo")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plans:
    """Sessions by the identity of their workout, and by the days that a schedule or the names of their files say."""

    index: SessionIndex
    days: tuple[tuple[date, Session], ...]

    def of(self, activity: Activity) -> tuple[Session, ...]:
        """The sessions that a run may have followed: the one that it names, or those of its day."""
        known = self.index.find(activity.training_file)
        if known is not None:
            return (known,)
        if activity.workout is not None or activity.start_time is None:
            return ()  # a workout that the recording carries says more than a day
        day = (activity.start_time + timedelta(seconds=activity.utc_offset_s or 0.0)).date()
        return tuple(dict.fromkeys(session for on, session in self.days if on == day))


def read_plans(folder: Path) -> Plans:
    """The sessions of a folder such as `retrorun plan -o FOLDER` makes: workouts, their schedule, documents.

    Raises:
        PlanError: there is no such folder, or no session in it.
    """
    if not folder.is_dir():
        raise PlanError("there is no such folder", where=printable(str(folder)), hint="name a folder of sessions")
    index, days = SessionIndex(), []
    schedules: list[Scheduled] = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in ENDINGS or path.name.startswith("."):
            continue
        try:
            data = read_bytes(path)
            if is_schedule(data):
                schedules += read_schedule(data)
                continue
            read = import_session(data)
        except RetrorunError:
            continue  # something else lies there, too
        with suppress(PlanError):  # a workout without a serial number
            index = index if read.identity is None else index.remember(read.session, read.identity)
        found = _DAY.search(path.name)
        if found is not None:
            days.append((found[0], read.session))
    scheduled = [(entry.day, index.find(entry.workout)) for entry in schedules]
    dated = [(date.fromisoformat(text), session) for text, session in days if _is_day(text)]
    plans = Plans(index=index, days=(*((day, one) for day, one in scheduled if one is not None), *dated))
    if not plans.index.sessions and not plans.days:
        hint = "give the folder of `retrorun plan -o FOLDER`, or sessions with a day in the name of their file"
        raise PlanError("no planned session can be found in it", where=printable(str(folder)), hint=hint)
    return plans


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
