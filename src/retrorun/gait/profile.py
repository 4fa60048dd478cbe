"""What is usual for one runner, learnt from earlier activities."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields

import numpy as np

from retrorun.activity.model import Activity, FloatArray
from retrorun.errors import ProfileError
from retrorun.gait import priors
from retrorun.gait.candidates import Candidates, find_candidates
from retrorun.gait.grid import BoolArray, Grid, build_grid
from retrorun.gait.line import ForwardLine, LinePrior, fit_line, running_bins
from retrorun.gait.score import LookAlikes, look_alikes, scores

_POSITIVE = frozenset({"level_spm", "level_sd", "slope_sd", "noise_spm", "usual_speed_mps", "activities", "hours"})
FORMAT = 1  # chosen: the number in the JSON text that says which fields to expect


@dataclass(frozen=True, slots=True, kw_only=True)
class GaitProfile:
    """A runner's forward line, usual speed and, from labelled spans, the own backward uplift and speed ratio.

    `level_spm` is the cadence at `priors.LINE_SPEED_MPS`, `level_sd` its spread between activities;
    `slope_spm_per_mps` and `slope_sd` likewise; `usual_speed_mps` the median over activities of the median running
    speed. `activities` and `hours` say what it rests on. `uplift` and `ratio` are None until spans were labelled, and
    `labelled_s` is how much backward running they rest on.
    """

    level_spm: float
    level_sd: float
    slope_spm_per_mps: float
    slope_sd: float
    noise_spm: float
    usual_speed_mps: float
    activities: int
    hours: float
    uplift: float | None = None
    ratio: float | None = None
    labelled_s: float = 0.0
    look_alikes_count: float = 0.0
    look_alikes_hours: float = 0.0

    @classmethod
    def fit(
        cls, activities: Iterable[Activity], *, labels: Sequence[Sequence[tuple[float, float]]] | None = None
    ) -> GaitProfile:
        """A profile of one runner's activities.

        Args:
            activities: recordings with running in them; those without cadence and speed are passed over.
            labels: one list of backward spans `(start_s, end_s)` per activity.

        Raises:
            ProfileError: nothing to learn from, another number of label lists than of activities, or an activity that
                came through Strava's interface, whose terms forbid learning from it.
        """
        runs = list(activities)
        if labels is not None and len(labels) != len(runs):
            raise ProfileError(
                f"{len(labels)} lists of labels for {len(runs)} activities",
                where="labels",
                hint="give one list of (start_s, end_s) per activity, empty where nothing was run backward",
            )
        facts = [_facts(run, labels[i] if labels is not None else ()) for i, run in enumerate(runs)]
        return _combine([fact for fact in facts if fact is not None], None)

    def updated(self, activity: Activity, *, labels: Sequence[tuple[float, float]] = ()) -> GaitProfile:
        """The profile after one more activity; the same profile where the activity has no running to learn from."""
        fact = _facts(activity, labels)
        return self if fact is None else _combine([fact], self)

    def prior(self) -> LinePrior:
        """What the profile says of the next activity's line."""
        return LinePrior(
            level_spm=self.level_spm, level_sd=self.level_sd, slope=self.slope_spm_per_mps, slope_sd=self.slope_sd
        )

    def look_alikes(self) -> LookAlikes:
        """How often this runner's ordinary running looks a little like backward running."""
        # Old activities weigh as much as ten at most: routes and watches change.
        share = min(1.0, priors.PROFILE_LOOK_HOURS / max(self.look_alikes_hours, 1e-9))
        return LookAlikes(count=self.look_alikes_count * share, hours=self.look_alikes_hours * share)

    def to_json(self) -> str:
        """The profile as JSON text, the same text for the same profile."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=2)

    @classmethod
    def from_json(cls, text: str) -> GaitProfile:
        """The profile of a JSON text that `to_json` wrote.

        Raises:
            ProfileError: the text is not JSON, or not a profile; says which field.
        """
        try:
            data = json.loads(text)
        except (TypeError, ValueError) as error:
            raise ProfileError(f"this is not JSON ({error})", hint="give the text that to_json returned") from None
        if not isinstance(data, dict) or data.pop("format", None) != FORMAT:
            raise ProfileError("this is not a gait profile", where="format", hint="give the text that to_json returned")
        names = {f.name for f in fields(cls)}
        for name in sorted(names ^ data.keys()):
            what = "is missing" if name in names else "is unknown"
            raise ProfileError(f"the field {what}", where=name, hint="give the text that to_json returned")
        for name, value in data.items():
            optional = name in {"uplift", "ratio"} and value is None
            number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
            if not optional and not number:
                raise ProfileError(f"{value!r} is not a number", where=name)
            if name in _POSITIVE and not value > 0:
                raise ProfileError(f"{value!r} is not above zero", where=name)
        return cls(**data)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fact:
    """What one activity says."""

    line: ForwardLine
    hours: float
    uplift: float | None
    ratio: float | None
    labelled_s: float
    look_alikes: LookAlikes


def _facts(activity: Activity, labels: Sequence[tuple[float, float]]) -> _Fact | None:
    if activity.source == "strava":
        raise ProfileError(
            "nothing may be learnt from what came through Strava's interface",
            hint="Strava's terms forbid it; use the recording of your watch, or your bulk export",
        )
    if not len(activity):
        return None
    grid = build_grid(activity, float(activity.time_s[0]), float(activity.time_s[-1]))
    backward = np.zeros(len(grid), dtype=np.bool_)
    for start_s, end_s in labels:
        backward |= (grid.edge_s[1:] > start_s) & (grid.edge_s[:-1] < end_s)
    forward = running_bins(grid) & ~backward
    if forward.sum() * priors.BIN_S < priors.PROFILE_LEAST_S:
        return None
    line = fit_line(grid, LinePrior(slope_sd=priors.PROFILE_SLOPE_SD), leave_out=backward)
    uplift, ratio, labelled_s = _own_backward(grid, line, backward)
    judged = fit_line(grid, LinePrior(), leave_out=backward)
    rows = find_candidates(grid, judged, forward)
    hours = float(forward.sum()) * priors.BIN_S / 3600.0
    return _Fact(
        line=line,
        hours=line.weight_s / 3600.0,
        uplift=uplift,
        ratio=ratio,
        labelled_s=labelled_s,
        look_alikes=look_alikes(rows.start, rows.end, _outside(rows, scores(rows, judged), backward), hours),
    )


def _outside(rows: Candidates, score: FloatArray, backward: BoolArray) -> FloatArray:
    """The scores with those of candidates that touch a labelled span taken out."""
    total = np.concatenate(([0], np.cumsum(backward)))
    return np.where(total[rows.end] > total[rows.start], -np.inf, score)


def _own_backward(grid: Grid, line: ForwardLine, backward: BoolArray) -> tuple[float | None, float | None, float]:
    """Uplift, speed ratio and seconds of the labelled spans, without the bins at their ends."""
    inner = backward & np.roll(backward, 1) & np.roll(backward, -1)
    inner &= np.isfinite(grid.speed_mps) & np.isfinite(grid.cadence_spm)
    with np.errstate(invalid="ignore"):
        inner &= grid.speed_mps > priors.SLOWEST_MPS
    if not inner.any():
        return None, None, 0.0
    speed = grid.speed_mps[inner]
    uplift = float(np.median(grid.cadence_spm[inner] / line.cadence_spm(speed))) - 1.0
    return uplift, float(np.median(speed)) / line.usual_speed_mps, float(inner.sum()) * priors.BIN_S


def _combine(facts: list[_Fact], old: GaitProfile | None) -> GaitProfile:
    if not facts and old is None:
        raise ProfileError(
            "no activity has enough running with speed and cadence to learn from",
            hint="give recordings of a watch or foot pod that writes cadence",
        )
    n = len(facts)
    known = old.activities if old is not None else 0
    share = known / (known + n)

    def blend(new: float, before: float | None) -> float:
        return new if before is None else share * before + (1.0 - share) * new

    levels = np.array([fact.line.level_spm for fact in facts])
    slopes = np.array([fact.line.slope_spm_per_mps for fact in facts])
    weights = np.array([1.0 / (0.25 + fact.line.slope_sd**2) for fact in facts])
    level = blend(float(np.median(levels)), old.level_spm if old is not None else None)
    labelled = [fact for fact in facts if fact.uplift is not None and fact.ratio is not None]
    seconds = sum(fact.labelled_s for fact in labelled)
    uplift, ratio = (old.uplift, old.ratio) if old is not None else (None, None)
    if labelled:
        old_s = old.labelled_s if old is not None else 0.0
        gained = [
            sum((getattr(fact, name) or 0.0) * fact.labelled_s for fact in labelled) for name in ("uplift", "ratio")
        ]
        uplift = (gained[0] + (uplift or 0.0) * old_s) / (seconds + old_s)
        ratio = (gained[1] + (ratio or 0.0) * old_s) / (seconds + old_s)
    # The spread between runs is drawn to the population's: two activities say little about it.
    squares = float(((levels - level) ** 2).sum()) + (known * old.level_sd**2 if old is not None else 0.0)
    level_sd = math.sqrt((3.0 * priors.RUN_SHIFT_SPM**2 + squares) / (3.0 + n + known))
    return GaitProfile(
        level_spm=level,
        level_sd=level_sd,
        slope_spm_per_mps=blend(
            float((weights * slopes).sum() / weights.sum()), old.slope_spm_per_mps if old is not None else None
        ),
        slope_sd=math.sqrt(priors.PROFILE_SLOPE_FLOOR**2 + priors.SLOPE_SD**2 / (1 + n + known)),
        noise_spm=blend(
            float(np.median([fact.line.noise_spm for fact in facts])), old.noise_spm if old is not None else None
        ),
        usual_speed_mps=blend(
            float(np.median([fact.line.usual_speed_mps for fact in facts])),
            old.usual_speed_mps if old is not None else None,
        ),
        activities=known + n,
        hours=sum(fact.hours for fact in facts) + (old.hours if old is not None else 0.0),
        uplift=uplift,
        ratio=ratio,
        labelled_s=seconds + (old.labelled_s if old is not None else 0.0),
        look_alikes_count=sum(fact.look_alikes.count for fact in facts)
        + (old.look_alikes_count if old is not None else 0.0),
        look_alikes_hours=sum(fact.look_alikes.hours for fact in facts)
        + (old.look_alikes_hours if old is not None else 0.0),
    )
