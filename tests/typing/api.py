"""What a type checker sees of the public API. Nothing here is run: mypy reads it with everything else."""

from __future__ import annotations

from pathlib import Path
from typing import assert_type

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import retrorun as rr


def plan(path: Path) -> bytes:
    session = rr.parse_session("10min warmup; 4x(400m fwd; 400m bwd)", name="Retro")
    assert_type(session, rr.Session)
    assert_type(rr.format_session(session), str)
    rr.save_session(session, path)
    assert_type(rr.load_session(path), rr.Session)
    assert_type(rr.check_session(session, device="generic"), tuple[rr.Finding, ...])
    assert_type(session.steps, tuple[rr.Step | rr.Repeat, ...])
    data = rr.compile_workout(session, device="generic", created=None, serial=None)
    assert_type(data, bytes)
    assert_type(rr.decompile_workout(data), rr.Session)
    return data


def read(source: Path) -> rr.Summary:
    activity = rr.read_activity(source)
    assert_type(activity, rr.Activity)
    assert_type(activity.speed_mps, npt.NDArray[np.float64])
    assert_type(activity.laps, tuple[rr.Lap, ...])
    profile = rr.GaitProfile.fit([activity], labels=[[(0.0, 10.0)]])
    assert_type(rr.GaitProfile.from_json(profile.to_json()), rr.GaitProfile)
    match = rr.match_plan(activity, session=None)
    assert_type(match, rr.Match)
    detection = rr.detect(activity, profile=profile, plan=match.session)
    assert_type(detection, rr.Detection)
    assert_type(detection.segments, tuple[rr.Segment, ...])
    return rr.summarise(activity, detection)


def show(run: rr.Analysis, ax: Axes, grid: npt.NDArray[np.object_]) -> None:
    assert_type(rr.figure_run("run.fit"), Figure)
    assert_type(rr.figure_run(run, ax=ax, per_m=1609.344), Axes)
    assert_type(rr.figure_run(run.activity, run.detection, ax=[ax, ax]), list[Axes])
    assert_type(rr.figure_planned(run, ax=grid), npt.NDArray[np.object_])
    assert_type(rr.figure_track(run, width_in=4.0), Figure)
    assert_type(rr.figure_session("4x400m bwd", ax=ax), Axes)
    assert_type(rr.report_html(Path("run.fit")), str)
    assert_type(rr.summarise(b""), rr.Summary)


def made() -> rr.Activity:
    return rr.Activity.from_columns(time_s=[0, 1, 2], speed_mps=[3, 3, 3], cadence_spm=None)


def wrong() -> None:
    rr.compile_workout(4)  # type: ignore[arg-type]  # a number is no session
    rr.detect(None)  # type: ignore[arg-type]  # nothing is no activity
