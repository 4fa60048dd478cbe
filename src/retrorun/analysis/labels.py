"""What the runner says about a recording: this was backward, that was forward. It wins over everything else.

Labels are kept in a small JSON file beside the recording. No analysis writes that file. It holds a fingerprint of the
recording, so that a changed file is noticed: while the run in it is the same, the labels stay in force.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import math
from dataclasses import dataclass

from retrorun.activity.model import Activity
from retrorun.documents import Fields, parse_json, to_json
from retrorun.errors import LabelError
from retrorun.intervals import from_mask
from retrorun.session.model import Direction

FORMAT = "retrorun labels"
VERSION = 1
_HINT = "give labels as `retrorun label` writes them"
SAME_RUN_S = 2.0  # two readings of one run may differ by a sample at its end


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
    def of(cls, activity: Activity, data: bytes = b"") -> Fingerprint:
        """The fingerprint of an activity and of the bytes that it was read from."""
        return cls(
            digest=hashlib.sha256(data).hexdigest() if data else "",
            start_time=activity.start_time,
            length_s=float(activity.time_s[-1]) if len(activity) else 0.0,
        )

    def same_run(self, other: Fingerprint) -> bool:
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

    def in_force(self, activity: Activity) -> Labels:
        """These labels; none where they were made for another run."""
        known = self.recording != Fingerprint()
        return Labels() if known and not self.recording.same_run(Fingerprint.of(activity)) else self

    def changed_since(self, data: bytes) -> bool:
        """Whether the recording's bytes are others than when the labels were made."""
        return self.recording.digest not in ("", hashlib.sha256(data).hexdigest())

    def add(self, label: Label) -> Labels:
        """With one more label; where it overlaps earlier ones, it replaces that part of them."""
        kept = self.forget(label.start_s, label.end_s).labels
        return Labels(labels=_joined((*kept, label)), recording=self.recording)

    def forget(self, start_s: float, end_s: float) -> Labels:
        """Without what is said about `[start_s, end_s)`."""
        kept: list[Label] = []
        for label in self.labels:
            for low, high in (
                (label.start_s, min(label.end_s, start_s)),
                (max(label.start_s, end_s), label.end_s),
            ):
                if high > low:
                    kept.append(Label(start_s=low, end_s=high, direction=label.direction))
        return Labels(labels=tuple(kept), recording=self.recording)

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
            "labels": [
                {"start_s": label.start_s, "end_s": label.end_s, "direction": label.direction.value}
                for label in self.labels
            ],
        }
        return to_json(data, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Labels:
        """The labels of a JSON text that `to_json` wrote.

        Raises:
            LabelError: the text is not JSON, or not labels; says where.
        """
        data = Fields.of(parse_json(text, error=LabelError, hint=_HINT), error=LabelError, hint=_HINT)
        data.header(name=FORMAT, version=VERSION)
        return cls(
            labels=tuple(_label(row) for row in data.rows("labels")), recording=_fingerprint(data.fields("recording"))
        )


def labels_of_direction(activity: Activity) -> Labels:
    """What the recording itself says of direction, sample for sample, as labels; none where it says nothing."""
    column = activity.direction
    if column is None or not len(activity):
        return Labels()
    end_s = float(activity.time_s[-1])
    return Labels(
        labels=tuple(
            Label(start_s=span.start_s, end_s=span.end_s, direction=direction)
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


def _joined(labels: tuple[Label, ...]) -> tuple[Label, ...]:
    """Neighbours of one direction as one label."""
    out: list[Label] = []
    for label in sorted(labels, key=lambda item: item.start_s):
        if out and out[-1].end_s == label.start_s and out[-1].direction is label.direction:
            out[-1] = Label(start_s=out[-1].start_s, end_s=label.end_s, direction=label.direction)
        else:
            out.append(label)
    return tuple(out)


def _label(row: Fields) -> Label:
    word = row.text("direction")
    if word not in list(Direction):
        raise LabelError(f"unknown direction {word!r}", where=row.place("direction"), hint="use forward or backward")
    start_s, end_s = (row.number(name, low=-1e12, high=1e12) for name in ("start_s", "end_s"))
    try:
        return Label(start_s=start_s, end_s=end_s, direction=Direction(word))
    except LabelError as error:
        raise LabelError(error.what, where=row.where, hint=error.hint) from None


def _fingerprint(row: Fields) -> Fingerprint:
    start = row.text("start_time", "")
    try:
        start_time = dt.datetime.fromisoformat(start) if start else None
    except ValueError:
        raise LabelError(f"{start[:40]!r} is no time", where=row.place("start_time")) from None
    return Fingerprint(digest=row.text("sha256"), start_time=start_time, length_s=row.number("length_s"))
