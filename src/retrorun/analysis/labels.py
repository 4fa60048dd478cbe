"""What is said of a recording's direction: by its runner, who wins over everything else, by its laps, or by itself.

A runner's labels are kept in a small JSON file beside the recording. No analysis writes that file. It holds a
fingerprint of the recording, so that a changed file is noticed: while the run in it is the same, the labels stay in
force.
"""

import datetime as dt
import hashlib
import itertools
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Self

from retrorun import documents, files
from retrorun.activity.model import Activity
from retrorun.detection.result import Detection
from retrorun.errors import LabelError, ProfileError, expect
from retrorun.intervals import Interval, Span, covered_s, from_mask, subtract, union
from retrorun.match.model import Match, placed
from retrorun.session.model import Direction

FORMAT = "retrorun labels"
VERSION = 1
ENDING = ".labels.json"
SAME_RUN_S = 2.0  # two readings of one run may differ by a sample at its end
# chosen: a called stretch that is labelled so far is confirmed, for borders are not labelled to the second; a planned
# step when half of it is, for then `retrorun label` asks no more.
CONFIRMED, PLAN_CONFIRMED = 0.9, 0.5
LAPS_HINT = "write laps:even, laps:odd, lap:3,5-7, all or steps, or a stretch of time such as 12:30-13:10"
_HINT = "give labels as `retrorun label` writes them"
_LAPS = re.compile(r"laps?:\s*(?P<which>even|odd|all|[\d,\s-]+)")
_RANGE = re.compile(r"(\d{1,5})(?:\s*-\s*(\d{1,5}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A stretch `[start_s, end_s)` on the activity's clock, and the direction in which it was run."""

    start_s: float
    end_s: float
    direction: Direction

    def __post_init__(self) -> None:
        said: object = self.direction
        if not isinstance(said, Direction):
            hint = "give rr.Direction.BACKWARD or rr.Direction.FORWARD"
            raise LabelError(f"a label says a Direction, not {type(said).__name__}", hint=hint)
        if not (math.isfinite(self.start_s) and math.isfinite(self.end_s)) or self.start_s < 0:
            raise LabelError("a label's times must be finite and not below zero", where=f"{self.start_s}-{self.end_s}")
        if self.end_s <= self.start_s:
            raise LabelError("a label ends before it starts", where=f"{self.start_s}-{self.end_s}", hint="swap the two")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What a label file remembers of its recording.

    `digest` is the SHA-256 of the file's bytes, empty where there was no file. `start_time` and `length_s` tell whether
    another file holds the same run.
    """

    digest: str = ""
    start_time: dt.datetime | None = None
    length_s: float = 0.0

    @classmethod
    def of(cls, activity: Activity, data: bytes = b"") -> Self:
        """The fingerprint of an activity and of the bytes that it was read from."""
        return cls(
            digest=hashlib.sha256(data).hexdigest() if data else "",
            start_time=activity.start_time,
            length_s=float(activity.time_s[-1]) if len(activity) else 0.0,
        )

    def same_run(self, other: "Fingerprint") -> bool:
        """Whether both are of the same run: the same start, and the same length within 2 s."""
        return self.start_time == other.start_time and abs(self.length_s - other.length_s) <= SAME_RUN_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """The labels of one recording, in order and without overlap."""

    labels: tuple[Label, ...] = ()
    recording: Fingerprint = Fingerprint()

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.labels, key=lambda label: label.start_s))
        for before, after in itertools.pairwise(ordered):
            if after.start_s < before.end_s:
                raise LabelError("two labels overlap", where=f"{after.start_s:g} s", hint="use Labels.add")
        object.__setattr__(self, "labels", ordered)

    def in_force(self, activity: Activity) -> "Labels":
        """These labels; none where they were made for another run."""
        known = self.recording != Fingerprint()
        return Labels() if known and not self.recording.same_run(Fingerprint.of(activity)) else self

    def changed_since(self, data: bytes) -> bool:
        """Whether the recording's bytes are others than when the labels were made."""
        return self.recording.digest not in ("", hashlib.sha256(data).hexdigest())

    def add(self, label: Label) -> "Labels":
        """With one more label, joined with neighbours of its direction; it replaces what it overlaps of others."""
        expect(label, Label, "a Label", error=LabelError)
        said = (*self.forget(label.start_s, label.end_s).labels, label)
        return Labels(
            labels=tuple(
                _label(span, direction)
                for direction in Direction
                for span in union(one for one in said if one.direction is direction)
            ),
            recording=self.recording,
        )

    def forget(self, start_s: float, end_s: float) -> "Labels":
        """Without what is said about `[start_s, end_s)`."""
        hole = Interval(start_s=start_s, end_s=end_s)
        kept = (_label(span, label.direction) for label in self.labels for span in subtract([label], [hole]))
        return Labels(labels=tuple(kept), recording=self.recording)

    def within(self, start_s: float, end_s: float = math.inf) -> "Labels":
        """What is said of `[start_s, end_s)`, on a clock that begins there."""
        return Labels(
            labels=tuple(
                replace(label, start_s=max(label.start_s, start_s) - start_s, end_s=min(label.end_s, end_s) - start_s)
                for label in self.labels
                if label.start_s < end_s and label.end_s > start_s
            )
        )

    def backward_spans(self) -> list[tuple[float, float]]:
        """The stretches labelled backward, as `GaitProfile.fit` takes them."""
        return [(label.start_s, label.end_s) for label in self.labels if label.direction is Direction.BACKWARD]

    def to_json(self) -> str:
        """The labels as JSON text, the same text for the same labels."""
        start = self.recording.start_time
        data = {
            "format": FORMAT,
            "version": VERSION,
            "recording": {
                "sha256": self.recording.digest,
                "start_time": None if start is None else start.isoformat(),
                "length_s": self.recording.length_s,
            },
            "labels": [asdict(label) for label in self.labels],
        }
        return documents.to_json(data, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """The labels of a JSON text that `to_json` wrote.

        Raises:
            LabelError: the text is not JSON, or not labels; says where.
        """
        data = documents.Fields.read(text, kind=FORMAT, version=VERSION, error=LabelError, hint=_HINT)
        labels = tuple(_label_in(row) for row in data.rows("labels"))
        return cls(labels=labels, recording=_fingerprint_in(data.fields("recording")))


def _label(span: Span, direction: Direction) -> Label:
    return Label(start_s=span.start_s, end_s=span.end_s, direction=direction)


def _label_in(row: documents.Fields) -> Label:
    word = row.text("direction")
    if word not in list(Direction):
        raise LabelError(f"unknown direction {word!r}", where=row.place("direction"), hint="use forward or backward")
    start_s, end_s = (row.number(name, low=-1e12, high=1e12) for name in ("start_s", "end_s"))
    try:
        return Label(start_s=start_s, end_s=end_s, direction=Direction(word))
    except LabelError as error:
        raise LabelError(error.what, where=row.where, hint=error.hint) from None


def _fingerprint_in(row: documents.Fields) -> Fingerprint:
    start = row.text("start_time", "")
    try:
        start_time = dt.datetime.fromisoformat(start) if start else None
    except ValueError:
        raise LabelError(f"{start[:40]!r} is no time", where=row.place("start_time")) from None
    return Fingerprint(digest=row.text("sha256"), start_time=start_time, length_s=row.number("length_s"))


# ---- the file beside the recording -----------------------------------------------------------------------------------


def labels_path(recording: str | PathLike[str]) -> Path:
    """Where the labels of a recording lie: `run.fit` has `run.fit.labels.json`."""
    path = files.as_path(recording)
    return path.with_name(path.name + ENDING)


def load_labels(recording: str | PathLike[str]) -> Labels:
    """The labels of a recording; none where nobody has made any.

    Raises:
        LabelError: the file of labels is damaged.
    """
    return files.load_if_there(labels_path(recording), Labels.from_json, Labels())


def save_labels(labels: Labels, recording: str | PathLike[str]) -> Path:
    """Write the labels of a recording beside it, in one step; the path that was written.

    Raises:
        OutputError: the file cannot be written.
    """
    path = labels_path(recording)
    files.write_atomic(path, labels.to_json().encode())
    return path


@contextmanager
def changing_labels(recording: str | PathLike[str]) -> Iterator[Labels]:
    """The labels of a recording, for changing them: nobody else changes them meanwhile."""
    with files.locked(labels_path(recording)):
        yield load_labels(recording)


# ---- all that is said, and what may be learnt from it ----------------------------------------------------------------


def labels_of_direction(activity: Activity) -> Labels:
    """What the recording itself says of direction, sample for sample, as labels; none where it says nothing."""
    column = activity.direction
    if column is None or not len(activity):
        return Labels()
    end_s = float(activity.time_s[-1])
    return Labels(
        labels=tuple(
            _label(span, direction)
            for direction, value in ((Direction.FORWARD, 0.0), (Direction.BACKWARD, 1.0))
            for span in from_mask(activity.time_s, column == value, end_s)
            if span.end_s > span.start_s
        )
    )


def said_of(activity: Activity, labels: Labels | None) -> Labels:
    """All that is said of a run's direction: by its runner, and where he says nothing, by the recording itself."""
    said = labels_of_direction(activity)
    for label in (labels or Labels()).in_force(activity).labels:
        said = said.add(label)
    return said


def planned_backward(match: Match | None) -> tuple[Interval, ...]:
    """The planned backward steps that were done, neighbours joined; none without a plan."""
    steps = () if match is None else placed(match)
    return union(span for done, span in steps if done.step.direction is Direction.BACKWARD)


def lesson(
    activity: Activity, detection: Detection, match: Match | None, labels: Labels | None
) -> list[tuple[float, float]]:
    """The backward stretches of a run of which all is known: said by somebody, or forward without a doubt.

    Else a ProfileError says what is missing: what was only called backward is nothing that a gait profile may learn.
    """
    said = said_of(activity, labels)
    if any(covered_s(one, said.labels) < CONFIRMED * one.duration_s for one in detection.segments):
        raise ProfileError("what was called backward is not confirmed: label it")
    if any(covered_s(one, said.labels) < PLAN_CONFIRMED * one.duration_s for one in planned_backward(match)):
        raise ProfileError("backward steps were planned, and nobody says how they were run: label them")
    if not said.labels and detection.verdict == "cannot tell":
        raise ProfileError("it cannot be told whether any of it was run backward")
    return said.backward_spans()


# ---- labels by lap: two presses of the lap button are the cheapest truth about direction that there is ---------------


def speaks_of_laps(words: str) -> bool:
    """Whether words name laps, the whole run or a plan's steps, and not a stretch of time."""
    lower = words.strip().lower()
    return lower in ("all", "steps") or lower.startswith("lap")


def spans_of_laps(activity: Activity, words: str, *, match: Match | None = None) -> tuple[Interval, ...]:
    """The stretches that words mean, neighbours joined; a LabelError where there is no such lap, or no plan.

    `laps:even`, `laps:odd` and `lap:3,5-7` count laps from 1; `all` is the whole recording, `steps` are the planned
    backward steps that were done.
    """
    lower = words.strip().lower()
    if lower == "all":
        return (Interval(start_s=0.0, end_s=float(activity.time_s[-1])),)
    if lower == "steps":
        if match is None:
            raise LabelError("there is no plan to take steps from", where="steps", hint=LAPS_HINT)
        if not (spans := planned_backward(match)):
            raise LabelError("the plan has no backward step that was done", where="steps", hint=LAPS_HINT)
        return spans
    found = _LAPS.fullmatch(lower)
    if found is None:
        raise LabelError(f"{words!r} names no laps", where=words, hint=LAPS_HINT)
    laps = [activity.laps[number - 1] for number in _numbers(found["which"], len(activity.laps), words)]
    return union(lap for lap in laps if lap.end_s > lap.start_s)


def _numbers(which: str, count: int, words: str) -> Sequence[int]:
    if count == 0:
        raise LabelError("the recording has no laps", where=words, hint="give a stretch of time, such as 12:30-13:10")
    if which in ("even", "odd", "all"):
        return range(2 if which == "even" else 1, count + 1, 1 if which == "all" else 2)
    chosen: list[int] = []
    for part in which.split(","):
        found = _RANGE.fullmatch(part.strip())
        if found is None:
            raise LabelError(f"{part.strip()!r} is no lap", where=words, hint=LAPS_HINT)
        first, last = int(found[1]), int(found[2] or found[1])
        if not 1 <= first <= last <= count:
            raise LabelError(f"there is no lap {part.strip()}", where=words, hint=f"laps go from 1 to {count}")
        chosen += range(first, last + 1)
    return chosen
