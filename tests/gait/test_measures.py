from __future__ import annotations

from retrorun.gait.measures import FalseEvent, Hit, Measured, Outing, Recall
from retrorun.gait.tables import markdown


def row(**changes: object) -> Recall:
    values = {
        "athlete": "a", "number": 1, "kind": "road", "length_s": 30.0, "uplift": 0.09, "ratio": 0.7, "own_slope": True,
        "step_s": 1.0, "thinned": False, "rested": False, "grade_pct": 0.0, "profile": "", "hit": None,
    }  # fmt: skip
    return Recall(**(values | changes))  # type: ignore[arg-type]


def test_the_tables_count_what_was_written_down() -> None:
    event = FalseEvent(athlete="a", number=1, kind="road", start_s=60.0, end_s=90.0, log_odds=3.0, profile="")
    hit = Hit(log_odds=9.0, start_error_s=2.0, end_error_s=-4.0)
    measured = Measured(
        outings=(Outing(athlete="a", kind="road", hours=50.0, profiles=()),),
        false=(event,),
        recalls=(row(hit=hit), row(), row(hit=hit), row(hit=hit)),
    )
    text = markdown(measured)
    assert "| a | road | 50 | 1 | 2.0 (0.0–11.1) | 60 |" in text
    assert "0.75 (4)" in text
    assert "| 30–30 s | 3 | 2.0 | 4.0 | 2.0 | 4.0 |" in text


def test_the_headline_is_about_the_published_effect_in_the_files_own_sampling() -> None:
    assert row().published
    assert not row(uplift=0.05).published
    assert not row(uplift=0.3).published
    assert not row(thinned=True).published
    assert not row(rested=True).published
