"""The records of a measurement: what was looked at, what was flagged, what was found."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from retrorun.gait import priors

TEN = "ten activities"  # a profile of ten earlier activities
LABELLED = "ten activities and labels"  # … and of two labelled laps
ROAD = ("road", "track", "treadmill")
CALLED = math.log(priors.CALL_PROBABILITY / (1.0 - priors.CALL_PROBABILITY))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outing:
    """One recording: whose, what kind, how long; `profiles` names the profiles that it was also looked at with."""

    athlete: str
    kind: str
    hours: float
    profiles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FalseEvent:
    """A stretch weighed in an ordinary recording; false if its log-odds reach the threshold."""

    athlete: str
    number: int
    kind: str
    start_s: float
    end_s: float
    log_odds: float
    profile: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """The stretch that agrees with an injected span: its log-odds, and how far its borders are off."""

    log_odds: float
    start_error_s: float
    end_error_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """One injected span and what became of it; `own_slope`: its true slope is near the run's own."""

    athlete: str
    number: int
    kind: str
    length_s: float
    uplift: float
    ratio: float
    own_slope: bool
    step_s: float
    thinned: bool
    rested: bool
    grade_pct: float | None
    profile: str
    hit: Hit | None

    @property
    def published(self) -> bool:
        """Whether it counts for the headline: an uplift of 0.06 to 0.22, the file's own sampling, running around it."""
        return 0.06 <= self.uplift <= 0.22 and not self.thinned and not self.rested


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Everything that one measurement wrote down."""

    outings: tuple[Outing, ...]
    false: tuple[FalseEvent, ...]
    recalls: tuple[Recall, ...]

    def called(self, threshold: float = CALLED, *, profile: str = "") -> list[FalseEvent]:
        """The false events at a threshold of the log-odds."""
        return [event for event in self.false if event.log_odds >= threshold and event.profile == profile]

    def hours(self, *, road: bool, profile: str = "") -> float:
        """Hours on road, track and treadmill, or elsewhere; only of the outings with that profile, if asked."""
        return sum(
            outing.hours
            for outing in self.outings
            if (outing.kind in ROAD) == road and (not profile or profile in outing.profiles)
        )


def recall(rows: Iterable[Recall], threshold: float = CALLED) -> float:
    """The share of spans that were found, NaN of none."""
    hits = [row.hit is not None and row.hit.log_odds >= threshold for row in rows]
    return float(np.mean(hits)) if hits else math.nan


def log_odds_of(chance: float) -> float:
    """The log-odds of a probability."""
    return math.log(chance / (1.0 - chance))


def poisson_interval(count: int) -> tuple[float, float]:
    """The exact 95 % interval of a Poisson mean after `count` events (Wilson–Hilferty for the chi-square)."""

    def quantile(dof: int, z: float) -> float:
        return dof * (1.0 - 2.0 / (9.0 * dof) + z * math.sqrt(2.0 / (9.0 * dof))) ** 3

    low = 0.5 * quantile(2 * count, -1.96) if count else 0.0
    return low, 0.5 * quantile(2 * count + 2, 1.96)


def rate(events: int, hours: float) -> str:
    """Events per 100 h with the 95 % interval."""
    if hours <= 0.0:
        return "–"
    low, high = poisson_interval(events)
    return f"{100 * events / hours:.1f} ({100 * low / hours:.1f}–{100 * high / hours:.1f})"
