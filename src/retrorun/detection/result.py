"""What detection takes and answers: planned spans in; a verdict, backward segments, and why, out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from retrorun.detection.cadence_model import ForwardLine
from retrorun.session.model import Direction
from retrorun.units import format_percent

Verdict = Literal["found", "none", "cannot tell"]

SURE = 0.9  # chosen: below it, words say "probably"


def called(probability: float) -> str:
    """How a stretch is called: `backward`, or `probably backward` where that is less than nine in ten sure."""
    return "backward" if probability >= SURE else "probably backward"


def told(verdict: str, probabilities: Iterable[float]) -> str:
    """A verdict in words: `probably found` where any stretch is only probably backward."""
    doubtful = verdict == "found" and any(probability < SURE for probability in probabilities)
    return f"probably {verdict}" if doubtful else verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSpan:
    """A stretch `[start_s, end_s)` that a plan means to be run in one direction: evidence, never proof.

    `guessed` says that the direction was read out of somebody else's words, which weighs little.
    """

    start_s: float
    end_s: float
    direction: Direction
    guessed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why a segment was called.

    `forward_cadence_spm` is what this runner's forward running would have shown at the observed speed; `uplift` is
    observed cadence over it, less one, with `uplift_sd` its error; `log_odds` the natural log of the odds for backward
    against everything else. `for_it` and `against_it` are short sentences for people.
    """

    observed_speed_mps: float
    observed_cadence_spm: float
    forward_cadence_spm: float
    usual_speed_mps: float
    uplift: float
    log_odds: float
    uplift_sd: float = 0.0
    grade_pct: float | None = None
    planned: bool = False
    for_it: tuple[str, ...] = ()
    against_it: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch `[start_s, end_s)` called backward, with the probability that it was."""

    start_s: float
    end_s: float
    probability: float
    evidence: Evidence
    distance_m: float
    mean_speed_mps: float
    mean_cadence_spm: float

    @property
    def duration_s(self) -> float:
        """How long it lasted [s]."""
        return self.end_s - self.start_s

    @property
    def told(self) -> str:
        """How it is called: `backward`, or `probably backward`."""
        return called(self.probability)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """The answer for one activity.

    `verdict` is `found` (there is at least one segment), `none` (the recording could have shown backward running and
    does not) or `cannot tell` (it could not have; `reasons` says why). `probability` is that of any backward running in
    the recording. `reasons` also says what lowers trust in an answer. `segments` are backward only, in order, and do
    not overlap. `line` is the forward cadence by speed that they were judged by, None where there was no running to fit
    one.
    """

    verdict: Verdict
    segments: tuple[Segment, ...] = ()
    reasons: tuple[str, ...] = ()
    probability: float = 0.0
    line: ForwardLine | None = None

    @property
    def told(self) -> str:
        """The verdict in words; with a stretch that is less than nine in ten sure it is `probably found`."""
        return told(self.verdict, (segment.probability for segment in self.segments))

    def __len__(self) -> int:
        return len(self.segments)

    def __iter__(self) -> Iterator[Segment]:
        return iter(self.segments)

    def __bool__(self) -> bool:
        return True  # an answer is one, also where nothing was found

    def __repr__(self) -> str:
        spans = ", ".join(f"{s.start_s:.0f}-{s.end_s:.0f} s" for s in self.segments[:4])
        more = f", and {len(self.segments) - 4} more" if len(self.segments) > 4 else ""
        chance = "" if self.verdict == "cannot tell" else f", chance {format_percent(self.probability)}"
        return f"<Detection {self.told}{chance}{': ' if spans else ''}{spans}{more}>"
