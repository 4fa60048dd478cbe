from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrorun.activity.model import Activity
from retrorun.errors import ProfileError
from retrorun.gait.detector import detect_gait
from retrorun.gait.profile import GaitProfile
from retrorun.gait.synth import synthesise

SPANS = ((600.0, 660.0), (900.0, 960.0))


def runs(n: int, *, level_spm: float = 178.0, duration_s: float = 1500.0) -> list[Activity]:
    return [synthesise(seed=k, duration_s=duration_s, level_spm=level_spm + (-1) ** k)[0] for k in range(n)]


def test_what_is_usual_is_learnt_and_more_runs_make_it_surer() -> None:
    few, many = GaitProfile.fit(runs(2)), GaitProfile.fit(runs(10))
    assert many.level_spm == pytest.approx(178.0, abs=1.5)
    assert many.usual_speed_mps == pytest.approx(2.9, abs=0.1)
    assert many.activities == 10
    assert many.hours == pytest.approx(10 * 1500 / 3600, rel=0.05)
    assert many.slope_sd < few.slope_sd
    assert many.uplift is None


def test_labelled_spans_teach_the_own_uplift_and_ratio() -> None:
    labelled, _ = synthesise(seed=4, duration_s=1500.0, spans=SPANS, uplift=0.15, ratio=0.72)
    profile = GaitProfile.fit([*runs(3, level_spm=170.0), labelled], labels=[(), (), (), SPANS])
    assert profile.uplift == pytest.approx(0.15, abs=0.015)
    assert profile.ratio == pytest.approx(0.72, abs=0.03)
    assert 80.0 < profile.labelled_s <= 120.0


def test_labels_let_a_small_uplift_be_found() -> None:
    def run(seed: int) -> Activity:
        return synthesise(seed=seed, duration_s=1800.0, spans=SPANS, uplift=0.045, ratio=0.62)[0]

    earlier = [run(seed) for seed in range(3)]
    profile = GaitProfile.fit(earlier, labels=[SPANS] * 3)
    odds = []
    for used in (None, profile):
        segments = [s for seed in range(20, 26) for s in detect_gait(run(seed), profile=used).segments]
        odds.append(len(segments))
    assert odds[1] >= odds[0]


def test_an_update_equals_a_longer_fit_in_what_it_counts() -> None:
    all_at_once = GaitProfile.fit(runs(6))
    step_by_step = GaitProfile.fit(runs(6)[:3])
    for run in runs(6)[3:]:
        step_by_step = step_by_step.updated(run)
    assert step_by_step.activities == all_at_once.activities
    assert step_by_step.hours == pytest.approx(all_at_once.hours)
    assert step_by_step.look_alikes_hours == pytest.approx(all_at_once.look_alikes_hours)
    assert step_by_step.level_spm == pytest.approx(all_at_once.level_spm, abs=1.0)
    assert step_by_step.slope_sd == pytest.approx(all_at_once.slope_sd)


def test_a_ride_teaches_nothing() -> None:
    profile = GaitProfile.fit(runs(2))
    silent = Activity.from_columns(time_s=np.arange(900), speed_mps=np.full(900, 3.0), cadence_spm=None)
    assert profile.updated(silent) is profile
    with pytest.raises(ProfileError, match="no activity"):
        GaitProfile.fit([silent])


def test_labels_must_go_with_the_activities() -> None:
    with pytest.raises(ProfileError, match="1 lists of labels for 2 activities"):
        GaitProfile.fit(runs(2), labels=[()])


@given(
    st.builds(
        GaitProfile,
        level_spm=st.floats(140, 200),
        level_sd=st.floats(0.1, 9),
        slope_spm_per_mps=st.floats(-3, 15),
        slope_sd=st.floats(0.1, 5),
        noise_spm=st.floats(0.5, 9),
        usual_speed_mps=st.floats(1, 6),
        activities=st.integers(1, 10_000),
        hours=st.floats(0.1, 1e5),
        uplift=st.none() | st.floats(-0.1, 0.5),
        ratio=st.none() | st.floats(0.3, 1.2),
    )
)
def test_json_keeps_everything(profile: GaitProfile) -> None:
    assert GaitProfile.from_json(profile.to_json()) == profile


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"format": 99}, "format"),
        ({"level_spm": "fast"}, "level_spm"),
        ({"level_spm": None}, "level_spm"),
        ({"hours": True}, "hours"),
        ({"colour": 1.0}, "colour"),
        ({"activities": -1}, "activities"),
        ({"level_sd": 0.0}, "level_sd"),
    ],
)
def test_a_text_that_is_no_profile_says_where(change: dict[str, object], where: str) -> None:
    data = json.loads(GaitProfile.fit(runs(1)).to_json()) | change
    with pytest.raises(ProfileError) as caught:
        GaitProfile.from_json(json.dumps(data))
    assert caught.value.where == where


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"format": 1}'])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ProfileError):
        GaitProfile.from_json(text)
