"""What is called and what is not, on made runs; each case stands for a cause of false or missed calls."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrorun.activity.model import Activity, Lap
from retrorun.detection.detector import detect_gait
from retrorun.detection.profile import GaitProfile
from retrorun.detection.result import Detection, PlannedSpan
from retrorun.session.model import Direction
from tests.detection.made import REPETITIONS, Span, lagged, run, with_walks


def spans(detection: Detection) -> list[Span]:
    return [(segment.start_s, segment.end_s) for segment in detection.segments]


def agree(found: list[Span], true: tuple[Span, ...], within_s: float = 6.0) -> bool:
    return len(found) == len(true) and all(
        abs(a - c) <= within_s and abs(b - d) <= within_s for (a, b), (c, d) in zip(found, true, strict=True)
    )


@pytest.mark.parametrize("seed", range(5))
def test_repetitions_are_found_and_an_ordinary_run_has_none(seed: int) -> None:
    found = detect_gait(run(REPETITIONS, seed=seed))
    assert found.verdict == "found"
    assert agree(spans(found), REPETITIONS)
    assert found.probability > 0.99
    ordinary = detect_gait(run(seed=seed))
    assert (ordinary.verdict, ordinary.segments) == ("none", ())
    assert ordinary.probability < 0.1


@pytest.mark.parametrize("seed", range(5))
def test_slow_recoveries_on_the_runners_own_line_are_forward(seed: int) -> None:
    found = detect_gait(run(REPETITIONS, seed=seed, uplift=0.0))
    assert found.segments == ()
    assert found.probability < 0.3


def test_a_small_uplift_is_found_over_a_session_and_not_in_one_stretch() -> None:
    assert len(detect_gait(run(REPETITIONS, uplift=0.06)).segments) >= 5
    one = detect_gait(run(REPETITIONS[:1], uplift=0.06))
    assert one.probability < detect_gait(run(REPETITIONS, uplift=0.06)).probability


def test_repetitions_beside_walks_are_found() -> None:
    walks = tuple((end_s, end_s + 60.0) for _, end_s in REPETITIONS)
    found = detect_gait(with_walks(run(REPETITIONS), walks))
    assert agree(spans(found), REPETITIONS)


def test_walk_breaks_are_not_backward_however_late_cadence_is_written() -> None:
    walks = tuple((500.0 + 400.0 * k, 560.0 + 400.0 * k) for k in range(7))
    for lag_s in (0, 3, 12, 36):
        found = detect_gait(lagged(with_walks(run(), walks), lag_s))
        assert found.segments == (), lag_s
    assert any("s after speed" in reason for reason in found.reasons)


def test_backward_running_at_the_speed_of_records_is_not_believed() -> None:
    fast = run(REPETITIONS, uplift=0.07, ratio=0.80)
    # Six minutes of repetitions at 4.3 m/s are nine tenths of the record over that way.
    quick = replace(fast, speed_mps=fast.speed_mps * 1.9, distance_m=fast.distance_m * 1.9)
    assert detect_gait(fast).segments
    assert not detect_gait(quick).segments


def test_a_sag_of_speed_with_unmoved_cadence_is_weaker_than_a_rise() -> None:
    activity = run()
    speed = activity.speed_mps.copy()
    speed[900:930] *= 0.7
    assert detect_gait(replace(activity, speed_mps=speed)).segments == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"cadence_spm": np.full(3601, np.nan)}, "no usable cadence"),
        ({"speed_mps": np.full(3601, np.nan)}, "no speed"),
        ({"sport": "cycling"}, "the sport is cycling"),
    ],
)
def test_what_could_not_have_shown_it_cannot_tell(change: dict[str, object], reason: str) -> None:
    found = detect_gait(replace(run(REPETITIONS), **change))  # type: ignore[arg-type]  # fields by name
    assert found.verdict == "cannot tell"
    assert any(reason in said for said in found.reasons)


def test_an_empty_and_a_short_recording_cannot_tell() -> None:
    for n in (0, 1, 2, 30):
        activity = Activity.from_columns(time_s=np.arange(n), speed_mps=np.full(n, 3.0), cadence_spm=np.full(n, 170.0))
        assert detect_gait(activity).verdict == "cannot tell"


def test_a_later_start_changes_nothing() -> None:
    activity = run(REPETITIONS)
    later = replace(activity, time_s=activity.time_s + 1000.0)
    first, second = detect_gait(activity), detect_gait(later)
    np.testing.assert_allclose(np.array(spans(first)) + 1000.0, np.array(spans(second)))
    assert first.probability == pytest.approx(second.probability)


def laps_at(borders: list[float], trigger: str = "manual") -> tuple[Lap, ...]:
    return tuple(
        Lap(start_s=a, end_s=b, distance_m=None, timer_s=b - a, trigger=trigger) for a, b in itertools.pairwise(borders)
    )


def test_pressed_laps_are_borders() -> None:
    borders = [0.0, *(time_s for span in REPETITIONS for time_s in span), 3600.0]
    lapped = replace(run(REPETITIONS), laps=laps_at(borders))
    assert agree(spans(detect_gait(lapped)), REPETITIONS, within_s=0.01)


def planned(direction: Direction = Direction.BACKWARD, *, guessed: bool = False) -> tuple[PlannedSpan, ...]:
    return tuple(PlannedSpan(start_s=a, end_s=b, direction=direction, guessed=guessed) for a, b in REPETITIONS)


def test_a_plan_helps_where_it_was_kept_and_is_no_proof_where_it_was_not() -> None:
    weak = run(REPETITIONS[:1], uplift=0.06, seed=3)
    plan = planned()[:1]
    assert detect_gait(weak, planned=plan).probability > detect_gait(weak).probability
    assert detect_gait(run(REPETITIONS, uplift=0.0), planned=planned()).segments == ()
    assert detect_gait(run(), planned=planned()).segments == ()


def test_a_direction_that_was_guessed_from_words_weighs_little() -> None:
    weak = run(REPETITIONS[:1], uplift=0.05, seed=3)
    sure, guessed, none = (
        detect_gait(weak, planned=plan).probability for plan in (planned()[:1], planned(guessed=True)[:1], ())
    )
    assert sure > guessed >= none


def test_a_whole_run_backward_is_found_with_a_profile_and_never_silently_none_without() -> None:
    profile = GaitProfile.fit([run(seed=seed) for seed in range(3)])
    whole = run(((0.0, 3600.0),), uplift=0.12)
    found = detect_gait(whole, profile=profile)
    covered = sum(segment.duration_s for segment in found.segments)
    assert covered > 0.8 * 3600.0
    assert detect_gait(run(seed=9), profile=profile).segments == ()
    alone = detect_gait(whole)
    assert any("gait profile" in reason for reason in alone.reasons)


def test_segments_and_the_distance_column_agree() -> None:
    activity = run(REPETITIONS)
    for segment in detect_gait(activity).segments:
        edges = np.interp((segment.start_s, segment.end_s), activity.time_s, activity.distance_m)
        assert segment.distance_m == pytest.approx(float(edges[1] - edges[0]))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.0, 0.5), st.sampled_from(["speed_mps", "cadence_spm"]))
def test_whatever_is_missing_segments_lie_within_and_are_in_order(seed: int, share: float, column: str) -> None:
    noise = np.random.default_rng(seed)
    activity = run(REPETITIONS)
    values = getattr(activity, column).copy()
    values[noise.random(len(values)) < share] = np.nan
    found = detect_gait(replace(activity, **{column: values}))
    edges = [time_s for span in spans(found) for time_s in span]
    assert edges == sorted(edges)
    assert all(0.0 <= time_s <= 3600.0 for time_s in edges)
    for segment in found.segments:
        assert 0.5 < segment.probability <= 1.0
        assert np.isfinite([segment.distance_m, segment.mean_speed_mps, segment.evidence.uplift]).all()


@pytest.mark.parametrize("seed", range(3))
def test_a_planned_step_run_forward_with_a_slope_of_its_own_is_not_called(seed: int) -> None:
    """Slow forward running lies off the line a little, all of it: a plan must not make that backward."""
    spans = REPETITIONS
    activity = run(spans, seed=seed, uplift=0.02)
    planned = [PlannedSpan(start_s=a, end_s=b, direction=Direction.BACKWARD) for a, b in spans]
    assert not detect_gait(activity, planned=planned).segments


def test_a_fast_runner_may_run_short_repetitions_backward_at_speeds_that_nobody_holds_for_long() -> None:
    fast = run(REPETITIONS, uplift=0.15, ratio=0.80)
    quick = replace(fast, speed_mps=fast.speed_mps * 1.5, distance_m=fast.distance_m * 1.5)
    assert len(detect_gait(quick).segments) == len(REPETITIONS)


def test_a_short_slow_run_is_no_backward_race_whatever_the_profile() -> None:
    usual = [run((), seed=seed) for seed in (1, 2, 3)]
    profile = GaitProfile.fit(usual)
    slow = run(((0.0, 3600.0),), uplift=0.12, ratio=0.70)
    found = detect_gait(slow, profile=profile)
    assert found.verdict == "found"
    short = detect_gait(
        Activity.from_columns(
            time_s=slow.time_s[:480], speed_mps=slow.speed_mps[:480], cadence_spm=slow.cadence_spm[:480]
        ),
        profile=profile,
    )
    assert short.verdict == "cannot tell"
    assert any("as slow, and as quick of step" in reason for reason in short.reasons)


def with_quick_steps(activity: Activity, spans: tuple[Span, ...], by: float) -> Activity:
    inside = np.zeros(len(activity), dtype=np.bool_)
    for start_s, end_s in spans:
        inside |= (activity.time_s >= start_s) & (activity.time_s < end_s)
    return replace(activity, cadence_spm=np.where(inside, activity.cadence_spm * (1.0 + by), activity.cadence_spm))


def test_whether_a_plan_was_kept_is_answered_for_its_steps_together() -> None:
    planned = [PlannedSpan(start_s=a, end_s=b, direction=Direction.BACKWARD) for a, b in REPETITIONS]
    one_quick_step = with_quick_steps(run(REPETITIONS, uplift=0.0), REPETITIONS[2:3], 0.08)
    assert detect_gait(one_quick_step, planned=planned).segments == ()
    assert agree(spans(detect_gait(run(REPETITIONS, uplift=0.055), planned=planned)), REPETITIONS)


def test_a_quick_third_of_an_easy_day_does_not_explain_why_all_of_it_is_slow() -> None:
    profile = GaitProfile.fit([run(seed=seed) for seed in range(3)])
    easy = run(((0.0, 3600.0),), uplift=0.0, ratio=0.8, seed=9)
    assert detect_gait(with_quick_steps(easy, ((1200.0, 2400.0),), 0.1), profile=profile).segments == ()
    whole = run(((0.0, 3600.0),), uplift=0.12, ratio=0.72, seed=9)
    assert sum(segment.duration_s for segment in detect_gait(whole, profile=profile)) > 0.5 * 3600.0


def test_a_profile_takes_nothing_away_that_a_run_shows_by_itself() -> None:
    profile = GaitProfile.fit([run(seed=seed) for seed in range(3)])
    easy = run(REPETITIONS, seed=3)
    easy = replace(easy, speed_mps=0.85 * easy.speed_mps, distance_m=0.85 * easy.distance_m)
    alone = detect_gait(easy)
    assert len(alone.segments) == len(REPETITIONS)
    assert spans(detect_gait(easy, profile=profile)) == spans(alone)


@pytest.mark.parametrize("seed", range(3))
def test_laps_support_quick_steps_and_are_none_by_themselves(seed: int) -> None:
    """Recoveries between repetitions are lapped, too, and lie off the line a little, all of them."""
    edges = sorted(time_s for span in REPETITIONS for time_s in span)
    laps = tuple(Lap(start_s=a, end_s=b, trigger="manual") for a, b in itertools.pairwise(edges))
    recoveries = run(REPETITIONS, seed=seed, uplift=0.035)
    plain, lapped = detect_gait(recoveries), detect_gait(replace(recoveries, laps=laps))
    assert lapped.segments == plain.segments == ()
    weak = run(REPETITIONS[:1], uplift=0.07, seed=seed)
    assert detect_gait(replace(weak, laps=laps)).probability > detect_gait(weak).probability
