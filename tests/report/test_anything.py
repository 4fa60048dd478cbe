"""Whatever a recording holds, it is shown or refused: no other error, no warning."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from retrorun.activity.model import Activity, Lap
from retrorun.analysis.season import Season, SeasonRun
from retrorun.analysis.summary import best_efforts
from retrorun.detection.result import Detection
from retrorun.errors import RecordingError
from retrorun.report.export import export_bytes
from retrorun.report.figures.run import figure_run
from retrorun.report.figures.season import draw_bests
from retrorun.report.figures.session import figure_planned
from retrorun.report.figures.track import figure_gait_plane, figure_track
from retrorun.report.html import report_html
from tests.report.made import made_match, made_segment

pytestmark = pytest.mark.usefixtures("unpainted")

COLUMNS = {
    "speed_mps": (-1.0, 12.0),
    "cadence_spm": (0.0, 260.0),
    "altitude_m": (-500.0, 9000.0),
    "heart_rate_bpm": (0.0, 255.0),
    "distance_m": (0.0, 1e5),
    "latitude_deg": (-90.0, 90.0),
    "longitude_deg": (-180.0, 180.0),
}

STEPS_S = st.lists(st.sampled_from([0.0, 0.1, 1.0, 3.0, 40.0, 7200.0]), max_size=40)
KINDS = st.sampled_from(["missing", "even", "any"])
VALUES = {name: st.floats(low, high) | st.just(float("nan")) for name, (low, high) in COLUMNS.items()}
QUICK = (Phase.explicit, Phase.reuse, Phase.generate)  # a page takes half a second; smaller examples take hours


@st.composite
def activities(draw: st.DrawFn) -> Activity:
    """From none to forty samples, with gaps, doubled moments and missing values anywhere."""
    steps = draw(STEPS_S)
    n = len(steps)
    columns = {}
    for name in COLUMNS:
        kind = draw(KINDS)
        value = VALUES[name]
        if kind == "missing":
            columns[name] = [float("nan")] * n
        elif kind == "even":
            columns[name] = [draw(value)] * n
        else:
            columns[name] = draw(st.lists(value, min_size=n, max_size=n))
    activity = Activity.from_columns(
        time_s=np.cumsum(steps) - (steps[0] if steps else 0.0),
        start_time=draw(st.none() | st.just(dt.datetime(2026, 3, 1, tzinfo=dt.UTC))),
        **columns,  # type: ignore[arg-type]  # columns only
    )
    return replace(activity, laps=(Lap(start_s=0.0, end_s=10.0), Lap(start_s=10.0, end_s=10.0)))


@st.composite
def detections(draw: st.DrawFn) -> Detection:
    verdict = draw(st.sampled_from(["found", "none", "cannot tell"]))
    if verdict != "found":
        return Detection(verdict="none" if verdict == "none" else "cannot tell", reasons=("a reason",))
    borders = sorted(draw(st.lists(st.floats(0, 9000), min_size=2, max_size=6, unique=True)))
    pairs = zip(borders[::2], borders[1::2], strict=False)
    return Detection(verdict="found", segments=tuple(made_segment(start_s, end_s) for start_s, end_s in pairs))


@given(activities(), detections())
@settings(max_examples=5, phases=QUICK, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_picture_can_be_drawn(activity: Activity, detection: Detection) -> None:
    figure = Figure()  # one for all, because empty axes take longest
    *run, plane, track, plan, bests = figure.subplots(8, 1)
    figure_run(activity, detection, ax=run)
    figure_gait_plane(activity, detection, ax=plane)
    figure_track(activity, detection, ax=track)
    figure_planned(activity, detection, made_match(), ax=plan)
    start = dt.datetime(2026, 3, 1, 9, 30)  # noqa: DTZ001 - the runner's own wall clock
    season = SeasonRun(start=start, backward_s=60.0, backward_m=120.0, efforts=best_efforts(activity, detection))
    draw_bests(bests, Season([season]).bests)
    figure.draw_without_rendering()


@given(activities(), detections())
@settings(max_examples=10, phases=QUICK, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_recording_makes_a_page(activity: Activity, detection: Detection) -> None:
    text = report_html(activity, detection, match=made_match())
    if 'id="data">' in text:  # a recording of one sample has no picture over time
        assert "NaN" not in text[text.index('id="data">') : text.index("</script>", text.index('id="data">'))]
    assert "nan" not in text[text.index("<main") : text.index("</main>")].replace("&nbsp", "")


@pytest.mark.parametrize("form", ["json", "csv", "parquet", "geojson", "gpx"])
@given(activities(), detections())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_recording_is_exported_or_refused(form: str, activity: Activity, detection: Detection) -> None:
    for rows in ("samples", "segments"):
        located = np.isfinite(activity.latitude_deg) & np.isfinite(activity.longitude_deg)
        if form in ("geojson", "gpx") and not located.any():
            with pytest.raises(RecordingError, match="no positions"):
                export_bytes(form, activity, detection)
        else:
            assert export_bytes(form, activity, detection, rows="samples" if rows == "samples" else "segments")
