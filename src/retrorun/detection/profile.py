"""What is usual for one runner, learnt from earlier activities."""

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Self

import numpy as np

from retrorun.activity.model import Activity
from retrorun.arrays import at_share
from retrorun.detection import parameters as p
from retrorun.detection.cadence_model import ForwardLine, LinePrior, fit_line
from retrorun.detection.resample import build_grid
from retrorun.documents import Fields, parse_json, to_json
from retrorun.errors import ProfileError, expect

FORMAT = 3  # the number in the JSON text that says which fields to expect
_DROPPED = ("look_alikes_count", "look_alikes_hours")  # of format 1
_POSITIVE = frozenset({"level_spm", "level_sd", "slope_sd", "noise_spm", "usual_speed_mps", "activities", "hours"})
_HINT = "give a profile as `retrorun profile` writes it"


@dataclass(frozen=True, slots=True, kw_only=True)
class GaitProfile:
    """A runner's forward line, usual speed and, from labelled spans, the own backward uplift and speed ratio.

    `level_spm` is the cadence at 2.8 m/s, `level_sd` its spread between activities; `slope_spm_per_mps` and `slope_sd`
    likewise; `usual_speed_mps` the median over activities of the usual running speed. `activities` and `hours` say what
    it rests on. `uplift` and `ratio` are None until spans were labelled, and `labelled_s` is how much backward running
    they rest on. `taken` tells the recordings in it, so that whoever keeps count counts none twice.
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
    taken: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def fit(
        cls, activities: Iterable[Activity], *, labels: Sequence[Sequence[tuple[float, float]]] | None = None
    ) -> "GaitProfile":
        """A profile of one runner's activities.

        Args:
            activities: recordings with running in them; those without cadence and speed are passed over.
            labels: one list of backward spans `(start_s, end_s)` per activity.

        Raises:
            ProfileError: nothing to learn from, another number of label lists than of activities, or an activity that
                came through Strava's interface, whose terms forbid learning from it.
        """
        expect(activities, Iterable, "a list of activities", error=ProfileError)
        runs = list(activities)
        if labels is not None and len(labels) != len(runs):
            raise ProfileError(
                f"{len(labels)} lists of labels for {len(runs)} activities",
                where="labels",
                hint="give one list of (start_s, end_s) per activity, empty where nothing was run backward",
            )
        facts = (_fact(run, spans) for run, spans in zip(runs, labels or itertools.repeat(()), strict=False))
        return _combine([fact for fact in facts if fact is not None], None)

    def updated(self, activity: Activity, *, labels: Sequence[tuple[float, float]] = ()) -> "GaitProfile":
        """The profile after one more activity; the same profile where the activity has no running to learn from."""
        fact = _fact(activity, labels)
        return self if fact is None else _combine([fact], self)

    def prior(self) -> LinePrior:
        """What the profile says of the next activity's line."""
        return LinePrior(
            level_spm=self.level_spm,
            level_sd=self.level_sd,
            slope=self.slope_spm_per_mps,
            slope_sd=self.slope_sd,
            usual_speed_mps=self.usual_speed_mps,
        )

    def to_json(self) -> str:
        """The profile as JSON text, the same text for the same profile."""
        return to_json({"format": FORMAT, **asdict(self)}, indent=2)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The profile of a JSON text that `to_json` wrote.

        Raises:
            ProfileError: the text is not JSON, or not a profile; says which field.
        """
        data = Fields.of(parse_json(text, error=ProfileError, hint=_HINT), error=ProfileError, hint=_HINT)
        version = data.values.get("format")
        if version not in (1, 2, FORMAT) or isinstance(version, bool):
            raise data.wrong("format", "this is not a gait profile")
        names = [field.name for field in fields(cls)]
        data.only("format", *names, *(_DROPPED if version == 1 else ()))
        values: dict[str, float | None] = {}
        for name in names[:-1]:
            low = 1e-9 if name in _POSITIVE else -1e6
            optional = name in ("uplift", "ratio")
            values[name] = None if optional and not data.has(name) else data.number(name, low=low, high=1e6)
        values["activities"] = int(values["activities"] or 0)  # a text that was read is written again as it was
        taken = data.items("taken") if version == FORMAT else []
        if not all(isinstance(one, str) for one in taken):
            raise data.wrong("taken", "these are no digests")
        return cls(**values, taken=tuple(taken))  # type: ignore[arg-type]  # every field by its name


def check_profile(profile: object) -> None:
    """Refuse what is given as a profile and is none.

    Raises:
        ProfileError: it is neither a profile nor None.
    """
    hint = "use GaitProfile.fit, or GaitProfile.from_json of a file's text"
    expect(profile, GaitProfile | None, "a gait profile", error=ProfileError, hint=hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fact:
    """What one activity says: its line, and the labelled seconds with their uplift and speed ratio."""

    line: ForwardLine
    labelled_s: float
    uplift: float
    ratio: float


def _fact(activity: Activity, labels: Sequence[tuple[float, float]]) -> _Fact | None:
    expect(activity, Activity, "an Activity", error=ProfileError, hint="rr.read_activity gives one")
    if activity.source == "strava":
        raise ProfileError(
            "nothing may be learnt from what came through Strava's interface",
            hint="Strava's terms forbid it; use the recording of your watch, or your bulk export",
        )
    if not len(activity):
        return None
    grid = build_grid(activity)
    backward = np.zeros(len(grid), dtype=np.bool_)
    for start_s, end_s in labels:
        backward |= (grid.edge_s[1:] > start_s) & (grid.edge_s[:-1] < end_s)
    line = fit_line(grid, LinePrior(), leave_out=backward)
    if line is None or line.weight_s < p.PROFILE_LEAST_S:
        return None
    # The bins at the ends of a labelled span are left out.
    inner = backward & np.roll(backward, 1) & np.roll(backward, -1)
    with np.errstate(invalid="ignore"):
        inner &= np.isfinite(grid.cadence_spm) & (grid.speed_mps > p.STEPPING_MPS)
    if not inner.any():
        return _Fact(line=line, labelled_s=0.0, uplift=0.0, ratio=0.0)
    speed = grid.speed_mps[inner]
    return _Fact(
        line=line,
        labelled_s=float(inner.sum()) * p.BIN_S,
        uplift=at_share(grid.cadence_spm[inner] / line.cadence_spm(speed)) - 1.0,
        ratio=at_share(speed) / line.usual_speed_mps,
    )


def _combine(facts: Sequence[_Fact], old: GaitProfile | None) -> GaitProfile:
    """What activities say together, and after an older profile."""
    if not facts and old is None:
        raise ProfileError(
            "no activity has enough running with speed and cadence to learn from",
            hint="give recordings of a watch or foot pod that writes cadence",
        )
    lines = [fact.line for fact in facts]
    levels = np.array([line.level_spm for line in lines])
    means = {
        "level_spm": at_share(levels),
        "slope_spm_per_mps": float(
            np.average([line.slope_spm_per_mps for line in lines], weights=[1 / (0.25 + x.slope_sd**2) for x in lines])
        ),
        "noise_spm": at_share(np.array([line.noise_spm for line in lines])),
        "usual_speed_mps": at_share(np.array([line.usual_speed_mps for line in lines])),
    }
    spans = [(fact.labelled_s, fact.uplift, fact.ratio) for fact in facts]
    known, hours, squares = 0, sum(line.weight_s for line in lines) / 3600.0, 0.0
    if old is not None:
        known, hours, squares = old.activities, hours + old.hours, old.activities * old.level_sd**2
        share = known / (known + len(facts))
        means = {name: share * getattr(old, name) + (1.0 - share) * mean for name, mean in means.items()}
        spans.append((old.labelled_s, old.uplift or 0.0, old.ratio or 0.0))
    labelled_s, *own = np.transpose(spans)
    uplift, ratio = (float(labelled_s @ each / labelled_s.sum()) if labelled_s.any() else None for each in own)
    runs = known + len(facts)
    squares += float(((levels - means["level_spm"]) ** 2).sum())
    return GaitProfile(
        **means,
        # The spread between runs is drawn to the population's: two activities say little about it.
        level_sd=math.sqrt((3.0 * p.RUN_SHIFT_SPM**2 + squares) / (3.0 + runs)),
        slope_sd=math.sqrt(p.PROFILE_SLOPE_FLOOR**2 + p.SLOPE_SD**2 / (1 + runs)),
        activities=runs,
        hours=hours,
        uplift=uplift,
        ratio=ratio,
        labelled_s=float(labelled_s.sum()),
        taken=() if old is None else old.taken,
    )
