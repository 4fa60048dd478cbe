"""Workouts back to sessions: our own come back equal, others' with a word on what a session cannot hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrorun.errors import FitError, RecordingError, RetrorunError, WorkoutError
from retrorun.fit.workout_message import FileIdentity, RawStep, RawWorkout, write_workout
from retrorun.fit.writer import Message, write_fit
from retrorun.session.library import ready_made
from retrorun.session.model import Direction, Gait, Repeat, Session, Setting, Step, walk
from retrorun.session.values import (
    CadenceRange,
    Distance,
    HeartRateBelow,
    HeartRateRange,
    HeartRateZone,
    LapButton,
    PowerRange,
    SpeedRange,
    Time,
    Times,
)
from retrorun.workout.check import check_session, errors_of
from retrorun.workout.decode import Decompiled
from retrorun.workout.devices import DEVICES, find_device
from retrorun.workout.encode import encode
from retrorun.workout.fit import MANUFACTURER, PRODUCT, compile_workout, decode_workout, decompile, decompile_workout
from tests import strategies
from tests.workout.plans import EVERYTHING, guesses

BACKWARD, FORWARD = Direction.BACKWARD, Direction.FORWARD
HEAD = FileIdentity(type=5, manufacturer=1, product=65534, serial=5, time_created=1_000_000_000)

OURS = FileIdentity(type=5, manufacturer=MANUFACTURER, product=PRODUCT)  # as our own files say


def raw(index: int = 0, **values: Any) -> RawStep:  # noqa: ANN401 - any field of a raw step
    return RawStep(index=index, **{"duration_type": 5, "target_type": 2, "intensity": 0, **values})


def plan(*steps: RawStep, **values: Any) -> RawWorkout:  # noqa: ANN401 - any field of a raw plan
    return RawWorkout(steps=steps, **{"sport": 1, "num_valid_steps": len(steps), **values})


def only(decompiled: Decompiled) -> Step:
    (step,) = decompiled.session.steps
    assert isinstance(step, Step)
    return step


def said(decompiled: Decompiled) -> list[str]:
    return [f"{finding.place}: {finding.what}" for finding in decompiled.findings]


# ---- our own ---------------------------------------------------------------------------------------------------------

MARKS = ("bytes,", "one round")  # what changes a session on its way: texts that are cut, a step that is left out


@settings(deadline=None, max_examples=150)
@given(strategies.sessions(max_depth=2), st.sampled_from(sorted(DEVICES)), st.booleans())
def test_a_session_comes_back_equal_up_to_what_checking_said(session: Session, device: str, field18: bool) -> None:
    if errors_of(session, find_device(device), skip_last_field=field18):
        with pytest.raises(WorkoutError):
            compile_workout(session, device=device, skip_last_field=field18)
        return
    back = decompile(compile_workout(session, device=device, skip_last_field=field18))
    assert not back.findings
    if not any(mark in finding.what for finding in check_session(session, device) for mark in MARKS):
        assert back.session == session
        assert guesses(back.session) == guesses(session)


@pytest.mark.parametrize("session", [EVERYTHING, *(entry.build() for entry in ready_made())], ids=lambda s: s.name)
def test_known_sessions_come_back_equal(session: Session) -> None:
    assert decompile_workout(compile_workout(session)) == session


@settings(deadline=None, max_examples=60)
@given(strategies.sessions(max_depth=2))
def test_the_note_alone_is_enough_as_recordings_were_seen_without_names(session: Session) -> None:
    whole = encode(session, find_device("generic"))
    if not 1 <= len(whole.steps) <= 1000:
        return
    bare = replace(whole, steps=tuple(replace(step, name="") for step in whole.steps))
    assert decode_workout(bare, OURS).session == decode_workout(whole, OURS).session


def test_the_name_alone_still_tells_the_direction() -> None:
    found = only(decode_workout(plan(raw(name="BWD walk up", notes="easy does it"))))
    assert (found.direction, found.gait, found.slope, found.note) == (BACKWARD, Gait.WALK, "uphill", "easy does it")


def test_where_name_and_note_disagree_the_note_counts_and_it_is_said() -> None:
    back = decode_workout(plan(raw(name="fwd run", notes="BACKWARD run")))
    assert only(back).direction is BACKWARD
    assert said(back) == ["steps[0]: name 'fwd run' and note 'BACKWARD run' disagree on the direction"]


# ---- places ----------------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(strategies.sessions(max_depth=2))
def test_every_raw_step_has_a_place_and_is_what_stands_there(session: Session) -> None:
    written = encode(session, find_device("generic"))
    if len(written.steps) > 1000:
        return
    back = decode_workout(written)
    there = dict(walk(back.session.steps))
    assert sorted(back.places) == [step.index for step in written.steps]
    for step in written.steps:
        item = there[back.places[step.index]]
        assert isinstance(item, Repeat) == (step.duration_type in range(6, 14))
    assert set(back.places.values()) == set(there)


def test_a_last_round_that_was_written_out_has_the_places_of_the_round() -> None:
    steps = (Step(duration=LapButton()), Step(duration=Time(time_s=5)), Step(duration=Time(time_s=9)))
    planned = Session(steps=(steps[0], Repeat(steps=steps, until=Times(count=3), skip_last=True)))
    back = decode_workout(encode(planned, find_device("generic")))
    assert back.session == planned
    body = [f"steps[1].repeat[{index}]" for index in range(3)]
    assert [back.places[index] for index in range(7)] == ["steps[0]", *body, "steps[1]", *body[:2]]


def test_nested_repeats_that_begin_at_the_same_step() -> None:
    inner = Repeat(steps=(Step(duration=LapButton()), Step(duration=Time(time_s=5))), until=Times(count=3))
    planned = Session(steps=(Repeat(steps=(inner,), until=Times(count=2)),))
    back = decode_workout(encode(planned, find_device("generic")))
    assert back.session == planned
    assert dict(back.places) == {
        0: "steps[0].repeat[0].repeat[0]",
        1: "steps[0].repeat[0].repeat[1]",
        2: "steps[0].repeat[0]",
        3: "steps[0]",
    }


def test_a_mark_without_its_round_is_said_and_taken_as_it_stands() -> None:
    back = decode_workout(
        plan(raw(0), raw(1), raw(2, duration_type=6, duration_value=0, target_value=2, notes="SKIP LAST"))
    )
    assert isinstance(back.session.steps[0], Repeat)
    assert not back.session.steps[0].skip_last
    assert said(back) == [
        "steps[0]: the repeat's note says that its last round is written out behind it, but that round is not there"
    ]


# ---- other makers ----------------------------------------------------------------------------------------------------


def test_others_run_forward_and_keep_name_and_note() -> None:
    back = decode_workout(plan(raw(name="Easy", notes="relax"), name="Thursday", description="with friends"))
    assert only(back) == Step(duration=LapButton(), note="Easy: relax")
    assert (back.session.name, back.session.note, back.findings) == ("Thursday", "with friends", ())


def test_a_word_for_backward_turns_the_step_and_it_is_said() -> None:
    back = decode_workout(plan(raw(notes="5 min rückwärts")))
    assert only(back).direction is BACKWARD
    assert only(back).direction_guessed
    assert said(back) == ["steps[0]: the direction is guessed from the word 'rückwärts'"]


@pytest.mark.parametrize(
    ("values", "target"),
    [
        ({"target_type": 1, "target_value": 0, "target_low": 240, "target_high": 250}, (140, 150)),
        ({"target_type": 1, "target_value": 3}, 3),
        ({"target_type": 4, "target_value": 0, "target_low": 1200, "target_high": 1250}, (200, 250)),
        ({"target_type": 7, "target_value": 0, "target_low": 1200, "target_high": 1250}, (200, 250)),
        ({"target_type": 12, "target_value": 0, "target_low": 2000, "target_high": 2500}, (2.0, 2.5)),
        ({"target_type": 0, "target_value": 0, "target_low": 2500, "target_high": 2000}, (2.0, 2.5)),
    ],
)
def test_targets_of_workout_files(values: dict[str, int], target: object) -> None:
    found = only(decode_workout(plan(raw(**values)))).target
    ends = {
        HeartRateRange: ("low_bpm", "high_bpm"),
        PowerRange: ("low_w", "high_w"),
        SpeedRange: ("low_mps", "high_mps"),
        CadenceRange: ("low_spm", "high_spm"),
    }
    if isinstance(found, HeartRateZone):
        assert found.zone == target
    else:
        assert found is not None
        assert tuple(getattr(found, end) for end in ends[type(found)]) == target


@pytest.mark.parametrize(
    ("low", "high", "bpm"),
    [
        (140, 150, (140, 150)),
        (74, 115, (74, 115)),
        (190, 220, (190, 220)),
        (210, 221, (110, 121)),
        (240, 260, (140, 160)),
    ],
)
def test_heart_rates_in_recordings_are_plain_unless_nobody_could_have_them(
    low: int, high: int, bpm: tuple[int, int]
) -> None:
    step = raw(target_type=1, target_value=0, target_low=low, target_high=high)
    target = only(decode_workout(plan(step, embedded=True))).target
    assert target == HeartRateRange(low_bpm=bpm[0], high_bpm=bpm[1])


@pytest.mark.parametrize(
    ("low", "high", "watts"), [(165, 189, (165, 189)), (253, 473, (253, 473)), (1200, 1250, (200, 250))]
)
def test_powers_in_recordings_are_plain_unless_nobody_could_run_them(
    low: int, high: int, watts: tuple[int, int]
) -> None:
    step = raw(target_type=4, target_value=0, target_low=low, target_high=high)
    target = only(decode_workout(plan(step, embedded=True))).target
    assert target == PowerRange(low_w=watts[0], high_w=watts[1])


def as_a_watch_hands_it_back(step: RawStep) -> RawStep:
    """A step in a recording: no name, heart rate and power without their offsets (measured on targets)."""
    off = {1: 100, 4: 1000}.get(step.target_type or 0, 0) if step.target_low is not None else 0
    second = {1: 100, 4: 1000}.get(step.secondary_target_type or 0, 0) if step.secondary_target_low is not None else 0
    return replace(
        step,
        name="",
        duration_value=step.duration_value - 100 if step.duration_type in (2, 3) else step.duration_value,  # type: ignore[operator] # these two have a value
        target_value=step.target_value - 100 if step.duration_type in (10, 11) else step.target_value,  # type: ignore[operator] # likewise
        target_low=step.target_low and step.target_low - off,
        target_high=step.target_high and step.target_high - off,
        secondary_target_low=step.secondary_target_low and step.secondary_target_low - second,
        secondary_target_high=step.secondary_target_high and step.secondary_target_high - second,
    )


def within_reach(session: Session) -> bool:
    """Whether all heart rates and powers are such as people have, so that a plain one cannot be taken for another."""
    for _, item in walk(session.steps):
        parts = (item.duration, item.target, item.secondary_target) if isinstance(item, Step) else (item.until,)
        for part in parts:
            bpm = getattr(part, "heart_rate_bpm", 0), getattr(part, "high_bpm", 0)
            if max(bpm) > 220 or getattr(part, "low_w", 0) >= 1000:
                return False
    return True


@settings(deadline=None, max_examples=80)
@given(strategies.sessions(max_depth=2))
def test_a_plan_comes_back_from_a_recording_as_it_was(session: Session) -> None:
    whole = encode(session, find_device("generic"))
    if not within_reach(session) or len(whole.steps) > 1000:
        return
    handed_back = replace(whole, steps=tuple(map(as_a_watch_hands_it_back, whole.steps)), embedded=True)
    assert decode_workout(handed_back, OURS) == decode_workout(whole, OURS)


def test_ends_by_heart_rate_in_recordings() -> None:
    step = raw(duration_type=2, duration_value=120)
    assert only(decode_workout(plan(step, embedded=True))).duration == HeartRateBelow(heart_rate_bpm=120)
    step = raw(duration_type=2, duration_value=220)
    assert only(decode_workout(plan(step))).duration == HeartRateBelow(heart_rate_bpm=120)


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"duration_type": 14, "duration_value": 1200}, "ends by power less than (raw 1200)"),
        ({"duration_type": 29, "duration_value": 12}, "ends by reps (raw 12)"),
        ({"duration_type": 2, "duration_value": 85}, "ends by hr less than (raw 85)"),  # % of the greatest
        ({"duration_type": 0, "duration_value": 0}, "ends by time (raw 0)"),
        ({"duration_type": 0}, "ends by time (no value)"),
        ({"duration_type": None}, "ends by nothing at all"),
        ({"duration_type": 77, "duration_value": 1}, "ends by type 77"),
        ({"duration_type": 31, "duration_value": 9000}, "ends by time only"),
        (
            {"target_type": 4, "target_value": 0, "target_low": 85, "target_high": 95},
            "85 to 95 % of the threshold power",
        ),
        ({"target_type": 0, "target_value": 4}, "the target is speed zone 4"),
        ({"target_type": 4, "target_value": 3}, "the target is power zone 3"),
        ({"target_type": 5, "target_value": 0, "target_low": 1, "target_high": 2}, "the target is grade"),
        ({"target_type": 10, "target_value": 0, "target_low": 1200, "target_high": 1250}, "the target is power lap"),
        (
            {"target_type": 0, "target_value": 4, "target_low": 3000, "target_high": 3500},
            "the target is speed zone 4",
        ),
        ({"target_type": 99, "target_value": 1}, "the target is type 99"),
        ({"target_type": 0, "target_value": 0}, "the target is speed"),
        ({"target_type": 0, "target_value": 0, "target_low": 0, "target_high": 99_000}, "the target is speed"),
        ({"target_type": 0, "target_value": 0, "target_low": 2500, "target_high": 2000}, "the lower end"),
        ({"intensity": 6}, "intensity is 6 (other)"),
        ({"intensity": 9}, "intensity is 9 (unknown to the FIT profile)"),
        ({"notes": "a\tb"}, "characters that cannot be shown"),
    ],
)
def test_what_a_session_cannot_hold_is_said_at_its_place(values: dict[str, Any], what: str) -> None:
    (finding,) = decode_workout(plan(raw(), raw(1, **values))).findings
    assert finding.place == "steps[1]"
    assert what in finding.what
    assert finding.hint


def test_only_percentages_are_called_so() -> None:
    grade = raw(target_type=5, target_value=0, target_low=1, target_high=2)
    assert said(decode_workout(plan(grade))) == ["steps[0]: the target is grade (raw 1) to (raw 2)"]
    fast = raw(target_type=1, target_value=0, target_low=500, target_high=600)
    assert said(decode_workout(plan(fast))) == ["steps[0]: the target is heart rate (raw 500) to (raw 600)"]


def test_the_ends_of_a_zone_that_only_the_watch_knows_are_taken() -> None:
    step = raw(target_type=0, target_value=4, target_low=3000, target_high=3500)
    assert only(decode_workout(plan(step))).target == SpeedRange(low_mps=3.0, high_mps=3.5)
    zone = raw(target_type=1, target_value=2, target_low=120, target_high=140)
    assert only(decode_workout(plan(zone, embedded=True))).target == HeartRateZone(zone=2)


def test_two_targets_of_the_same_kind_leave_the_first() -> None:
    zone, bpm = {"target_type": 1, "target_value": 2}, {"secondary_target_type": 1, "secondary_target_value": 0}
    step = raw(**zone, **bpm, secondary_target_low=240, secondary_target_high=250)
    back = decode_workout(plan(step))
    assert (only(back).target, only(back).secondary_target) == (HeartRateZone(zone=2), None)
    assert "same kind" in said(back)[0]


def test_a_second_target_without_a_first_is_the_first() -> None:
    back = decode_workout(plan(raw(secondary_target_type=1, secondary_target_value=2)))
    assert (only(back).target, back.findings) == (HeartRateZone(zone=2), ())


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"sport": 2}, "the sport is cycling"),
        ({"sport": None}, "the sport is not said"),
        ({"sub_sport": 45}, "the kind of sport is indoor_running"),
        ({"sub_sport": 58}, "the kind of sport is virtual_activity"),
        ({"num_valid_steps": 7}, "counts 7 steps and has 1"),
    ],
)
def test_what_the_workout_says_beyond_a_session_is_said(values: dict[str, Any], what: str) -> None:
    (finding,) = decode_workout(plan(raw(), **values)).findings
    assert finding.place == ""
    assert what in finding.what


def test_a_cyclists_road_is_a_road() -> None:
    (finding,) = decode_workout(plan(raw(), sport=2, sub_sport=7)).findings
    assert "the sport is cycling" in finding.what


def test_walking_is_held() -> None:
    assert only(decode_workout(plan(raw(), sport=11))).gait is Gait.WALK


def test_old_files_that_do_not_count_repeats_are_no_news() -> None:
    steps = (raw(0), raw(1, duration_type=6, duration_value=0, target_value=3))
    assert not decode_workout(plan(*steps, num_valid_steps=1)).findings


def test_an_incline_away_from_a_treadmill_is_left_out_and_said() -> None:
    back = decode_workout(plan(raw(notes="BACKWARD run +5%")))
    assert (only(back).direction, only(back).incline_pct) == (BACKWARD, None)
    assert "an incline of 5 %" in said(back)[0]
    back = decode_workout(plan(raw(notes="BACKWARD run uphill"), sub_sport=1))
    assert (only(back).slope, back.session.setting) == (None, Setting.TREADMILL)
    assert "uphill on a treadmill" in said(back)[0]


@pytest.mark.parametrize(("kind", "limit"), [(9, 500), (12, 1200), (13, 1200), (6, 0), (10, 85), (6, None)])
def test_repeats_that_a_session_cannot_hold_have_one_round(kind: int, limit: int | None) -> None:
    back = decode_workout(plan(raw(0), raw(1, duration_type=kind, duration_value=0, target_value=limit)))
    repeat = back.session.steps[0]
    assert isinstance(repeat, Repeat)
    assert repeat.until == Times(count=1)
    assert "the repeat goes on by" in said(back)[0]


def test_field_18_where_it_means_nothing_is_said() -> None:
    back = decode_workout(plan(raw(0), raw(1, duration_type=6, duration_value=0, target_value=3, skip_last=True)))
    assert said(back) == ["steps[0]: the repeat leaves out the last step of its last round"]


def test_indices_out_of_order_with_marks_or_twice() -> None:
    repeat = raw(2, duration_type=6, duration_value=0, target_value=3)
    in_order = decode_workout(plan(raw(0, notes="a"), raw(1, notes="b"), repeat))
    assert decode_workout(plan(repeat, raw(0x8000, notes="a"), raw(1, notes="b"))) == in_order
    twice = decode_workout(plan(raw(0, notes="a"), raw(0, notes="b"), repeat))
    assert twice.session == in_order.session
    assert said(twice) == [": two steps have the same index"]


@pytest.mark.parametrize("first", [None, 1, 2, 9])
def test_a_repeat_that_begins_nowhere_is_refused_with_its_place(first: int | None) -> None:
    steps = (raw(0), raw(1), raw(2, duration_type=6, duration_value=0, target_value=2))
    with pytest.raises(WorkoutError, match="workout_step 3"):
        decode_workout(plan(*steps, raw(3, duration_type=6, duration_value=first, target_value=2)))


@pytest.mark.parametrize("count", [0, 1001])
def test_too_few_and_too_many_steps_are_refused(count: int) -> None:
    with pytest.raises(WorkoutError, match="steps"):
        decode_workout(plan(*(raw(index) for index in range(count))))


def test_repeats_too_deep_for_a_session_are_refused() -> None:
    steps = [raw(index, duration_type=6, duration_value=0, target_value=2) for index in range(1, 40)]
    with pytest.raises(WorkoutError, match="deep"):
        decode_workout(plan(raw(0), *steps))


# ---- files -----------------------------------------------------------------------------------------------------------


def test_a_path_is_read(tmp_path: Path) -> None:
    path = tmp_path / "w.fit"
    path.write_bytes(compile_workout(EVERYTHING))
    assert decompile_workout(path) == decompile_workout(str(path)) == EVERYTHING
    with pytest.raises(RecordingError, match="no such file"):
        decompile_workout(tmp_path / "none.fit")


def test_a_damaged_file_says_what_was_lost() -> None:
    whole = compile_workout(EVERYTHING)
    back = decompile(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert back.session == EVERYTHING
    assert "checksum" in back.findings[0].what


@pytest.mark.parametrize("data", [b"", b"x" * 50, b"<gpx/>"])
def test_what_is_no_fit_file_is_refused(data: bytes) -> None:
    with pytest.raises(FitError):
        decompile_workout(data)


def test_files_of_other_kinds_are_refused() -> None:
    course = write_fit([Message(kind="file_id", values={"type": 6})])
    with pytest.raises(WorkoutError, match="type 6"):
        decompile_workout(course)
    empty = write_fit([Message(kind="file_id", values={"type": 5})])
    with pytest.raises(WorkoutError, match="holds no workout"):
        decompile_workout(empty)


def test_a_recording_gives_its_plan_and_the_identity_of_the_workouts_file() -> None:
    written = write_workout(plan(raw(notes="BACKWARD run")), HEAD)
    assert decompile(written).identity == HEAD
    recording = write_fit(
        [
            Message(kind="file_id", values={"type": 4, "manufacturer": 1, "time_created": 1_000_000_500}),
            Message(
                kind="training_file",
                values={
                    "type": 5,
                    "manufacturer": 1,
                    "product": 65534,
                    "serial_number": 5,
                    "time_created": 1_000_000_000,
                },
            ),
            Message(kind="workout", values={"sport": 1, "num_valid_steps": 1}),
            Message(
                kind="workout_step",
                values={
                    "message_index": 0,
                    "duration_type": 1,
                    "duration_value": 40_000,
                    "target_type": 1,
                    "target_value": 0,
                    "custom_target_value_low": 140,
                    "custom_target_value_high": 150,
                    "notes": "BACKWARD run",
                },
            ),
        ]
    )
    back = decompile(recording)
    target = HeartRateRange(low_bpm=140, high_bpm=150)
    assert only(back) == Step(duration=Distance(distance_m=400), direction=BACKWARD, target=target)
    assert back.identity == HEAD
    # Somebody else made the workout, so that our own words in it are no more than a guess.
    assert only(back).direction_guessed
    assert said(back) == [
        "steps[0]: the direction stands in the step's own words, and who made the workout is not known"
    ]


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_broken_bytes_never_raise_anything_else(data: st.DataObject) -> None:
    whole = bytearray(compile_workout(EVERYTHING))
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(whole)))
    try:
        back = decompile(bytes(whole[:end]))
    except RetrorunError:
        return
    assert isinstance(back.session, Session)
    assert compile_or_say(back.session)


def compile_or_say(session: Session) -> bool:
    """Whatever was decompiled can be compiled again, unless checking says why not."""
    return bool(errors_of(session, find_device("generic"))) or bool(compile_workout(session))
