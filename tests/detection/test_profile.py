from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

from retrorun.detection.detector import detect_gait
from retrorun.detection.profile import GaitProfile
from retrorun.errors import ProfileError
from tests.detection.made import REPETITIONS, run
from tests.evaluation.synthetic import synthesise


@pytest.fixture(scope="module")
def profile() -> GaitProfile:
    return GaitProfile.fit([run(seed=1), run(REPETITIONS, seed=2)], labels=[(), REPETITIONS[:2]])


def test_it_learns_the_line_and_from_labels_the_uplift(profile: GaitProfile) -> None:
    assert profile.level_spm == pytest.approx(170.0, abs=2.0)
    assert profile.slope_spm_per_mps == pytest.approx(6.0, abs=2.5)
    assert profile.uplift == pytest.approx(0.10, abs=0.02)
    assert profile.ratio == pytest.approx(0.70, abs=0.05)
    assert profile.labelled_s == pytest.approx(120.0, abs=30.0)


def test_unlabelled_backward_running_teaches_nothing_of_it() -> None:
    assert GaitProfile.fit([run(REPETITIONS)]).uplift is None


def test_it_reads_back_what_it_wrote_and_what_the_first_version_wrote(profile: GaitProfile) -> None:
    assert GaitProfile.from_json(profile.to_json()) == profile
    counted = replace(profile, taken=("ab12", "cd34"))
    assert GaitProfile.from_json(counted.to_json()) == counted
    second = {"format": 2, **{name: value for name, value in asdict(profile).items() if name != "taken"}}
    first = {**second, "format": 1, "look_alikes_count": 3.0, "look_alikes_hours": 2.0}
    for old in (first, second):
        assert GaitProfile.from_json(json.dumps(old)) == profile


def test_one_more_activity_moves_it_a_little(profile: GaitProfile) -> None:
    again = replace(profile, taken=("ab12",)).updated(run(seed=5))
    assert again.taken == ("ab12",)
    assert again.activities == profile.activities + 1
    assert again.uplift == pytest.approx(profile.uplift)
    assert again.level_spm == pytest.approx(profile.level_spm, abs=2.0)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "no JSON"),
        ("[]", "an object is needed here"),
        ("{}", "format: this is not a gait profile"),
        ('{"format": 2}', "level_spm: a number is missing here"),
        ('{"format": 2, "level_spm": NaN}', "NaN is no number"),
        ('{"format": 2, "level_spm": "x"}', "level_spm: a number is needed here, not 'x'"),
        ('{"format": 2, "level_spm": -1}', "level_spm: -1 is not between"),
        ('{"format": 2, "speed": 1}', "speed: this field is unknown"),
        ('{"format": 2, "level_spm": ' + "9" * 400 + "}", "a number of 400 digits"),
    ],
)
def test_what_is_no_profile_is_one_error(text: str, what: str) -> None:
    with pytest.raises(ProfileError, match=what):
        GaitProfile.from_json(text)


def test_nothing_to_learn_from_is_said() -> None:
    with pytest.raises(ProfileError, match="no activity has enough running"):
        GaitProfile.fit([])
    with pytest.raises(ProfileError, match="Strava"):
        GaitProfile.fit([replace(run(), source="strava")])
    with pytest.raises(ProfileError, match="2 lists of labels for 1 activities"):
        GaitProfile.fit([run()], labels=[(), ()])


def test_a_path_is_no_activity_to_learn_from(profile: GaitProfile) -> None:
    with pytest.raises(ProfileError, match=r"rr\.read_activity"):
        GaitProfile.fit(["run.fit"])  # type: ignore[list-item]
    with pytest.raises(ProfileError, match=r"rr\.read_activity"):
        profile.updated("run.fit")  # type: ignore[arg-type]


def test_where_a_run_has_its_own_forward_running_the_profile_does_not_move_its_line(profile: GaitProfile) -> None:
    odd = replace(profile, level_spm=profile.level_spm - 12.0)
    for activity in (run(seed=3), run(REPETITIONS, seed=3)):
        alone, told = detect_gait(activity), detect_gait(activity, profile=odd)
        assert alone.line == told.line
        assert alone.verdict == told.verdict


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("off_spm", [-4.0, 0.0, 4.0])
def test_an_easy_run_is_forward_whatever_the_shoes_of_the_day_do(
    profile: GaitProfile, seed: int, off_spm: float
) -> None:
    easy = synthesise(duration_s=2400.0, seed=seed, speed_mps=2.1, level_spm=170.0 + off_spm)[0]
    assert not detect_gait(easy, profile=profile).segments
