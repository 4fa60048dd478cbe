"""Every refused form of the notation, with the exact words and the place of two examples each."""

from __future__ import annotations

import pytest

from retrorun.errors import NotationError
from retrorun.session.notation import parse_session

# form: two texts, each with the line and column of the caret and the message.
REFUSED: dict[str, dict[str, tuple[int, int, str]]] = {
    "seconds or minutes that reach 60": {
        "400m bwd @ 5:75/km": (1, 12, "5:75 has 75 seconds; seconds go from 00 to 59"),
        "1:61:00 fwd": (1, 1, "1:61:00 has 61 minutes; minutes go from 00 to 59 after hours"),
    },
    "a clock without two digits": {
        "400m @ 5:7/km": (1, 8, "5:7 is no time; write two digits after each colon, e.g. 5:05"),
        "1:5:00 bwd": (1, 1, "1:5:00 is no time; write two digits after each colon, e.g. 5:05"),
    },
    "a unit without a number": {
        "m": (1, 1, "m has no number before it; write e.g. 10m"),
        "5min warmup; km bwd": (1, 14, "km has no number before it; write e.g. 10km"),
    },
    "a number without a unit": {
        "400": (1, 1, "400 has no unit; write e.g. 10min, 90s, 1:30, 400m, 1.5km, lap, 50kcal or until hr > 150 bpm"),
        "4x(400m bwd; 90 rest)": (
            1,
            17,
            "'rest' is no unit; write e.g. 10min, 90s, 1:30, 400m, 1.5km, lap, 50kcal or until hr > 150 bpm",
        ),
    },
    "unknown words": {
        "400m bakward": (1, 6, "unknown word 'bakward'; did you mean backward?"),
        "10min warmup slowly": (
            1,
            14,
            "unknown word 'slowly'; use words such as fwd, bwd, walk, warmup, rest or uphill",
        ),
    },
    "unknown units": {
        "400 fathoms bwd": (
            1,
            5,
            "'fathoms' is no unit; write e.g. 10min, 90s, 1:30, 400m, 1.5km, lap, 50kcal or until hr > 150 bpm",
        ),
        "400m @ 5:00/league": (
            1,
            12,
            (
                "'/league' is no unit of a target; write e.g. 6:40-7:20/km, 9-10 km/h, Z2, 140-150 bpm, "
                "170-180 spm or 200-250 W"
            ),
        ),
    },
    "low above high": {
        "400m @ 150-140 bpm": (1, 8, "low 150 is above high 140; write 140-150 bpm"),
        "400m bwd @ 12-9 km/h": (1, 12, "low 12 is above high 9; write 9-12 km/h"),
    },
    "the slower pace first": {
        "400m bwd @ 7:20-6:40/km": (1, 12, "7:20 is slower than 6:40; the faster pace comes first: write 6:40-7:20/km"),
        "1mi @ 9:00-8:59/mi": (1, 7, "9:00 is slower than 8:59; the faster pace comes first: write 8:59-9:00/mi"),
    },
    "trailing text": {
        "10min warmup) foo": (
            1,
            13,
            "there is no ( for this ); leave it out, or open the bracket where the repeat begins",
        ),
        "4x(400m bwd) 5min": (1, 14, "expected ; before 5; part the steps with ; or a new line"),
    },
    "a bracket too few": {
        "4x(400m bwd; 90s rest": (1, 3, "this ( is not closed; add )"),
        "3x(2x(60m bwd uphill); lap": (1, 3, "this ( is not closed; add )"),
    },
    "a repeat of nothing": {
        "4x()": (1, 4, "a repeat needs at least one step"),
        "4x": (1, 1, "nothing to repeat; write e.g. 4x(400m bwd; 90s rest)"),
    },
    "a repeat without its bracket": {
        "repeat 4 times": (
            1,
            8,
            "expected until after repeat, not 4; write e.g. 4x(400m bwd) or repeat until 20min (400m bwd)",
        ),
        "repeat until 20min 400m bwd": (
            1,
            20,
            "expected ( and the steps to repeat, not 400; write e.g. 4x(400m bwd) or repeat until 20min (400m bwd)",
        ),
    },
    "a step without a duration": {
        "bwd uphill": (
            1,
            1,
            "a step needs a duration; write e.g. 10min, 90s, 1:30, 400m, 1.5km, lap, 50kcal or until hr > 150 bpm",
        ),
        "10min; @ 5:00/km": (
            1,
            8,
            "a step needs a duration; write e.g. 10min, 90s, 1:30, 400m, 1.5km, lap, 50kcal or until hr > 150 bpm",
        ),
    },
    "two of a kind in a step": {
        "10min 5min warmup": (1, 7, "a step has one duration, and 5 is a second; write 10min; 5min warmup"),
        "400m fwd bwd": (1, 10, "a step has one direction, and bwd is a second; leave one out"),
    },
    "a target without @": {
        "400m bwd 6:40/km": (1, 10, "/km belongs to a target; put @ before it, or and where it is a second target"),
        "140-150 bpm": (
            1,
            1,
            "a range is a target, not a duration; put @ before it, or and where it is a second target",
        ),
    },
    "a target without a unit": {
        "400m @ 5:00": (1, 8, "5:00 has no unit; write 5:00/km or 5:00/mi"),
        "400m @ 140-150": (
            1,
            8,
            "140 has no unit; write e.g. 6:40-7:20/km, 9-10 km/h, Z2, 140-150 bpm, 170-180 spm or 200-250 W",
        ),
    },
    "a range in two units": {
        "400m @ 5:00/km-8:00/mi": (1, 8, "a range in /km and /mi; use one unit"),
        "1km @ 140 bpm-180 spm": (1, 7, "a range in bpm and spm; use one unit"),
    },
    "a pace that is no clock": {
        "400m @ 5.5/km": (1, 8, "5.5 is no pace; say minutes and seconds, e.g. 6:30/km"),
        "400m @ 5.5-6 min/km": (1, 8, "5.5 is no pace; say minutes and seconds, e.g. 6:30/km"),
    },
    "a clock that is no pace": {
        "400m @ 5:00 km/h": (1, 8, "5:00 is a pace and km/h is none of its units; write e.g. 6:40/km"),
        "400m @ 2:20 bpm": (1, 8, "2:20 is a pace and bpm is none of its units; write e.g. 6:40/km"),
    },
    "zones that are none": {
        "10min @ Z6": (1, 9, "heart-rate zone is 6, outside 1 to 5"),
        "10min @ Z": (1, 9, "a zone needs its number; write e.g. Z2"),
    },
    "stars": {
        "10min; 3*(1min bwd)": (1, 9, "'*' means nothing here; write a repeat with x, e.g. 4x(400m bwd)"),
        "4*400m bwd": (1, 2, "'*' means nothing here; write a repeat with x, e.g. 4x(400m bwd)"),
    },
    "a bracket without a count, a sign alone": {
        "10min; (400m bwd)": (
            1,
            8,
            "these brackets have no count; write a count before them, e.g. 4x(400m bwd)",
        ),
        "-5min": (1, 1, "expected a word about the step, not -; leave it out"),
    },
    "a word without an end": {
        "b" * 31: (1, 1, "a word this long means nothing here"),
        "400m " + "b" * 70: (1, 6, "a word this long means nothing here"),
    },
    "values out of range": {
        "10min @ 20-300 bpm": (1, 9, "heart rate [bpm] is 20, outside 30 to 250"),
        "400m @ 0:30/km": (1, 8, "0:30/km is faster than anyone has run; check the minutes"),
    },
    "a zero": {
        "0min warmup": (1, 1, "time [s] is 0, outside 0.001 to 4294967"),
        "400m @ 0:00/km": (1, 8, "a pace must be above zero"),
    },
    "two targets of one kind": {
        "10min @ Z2 and 140-150 bpm": (1, 16, "a step's two targets are of the same kind; leave one out"),
        "10min @ 5:00/km and 10 km/h": (1, 21, "a step's two targets are of the same kind; leave one out"),
    },
    "until in the wrong place": {
        "until 20min bwd": (
            1,
            7,
            "a step goes until a heart rate, not 20; write e.g. until hr > 150 bpm, or say the time or distance alone",
        ),
        "until hr 150 bpm": (1, 10, "expected > or < after hr; write e.g. until hr > 150 bpm"),
    },
    "a heart rate without its unit": {
        "until hr > 150": (1, 12, "150 has no unit; write 150 bpm"),
        "repeat until hr < 120 (400m bwd)": (1, 19, "120 has no unit; write 120 bpm"),
    },
    "calories for a repeat": {
        "repeat until 50kcal (400m bwd)": (
            1,
            14,
            "a repeat cannot go on until so many calories; use a time or a distance",
        ),
        "repeat until 1kcal (lap)": (1, 14, "a repeat cannot go on until so many calories; use a time or a distance"),
    },
    "a count in the wrong place": {
        "400m bwd x4": (1, 10, "a count stands before what is repeated; write e.g. 4x(400m bwd)"),
        "2.5x(400m bwd)": (1, 1, "2.5 must be a whole number"),
    },
    "a decimal comma": {
        "1,5km bwd": (1, 2, "a comma stands between steps; put a point in decimals, e.g. 1.5km"),
        "4x(0,4km bwd)": (1, 5, "a comma stands between steps; put a point in decimals, e.g. 1.5km"),
    },
    "an open quote": {
        '400m bwd "look': (1, 10, 'a note is not closed; end it with " on its line'),
        '4x(400m bwd) "a\nb"': (1, 14, 'a note is not closed; end it with " on its line'),
    },
    "an unknown escape": {
        '400m "a\\tb"': (
            1,
            8,
            '\\t means nothing in a note; use \\n for a new line, \\" for a quote, \\\\ for a backslash',
        ),
        '400m "\\x"': (
            1,
            7,
            '\\x means nothing in a note; use \\n for a new line, \\" for a quote, \\\\ for a backslash',
        ),
    },
    "characters that mean nothing": {
        "10min@Z2!!??": (1, 9, "'!' means nothing here; leave it out"),
        "400m “look”": (1, 6, "'“' means nothing here; use \" for notes"),
    },
    "an incline without its unit": {
        "setting: treadmill; 5min incline 1": (1, 34, "1 has no unit; write incline 1%"),
        "setting: treadmill; 5min incline bwd": (1, 34, "expected a grade in per cent, not bwd; write e.g. incline 1%"),
    },
    "incline and slope in the wrong setting": {
        "10min; 5min bwd incline 1%": (
            1,
            17,
            "an incline belongs to a treadmill; say uphill, or put setting: treadmill above",
        ),
        "setting: treadmill; 5min uphill": (1, 26, "a treadmill has no slope; write e.g. incline 1%"),
    },
    "unknown settings": {
        "setting: moon; 5min": (1, 10, "unknown setting 'moon'; use road, track, trail, treadmill"),
        "setting: ; 5min": (1, 10, "unknown setting ''; use road, track, trail, treadmill"),
    },
    "headers twice": {
        "name: a; name: b; 5min": (1, 10, "a second name; leave one out"),
        "note: a\nnote: b\n5min": (2, 1, "a second note; leave one out"),
    },
    "nothing": {
        "": (1, 1, "a session needs at least one step; write e.g. 10min warmup; 400m bwd"),
        "# only a comment": (1, 17, "a session needs at least one step; write e.g. 10min warmup; 400m bwd"),
    },
    "skip-last that cannot be": {
        "4x(400m bwd) skip-last": (1, 1, "a repeat of one step has no last step to skip; lower its count instead"),
        "repeat until 20min (400m bwd; 1min rest) skip-last": (
            1,
            1,
            "only a repeat with a count has a last round to cut; give it a count",
        ),
    },
}
EXAMPLES = [(form, text) for form, examples in REFUSED.items() for text in examples]


@pytest.mark.parametrize(("form", "text"), EXAMPLES, ids=[f"{form}: {text[:30]}" for form, text in EXAMPLES])
def test_a_refused_form_shows_its_place_and_says_what_was_expected(form: str, text: str) -> None:
    line, column, message = REFUSED[form][text]
    with pytest.raises(NotationError) as caught:
        parse_session(text)
    shown = text.split("\n")[line - 1]
    caret = " " * (column - 1) + "^"
    assert str(caught.value) == f"line {line}, column {column}: {message}\n  {shown}\n  {caret}"


def test_each_form_has_two_examples() -> None:
    assert {len(examples) for examples in REFUSED.values()} == {2}


def test_the_caret_keeps_under_its_place_behind_tabs_and_in_long_lines() -> None:
    with pytest.raises(NotationError) as caught:
        parse_session("5min;\t400m bakward")
    assert str(caught.value).endswith("\n  5min;\t400m bakward\n       \t     ^")
    with pytest.raises(NotationError) as caught:
        parse_session("10min; " * 100 + "400m bakward")
    _, shown, caret = str(caught.value).split("\n")
    assert shown[caret.index("^") :].startswith("bakward")
    assert len(shown) < 110
