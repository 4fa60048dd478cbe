"""What a scan keeps of one recording: plain values that fit in one line of a table."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from math import nan
from typing import Any, Literal, NamedTuple, Self, get_type_hints

import numpy as np

from retrorun.activity.model import Activity
from retrorun.analysis.summary import Effort, Summary, best_efforts, furthest_efforts, summarise
from retrorun.arrays import FloatArray, IntArray
from retrorun.detection.result import Detection, called, told
from retrorun.match.model import Match

Status = Literal["read", "skipped", "duplicate", "failed"]
DIGEST = 32  # hexadecimal digits that are kept of a SHA-256


def digest_of(data: bytes) -> str:
    """By what a recording's bytes are known again."""
    return hashlib.sha256(data).hexdigest()[:DIGEST]


def lesson_of(backward: Iterable[tuple[float, float]]) -> str:
    """A short text that is another one for other backward stretches, and the same for the same."""
    text = " ".join(f"{start_s:.1f}-{end_s:.1f}" for start_s, end_s in backward)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanSegment:
    """A backward segment of one recording, on its clock."""

    start_s: float
    end_s: float
    probability: float
    distance_m: float
    mean_speed_mps: float
    mean_cadence_spm: float

    @property
    def told(self) -> str:
        """How it is called: `backward`, or `probably backward`."""
        return called(self.probability)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One recording of a scan.

    `status` is `read`, `skipped` (no run), `duplicate` (of another recording of the same activity) or `failed`;
    `reason` says why it is not `read`, or what lowers trust. `start_time` is UTC, `utc_offset_s` leads to local time.
    Numbers are None where the recording does not say. `parts` are the rows of a file with several activities, each with
    its number behind the path; the table of a scan has them instead of the file's own. `digest` is that of the file's
    bytes, empty for a part; `unsure` says why a profile may not learn from it, and is empty where it may; `lesson` is
    another one where it would learn other backward stretches.
    """

    path: str
    status: Status
    reason: str = ""
    title: str = ""
    start_time: dt.datetime | None = None
    utc_offset_s: float | None = None
    source: str = ""
    sport: str = ""
    sub_sport: str = ""
    device: str = ""
    samples: int = 0
    damaged: bool = False
    elapsed_s: float | None = None
    moving_s: float | None = None
    distance_m: float | None = None
    mean_speed_mps: float | None = None
    mean_cadence_spm: float | None = None
    verdict: str = ""
    backward_s: float = 0.0
    backward_m: float = 0.0
    backward_speed_mps: float | None = None
    backward_cadence_spm: float | None = None
    backward_heart_rate_bpm: float | None = None
    planned_steps: int = 0
    completed_steps: int = 0
    segments: tuple[ScanSegment, ...] = ()
    efforts: tuple[Effort, ...] = ()
    timed_efforts: tuple[Effort, ...] = ()
    parts: "tuple[Row, ...]" = ()
    digest: str = ""
    unsure: str = ""
    lesson: str = ""

    @property
    def told(self) -> str:
        """The verdict in words, as `Detection.told`."""
        return told(self.verdict, (segment.probability for segment in self.segments))

    def to_dict(self) -> dict[str, Any]:
        """The row as plain values for JSON; `from_dict` reads it back."""
        data = plain(self) | {"told": self.told}
        data["start_time"] = None if self.start_time is None else self.start_time.isoformat()
        data["segments"] = [plain(segment) | {"told": segment.told} for segment in self.segments]
        for name in ("efforts", "timed_efforts"):
            data[name] = [plain(effort) for effort in data[name]]
        data["parts"] = [part.to_dict() for part in self.parts]
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The row that `to_dict` wrote; raises KeyError, TypeError or ValueError where it is none."""
        values = {name: data[name] for name, _ in _COLUMNS[cls]}
        start = values["start_time"]
        values["start_time"] = None if start is None else dt.datetime.fromisoformat(start)
        values["segments"] = tuple(ScanSegment(**_typed(ScanSegment, segment)) for segment in values["segments"])
        values["parts"] = tuple(cls.from_dict(part) for part in values["parts"])
        for name in ("efforts", "timed_efforts"):
            values[name] = tuple(Effort(**_typed(Effort, effort)) for effort in values[name])
        return cls(**_typed(cls, values))


_TYPES: dict[object, tuple[type, ...]] = {
    str: (str,),
    bool: (bool,),
    int: (int,),
    float: (int, float),
    float | None: (int, float, type(None)),
}


# The fields of each, and which types a plain one of them takes.
_COLUMNS: dict[type[Any], tuple[tuple[str, tuple[type, ...]], ...]] = {
    kind: tuple((name, _TYPES.get(hint, (object,))) for name, hint in get_type_hints(kind).items())
    for kind in (Row, ScanSegment, Effort)
}


def plain(value: Row | ScanSegment | Effort) -> dict[str, Any]:
    """The fields of a dataclass by name, as they are; `dataclasses.asdict` takes ten times as long."""
    return {name: getattr(value, name) for name, _ in _COLUMNS[type(value)]}


def _typed(kind: type[Any], values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values, each plain one of the type that its field names; TypeError where one is not."""
    for name, wanted in _COLUMNS[kind]:
        value = values[name]
        if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted and object not in wanted):
            raise TypeError(f"{name} is of another type")
    return {name: values[name] for name, _ in _COLUMNS[kind]}


def row_about(name: str, title: str, activity: Activity, status: Status, reason: str) -> Row:
    """The row of a recording that was read: what the recording says of itself."""
    return Row(
        path=name,
        status=status,
        reason=reason,
        title=title,
        start_time=activity.start_time,
        utc_offset_s=activity.utc_offset_s,
        source=activity.source,
        sport=activity.sport,
        sub_sport=activity.sub_sport,
        device=activity.device.name if activity.device else "",
        samples=len(activity),
        damaged=bool(activity.damage),
    )


def row_of(name: str, title: str, activity: Activity, detection: Detection, match: Match | None) -> Row:
    """The row of a recording that was read and analysed, and matched where it carries a plan."""
    summary: Summary = summarise(activity, detection)
    total, backward = summary.total, summary.backward
    return replace(
        row_about(name, title, activity, "read", " · ".join(detection.reasons)),
        elapsed_s=summary.elapsed_s,
        moving_s=total.time_s,
        distance_m=total.distance_m,
        mean_speed_mps=total.mean_speed_mps,
        mean_cadence_spm=total.mean_cadence_spm,
        verdict=detection.verdict,
        backward_s=backward.time_s,
        backward_m=backward.distance_m or 0.0,
        backward_speed_mps=backward.mean_speed_mps,
        backward_cadence_spm=backward.mean_cadence_spm,
        backward_heart_rate_bpm=backward.mean_heart_rate_bpm,
        planned_steps=0 if match is None else len(match.steps),
        completed_steps=0 if match is None else sum(step.outcome == "completed" for step in match.steps),
        segments=tuple(
            ScanSegment(**{field.name: getattr(segment, field.name) for field in fields(ScanSegment)})
            for segment in detection.segments
        ),
        efforts=best_efforts(activity, detection),
        timed_efforts=furthest_efforts(activity, detection),
    )


# ---- one activity, several recordings: FIT and GPX of the same run, and files that were exported again ---------------
#
# Two recordings are of one activity when they begin within `START_S` of each other, last equally long and go equally
# far within `LENGTH`, and agree on mean cadence within `CADENCE_SPM` where both have it (two people of one race do
# not); services cut a second here and there, and round times to the second. Of several, the one that says most is
# counted: FIT before TCX before GPX before KML, then more samples, then the first that was found.

START_S = 15.0  # chosen: services drop leading samples without a position, a few seconds' worth
LENGTH = 0.05  # chosen: a trimmed re-export keeps its length within a few per cent
CADENCE_SPM = 1.0  # chosen: formats round cadence to a step or two a minute, their mean to less
SAME_AS = "the same activity as "  # how the reason of a duplicate begins; the path of the one that counts follows
_SAYS_MOST = ("fit", "tcx", "gpx", "kml")


class Outline(NamedTuple):
    """What tells a recording from another, in numbers alone; NaN for what it does not say, or where it is no run."""

    start_s: float
    elapsed_s: float
    distance_m: float
    cadence_spm: float
    kind: float
    samples: float


def outline(row: Row) -> Outline:
    """The outline of a row."""
    comparable = row.status == "read" and row.start_time is not None and row.elapsed_s is not None
    return Outline(
        start_s=row.start_time.timestamp() if row.start_time is not None and comparable else nan,
        elapsed_s=nan if row.elapsed_s is None else row.elapsed_s,
        distance_m=nan if row.distance_m is None else row.distance_m,
        cadence_spm=nan if row.mean_cadence_spm is None else row.mean_cadence_spm,
        kind=_SAYS_MOST.index(row.source) if row.source in _SAYS_MOST else len(_SAYS_MOST),
        samples=row.samples,
    )


def counting(outlines: FloatArray) -> IntArray:
    """For each recording, a row as `Outline` names it, the number of the one that counts for it, mostly its own."""
    counts = np.arange(len(outlines))
    start_s = outlines[:, 0]
    order = np.argsort(start_s, kind="stable")[: np.isfinite(start_s).sum()]
    # Cut where the next begins too late to be the same activity.
    cuts = np.flatnonzero(np.diff(start_s[order]) > START_S) + 1
    begins, ends = np.append(0, cuts), np.append(cuts, len(order))
    for begin, end in zip(begins[ends - begins > 1], ends[ends - begins > 1], strict=True):
        chosen: list[tuple[int, Outline]] = []
        group = [(int(number), Outline(*outlines[number].tolist())) for number in order[begin:end]]
        for number, one in sorted(group, key=lambda entry: (entry[1].kind, -entry[1].samples, entry[0])):
            twin = next((earlier for earlier, other in chosen if same_activity(one, other)), None)
            if twin is None:
                chosen.append((number, one))
            else:
                counts[number] = twin
    return counts


def same_activity(one: Outline, other: Outline) -> bool:
    """Whether two recordings are of one activity, as far as they say."""
    return (
        abs(one.start_s - other.start_s) <= START_S
        and _close(one.elapsed_s, other.elapsed_s, share=LENGTH)
        and _close(one.distance_m, other.distance_m, share=LENGTH)
        and _close(one.cadence_spm, other.cadence_spm, within=CADENCE_SPM)
    )


def _close(one: float, other: float, *, share: float = 0.0, within: float = 0.0) -> bool:
    """Whether two values agree; a missing one does not speak against it."""
    return not abs(one - other) > max(within, share * max(abs(one), abs(other)))
