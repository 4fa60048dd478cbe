"""The answer about one recording: read, match, detect, sum up. Every command and page asks here, and asks once."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from retrorun.activity.model import Activity, table_library
from retrorun.activity.read import read_activity
from retrorun.analysis.adherence import Adherence, adherence
from retrorun.analysis.detect import PlanSource, detect_with, matched
from retrorun.analysis.labels import Fingerprint, Labels, load_labels
from retrorun.analysis.summary import Summary, is_backward, summarise
from retrorun.detection.profile import GaitProfile
from retrorun.detection.result import Detection
from retrorun.errors import RetrorunError
from retrorun.files import printable, read_bytes
from retrorun.match.model import Match

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

Source = str | PathLike[str] | bytes | BinaryIO | Activity


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
    """The recording, what was found in it, and the plan laid onto it; what is not given is made.

    Args:
        source: what `analyse` takes, or its answer.
        detection: what was found, where that is known or to be taken instead.
        match: the plan laid onto the run, likewise. An activity with its detection is taken as it is, without a plan.

    Raises:
        RecordingError: the source is no recording that can be read.
    """
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
    said = load_labels(path) if labels == "beside" and path is not None else None if labels == "beside" else labels
    match, reasons = matched(activity, plan)
    detection = detect_with(activity, match, profile=profile, labels=said, reasons=reasons)
    in_force = (said or Labels()).in_force(activity)
    several = len(activity.parts) > 1
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
        parts=tuple(
            analyse(activity.part(index), profile=profile, labels=None)
            for index in range(len(activity.parts) if several else 0)
        ),
    )
