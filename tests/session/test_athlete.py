from __future__ import annotations

from pathlib import Path

import pytest

from retrorun.errors import DocumentError
from retrorun.session.document import load_athlete, load_squad
from retrorun.session.effort import Athlete


def written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_speeds_as_a_coach_writes_them_or_in_metres_per_second(tmp_path: Path) -> None:
    path = written(
        tmp_path / "ada.yaml",
        "max_hr_bpm: 188\nthreshold_pace: 4:10/km\nvpeak_backward: 9 km/h\npace_5k_mps: 4.5\n"
        "hr_zones_bpm: [95, 114, 133, 152, 171, 190]\n",
    )
    assert load_athlete(path) == Athlete(
        name="ada",
        max_hr_bpm=188,
        threshold_pace_mps=4.0,
        vpeak_backward_mps=2.5,
        pace_5k_mps=4.5,
        hr_zones_bpm=(95, 114, 133, 152, 171, 190),
    )


def test_a_folder_is_a_squad(tmp_path: Path) -> None:
    written(tmp_path / "b.yaml", "name: Bo\nmax_hr_bpm: 180")
    written(tmp_path / "a.json", '{"name": "Ada"}')
    written(tmp_path / "readme.txt", "ours")
    assert [athlete.name for athlete in load_squad(tmp_path)] == ["Ada", "Bo"]
    assert [athlete.name for athlete in load_squad(tmp_path / "b.yaml")] == ["Bo"]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("max_hr: 188", "max_hr"),
        ("threshold_pace: fast", "threshold_pace"),
        ("threshold_pace: 4:10-4:20/km", "threshold_pace"),
        ("max_hr_bpm: 400", ""),
        ("- 4", ""),
        ("a: [", "line"),
    ],
)
def test_what_is_no_athlete_is_said(tmp_path: Path, text: str, where: str) -> None:
    with pytest.raises(DocumentError) as caught:
        load_athlete(written(tmp_path / "a.yaml", text))
    assert where in caught.value.where
    with pytest.raises(DocumentError, match=r"a\.yaml"):
        load_squad(tmp_path)


def test_an_empty_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="no athlete"):
        load_squad(tmp_path)
