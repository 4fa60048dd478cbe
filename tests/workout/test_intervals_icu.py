from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from retrorun.errors import WorkoutError
from retrorun.session.model import Direction, Findings, Intensity, Repeat, Session, Step
from retrorun.session.notation import parse_target
from retrorun.session.values import (
    CadenceRange,
    Distance,
    HeartRateRange,
    HeartRateZone,
    HeartRateZoneRange,
    LapButton,
    PercentOf,
    PercentRange,
    SpeedRange,
    SpeedUnit,
    Target,
    Time,
    Times,
)
from retrorun.workout.intervals_icu import from_intervals_icu, read_target, to_intervals_icu
from tests.conftest import Golden
from tests.strategies import sessions
from tests.workout.plans import BACKWARD, EVERYTHING, FORWARD, REST, RETRO_400S, done, is_countable

# The syntax as its guide describes it, read by the tests' own small reader.
DURATION = re.compile(r"(?<!\S)(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?!\S)")
DISTANCE = re.compile(r"(?<!\S)(\d+(?:\.\d+)?)(mtr|km|mi)(?!\S)")
METRES = {"mtr": 1.0, "km": 1000.0, "mi": 1609.344}
RESERVED = re.compile(r"\d|\b(ramp|freeride|maxeffort)\b|\b[a-z]{2}/|[%^=]", re.IGNORECASE)


def read_step(line: str) -> tuple[str, float | None, float | None, str]:
    """Cue, seconds, metres and everything after the length: the first length in the line ends the cue."""
    words = line.removeprefix("- ").split(" ")
    for index, word in enumerate(words):
        time, distance = DURATION.fullmatch(word), DISTANCE.fullmatch(word)
        if not word or not (time or distance):
            continue
        cue, rest = " ".join(words[:index]), " ".join(words[index + 1 :])
        if distance:
            return cue, None, float(distance[1]) * METRES[distance[2]], rest
        assert time is not None
        hours, minutes, seconds = (int(part or 0) for part in time.groups())
        return cue, hours * 3600.0 + minutes * 60 + seconds, None, rest
    raise AssertionError(f"no length in {line!r}")


def read_text(text: str) -> list[tuple[str, float | None, float | None, str]]:
    """Every step that a runner does, repeats run out. A blank line ends a repeat."""
    made = []
    for block in text.strip("\n").split("\n\n"):
        lines = block.split("\n")
        head = re.search(r"(?:^|\s)(\d+)x$", lines[0])
        if head and not lines[0].startswith("-"):
            assert all(line.startswith("- ") for line in lines[1:])
            made += [read_step(line) for line in lines[1:]] * (int(head[1]) if len(lines) > 1 else 0)
        else:
            made += [read_step(line) for line in lines if line.startswith("- ")]
    return made


@pytest.mark.parametrize(("name", "session"), [("retro-400s", RETRO_400S), ("everything", EVERYTHING)])
def test_golden(golden: Golden, name: str, session: Session) -> None:
    golden.exported(f"{name}.intervals", ".txt", to_intervals_icu(session))


@settings(max_examples=60, deadline=None)
@given(sessions(max_depth=2, max_steps=4).filter(is_countable))
def test_reads_back_as_the_same_steps_in_the_same_order(session: Session) -> None:
    planned, made = done(session.steps), read_text(to_intervals_icu(session).text)
    assert len(made) == len(planned)
    for step, (cue, time_s, distance_m, rest) in zip(planned, made, strict=True):
        backward = step.direction is Direction.BACKWARD
        rests = step.intensity is Intensity.REST and not backward
        assert cue.startswith(("BACKWARD ", "BACKWARD? ") if backward else "rest" if rests else "forward ")
        assert f"intensity={step.intensity}" in rest
        if isinstance(step.duration, Time):
            assert time_s == pytest.approx(step.duration.time_s, abs=0.5 if step.duration.time_s >= 0.5 else 1.0)
        elif isinstance(step.duration, Distance):
            assert distance_m == pytest.approx(step.duration.distance_m, abs=0.0051)
        else:
            assert cue.endswith("press lap")


@settings(max_examples=60, deadline=None)
@given(sessions(max_depth=2, max_steps=4).filter(is_countable))
def test_no_cue_holds_anything_but_words(session: Session) -> None:
    for cue, *_ in read_text(to_intervals_icu(session).text):
        assert not RESERVED.search(cue), cue


def only(step: Step) -> tuple[str, str]:
    """The one line that a step makes, and its findings as one text."""
    exported = to_intervals_icu(Session(steps=(step,)))
    return exported.text.split("\n")[0], "\n".join(str(finding) for finding in exported.findings)


def test_metres_are_mtr_and_minutes_m() -> None:
    assert only(FORWARD)[0] == "- forward run 400mtr 5:00/km Pace intensity=interval"
    assert " 10m " in only(Step(duration=Time(time_s=600)))[0]
    assert " 400m " not in to_intervals_icu(RETRO_400S).text


@pytest.mark.parametrize(
    ("distance", "written"),
    [
        (Distance(distance_m=400), "400mtr"),
        (Distance(distance_m=1500, unit="km"), "1.5km"),
        (Distance(distance_m=1609.344, unit="mi"), "1mi"),
        (Distance(distance_m=1000.02, unit="mi"), "1.00002km"),  # no round number of miles
        (Distance(distance_m=182.88, unit="yd"), "0.18288km"),
        (Distance(distance_m=12.5), "0.0125km"),
    ],
)
def test_distances_stay_exact(distance: Distance, written: str) -> None:
    assert only(Step(duration=distance)) == (f"- forward run {written} intensity=active", "")


@pytest.mark.parametrize(
    ("time_s", "written"), [(30, "30s"), (90, "1m30s"), (600, "10m"), (3600, "1h"), (5405, "1h30m5s")]
)
def test_times(time_s: float, written: str) -> None:
    assert only(Step(duration=Time(time_s=time_s))) == (f"- forward run {written} intensity=active", "")


def test_part_of_a_second_is_rounded_and_told() -> None:
    line, told = only(Step(duration=Time(time_s=40.4)))
    assert " 40s " in line
    assert "40.4 s became 40 s" in told


def test_the_cue_stands_before_the_length_and_says_the_direction_first() -> None:
    assert only(BACKWARD)[0].startswith("- BACKWARD run, look over the left shoulder 400mtr 7:20-6:40/km Pace")


@pytest.mark.parametrize(
    ("unit", "written"), [("min/mi", "10:00/mi"), ("mph", "10:00/mi"), ("km/h", "6:13/km"), ("m/s", "6:13/km")]
)
def test_a_pace_is_told_in_the_miles_or_kilometres_it_was_written_in(unit: SpeedUnit, written: str) -> None:
    ten_minutes_a_mile = SpeedRange(low_mps=2.682, high_mps=2.682, unit=unit)
    assert f" {written} Pace" in only(replace(FORWARD, target=ten_minutes_a_mile))[0]


def test_a_repeat_stands_between_blank_lines() -> None:
    lines = to_intervals_icu(RETRO_400S).text.split("\n")
    at = lines.index("4x")
    assert lines[at - 1] == ""
    assert [bool(line) for line in lines[at + 1 : at + 5]] == [True, True, True, False]


def test_two_repeats_side_by_side_stay_two() -> None:
    repeat = Repeat(until=Times(count=2), steps=(FORWARD, REST))
    assert len(read_text(to_intervals_icu(Session(steps=(repeat, repeat))).text)) == 8


def test_nested_repeats_are_written_out_and_told() -> None:
    inner = Repeat(until=Times(count=8), steps=(BACKWARD, REST))
    exported = to_intervals_icu(Session(steps=(Repeat(until=Times(count=4), steps=(inner, FORWARD)),)))
    assert exported.text.count("8x\n") == 4
    assert "4x" not in exported.text
    assert [finding.place for finding in exported.findings] == ["steps[0]"]
    assert "4 rounds written out" in exported.findings[0].what


@pytest.mark.parametrize(
    "note", ["keep 2m apart", "ramp up", "press lap when ready", "en/slow", "intensity=rest", "60^ go", "<b>bold</b>"]
)
def test_a_note_that_would_be_read_as_syntax_moves_to_the_end_and_is_told(note: str) -> None:
    line, told = only(replace(FORWARD, note=note))
    assert line == "- forward run 400mtr 5:00/km Pace intensity=interval"
    assert "moved to the end" in told
    assert f"Note on steps[0]: {note}" in to_intervals_icu(Session(steps=(replace(FORWARD, note=note),))).text


@pytest.mark.parametrize("note", ["in pairs", "- in pairs", "twice 3x", "\n - dash"])
def test_a_repeats_note_is_a_heading_or_moves_to_the_end(note: str) -> None:
    repeat = Repeat(until=Times(count=2), steps=(FORWARD, REST), note=note)
    text = to_intervals_icu(Session(steps=(repeat,))).text
    assert len(read_text(text)) == 4
    assert ("in pairs 2x\n" in text) is (note == "in pairs")
    assert ("Note on steps[0]: " in text) is (note != "in pairs")


def test_a_sessions_note_makes_no_steps() -> None:
    session = Session(steps=(FORWARD,), note="- 10m Z2\n3x\n- 1km")
    assert len(read_text(to_intervals_icu(session).text)) == 1


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (HeartRateRange(low_bpm=140, high_bpm=155), "one hundred forty to one hundred fifty-five bpm"),
        (CadenceRange(low_spm=170, high_spm=180), "one hundred seventy to one hundred eighty spm"),
    ],
)
def test_targets_without_a_place_go_into_the_cue_in_words_and_are_told(target: Target, words: str) -> None:
    line, told = only(replace(REST, target=target))
    assert line == f"- rest, {words} 1m30s intensity=rest"
    assert "stands in the cue" in told


def test_a_pace_as_second_target_can_be_read_aloud() -> None:
    second = SpeedRange(low_mps=1000 / 305, high_mps=1000 / 300)
    line, told = only(
        Step(duration=Time(time_s=60), target=CadenceRange(low_spm=180, high_spm=180), secondary_target=second)
    )
    assert "five flat to five oh five a km" in line
    assert "one target a step" in told


def test_a_pace_that_whole_seconds_cannot_hold_is_told() -> None:
    assert only(replace(FORWARD, target=SpeedRange(low_mps=4.444, high_mps=4.444)))[1] == ""  # 3:45/km
    assert "was rounded" in only(replace(FORWARD, target=SpeedRange(low_mps=4.45, high_mps=4.45)))[1]


def test_the_lap_button_has_a_length_all_the_same() -> None:
    line, told = only(Step(duration=LapButton()))
    assert line == "- forward run press lap 10m intensity=active"
    assert told.startswith("note: steps[0]")


def test_a_session_that_would_fill_the_memory_is_refused() -> None:
    repeat = Repeat(until=Times(count=999), steps=(FORWARD, REST))
    for _ in range(3):
        repeat = Repeat(until=Times(count=999), steps=(repeat, REST))
    with pytest.raises(WorkoutError, match="more than 2000 lines"):
        to_intervals_icu(Session(steps=(repeat,)))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_repeat_until_a_time_is_never_shorter_than_planned(data: st.DataObject) -> None:
    time_s = data.draw(st.integers(1, 3600))
    lengths = data.draw(st.lists(st.integers(1, 600), min_size=1, max_size=3))
    assume(time_s / sum(lengths) < 900)
    body = tuple(Step(duration=Time(time_s=length)) for length in lengths)
    exported = to_intervals_icu(Session(steps=(Repeat(until=Time(time_s=time_s), steps=body),)))
    done_s = sum(step[1] or 0.0 for step in read_text(exported.text))
    assert time_s <= done_s < time_s + sum(lengths)
    assert "reckoned from the plan" in exported.findings[0].what


def test_what_runners_type_is_read() -> None:
    found = from_intervals_icu(
        """Easy day

Warm-up
- 10m Z2 HR
- Stretch

Main set 4X
- backward along the fence 400mtr 6:40-7:20/km Pace
- recovery 1m30s
- 400m Z3 gravel

Cool-down
- press lap 10m
""",
        name="Tuesday",
    )
    warm, stretch, repeat, cool = found.session.steps
    assert (found.session.name, found.session.note) == ("Tuesday", "Easy day")
    assert isinstance(warm, Step)
    assert isinstance(stretch, Step)
    assert isinstance(cool, Step)
    assert isinstance(repeat, Repeat)
    assert (warm.intensity, warm.target) == (Intensity.WARMUP, HeartRateZone(zone=2))
    assert (stretch.duration, stretch.note) == (LapButton(), "Stretch")
    assert (repeat.until, repeat.note) == (Times(count=4), "Main set")
    backward, recovery, long = repeat.steps
    assert isinstance(backward, Step)
    assert isinstance(recovery, Step)
    assert isinstance(long, Step)
    assert (backward.direction, backward.direction_guessed) == (Direction.BACKWARD, True)
    assert (recovery.intensity, recovery.duration) == (Intensity.RECOVERY, Time(time_s=90))
    assert (long.duration, long.note) == (Time(time_s=24_000), "gravel")
    assert (cool.intensity, cool.duration) == (Intensity.COOLDOWN, LapButton())
    told = " | ".join(str(finding) for finding in found.findings)
    for words in ("'Stretch' has no length", "guessed from the word 'backward'", "are minutes", "'Z3'", "'gravel'"):
        assert words in told


def test_a_text_without_steps_is_refused() -> None:
    with pytest.raises(WorkoutError, match="no step"):
        from_intervals_icu("an easy day")


# ---- foreign targets -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("6:40-7:20/km Pace", parse_target("6:40-7:20/km")),
        ("7:20-6:40/km", parse_target("6:40-7:20/km")),
        ("8:00/mi Pace", parse_target("8:00/mi")),
        ("Z2 HR", parse_target("Z2")),
        ("Z2-Z3 HR", HeartRateZoneRange(low_zone=2, high_zone=3)),
        ("140-150 bpm", parse_target("140-150 bpm")),
        ("200-250w", parse_target("200-250 W")),
        ("170-180 spm", parse_target("170-180 spm")),
        ("85-90rpm", parse_target("170-180 spm")),
        ("85-90% HR", PercentRange(low_pct=85, high_pct=90, of=PercentOf.MAX_HR)),
        ("95% LTHR", PercentRange(low_pct=95, high_pct=95, of=PercentOf.THRESHOLD_HR)),
        ("90%-95% Pace", PercentRange(low_pct=90, high_pct=95, of=PercentOf.THRESHOLD_PACE)),
        ("75%", PercentRange(low_pct=75, high_pct=75, of=PercentOf.CRITICAL_POWER)),
    ],
)
def test_targets_of_services(text: str, target: Target) -> None:
    findings = Findings()
    assert read_target(f"{text} easy", "steps[0]", findings.add) == (target, " easy")
    assert bool(findings.all) == ("rpm" in text)


@pytest.mark.parametrize("text", ["Z3", "Z2 Pace", "Z9 HR", "0:00/km", "900% HR"])
def test_what_a_session_cannot_hold_is_said(text: str) -> None:
    findings = Findings()
    assert read_target(text, "steps[0]", findings.add)[0] is None
    assert [finding.place for finding in findings.all] == ["steps[0]"]


def test_words_without_a_target_stay() -> None:
    assert read_target("as you like", "", Findings().add) == (None, "as you like")
