from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import assume, given, settings

from retrorun.errors import RetrorunError, WorkoutError
from retrorun.session.model import Direction, Intensity, Repeat, Session, Step, walk
from retrorun.session.values import Distance, HeartRateAbove, LapButton, SpeedRange, Time, Times
from retrorun.workout.sheet import from_sheet, is_sheet, to_sheet
from tests.conftest import Golden
from tests.strategies import sessions
from tests.workout.plans import BACKWARD, EVERYTHING, REST, RETRO_400S, guesses

STYLES: tuple[Literal["markdown", "plain"], ...] = ("markdown", "plain")


@pytest.mark.parametrize(("name", "session"), [("retro-400s", RETRO_400S), ("everything", EVERYTHING)])
def test_golden(golden: Golden, name: str, session: Session) -> None:
    golden.check(f"other-formats/{name}.md", to_sheet(session).text)
    golden.check(f"other-formats/{name}.card.txt", to_sheet(session, style="plain").text)


@settings(max_examples=60, deadline=None)
@given(sessions(max_depth=2, max_steps=4))
def test_every_step_has_a_line_with_its_direction_first(session: Session) -> None:
    for style, item in (("markdown", r" *\d+\. \*\*(.+?)\*\* ?"), ("plain", r" *[\d.]+ +(\S.*)")):
        text = to_sheet(session, style="markdown" if style == "markdown" else "plain").text
        lines = [found[1] for line in text.split("\n") if (found := re.match(item, line))]
        planned = [step for _, step in walk(session.steps)]
        at = 0
        for step in planned:  # in order; lines of the coach's own note may stand between
            if isinstance(step, Repeat):
                continue
            wanted = "BACKWARD" if step.direction is Direction.BACKWARD else ("forward", "rest")
            at = next(index for index in range(at, len(lines)) if lines[index].startswith(wanted)) + 1


def test_nothing_is_lost_so_nothing_is_told() -> None:
    assert to_sheet(EVERYTHING).findings == ()
    text = to_sheet(EVERYTHING, style="plain").text
    for fact in ("170-180 spm and 7.2-9 km/h", "keep 2m apart", "in pairs", "until hr < 120 bpm", "50kcal", "uphill"):
        assert fact in text
    assert "the last time without its last step" in text


def test_a_coachs_own_marks_are_not_taken_for_markup() -> None:
    session = Session(steps=(REST,), name="# *Big* day", note="1. run\n    | not code | [x](y) <b>")
    text = to_sheet(session).text
    assert text.startswith("# \\# \\*Big\\* day\n")
    assert "1\\. run  \n\\| not code \\| \\[x\\](y) \\<b\\>\n" in text


def test_totals_count_every_round_and_leave_rests_out() -> None:
    text = to_sheet(RETRO_400S).text
    assert "- Backward in all: 1.60 km" in text
    assert "- Forward in all: 1.60 km + 20:00" in text


def test_totals_of_a_cut_last_round_and_of_what_nobody_knows() -> None:
    jog = Step(duration=Distance(distance_m=100), intensity=Intensity.RECOVERY)
    cut = Repeat(until=Times(count=3), steps=(BACKWARD, jog), skip_last=True)
    outer = Repeat(until=Times(count=2), steps=(cut, Step(duration=LapButton())))
    text = to_sheet(Session(steps=(outer,))).text
    assert "Backward in all: 2.40 km" in text  # 2 x 3 x 400 m
    assert "Forward in all: 400 m + more as it comes" in text  # 2 x 2 x 100 m
    timed = Repeat(until=Time(time_s=600), steps=(BACKWARD,))
    assert (
        "Backward in all: 1.43 km" in to_sheet(Session(steps=(timed,))).text
    )  # 600 s at the middle of 2.273 and 2.5 m/s
    endless = Repeat(until=HeartRateAbove(heart_rate_bpm=150), steps=(BACKWARD,))
    assert "Backward in all: more as it comes" in to_sheet(Session(steps=(endless,))).text


def test_totals_reckon_distance_from_time_and_target() -> None:
    step = Step(duration=Time(time_s=100), direction=Direction.BACKWARD, target=SpeedRange(low_mps=2.0, high_mps=3.0))
    assert "Backward in all: 250 m" in to_sheet(Session(steps=(step,))).text


@pytest.mark.parametrize("style", STYLES)
def test_a_session_without_a_name_has_a_title(style: Literal["markdown", "plain"]) -> None:
    assert "Session" in to_sheet(Session(steps=(REST,)), style=style).text.split("\n")[0]


def plain_texts(session: Session) -> Session:
    """The session as a sheet can show its texts: notes in one line, without empty lines in its own."""

    def item(one: Step | Repeat) -> Step | Repeat:
        note = " ".join(one.note.split())
        if isinstance(one, Step):
            return replace(one, note=note)
        return replace(one, steps=tuple(map(item, one.steps)), note=note)

    lines = [" ".join(line.split()) for line in session.note.split("\n")]
    note = "\n".join(line for line in lines if line)
    return replace(session, steps=tuple(map(item, session.steps)), name=" ".join(session.name.split()), note=note)


@pytest.mark.parametrize("style", ["markdown", "plain"])
@settings(deadline=None, max_examples=100)
@given(session=sessions(max_depth=3))
def test_a_sheet_comes_back_equal(style: Literal["markdown", "plain"], session: Session) -> None:
    session = plain_texts(session)
    text = to_sheet(session, style=style).text
    assume(session.name != "Session")
    assert is_sheet(text)
    back = from_sheet(text).session
    assert back == session
    assert guesses(back) == guesses(session)


def test_a_line_that_is_none_of_a_sheets_is_named() -> None:
    text = to_sheet(RETRO_400S).text.replace("**BACKWARD run** 400m", "**BACKWARD run** fast")
    with pytest.raises(WorkoutError, match="line") as caught:
        from_sheet(text)
    assert caught.value.where.startswith("line ")


@pytest.mark.parametrize("depth", [9, 10, 400])
def test_repeats_too_deep_for_a_session_are_refused(depth: int) -> None:
    repeats = "\n".join(f"{'    ' * level}1. **2 ×**" for level in range(depth))
    steps = f"{repeats}\n{'    ' * depth}1. **forward run** 400m"
    with pytest.raises(RetrorunError, match=r"nested more than 8 deep|none of a sheet's"):
        from_sheet(f"# Deep\n\n{steps}\n\n- Forward in all: none\n- Backward in all: none\n")
