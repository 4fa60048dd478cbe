"""A value of another type than is asked is one error of the library's own, which says what is needed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import retrorun as rr

RUN = rr.Activity.from_columns(time_s=np.arange(90.0), speed_mps=np.full(90, 3.0), cadence_spm=np.full(90, 170.0))
SESSION = rr.parse_session("10min")

DOORS: dict[str, tuple[Callable[[], object], str]] = {
    "adherence": (lambda: rr.adherence("run.fit", RUN, rr.detect(RUN)), "rr.match_plan is needed here, not str"),  # type: ignore[arg-type]
    "summarise": (lambda: rr.summarise(RUN, "found"), "a Detection is needed here, not str"),  # type: ignore[arg-type]
    "summarise an answer": (lambda: rr.summarise(rr.analyse(RUN), 3), "a Detection is needed here, not int"),  # type: ignore[arg-type]
    "scan nothing": (lambda: rr.scan(None), "a list of paths is needed here, not NoneType"),  # type: ignore[arg-type]
    "add": (lambda: rr.Labels().add(3), "a Label is needed here, not int"),  # type: ignore[arg-type]
    "load labels": (lambda: rr.load_labels(3), "a path is needed here, not int"),  # type: ignore[arg-type]
    "decompile": (lambda: rr.decompile_workout(3), "a path is needed here, not int"),  # type: ignore[arg-type]
    "load": (lambda: rr.load_session(3), "a path is needed here, not int"),  # type: ignore[arg-type]
    "save": (lambda: rr.save_session(SESSION, 3), "a path is needed here, not int"),  # type: ignore[arg-type]
    "athlete": (lambda: rr.load_athlete(3), "a path is needed here, not int"),  # type: ignore[arg-type]
    "squad": (lambda: rr.load_squad(3), "a path is needed here, not int"),  # type: ignore[arg-type]
    "export": (lambda: rr.save_export(3, RUN), "a path is needed here, not int"),  # type: ignore[arg-type]
    "profile": (lambda: rr.GaitProfile.fit(3), "a list of activities is needed here, not int"),  # type: ignore[arg-type]
    "profile of": (lambda: rr.GaitProfile.fit([3]), "an Activity is needed here, not int"),  # type: ignore[list-item]
    "with a profile": (lambda: rr.detect(RUN, profile=3), "a gait profile is needed here, not int"),  # type: ignore[arg-type]
    "format": (lambda: rr.format_session(3), "a Session is needed here, not int"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("door", DOORS)
def test_a_value_of_another_type_is_one_error(door: str) -> None:
    call, what = DOORS[door]
    with pytest.raises(rr.RetrorunError, match=what):
        call()
