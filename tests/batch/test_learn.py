from __future__ import annotations

from pathlib import Path

import pytest

from retrorun.batch.learn import learn_profile
from retrorun.errors import ProfileError
from tests.batch.made import CYCLING, made


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


def test_nothing_to_learn_from_is_said_so(archive: Path) -> None:
    with pytest.raises(ProfileError, match=r"none of 1 .* from \(.*ride\.fit: not a run but cycling\)"):
        learn_profile([archive / "ride.fit"])
