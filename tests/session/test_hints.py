"""What a hint suggests reads as what it stands for, and no hint leads into the next error."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import retrorun
from retrorun.errors import NotationError, SessionError
from retrorun.session.notation import parse_duration, parse_session, parse_target, parse_until
from retrorun.session.phrases import DURATION_HELP, PERCENT_HELP, TARGET_FIRST, TARGET_HELP

PARSER = Path(retrorun.__file__).parent / "session"
MODULES = ("tokens", "phrases", "notation")
READERS: tuple[Callable[[str], object], ...] = (
    parse_session,
    lambda text: parse_session(f"5min {text}"),
    lambda text: parse_session(f"setting: treadmill; 5min {text}"),
    parse_duration,
    parse_target,
    parse_until,
)


def refused(text: str) -> NotationError | None:
    try:
        parse_session(text)
    except NotationError as error:
        return error
    return None


def reads(text: str, readers: tuple[Callable[[str], object], ...] = READERS) -> bool:
    for read in readers:
        try:
            read(text)
        except SessionError:
            continue
        return True
    return False


def suggested(hint: str) -> list[str]:
    """What a hint gives to write: all that follows `e.g.` or `write`, one form or several."""
    whole = re.split(r"; what|, or (?=put|part|say|use|begin|open)", hint)[0]
    found = re.search(r"(?:e\.g\.|\bwrite) (.+)", whole.rpartition("e.g.")[1] + whole.rpartition("e.g.")[2])
    if found is None:
        return []
    return [found[1]] if reads(found[1]) else re.split(r", or |, | or ", found[1])


def constants() -> Iterator[str]:
    """Every hint in the parser that stands there as it is."""
    for name in MODULES:
        for node in ast.walk(ast.parse((PARSER / f"{name}.py").read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "hint" and isinstance(node.value, ast.Constant):
                yield str(node.value.value)
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                yield str(node.value.value)


HINTS = sorted({DURATION_HELP, TARGET_HELP, TARGET_FIRST, PERCENT_HELP, *constants()})


@pytest.mark.parametrize("hint", [hint for hint in HINTS if suggested(hint)])
def test_every_example_in_a_hint_parses(hint: str) -> None:
    for text in suggested(hint):
        assert reads(text), text


def test_there_are_such_hints_and_every_measure_of_a_per_cent_is_one() -> None:
    assert sum(bool(suggested(hint)) for hint in HINTS) > 12
    assert all(reads(f"85% {name}", (parse_target,)) for name in PERCENT_HELP.rpartition(": ")[2].split(", "))


def mended(error: NotationError) -> list[str]:
    """The text after each thing that a hint says, done word by word by somebody who knows nothing else."""
    text, at, hint = error.text, error.position, error.hint
    word = re.match(r"\"[^\"]*\"|[^\W\d_]+(?:[-/][^\W\d_]+)*|[\d.:]+|.", text[at:])
    behind = at + (word.end() if word else 0)
    before, rest = text[:at], text[behind:]
    ways = {
        "leave it out": [before + rest],
        "leave one out": [before + rest, before.removesuffix(" and ")],
        "begin a remark with #": ["#" + text],
        "put @ before it": [f"{before}@ {text[at:]}", f"{before.rstrip(' ,+;')} and {text[at:]}"],
        "part the steps with ;": [f"{before}; {text[at:]}", f"{before}; {rest}"],
        "put ; before it": [f"{before}; {text[at:]}"],
        "add )": [text + ")"],
        "setting: treadmill above": [f"setting: treadmill\n{text}"],
        "number of the line": [re.sub(r"\d+\.", "", text)],
        "with and": [f"{before} and {rest}"],
        "point in decimals": [f"{before}.{rest}"],
        "put ( and ) around": [text.translate(str.maketrans("[]{}", "()()"))],
    }
    made = [each for words, texts in ways.items() if words in hint for each in texts]
    if found := re.fullmatch(r"did you mean (.+)\?", hint):
        made += [before + found[1] + rest, re.sub(r"^[^:]*:", found[1], text)]
    for suggestion in suggested(hint):
        # In the place of the step, of the words from here on, of what is here, of a target, before, or behind it.
        end = re.search(r"[;,\n)]|$", rest)
        steps = re.search(r"[^;\n]*$", before)
        made += [
            (before[: steps.start()] if steps else "") + suggestion + rest[end.start() if end else 0 :],
            before + suggestion + rest[end.start() if end else 0 :],
            before + suggestion + rest,
            re.sub(r"@.*", f"@ {suggestion}", text),
            f"{before}{suggestion} {text[at:]}",
            f"{before}{text[at:behind]} {suggestion}{rest}",
            suggestion,
        ]
    return made


def leads_on(error: NotationError) -> bool:
    """Whether something that the hint says makes a session of the text."""
    return any(reads(text, (parse_session,)) for text in mended(error))


MISTAKES = """
{n}x400m bwd/{t} rest|{n}x400m bwd / {t} rest|400m bwd/{t} rest|{n}x400m bwd with {t} rest|{n}x400m bwd w/ {t} rest
{n}x400m bwd ({t} rest)|{n}x400m bwd {t} rest|{n}x400m bwd then {t} rest|{n}x400m bwd & {t} rest
{n}x400m bwd -> {t} rest
{n}x400m bwd \u2192 {t} rest|{n}x400m bwd = {t} rest|{n}x400m bwd | {t} rest|{n}*400m bwd|{n}*(400m bwd; {t} rest)
{n} times 400m bwd|{n} sets of 400m bwd|{n} rounds (400m bwd)|repeat {n} times (400m bwd)|repeat {n}x (400m bwd)
400m bwd x {n}|400m bwd x{n}|x{n} 400m bwd|{n}x[400m bwd; {t} rest]|{n}x{{400m bwd}}|{n}x(400m bwd; {t} rest
{n}x 400m bwd; {t} rest)|(400m bwd; {t} rest)|{n}x|{n}x400|{n}x400 bwd|4{n}0 bwd|bwd|WU|WU {n}|{n} WU|CD {n}
{t} Z2|{t} zone 2|{t} Z2-Z3|{t} @ Z2/Z3|{t} @ Z|{t} in Z2|{t} rpe {n}|{t} threshold|{t} under 150 bpm
{t} 7 min/km|{t} 7:00/km|{t} 6 mph|{t} 150 bpm|{t} 150-160 bpm|{t} 170 spm|{t} 200 w|{t} 6:40-7:20/km|{t} 7:00-7:20
{t} @ 7:00|{t} @ 7:20-6:40/km|{t} @ 7:00-7:20|{t} @ 7|{t} @ 150|{t} @ 150-140 bpm|{t} @ hr 150|{t} @ 150 hr
{t} @ under 6:00/km|{t} @ 5:00 to 5:30/km|{t} @ 85%|{t} @ 85% HR|{t} @ easy|{t} @|{t} @ 7.5/km|{t} @ 5:00 km/h
{t} @ Z2, 180 spm|{t} @ Z2 + 180 spm|{t} @ Z2 @ 180 spm|{t} @ Z2 and Z3|{t} @ rpe|{t} @ 180 rpm|{t} @ cadence 180
{t} bwd fwd|{t} run walk|{t} warmup rest|{t} "a" "b"|{t} uphill flat|{t} bakward|{t} warmpu|{t} walking|{t} upphill
1h 30min|1h30|1:30h|1:2|{n}-1{n}min|{n}-1{n}x400m|1,5km bwd|{n} lap|{n} laps bwd|until {t} bwd|until hr 150
{t} incline 1%|{t} bwd 5%|{t} skip-last|{n}x400m bwd, 10min warmup.|1. {t} warmup|- {t} warmup
"""
TEXTS = [text for line in MISTAKES.strip().split("\n") for text in re.split(r"(?<! )\|(?! )", line)] + [
    "Main:\n{n}x400m",
    "setttng: track\n{n}x400m",
    "setting: trak\n400m",
    "{t}/ rest",
    "{t} - rest",
]


@example(text="10min warmup; {n}x400m bwd/{t} rest; 5min cooldown", count=4, time="90s")
@given(text=st.sampled_from(TEXTS), count=st.integers(2, 9), time=st.sampled_from(["90s", "2min", "1:30", '90"', "3'"]))
def test_one_mistake_of_a_coach_is_mended_by_what_its_hint_says(text: str, count: int, time: str) -> None:
    written = text.format(n=count, t=time)
    error = refused(written)
    assert error is None or (error.hint and leads_on(error)), str(error)


PIECES = [
    *"()@;/x+-%:?=",
    "4",
    "400",
    "10min",
    "90s",
    "bwd",
    "rest",
    "Z2",
    "7:00",
    "/km",
    "bpm",
    "150",
    "until",
    "hr",
    ">",
]
PIECES += [
    "and",
    "with",
    "repeat",
    "skip-last",
    "rpe",
    "under",
    "from",
    "to",
    "half",
    "mile",
    "lap",
    '"note"',
    "warm",
    "up",
]


@given(st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join))
def test_whatever_is_written_a_hint_suggests_only_what_parses(text: str) -> None:
    error = refused(text)
    assert error is None or all(reads(suggestion) for suggestion in suggested(error.hint)), str(error)
