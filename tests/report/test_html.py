from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
import shlex
import sys
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

from retrorun.activity.model import COLUMNS, Activity, Damage, Device
from retrorun.detection.result import Detection
from retrorun.errors import OutputError
from retrorun.match.model import Match
from retrorun.report.html import report_html
from retrorun.session.model import Session
from retrorun.units import METRES_PER_MILE
from tests.report.made import CANNOT_TELL, NONE, SPANS, made_detection, made_match, made_run, made_segment, without

pytestmark = pytest.mark.usefixtures("unpainted")

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)> ' \" & <!-- \u2028"
VOID = {"meta", "input", "br", "hr"}
PICTURES = ("over-time-wide", "over-time-narrow", "plane-picture", "track-picture")


class Page(HTMLParser):
    """The page as a reader of HTML sees it: elements, the text of each section, scripts and data."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[tuple[str, str]] = []
        self.words: dict[str, str] = {}
        self.scripts: list[str] = []
        self.asleep: list[str] = []
        self.style = ""
        self.data: dict[str, Any] = {}
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        self.elements.append((tag, values))
        if tag not in VOID:
            self.open.append((tag, values.get("id", "")))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> ends nothing"
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        tag, identity = self.open[-1] if self.open else ("", "")
        if tag == "script" and identity == "data":
            self.data = json.loads(data)
        elif tag == "script" and identity.endswith("-source"):
            self.asleep.append(data)
        elif tag == "script":
            self.scripts.append(data)
        elif tag == "style":
            self.style += data
        else:
            for name, ident in self.open:
                key = ident or name
                self.words[key] = f"{self.words.get(key, '')} {data}"

    def has(self, identity: str) -> bool:
        return any(values.get("id") == identity for _, values in self.elements)


def page(
    activity: Activity | None = None,
    detection: Detection | None = None,
    match: Match | None = None,
    name: str = "run.fit",
    per_m: float = 1000.0,
) -> Page:
    activity = made_run() if activity is None else activity
    detection = made_detection() if detection is None else detection
    return Page(report_html(activity, detection, match=match, name=name, per_m=per_m))


# The pages at which several tests look, written once and painted: a module's fixtures come before `unpainted`.


@pytest.fixture(scope="module")
def made_text() -> str:
    return report_html(made_run(), made_detection(), name="run.fit")


@pytest.fixture(scope="module")
def made(made_text: str) -> Page:
    return Page(made_text)


@pytest.fixture(scope="module")
def planned() -> Page:
    return page(match=made_match())


@pytest.fixture(scope="module")
def unfound() -> Page:
    return page(detection=NONE)


def table(page: Page, section: str) -> str:
    return " ".join(page.words[section].split())


def test_the_answer_stands_first_in_words(made: Page) -> None:
    words = table(made, "main")
    answer = (
        "Backward running was found: 2 stretches, 4:00 in all, 480 m, at 8:20/km on average, "
        "each with a chance of 93 %. That is 20 % of the time on the move."
    )
    assert answer in words
    assert words.index("Backward running was found") < words.index("Totals") < words.index("The run over time")
    headings = [tag for tag, _ in made.elements if re.fullmatch(r"h\d", tag)]
    assert headings[0] == "h1"
    assert headings.count("h1") == 1
    levels = [int(tag[1]) for tag in headings]
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_each_segment_has_a_row_and_a_reason(made: Page) -> None:
    words = table(made, "segments")
    assert "1 5:00 7:00 2:00 240 m 8:20/km 182 spm 164 spm 93 %" in words
    assert "2 10:00 12:00 2:00 240 m 8:20/km 182 spm 164 spm 93 %" in words
    assert "this runner would show 164 spm. That is +11 %" in words
    assert "For it: cadence rose while speed fell" in words
    assert "Against it: it is short" in words
    assert "The slope was 0 % on average. The plan meant a backward step here." in words


@pytest.mark.parametrize(
    ("chances", "says"),
    [
        (
            (0.9999,),
            "was found: 1 stretch, 2:00 in all, 240 m, at 8:20/km on average, with a chance of >99 %.",
        ),
        ((0.9999, 0.995), "each with a chance of >99 %."),
        (
            (0.95, 0.99),
            "was found: 2 stretches, 4:00 in all, 480 m, at 8:20/km on average, each with a chance of 95 % or more.",
        ),
        ((0.61, 0.99), "Backward running was probably found: 2 stretches"),
    ],
)
def test_a_guess_is_told_as_one(chances: tuple[float, ...], says: str) -> None:
    segments = tuple(made_segment(*span, probability=chance) for span, chance in zip(SPANS, chances, strict=False))
    assert says in table(page(detection=replace(made_detection(), segments=segments)), "answer")


def test_none_and_cannot_tell_are_different_answers(unfound: Page) -> None:
    none = table(unfound, "answer")
    assert "No backward running was found. This recording could have shown it" in none
    cannot = page(without(made_run(), "cadence_spm"), CANNOT_TELL)
    answer = table(cannot, "answer")
    assert "cannot tell backward running from forward running" in answer
    assert "the recording has no cadence" in answer
    assert "No backward running was found" not in table(cannot, "main")
    assert not cannot.has("segments")
    assert not cannot.has("plane")


@pytest.mark.parametrize(
    ("missing", "says", "lacks"),
    [
        (("latitude_deg", "longitude_deg"), "no positions", "track"),
        (("heart_rate_bpm",), "no heart rate", ""),
        (("altitude_m",), "no altitude", ""),
        (("speed_mps", "distance_m"), "no speed", "plane"),
    ],
)
def test_what_a_recording_does_not_hold_is_said_and_left_out(missing: tuple[str, ...], says: str, lacks: str) -> None:
    found = page(without(made_run(), *missing))
    assert f"This recording holds {says}." in table(found, "pictures")
    assert found.has("over-time")
    if lacks:
        assert not found.has(lacks)
    column = {"latitude_deg": "east", "heart_rate_bpm": "heart", "altitude_m": "altitude", "speed_mps": "pace"}
    assert set(found.data[column[missing[0]]]) == {None}


def test_a_recording_of_nothing_but_times_makes_a_page() -> None:
    bare = Activity.from_columns(time_s=[0, 1, 2], speed_mps=None, cadence_spm=None)
    found = page(bare, CANNOT_TELL)
    assert not found.has("over-time")
    assert "no speed, no cadence, no heart rate, no altitude and no positions" in table(found, "pictures")
    assert page(Activity.from_columns(time_s=[0], speed_mps=[2], cadence_spm=[170]), NONE).has("answer")


def test_the_plan_is_there_when_there_is_a_plan(made: Page, planned: Page) -> None:
    assert not made.has("plan")
    words = table(planned, "plan")
    assert "Plan and run: Retro threes" in words
    assert "3 completed, 1 cut short, 1 skipped." in words
    assert "2 backward 2min 2:00, 240 m 8:20/km 7:56–8:46/km" in words
    assert "5 backward 2min –" in words
    assert "Lap 3 could as well be a rest." in words
    assert planned.has("planned-wide")
    assert planned.has("planned-narrow")
    headings = [values for tag, values in planned.elements if tag == "th" and values["scope"] == "col"]
    assert len(headings) == 5 + 8 + 9  # totals, segments, plan


def test_a_plan_that_fits_nowhere_says_so() -> None:
    match = Match(session=made_match().session, steps=(), basis="nothing", reasons=("the laps say nothing",))
    words = table(page(match=match), "plan")
    assert "No step of the plan could be found" in words
    assert "the laps say nothing" in words


def test_targets_follow_the_units_too() -> None:
    assert "12:46–14:07/mi" in table(page(match=made_match(), per_m=METRES_PER_MILE), "plan")


def test_what_lowers_trust_is_told(unfound: Page) -> None:
    run = replace(
        made_run(),
        damage=(Damage(what="the file is cut short", start_byte=100, end_byte=200),),
        decisions=("cadence was doubled",),
    )
    words = table(page(run), "trust")
    for line in (
        "no profile of this runner is known",
        "the file is cut short (bytes 100 to 200)",
        "cadence was doubled",
    ):
        assert line in words
    assert "Nothing in this recording lowers trust" in table(unfound, "trust")


def test_how_to_correct_it_starts_from_this_recording(unfound: Page) -> None:
    words = table(page(name="o'run 2.fit"), "correct")
    commands = [shlex.split(f"retrorun {line}") for line in words.split("retrorun ")[1:]]
    assert commands[0] == ["retrorun", "label", "o'run 2.fit", "--backward", "12:30-13:10"]
    assert commands[1] == ["retrorun", "label", "o'run 2.fit", "--forward", "5:00-7:00"]
    assert commands[2][:5] == ["retrorun", "report", "o'run 2.fit", "-o", "report.html"]
    assert "--forward" not in unfound.words["correct"]


def test_units_and_dates_follow_the_person() -> None:
    found = page(per_m=METRES_PER_MILE)
    words = table(found, "main")
    assert "13:25/mi" in words
    assert "/km" not in words
    assert "Sunday 1 March 2026, 09:30" in words
    assert found.data["per"] == "mi"


@pytest.mark.usefixtures("painted")
def test_no_name_in_a_recording_becomes_markup(made: Page) -> None:
    run = replace(
        made_run(),
        sport=EVIL,
        device=Device(name=EVIL),
        decisions=(EVIL,),
        damage=(Damage(what=EVIL, start_byte=0, end_byte=1),),
    )
    segment = made_detection().segments[0]
    evidence = replace(segment.evidence, for_it=(EVIL,), against_it=(EVIL,))
    detection = replace(made_detection(), segments=(replace(segment, evidence=evidence),), reasons=(EVIL,))
    match = made_match()
    match = replace(match, session=Session(steps=match.session.steps, name=EVIL.replace("\u2028", "")), reasons=(EVIL,))
    found = page(run, detection, match, name=EVIL)
    kinds = [tag for tag, _ in found.elements]
    assert kinds.count("script") == [tag for tag, _ in made.elements].count("script") == 2
    assert "img" not in kinds
    assert not any(key.startswith("on") for _, values in found.elements for key in values)
    assert "alert(1)" not in "".join(found.scripts)
    assert found.words["main"].count("<script>alert(1)</script>") >= 8


def test_the_page_may_ask_nobody_for_anything(made: Page) -> None:
    for tag, values in made.elements:
        assert "src" not in values
        assert tag not in ("link", "iframe", "object", "embed", "base", "form", "img")
        assert values.get("href", "#").startswith("#")
    (policy,) = (v["content"] for _, v in made.elements if v.get("http-equiv") == "Content-Security-Policy")
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"].split() == [digest(code) for code in made.scripts]
    assert rules["style-src"].split() == [digest(made.style)]
    assert not [tag for tag, values in made.elements if "style" in values]
    assert "http" not in policy
    assert "unsafe" not in policy


def test_half_a_surrogate_pair_in_a_name_does_not_keep_the_page_from_being_written() -> None:
    match = made_match()
    run = replace(made_run(), device=Device(name="a\udc80b"), decisions=("c\ud800",))
    text = report_html(run, made_detection(), match=match, name="d\udfff")
    assert "\\udc80" in text
    assert text.encode()


def digest(code: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"


def test_a_page_that_can_be_zoomed_carries_the_library_asleep(planned: Page) -> None:
    text = report_html(made_run(), made_detection(), match=made_match(), interactive=True)
    found = Page(text)
    (policy,) = (v["content"] for _, v in found.elements if v.get("http-equiv") == "Content-Security-Policy")
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"].split() == [digest(code) for code in (*found.scripts, *found.asleep)]
    assert len(found.scripts) == 1
    assert sum(map(len, found.asleep)) > 1_000_000
    assert len(found.data["plane"]["time"]) > 200
    assert [target[:2] for target in found.data["targets"]] == [[0, 300], list(SPANS[0]), [420, 600], list(SPANS[1])]
    assert "plotly-source" not in [values.get("id") for _, values in planned.elements]


def test_zooming_without_the_library_is_refused_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "plotly.offline", None)
    with pytest.raises(OutputError, match="need plotly; install it: pip install plotly"):
        report_html(made_run(), made_detection(), interactive=True)


def test_every_cell_carries_its_heading_for_a_narrow_screen(planned: Page) -> None:
    tables = [values["id"] for tag, values in planned.elements if tag == "table"]
    assert tables == ["totals-table", "stretch-table", "plan-table"]
    assert (
        sum(bool(values.get("data-label")) for tag, values in planned.elements if tag == "td") == 3 * 5 + 2 * 8 + 5 * 9
    )
    roles = {"table": "table", "tr": "row", "td": "cell", "thead": "rowgroup", "tbody": "rowgroup"}
    assert all(values["role"] == roles[tag] for tag, values in planned.elements if tag in roles)


@pytest.mark.usefixtures("painted")
def test_the_page_is_the_same_each_time(made_text: str) -> None:
    assert report_html(made_run(), made_detection(), name="run.fit") == made_text


def test_every_control_has_a_name_and_every_picture_a_description(made: Page) -> None:
    pictures = [values for tag, values in made.elements if values.get("role") == "img"]
    assert [values["id"] for values in pictures] == list(PICTURES)
    for values in pictures:
        told = " ".join(made.words[name] for name in values["aria-labelledby"].split())
        assert "Backward from 5:00 to 7:00 and 10:00 to 12:00." in told
        assert "forward at 5:33/km with 170 spm and backward at 8:20/km with 182 spm" in told
    labels = {values["for"] for tag, values in made.elements if tag == "label"}
    for tag, values in made.elements:
        if tag == "input":
            assert values["id"] in labels
        if tag == "th":
            assert values["scope"] in ("col", "row")
    assert [values["lang"] for tag, values in made.elements if tag == "html"] == ["en"]
    assert made.words["reading"].strip()


def test_the_page_does_not_say_where_on_earth_it_was(made_text: str) -> None:
    run = made_run()
    assert max(abs(value) for value in Page(made_text).data["east"]) < 100
    for values in (run.latitude_deg, run.longitude_deg):
        assert f"{values[0]:.4f}" not in made_text


def six_hours(step_s: float = 1.0) -> Activity:
    noise = np.random.default_rng(5)
    time_s = np.arange(0.0, 21_600.0, step_s)
    way = np.cumsum(np.full(len(time_s), 3.0 * step_s))
    return Activity.from_columns(
        time_s=time_s,
        speed_mps=3 + noise.normal(0, 0.3, len(time_s)),
        cadence_spm=170 + noise.normal(0, 2, len(time_s)),
        heart_rate_bpm=140 + noise.normal(0, 9, len(time_s)),
        altitude_m=100 + noise.normal(0, 30, len(time_s)),
        distance_m=way,
        latitude_deg=60 + way * 9e-6 + noise.normal(0, 1e-5, len(time_s)),
        longitude_deg=20 + noise.normal(0, 1e-5, len(time_s)),
        start_time=made_run().start_time,
    )


def busy_detection() -> Detection:
    """Three minutes backward in every ten."""
    return Detection(
        verdict="found",
        segments=tuple(made_segment(at, at + 180.0) for at in np.arange(300.0, 21_000.0, 600.0).tolist()),
    )


def an_hour() -> Activity:
    whole = six_hours()
    kept = whole.time_s < 3600
    return replace(whole, **{name: getattr(whole, name)[kept] for name in COLUMNS})


@pytest.mark.usefixtures("painted")
def test_an_hour_is_small_and_six_hours_are_not_six_times_it() -> None:
    detection = busy_detection()
    hour = replace(detection, segments=detection.segments[:6])
    assert len(report_html(an_hour(), hour, match=made_match()).encode()) < 350_000
    text = report_html(six_hours(0.25), detection, match=made_match())  # four samples a second
    assert len(text.encode()) < 500_000
    found = Page(text)
    assert "the means of 27 seconds each" in table(found, "footer")
    assert len(found.data["time"]) == 800
    assert "35 backward stretches, the first from 5:00 to 8:00, the last from" in found.words["over-time-wide-text"]


def test_each_point_to_be_read_is_the_mean_of_its_samples() -> None:
    run = six_hours()
    data = Page(report_html(run, NONE)).data
    assert data["heart"][100] == round(float(run.heart_rate_bpm[2700:2727].mean()))
    assert data["altitude"][7] == pytest.approx(run.altitude_m[189:216].mean(), abs=0.06)
    assert data["time"][100] == pytest.approx(2713)
