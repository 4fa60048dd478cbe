from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings

from retrorun.fit.workout_message import FileIdentity
from retrorun.session.library import ready_made
from retrorun.session.model import Session, Step
from retrorun.session.values import Distance, SpeedRange
from retrorun.workout.fit import compile_workout, decompile
from retrorun.workout.identity import canonical, identity
from tests import strategies

EPOCH = datetime(1989, 12, 31, tzinfo=UTC)


@settings(deadline=None, max_examples=40)
@given(strategies.sessions(), strategies.sessions())
def test_equal_sessions_and_only_they_have_the_same_canonical_text(one: Session, other: Session) -> None:
    assert (canonical(one) == canonical(other)) == (one == other)


def test_the_unit_in_which_a_value_was_written_makes_no_difference() -> None:
    def session(**units: str) -> Session:
        target = SpeedRange(low_mps=2, high_mps=3, unit=units["speed"])  # type: ignore[arg-type] # a word of the model
        duration = Distance(distance_m=1609.34, unit=units["distance"])  # type: ignore[arg-type] # likewise
        return Session(steps=(Step(duration=duration, target=target),))

    metric, imperial = session(speed="min/km", distance="m"), session(speed="min/mi", distance="mi")
    assert identity(metric) == identity(imperial)
    assert compile_workout(metric) == compile_workout(imperial)


@settings(deadline=None, max_examples=40)
@given(strategies.sessions())
def test_identities_are_always_valid(session: Session) -> None:
    made = identity(session)
    assert made.serial is not None
    assert made.time_created is not None
    assert 1 <= made.serial <= 0xFFFF_FFFF
    assert datetime(2020, 1, 1, tzinfo=UTC) <= EPOCH + timedelta(seconds=made.time_created)
    assert EPOCH + timedelta(seconds=made.time_created) < datetime(2024, 4, 3, tzinfo=UTC)


def test_different_sessions_have_different_serials() -> None:
    sessions = [entry.build() for entry in ready_made()]
    sessions += [replace(sessions[0], name=f"{number}") for number in range(1000)]
    assert len({identity(session).serial for session in sessions}) == len(sessions)


def test_the_file_carries_the_identity_whatever_the_device() -> None:
    session = ready_made()[0].build()
    for device in ("generic", "fr965", "edge530"):
        assert decompile(compile_workout(session, device=device)).identity == identity(session)
    assert identity(session, serial=5, created=EPOCH + timedelta(days=9000)) == FileIdentity(
        type=5, manufacturer=255, product=0x5252, serial=5, time_created=9000 * 86_400
    )
