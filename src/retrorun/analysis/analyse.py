"""The answer about one recording: read, match, detect, sum up. Every command and page asks here, and asks once.

A plan is evidence that the detector weighs; what the runner says wins over whatever the model thinks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

import numpy as np

from retrorun.activity.model import Activity, table_library
from retrorun.activity.read import read_activity
from retrorun.analysis.adherence import Adherence, adherence
from retrorun.analysis.labels import Fingerprint, Label, Labels, labels_of_direction, load_labels
from retrorun.analysis.summary import Summary, is_backward, summarise
from retrorun.detection import cadence_model, detector, resample
from retrorun.detection.profile import GaitProfile, check_profile
from retrorun.detection.result import Detection, Evidence, PlannedSpan, Segment
from retrorun.errors import LabelError, PlanError, RetrorunError, expect
from retrorun.files import printable, read_bytes
from retrorun.intervals import overlap_s, subtract
from retrorun.match.model import Match, placed
from retrorun.session.model import Direction, Gait, Session

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

Source = str | PathLike[str] | bytes | BinaryIO | Activity
PlanSource = Session | Match | str | PathLike[str]

CERTAIN_LOG_ODDS = 20.0  # chosen: one in 5e8, as good as certain, and a number that JSON can hold
SHORTEST_LEFT_S = 3.0  # chosen: what a label leaves of a found segment is dropped below the detector's own step
SAME_SHARE = 0.5  # chosen: a found segment that shares half of the longer one is what the label speaks of


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Analysis:
    """One recording, and everything that is said of it.

    `match` and `adherence` are None where there is no plan. `labels` are those that were in force, `fingerprint` tells
    this recording from others, `name` is the file's, empty where there was none. `parts` are the same answers for each
    activity of a file that holds several, or each sport of a multisport recording; empty where there is only one.
    """

    activity: Activity
    detection: Detection
    summary: Summary
    match: Match | None
    adherence: Adherence | None
    labels: Labels
    profile: GaitProfile | None
    fingerprint: Fingerprint
    name: str
    parts: tuple[Analysis, ...] = ()

    def to_pandas(self) -> pd.DataFrame:
        """One row a sample: the activity's columns, and whether the sample lies in a backward segment."""
        return self.activity.to_pandas().assign(backward=is_backward(self.activity, self.detection))

    def to_polars(self) -> pl.DataFrame:
        """The same as a table of polars."""
        backward: pl.Series = table_library("polars").Series("backward", is_backward(self.activity, self.detection))
        return self.activity.to_polars().with_columns(backward)

    def to_arrow(self) -> pa.Table:
        """The same as a table of pyarrow, which the extra `parquet` brings.

        Raises:
            OutputError: it is not installed.
        """
        arrow = table_library("pyarrow")
        table: pa.Table = arrow.table(self.activity)
        return table.append_column("backward", arrow.array(is_backward(self.activity, self.detection)))

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The same for whatever reads Arrow (pandas, polars, duckdb); needs pyarrow."""
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def report_html(self) -> str:
        """The page that `retrorun report` writes, as text."""
        from retrorun.report.html import report_html

        return report_html(self)

    def _repr_html_(self) -> str:
        from retrorun.report.html import analysis_html

        return analysis_html(self)

    def __repr__(self) -> str:
        name = f"{self.name!r}, " if self.name else ""
        return f"<Analysis {name}{self.activity.sport}, {self.detection.told}, {self.summary.segments} segments>"


Told = Source | Analysis


def answered(
    source: Told, detection: Detection | None = None, match: Match | None = None
) -> tuple[Activity, Detection, Match | None]:
    """The recording, what was found in it, and the plan laid onto it; what is not given is made, as by `analyse`.

    An activity with its detection is taken as it is, without a plan.
    """
    expect(detection, Detection | None, "a Detection", hint="rr.detect gives one")
    if isinstance(source, Activity) and detection is not None:
        return source, detection, match
    run = source if isinstance(source, Analysis) else analyse(source, plan=match)
    return run.activity, run.detection if detection is None else detection, run.match if match is None else match


def analyse(
    source: Source,
    *,
    profile: GaitProfile | None = None,
    plan: PlanSource | None = None,
    labels: Labels | Literal["beside"] | None = "beside",
) -> Analysis:
    """Everything that a recording says: the run, its backward segments, the plan laid onto it, totals.

    Args:
        source: a recording: a path, bytes, an open binary file, or an activity that was read before.
        profile: what is usual for the runner.
        plan: what was planned, as a session, its notation, its file, or already matched; None takes the plan that the
            recording carries, if any.
        labels: what the runner says about this recording; "beside" takes the labels that lie beside the file, None
            leaves them out.

    Raises:
        RecordingError: the source is no recording that can be read.
        PlanError: the plan that was given cannot be laid onto the run.
        LabelError: the labels beside the recording are damaged.
    """
    path = Path(source) if isinstance(source, str | PathLike) else None
    data = source if isinstance(source, bytes) else b"" if path is None else read_bytes(path)
    if isinstance(source, Activity):
        activity = source
    else:
        try:
            activity = read_activity(source if path is None else data)
        except RetrorunError as error:
            raise error if path is None else error.within(printable(str(path))) from None
    if labels == "beside":
        labels = None if path is None else load_labels(path)
    match, reasons = matched(activity, plan)
    detection = detect_with(activity, match, profile=profile, labels=labels, reasons=reasons)
    in_force = (labels or Labels()).in_force(activity)
    parts = range(len(activity.parts) if len(activity.parts) > 1 else 0)
    return Analysis(
        activity=activity,
        detection=detection,
        summary=summarise(activity, detection),
        match=match,
        adherence=None if match is None else adherence(match, activity, detection, labels=in_force),
        labels=in_force,
        profile=profile,
        fingerprint=Fingerprint.of(activity, data),
        name="" if path is None else printable(path.name),
        parts=tuple(analyse(activity.part(index), profile=profile, labels=None) for index in parts),
    )


def detect(
    activity: Activity | str | PathLike[str] | bytes,
    *,
    profile: GaitProfile | None = None,
    plan: PlanSource | None = None,
    labels: Labels | None = None,
) -> Detection:
    """Backward segments of an activity.

    A plan is strong evidence and never proof: planned backward steps become callable where they are short, and are not
    called where the recording shows forward running. A plan without any backward step says nothing about direction.

    Args:
        activity: a recording with speed and cadence, or its path or bytes.
        profile: what is usual for the runner.
        plan: what was planned, as a session, its notation, its file, or already matched; None takes the plan that the
            recording carries, if any.
        labels: what the runner says about this recording; wins over everything else.

    Returns:
        The verdict, the segments and the reasons; `cannot tell` where the recording could not have shown any.

    Raises:
        RecordingError: the activity is none, and no recording that can be read.
        PlanError: the plan that was given cannot be laid onto the run.
    """
    if not isinstance(activity, Activity):
        activity = read_activity(activity)
    match, reasons = matched(activity, plan)
    return detect_with(activity, match, profile=profile, labels=labels, reasons=reasons)


def matched(activity: Activity, plan: PlanSource | None) -> tuple[Match | None, tuple[str, ...]]:
    """The plan laid onto the run, None where there is none; and what that leaves open.

    A plan that was given and cannot be laid onto it is a PlanError; one that the recording carries is left out.
    """
    if plan is None and activity.workout is None:
        return None, ()
    from retrorun.match.match import match_plan  # half of what detection loads, and most runs follow no plan

    try:
        match = plan if isinstance(plan, Match) else match_plan(activity, plan)
    except PlanError as error:
        if plan is not None:
            raise
        return None, (f"the plan was left unused: {error}",)
    backward = any(found.step.direction is Direction.BACKWARD for found in match.steps)
    return match, match.reasons if backward else ()


def detect_with(
    activity: Activity,
    match: Match | None,
    *,
    profile: GaitProfile | None,
    labels: Labels | None,
    reasons: tuple[str, ...] = (),
) -> Detection:
    """Backward segments of an activity whose plan is matched already; `reasons` are added to those of the answer."""
    check_profile(profile)
    expect(labels, Labels | None, "a value of rr.Labels", error=LabelError, hint="use rr.load_labels, or None")
    detection = detector.detect_gait(activity, profile=profile, planned=() if match is None else planned_spans(match))
    if len(activity.parts) > 1:
        reasons = (*reasons, f"the recording has {len(activity.parts)} parts, each looked at on its own")
    detection = _because(detection, *reasons)
    detection = apply_labels(detection, activity, labels_of_direction(activity), by="said by the recording itself")
    return detection if labels is None else apply_labels(detection, activity, labels)


def planned_spans(match: Match) -> tuple[PlannedSpan, ...]:
    """The stretches of a plan with their direction, for the detector.

    A plan without any backward step says nothing about direction: most come from services that do not know the word. Of
    a step without a place in the recording nothing is said either, nor of backward walking, which speed and cadence
    cannot tell from walking.
    """
    if not any(found.step.direction is Direction.BACKWARD for found in match.steps):
        return ()
    return tuple(
        PlannedSpan(
            start_s=span.start_s, end_s=span.end_s, direction=found.step.direction, guessed=found.step.direction_guessed
        )
        for found, span in placed(match)
        if found.step.direction is Direction.FORWARD or found.step.gait is Gait.RUN
    )


def apply_labels(
    detection: Detection, activity: Activity, labels: Labels, *, by: str = "labelled by the runner"
) -> Detection:
    """The detection with the runner's labels in force.

    Stretches labelled backward become segments with probability 1. Found segments lose what is labelled forward, and
    what a backward label covers. Labels of another run are left unused, which `reasons` says.
    """
    if not labels.labels:
        return detection
    if not labels.in_force(activity).labels:
        return _because(detection, "the labels belong to another run and were left unused")
    found = [piece for segment in detection.segments for piece in _without(segment, labels.labels)]
    backward = [label for label in labels.labels if label.direction is Direction.BACKWARD]
    said = [_labelled(label, activity, detection, by) for label in backward]
    segments = tuple(sorted((*found, *said), key=lambda segment: segment.start_s))
    verdict = "found" if segments else "none" if detection.verdict == "found" else detection.verdict
    count = len(labels.labels)
    said_so = "one stretch was" if count == 1 else f"{count} stretches were"
    return _because(replace(detection, segments=segments, verdict=verdict), f"{said_so} {by}")


def _because(detection: Detection, *reasons: str) -> Detection:
    return replace(detection, reasons=(*detection.reasons, *reasons))


def _without(segment: Segment, labels: Sequence[Label]) -> list[Segment]:
    """What the labels leave of a found segment."""
    left = []
    for piece in subtract([segment], labels):
        if piece.duration_s >= SHORTEST_LEFT_S:
            # Times the share last, so that a segment which nothing was taken from keeps its way to the last digit.
            way_m = segment.distance_m * (piece.duration_s / segment.duration_s)
            left.append(replace(segment, start_s=piece.start_s, end_s=piece.end_s, distance_m=way_m))
    return left


def _labelled(label: Label, activity: Activity, detection: Detection, by: str) -> Segment:
    """A labelled stretch as a segment; where the detector found it too, with the detector's own evidence."""
    found = max(detection.segments, key=lambda segment: overlap_s(label, segment), default=None)
    speed_mps, cadence_spm, distance_m = resample.stretch_means(activity, label.start_s, label.end_s)
    if found is not None and overlap_s(label, found) >= SAME_SHARE * max(label.end_s - label.start_s, found.duration_s):
        evidence = found.evidence
    else:
        evidence = _observed(speed_mps, cadence_spm, detection.line)
    return Segment(
        start_s=label.start_s,
        end_s=label.end_s,
        probability=1.0,
        evidence=replace(evidence, for_it=(f"backward, {by}", *evidence.for_it)),
        distance_m=distance_m,
        mean_speed_mps=speed_mps,
        mean_cadence_spm=cadence_spm,
    )


def _observed(speed_mps: float, cadence_spm: float, line: cadence_model.ForwardLine | None) -> Evidence:
    """The evidence for a stretch that only the runner called."""
    forward_spm = math.nan if line is None else float(line.cadence_spm(np.array(speed_mps)))
    return Evidence(
        observed_speed_mps=speed_mps,
        observed_cadence_spm=cadence_spm,
        forward_cadence_spm=forward_spm,
        usual_speed_mps=math.nan if line is None else line.usual_speed_mps,
        uplift=cadence_spm / forward_spm - 1.0,
        log_odds=CERTAIN_LOG_ODDS,
    )
