from __future__ import annotations

from pathlib import Path

import pytest

from retrorun.activity.read import read_activity
from retrorun.analysis.analyse import apply_labels, detect
from retrorun.analysis.labels import Label, Labels, save_labels
from retrorun.batch.learn import Learnt, learn_profile, refine_profile
from retrorun.batch.row import digest_of
from retrorun.batch.scan import scan
from retrorun.detection.profile import GaitProfile
from retrorun.errors import ProfileError
from retrorun.report.annotate import annotate_fit
from retrorun.session.model import Direction
from tests.batch.made import CYCLING, SPANS, made


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    for day in range(3):
        (folder / f"run{day}.fit").write_bytes(made(seed=day, day=day, spans=()))
    (folder / "ride.fit").write_bytes(made(seed=9, day=9, spans=(), sport=CYCLING))
    (folder / "empty.fit").write_bytes(b"")
    return folder


def test_a_profile_is_learnt_from_the_runs_and_says_what_was_left_out(archive: Path) -> None:
    learnt = learn_profile([archive])
    assert learnt.runs == 3
    assert learnt.profile.level_spm == pytest.approx(170, abs=2)  # what the runs were made with
    assert {Path(place).name for place, _ in learnt.left_out} == {"ride.fit", "empty.fit"}
    assert dict(learnt.left_out)[f"{archive}/ride.fit"] == "not a run but cycling"


def test_a_profile_can_go_on_from_an_earlier_one(archive: Path) -> None:
    first = learn_profile([archive / "run0.fit", archive / "run1.fit"])
    both = learn_profile([archive / "run2.fit"], start=first.profile)
    assert both.profile.activities == 3
    assert both.profile == learn_profile([archive]).profile


def test_a_run_that_was_learnt_from_counts_no_second_time(archive: Path) -> None:
    learnt = learn_profile([archive])
    again = learn_profile([archive], start=learnt.profile)
    assert (again.runs, again.profile) == (0, learnt.profile)
    assert [reason for _, reason in again.left_out].count("the profile has learnt from it before") == 3


def test_a_direction_that_the_recording_carries_is_learnt_and_the_runner_has_the_last_word(tmp_path: Path) -> None:
    activity = read_activity(data := made(seed=4))
    sure = tuple(Label(start_s=start, end_s=end, direction=Direction.BACKWARD) for start, end in SPANS)
    told = apply_labels(detect(activity), activity, Labels(labels=sure))
    (tmp_path / "told.fit").write_bytes(annotate_fit(data, activity, told))
    by_itself = learn_profile([tmp_path]).profile
    (tmp_path / "told.fit").write_bytes(data)
    save_labels(Labels(labels=sure), tmp_path / "told.fit")
    by_labels = learn_profile([tmp_path]).profile
    assert by_itself.uplift == pytest.approx(by_labels.uplift, abs=0.005)
    assert by_itself.labelled_s == pytest.approx(by_labels.labelled_s, abs=10)
    (tmp_path / "told.fit").write_bytes(annotate_fit(data, activity, told))
    forward = Labels(labels=(Label(start_s=0, end_s=1790, direction=Direction.FORWARD),))
    save_labels(forward, tmp_path / "told.fit")
    assert learn_profile([tmp_path]).profile.uplift is None


def test_nothing_to_learn_from_is_said_so(archive: Path) -> None:
    with pytest.raises(ProfileError, match=r"none of 1 .* from \(.*ride\.fit: not a run but cycling\)"):
        learn_profile([archive / "ride.fit"])


def refined(folder: Path, profile: GaitProfile | None = None) -> Learnt | None:
    return refine_profile(scan(folder, workers=1, profile=profile), [folder], profile)


def test_a_scan_teaches_forward_and_labelled_runs_once_and_no_guess(tmp_path: Path) -> None:
    (tmp_path / "forward.fit").write_bytes(made(seed=1, day=1, spans=()))
    (tmp_path / "guess.fit").write_bytes(made(seed=2, day=2))
    (tmp_path / "ride.fit").write_bytes(made(seed=3, day=3, spans=(), sport=CYCLING))
    first = refined(tmp_path)
    assert first is not None
    assert (first.runs, first.profile.activities, first.profile.uplift) == (1, 1, None)
    assert first.left_out == ((f"{tmp_path}/guess.fit", "what was called backward is not confirmed: label it"),)

    sure = Labels(labels=tuple(Label(start_s=a - 10, end_s=b + 10, direction=Direction.BACKWARD) for a, b in SPANS))
    save_labels(sure, tmp_path / "guess.fit")
    (tmp_path / "again.fit").write_bytes(made(seed=1, day=1, spans=(), late_s=1.0))  # the first run, exported anew
    second = refined(tmp_path, first.profile)
    assert second is not None
    assert (second.runs, second.profile.activities) == (1, 2)
    assert second.profile.uplift == pytest.approx(0.12, abs=0.03)  # what the run was made with
    third = refined(tmp_path, second.profile)
    assert third is not None
    assert (third.runs, third.profile) == (0, second.profile)


def test_where_nothing_is_known_there_is_no_profile(tmp_path: Path) -> None:
    (tmp_path / "guess.fit").write_bytes(made(seed=2))
    assert refined(tmp_path) is None


def test_a_scan_teaches_what_a_sync_of_the_same_files_would(tmp_path: Path) -> None:
    for day in range(2):
        (tmp_path / f"{day}.fit").write_bytes(made(seed=day, day=day, spans=()))
    learnt = refined(tmp_path)
    assert learnt is not None
    assert learnt.profile == learn_profile([tmp_path]).profile
    for entry, day in zip(learnt.profile.taken, range(2), strict=True):
        assert entry.startswith(digest_of((tmp_path / f"{day}.fit").read_bytes()))


def test_labels_that_came_after_the_lesson_are_said_and_not_learnt_on_top(tmp_path: Path) -> None:
    (tmp_path / "guess.fit").write_bytes(made(seed=2, day=2))
    unlabelled = learn_profile([tmp_path]).profile  # takes it for forward, as it says
    sure = Labels(labels=tuple(Label(start_s=a - 10, end_s=b + 10, direction=Direction.BACKWARD) for a, b in SPANS))
    save_labels(sure, tmp_path / "guess.fit")
    for learnt in (refined(tmp_path, unlabelled), learn_profile([tmp_path], start=unlabelled)):
        assert learnt is not None
        assert learnt.profile == unlabelled
        assert "labelled otherwise: make the profile anew" in learnt.left_out[0][1]
