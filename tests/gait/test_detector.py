"""The detector on made-up runs whose truth is known: they show that the code is right, not that it knows runners."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrorun.activity.model import Activity, Damage, Lap, Part
from retrorun.gait import priors
from retrorun.gait.detector import detect_gait, forward_line, stretches
from retrorun.gait.result import Detection, PlannedSpan
from retrorun.gait.synth import synthesise
from retrorun.session.model import Direction
from tests.gait.made import changed, shifted, steady, thinned

SPANS = ((600.0, 630.0), (900.0, 960.0), (1500.0, 1620.0))


def agrees(detection: Detection, spans: tuple[tuple[float, float], ...], within_s: float = 7.0) -> bool:
    found = [(segment.start_s, segment.end_s) for segment in detection.segments]
    return len(found) == len(spans) and bool(np.all(np.abs(np.array(found) - np.array(spans)) <= within_s))


@pytest.mark.parametrize("uplift", [0.07, 0.09, 0.15, 0.25, 0.34])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_published_uplift_is_found_where_it_was(uplift: float, seed: int) -> None:
    activity, truth = synthesise(duration_s=2400.0, seed=seed, spans=SPANS, uplift=uplift)
    detection = detect_gait(activity)
    assert detection.verdict == "found"
    assert agrees(detection, truth)
    for segment in detection.segments:
        assert priors.CALL_PROBABILITY <= segment.probability < 1.0
        assert segment.evidence.uplift == pytest.approx(uplift, abs=0.04)
        assert segment.mean_speed_mps == pytest.approx(0.68 * 2.9, abs=0.25)
        assert segment.distance_m == pytest.approx(segment.mean_speed_mps * segment.duration_s)
        assert segment.evidence.for_it


@pytest.mark.parametrize("seed", range(8))
def test_an_ordinary_run_has_none(seed: int) -> None:
    activity, _ = synthesise(seed=seed)
    detection = detect_gait(activity)
    assert detection.verdict == "none"
    assert detection.segments == ()


def test_slowing_down_by_as_much_without_any_uplift_is_none() -> None:
    activity, _ = synthesise(duration_s=2400.0, seed=1, spans=SPANS, uplift=0.0)
    assert detect_gait(activity).verdict == "none"


def test_a_long_stretch_is_one_segment() -> None:
    activity, _ = synthesise(duration_s=5400.0, seed=6, spans=((1800.0, 2700.0),), uplift=0.10)
    segments = detect_gait(activity).segments
    assert len(segments) == 1
    assert segments[0].start_s == pytest.approx(1800.0, abs=60.0)
    assert segments[0].end_s == pytest.approx(2700.0, abs=60.0)


def test_many_repetitions_with_short_recoveries_are_all_found() -> None:
    spans = tuple((600.0 + 120.0 * k, 660.0 + 120.0 * k) for k in range(10))
    activity, _ = synthesise(duration_s=2400.0, seed=2, spans=spans, uplift=0.10)
    found = detect_gait(activity).segments
    assert sum(any(abs(s.start_s - start) < 10 and abs(s.end_s - end) < 10 for s in found) for start, end in spans) >= 9


@pytest.mark.parametrize("every", [2, 4, 6])
def test_smart_recording_finds_the_same(every: int) -> None:
    activity, truth = synthesise(duration_s=2400.0, seed=3, spans=SPANS, uplift=0.12)
    assert agrees(detect_gait(thinned(activity, every)), truth, within_s=3.0 + 1.5 * every)


@settings(max_examples=12)
@given(st.integers(-100_000, 1_000_000_000))
def test_the_clock_does_not_matter(by_s: int) -> None:
    activity, _ = synthesise(duration_s=1800.0, seed=3, spans=SPANS[:2], uplift=0.12)
    here, there = detect_gait(activity), detect_gait(shifted(activity, float(by_s)))
    assert [s.start_s + by_s for s in here.segments] == pytest.approx([s.start_s for s in there.segments])
    assert [s.end_s + by_s for s in here.segments] == pytest.approx([s.end_s for s in there.segments])
    assert [s.probability for s in here.segments] == pytest.approx([s.probability for s in there.segments])


def test_more_uplift_is_never_less_likely() -> None:
    odds = []
    for uplift in (0.02, 0.05, 0.08, 0.12):
        activity, _ = synthesise(duration_s=1800.0, seed=7, spans=((900.0, 960.0),), uplift=uplift)
        near = [o for start, end, o in stretches(activity, least_log_odds=-30.0) if start < 960 and end > 900]
        odds.append(max(near, default=-30.0))
    assert odds == sorted(odds)


def test_the_same_input_gives_the_same_answer() -> None:
    activity, _ = synthesise(duration_s=1800.0, seed=3, spans=SPANS[:2])
    assert detect_gait(activity) == detect_gait(activity)


def test_a_plan_makes_a_short_repetition_callable() -> None:
    span = (900.0, 913.0)
    activity, _ = synthesise(duration_s=1500.0, seed=2, spans=(span,), uplift=0.12, ramp_s=2.0)
    assert all(segment.duration_s >= priors.UNAIDED_S for segment in detect_gait(activity).segments)
    plan = (PlannedSpan(start_s=span[0], end_s=span[1], direction=Direction.BACKWARD),)
    (segment,) = detect_gait(activity, planned=plan).segments
    assert (segment.start_s, segment.end_s) == pytest.approx(span, abs=3.0)
    assert segment.evidence.planned
    assert any("plan" in said for said in segment.evidence.for_it)


def test_a_plan_that_was_not_followed_is_no_proof() -> None:
    activity, _ = synthesise(duration_s=1500.0, seed=2)
    plan = (PlannedSpan(start_s=600.0, end_s=660.0, direction=Direction.BACKWARD),)
    assert detect_gait(activity, planned=plan).verdict == "none"


def test_laps_pull_borders_to_themselves() -> None:
    activity, _ = synthesise(duration_s=1500.0, seed=2, spans=((600.0, 660.0),), uplift=0.12)
    laps = tuple(Lap(start_s=a, end_s=b, trigger="manual") for a, b in ((0.0, 599.0), (599.0, 661.0), (661.0, 1500.0)))
    (plain,) = detect_gait(activity).segments
    (lapped,) = detect_gait(changed(activity, laps=laps)).segments
    assert (lapped.start_s, lapped.end_s) == (599.0, 661.0)
    assert lapped.evidence.log_odds > plain.evidence.log_odds
    assert "both borders lie on laps" in lapped.evidence.for_it


def test_only_the_parts_on_foot_are_looked_at() -> None:
    activity, _ = synthesise(duration_s=2400.0, seed=3, spans=SPANS, uplift=0.12)
    parts = (
        Part(start_s=0.0, end_s=800.0, sport="cycling"),
        Part(start_s=800.0, end_s=2400.0, sport="running"),
    )
    detection = detect_gait(changed(activity, parts=parts))
    assert agrees(detection, SPANS[1:])


def test_what_cannot_be_told_is_said_with_its_reason() -> None:
    columns = steady(900)
    ride = Activity.from_columns(**columns, sport="cycling")  # type: ignore[arg-type]
    mute = Activity.from_columns(**(columns | {"cadence_spm": None}))  # type: ignore[arg-type]
    still = Activity.from_columns(**(columns | {"speed_mps": None}), sub_sport="treadmill")  # type: ignore[arg-type]
    coarse = thinned(Activity.from_columns(**columns), 15)  # type: ignore[arg-type]
    short = Activity.from_columns(**{name: values[:40] for name, values in columns.items()})  # type: ignore[arg-type]
    empty = Activity.from_columns(time_s=[], speed_mps=[], cadence_spm=[])
    for activity, word in (
        (ride, "cycling"),
        (mute, "cadence"),
        (still, "speed"),
        (coarse, "15 s apart"),
        (short, "minute"),
        (empty, "minute"),
    ):
        detection = detect_gait(activity)
        assert detection.verdict == "cannot tell"
        assert detection.segments == ()
        assert any(word in reason for reason in detection.reasons), detection.reasons


def test_what_lowers_trust_is_said() -> None:
    activity, _ = synthesise(duration_s=1500.0, seed=2)
    blind = changed(activity, altitude_m=np.full(len(activity), np.nan))
    assert any("altitude" in reason for reason in detect_gait(blind).reasons)
    belt = replace(activity, sub_sport="treadmill")
    assert any("treadmill" in reason for reason in detect_gait(belt).reasons)
    torn = replace(activity, damage=(Damage(what="cut off", start_byte=1, end_byte=2),))
    assert any("damaged" in reason for reason in detect_gait(torn).reasons)


def test_a_stretch_that_is_too_unsure_becomes_a_sentence() -> None:
    said: list[str] = []
    for uplift in np.arange(0.0, 0.08, 0.005):
        activity, _ = synthesise(duration_s=1500.0, seed=11, spans=((700.0, 730.0),), uplift=float(uplift))
        said += detect_gait(activity).reasons
    assert any("possibly backward from 11:" in reason for reason in said)


@settings(max_examples=40)
@given(st.data())
def test_nonsense_is_answered_and_never_raises(data: st.DataObject) -> None:
    n = data.draw(st.integers(0, 400))
    noise = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    wild = np.array([0.0, 1.4, 2.8, 6.0, 170.0, 1e6, -5.0, np.nan, np.inf, -np.inf])
    steps = noise.choice([0.0, 0.1, 1.0, 1.0, 1.0, 5.0, 100.0, 1e7], size=n)
    columns = {name: noise.choice(wild, size=n) for name in ("speed_mps", "cadence_spm", "altitude_m")}
    if data.draw(st.booleans()):
        columns = {"speed_mps": noise.normal(2.6, 0.6, n), "cadence_spm": noise.normal(165.0, 20.0, n)}
    detection = detect_gait(Activity.from_columns(time_s=np.cumsum(steps), **columns))  # type: ignore[arg-type]
    assert detection.verdict in {"found", "none", "cannot tell"}
    for segment in detection.segments:
        assert segment.end_s > segment.start_s
        assert np.isfinite([segment.probability, segment.distance_m, segment.mean_cadence_spm]).all()


def test_the_forward_line_is_there_for_pictures() -> None:
    activity, _ = synthesise(duration_s=1500.0, seed=2, level_spm=176.0)
    line = forward_line(activity)
    assert line is not None
    assert line.level_spm == pytest.approx(176.0, abs=1.5)
    assert forward_line(changed(activity, sport="cycling")) is None
