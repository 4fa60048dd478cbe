"""What goes out in another format comes back equal, but for what a finding said on the way."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings

from retrorun.errors import SessionError, WorkoutError
from retrorun.session.effort import is_effort
from retrorun.session.library import ready_made
from retrorun.session.model import Direction, Intensity, Repeat, Session, Setting, Step, walk
from retrorun.session.values import (
    Distance,
    HeartRateZone,
    LapButton,
    PercentOf,
    PercentRange,
    PowerRange,
    SpeedRange,
    Target,
    Time,
    Times,
)
from retrorun.units import METRES_PER_MILE
from retrorun.workout.check import check_session
from retrorun.workout.decode import Decompiled, Exported
from retrorun.workout.fit import compile_workout, decompile
from retrorun.workout.garmin_connect import from_garmin_connect, to_garmin_connect
from retrorun.workout.intervals_icu import from_intervals_icu, is_intervals_icu, to_intervals_icu
from retrorun.workout.sheet import from_sheet, to_sheet
from retrorun.workout.zwift import from_zwift, is_zwift, to_zwift
from tests.strategies import any_targets, sessions
from tests.workout.plans import RETRO_400S, done, guesses, is_countable

# Findings of an export that change nothing in the session itself.
HARMLESS = (
    "has zones of its own",
    "gives a step for the lap button a length",
    "may leave out a second target",
    "as meant is not known",
    "moved to the end",
    "does not say where a session takes place",
    # Zwift: what is said here stands in the message, out of which it is read.
    "is in the message",
    "it lasts",
    "became",
    "does not drive the treadmill",
)


def in_reach_of_connect(session: Session) -> Session:
    """A session less what every finding of an export to Garmin Connect would be about."""

    def item(one: Step | Repeat, depth: int) -> Step | Repeat:
        if isinstance(one, Step):
            active = one.intensity is Intensity.INTERVAL
            return replace(one, incline_pct=None, intensity=Intensity.ACTIVE if active else one.intensity)
        if depth == 2:
            return item(one.steps[0], depth)
        steps = tuple(item(each, depth + 1) for each in one.steps)
        rest = isinstance(steps[-1], Step) and steps[-1].intensity in (Intensity.REST, Intensity.RECOVERY)
        return Repeat(steps=steps, until=Times(count=3), skip_last=one.skip_last and rest, note=one.note)

    steps = tuple(item(one, 0) for one in session.steps)
    return replace(session, steps=steps, setting=Setting.ROAD, name=session.name or "Workout")


def in_reach_of_intervals(session: Session) -> Session:
    """The same for intervals.icu, whose text has no name."""

    def item(one: Step | Repeat, depth: int) -> Step | Repeat:
        if isinstance(one, Repeat):
            if depth == 1:
                return item(one.steps[0], depth)
            steps = tuple(item(each, 1) for each in one.steps)
            return Repeat(steps=steps, until=Times(count=3), note=one.note)
        duration, target = one.duration, one.target
        if isinstance(duration, Time):
            duration = Time(time_s=max(1, round(duration.time_s)))
        elif not isinstance(duration, Distance):
            duration = LapButton()
        if isinstance(target, SpeedRange):
            per_m = METRES_PER_MILE if target.unit in ("min/mi", "mph") else 1000
            ends = [per_m / round(per_m / speed) for speed in (target.low_mps, target.high_mps)]
            target = replace(target, low_mps=ends[0], high_mps=ends[1])
        elif not isinstance(target, HeartRateZone | PowerRange):
            target = None
        return replace(one, duration=duration, target=target, secondary_target=None, incline_pct=None)

    return replace(session, steps=tuple(item(one, 0) for one in session.steps), name="")


def in_reach_of_zwift(session: Session) -> Session:
    """The same for Zwift, which has no repeats and a note in one line."""

    def item(one: Step | Repeat) -> Step:
        step = item(one.steps[0]) if isinstance(one, Repeat) else one
        words = " ".join(step.note.split()).replace("\ufffe", "").replace("\uffff", "").strip()
        return replace(step, note=words)

    name = session.name.replace("\ufffe", "").replace("\uffff", "")
    note = session.note.replace("\ufffe", "").replace("\uffff", "")
    inclined = any(isinstance(one, Step) and one.incline_pct is not None for _, one in walk(session.steps))
    setting = Setting.TREADMILL if inclined else Setting.ROAD
    steps = tuple(item(one) for one in session.steps)
    if setting is Setting.TREADMILL and all(step.incline_pct is None for step in steps):
        setting = Setting.ROAD
    return Session(steps=steps, name=" ".join(name.split()) or "Workout", note=note, setting=setting)


def back_from_zwift(exported: Exported) -> Decompiled:
    assert is_zwift(exported.text)
    return from_zwift(exported.text)


def back_from_connect(exported: Exported) -> Decompiled:
    return from_garmin_connect(json.loads(exported.text))


def back_from_intervals(exported: Exported) -> Decompiled:
    assert is_intervals_icu(exported.text)
    return from_intervals_icu(exported.text)


FORMATS = {
    "garmin-connect": (to_garmin_connect, back_from_connect, in_reach_of_connect),
    "intervals.icu": (to_intervals_icu, back_from_intervals, in_reach_of_intervals),
    "zwift": (to_zwift, back_from_zwift, in_reach_of_zwift),
}


def changed(exported: Exported) -> bool:
    return any(not any(mark in finding.what for mark in HARMLESS) for finding in exported.findings)


@pytest.mark.parametrize("name", FORMATS)
@settings(deadline=None, max_examples=100)
@given(session=sessions(max_depth=2))
def test_what_a_format_holds_comes_back_equal(name: str, session: Session) -> None:
    write, read, in_reach = FORMATS[name]
    session = in_reach(session)
    exported = write(session)
    assert not changed(exported), exported.findings
    back = read(exported)
    assert back.session == session
    assert guesses(back.session) == guesses(session)
    assert not back.findings


@pytest.mark.parametrize("name", FORMATS)
@settings(deadline=None, max_examples=60)
@given(session=sessions(max_depth=2))
def test_whatever_goes_out_comes_back_with_its_directions(name: str, session: Session) -> None:
    write, read, _ = FORMATS[name]
    if is_countable(session):
        planned, found = done(session.steps), done(read(write(session)).session.steps)
        assert [step.direction for step in planned] == [step.direction for step in found]


def back_from_fit(exported: Exported) -> Decompiled:
    return decompile(exported.text.encode("latin-1"))


def to_fit(session: Session) -> Exported:
    told = tuple(finding for finding in check_session(session) if "no open end" in finding.what)
    return Exported(text=compile_workout(session).decode("latin-1"), findings=told)


TARGET_FORMATS = {
    "fit": (to_fit, back_from_fit),
    "sheet": (to_sheet, lambda exported: from_sheet(exported.text)),
    **{name: (write, read) for name, (write, read, _) in FORMATS.items()},
}


@pytest.mark.parametrize("name", TARGET_FORMATS)
@settings(deadline=None, max_examples=100)
@given(target=any_targets)
def test_every_target_comes_back_or_is_told_or_refused(name: str, target: Target) -> None:
    session = Session(name="One", steps=(Step(duration=Time(time_s=60), target=target),))
    write, read = TARGET_FORMATS[name]
    try:
        exported = write(session)
    except (SessionError, WorkoutError):
        assert is_effort(target)
        return
    back = replace(read(exported).session, name="One")
    if not changed(exported):
        assert back == session


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("session", [RETRO_400S, *(entry.build() for entry in ready_made())], ids=lambda s: s.name)
def test_known_sessions_come_back(name: str, session: Session) -> None:
    write, read, _ = FORMATS[name]
    exported = write(session)
    back = read(exported)
    assert not back.findings
    if not changed(exported):
        assert back.session == replace(session, name=back.session.name)
    assert [step.direction for step in done(back.session.steps)] == [step.direction for step in done(session.steps)]


@pytest.mark.parametrize(
    "of", [PercentOf.MAX_HR, PercentOf.THRESHOLD_HR, PercentOf.THRESHOLD_PACE, PercentOf.CRITICAL_POWER]
)
def test_intervals_icu_holds_efforts_of_its_own(of: PercentOf) -> None:
    step = Step(
        duration=Time(time_s=600),
        direction=Direction.BACKWARD,
        target=PercentRange(low_pct=85, high_pct=90, of=of),
    )
    exported = to_intervals_icu(Session(steps=(step,)))
    assert not exported.findings
    assert from_intervals_icu(exported.text).session == Session(steps=(step,))
