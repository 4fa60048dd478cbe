from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrorun.session.model import Direction, Gait, Intensity, Setting, Slope, Step
from retrorun.session.values import LapButton
from retrorun.workout.step_text import (
    backward_word,
    cut,
    read_name,
    read_note,
    read_repeat_note,
    repeat_note,
    step_name,
    step_note,
)
from tests import strategies


@given(st.sampled_from(Setting).flatmap(lambda setting: strategies.steps(setting=setting)))
def test_name_and_note_each_say_all_of_it_and_read_back(step: Step) -> None:
    resting = step.intensity is Intensity.REST
    by_name, by_note = read_name(step_name(step), resting=resting), read_note(step_note(step), resting=resting)
    assert by_name is not None
    assert by_note is not None
    for label in (by_name, by_note):
        assert (label.direction, label.gait) == (step.direction, step.gait)
        assert (label.slope, label.incline_pct) == (step.slope, step.incline_pct)
    assert by_note.text == step.note
    assert len(step_name(step).encode()) <= 15


@pytest.mark.parametrize(
    ("step", "name", "note"),
    [
        (Step(duration=LapButton()), "fwd run", "forward run"),
        (Step(duration=LapButton(), direction=Direction.BACKWARD, note="look"), "BWD run", "BACKWARD run: look"),
        (Step(duration=LapButton(), direction=Direction.BACKWARD, direction_guessed=True), "BWD run", "BACKWARD? run"),
        (
            Step(duration=LapButton(), direction=Direction.BACKWARD, gait=Gait.WALK, incline_pct=-12.5),
            "BWD walk -12.5%",
            "BACKWARD walk -12.5%",
        ),
        (Step(duration=LapButton(), slope=Slope.UPHILL), "fwd run up", "forward run uphill"),
        (Step(duration=LapButton(), intensity=Intensity.REST), "rest", "rest"),
        (Step(duration=LapButton(), intensity=Intensity.REST, gait=Gait.WALK), "rest walk", "rest walk"),
        (
            Step(duration=LapButton(), intensity=Intensity.REST, gait=Gait.WALK, incline_pct=1.5),
            "fwd walk +1.5%",
            "forward walk +1.5%",
        ),
        (Step(duration=LapButton(), incline_pct=0.0), "fwd run +0%", "forward run +0%"),
    ],
)
def test_words(step: Step, name: str, note: str) -> None:
    assert (step_name(step), step_note(step)) == (name, note)


@pytest.mark.parametrize("text", ["", "Backward drills", "rest", "forwards", "BWD", "BACKWARD-ish", "forward running"])
def test_other_notes_are_not_taken_for_ours(text: str) -> None:
    assert read_note(text, resting=False) is None


def test_a_rest_is_only_one_where_the_step_is() -> None:
    assert read_note("rest", resting=True) is not None
    assert read_note("rest", resting=False) is None


@given(strategies.texts(), st.booleans())
def test_notes_of_repeats_read_back(note: str, skip_last: bool) -> None:
    note = note.strip()
    assert read_repeat_note(repeat_note(note, skip_last=skip_last)) == (note, skip_last)


@pytest.mark.parametrize("note", ["SKIP LAST", "SKIP LAST: x", "NOTE", "NOTE: x", "NOTE: NOTE: SKIP LAST: x"])
def test_a_note_that_looks_like_a_mark_is_none(note: str) -> None:
    for skip_last in (False, True):
        assert read_repeat_note(repeat_note(note, skip_last=skip_last)) == (note, skip_last)


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"))), st.integers(0, 40))
def test_a_cut_text_is_a_beginning_that_fits_and_is_whole_utf8(text: str, size: int) -> None:
    kept = cut(text, size)
    assert len(kept.encode()) <= size or kept == text
    if len(text.encode()) > size:
        assert text.lstrip().startswith(kept)


@pytest.mark.parametrize(
    ("text", "size", "kept"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "abc"),
        ("ab cd", 3, "ab"),
        ("aü", 2, "a"),  # half a letter
        ("ae\u0301", 2, "a"),  # its accent would be lost
        ("a👍🏽", 6, "a"),  # its skin tone would be lost
        ("a👍🏻", 6, "a"),
        ("a👍🏿", 6, "a"),
        ("a👨\u200d👩", 8, "a"),  # half a couple
        ("🏃", 3, ""),
    ],
)
def test_cuts_between_characters(text: str, size: int, kept: str) -> None:
    assert cut(text, size) == kept


# ---- foreign words ---------------------------------------------------------------------------------------------------


MEANT = """
bwd | run in reverse | reverse run | running backward 50 m | run BACKWARDS please | Backward drills | BACKWARD
4x100 backward | backpedal | not forward but backward | retro run | retro walking | Retro 400 | retro
backward, shoulders relaxed | easy backward strides | Run slowly backwards, eyes over the shoulder | jog easy backward
run backward: hips low | no music, run backward | bwd easy
Rückwärts laufen | rückwärtslaufen
rückwärts | Rückwärts 200 m | à reculons | courir à reculons | marche à reculons
corre hacia atrás | correr de espaldas
correre all’indietro | correr para trás | correr de costas | achteruit lopen | achteruit | 倒跑五分钟
后退跑 | 後ろ向き走
"""
NOT_MEANT = """
easy | look back | forward | retrospective | backwardation | retrograde | walk back | jog back to the start
out and back | back straight | shoulders back | shoulders backwards | arms backward | heel flicks backwards
arms go back, hands backward | lean backward | knees drive, elbows swing backward | look backward over the shoulder
no backward lean | do not look backwards | NOT backward | never run backward | don't run backward | avoid backward lean
don’t lean backward | forward instead of backward | count backwards from 20 | backward lunges | then backward skips
Arm circles: 10 forward, 10 backward | retro tunes | retro playlist | wear the retro jersey | backwards cap
hombros hacia atrás | brazos hacia atrás | gorra hacia atrás | no correr hacia atrás | sin correr hacia atrás
épaules en arrière | bras en arrière | tête en arrière | casquette en arrière | ne pas courir à reculons
sans courir à reculons | compte à rebours | Schultern zurück | Arme rückwärts kreisen | Armkreisen rückwärts
Beine rückwärts schwingen | nicht rückwärts laufen | nie rückwärts | ohne rückwärts zu laufen | zurück laufen
spalle all’indietro | testa all'indietro | non correre all'indietro | senza correre all'indietro
ombros para trás | cabeça para trás | não correr para trás | sem correr para trás
schouders achteruit | hoofd achteruit | niet achteruit lopen | zonder achteruit te lopen
"""


def listed(text: str) -> list[str]:
    return [part.strip() for line in text.strip().splitlines() for part in line.split("|")]


@pytest.mark.parametrize("text", listed(MEANT))
def test_words_that_mean_running_backward(text: str) -> None:
    assert backward_word(text)


@pytest.mark.parametrize("text", ["", *listed(NOT_MEANT)])
def test_negations_body_parts_drills_and_equipment_do_not(text: str) -> None:
    assert not backward_word(text)


def test_one_sentence_says_nothing_of_the_next() -> None:
    assert backward_word("Shoulders back. Then run backward for 200 m!") == "backward"
    assert not backward_word("Run tall. No backward lean. Smile.")
