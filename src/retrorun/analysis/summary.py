"""What was run: totals of a whole activity and of its backward part, and the best efforts in that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from retrorun.activity.model import Activity
from retrorun.activity.rules import counted, spans_on_foot
from retrorun.arrays import BoolArray, FloatArray, running_total
from retrorun.detection.result import Detection, Verdict
from retrorun.intervals import Interval, mask
from retrorun.session.pace import fastest_backward_mps
from retrorun.units import METRES_PER_MILE, format_clock, format_distance, format_number, format_pace, format_percent

if TYPE_CHECKING:
    from retrorun.analysis.analyse import Told

STANDING_MPS = 0.5  # slower than anybody walks on purpose; the noise of a watch at rest stays below it
LONGEST_STEP_S = 10.0  # watches that save power record every few seconds; a longer silence is a pause, not running


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Totals of one direction, or of everything.

    `time_s` is time on the move: standing still and pauses are left out. `distance_m` is None where the recording
    holds neither distance nor speed; the means are None where there is nothing to average.
    """

    time_s: float
    distance_m: float | None
    mean_speed_mps: float | None
    mean_cadence_spm: float | None
    mean_heart_rate_bpm: float | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Summary:
    """Totals of an activity and of its two directions, with the verdict that they rest on.

    `elapsed_s` runs from the first sample to the last, pauses included. `backward_share` is backward time over time on
    the move, 0 to 1; None where the verdict is `cannot tell`, because then zero backward time says nothing.
    `told` is the verdict in words, as `Detection.told`.
    """

    verdict: Verdict
    reasons: tuple[str, ...]
    elapsed_s: float
    total: Totals
    forward: Totals
    backward: Totals
    segments: int
    backward_share: float | None
    told: str = ""

    def __repr__(self) -> str:
        found = f", {format_clock(self.backward.time_s)} of it backward in {self.segments}" if self.segments else ""
        moved = f"{format_clock(self.total.time_s)}, {format_distance(self.total.distance_m)}"
        return f"<Summary {self.told or self.verdict}, {moved}{found}>"

    def to_dict(self) -> dict[str, object]:
        """The summary as plain values for JSON: SI units, as the names say."""
        return asdict(self)

    def to_text(self, *, per_m: float = 1000.0) -> str:
        """The summary for a person: a few short lines; paces and long distances are for `per_m` metres."""
        lines = [f"verdict    {self.told or self.verdict}"]
        lines += [f"           {reason}" for reason in self.reasons]
        lines.append(f"elapsed    {format_clock(self.elapsed_s):>8}")
        rows = [("moving", self.total)]
        if self.segments:
            rows += [("forward", self.forward), ("backward", self.backward)]
        lines += [f"{name:<10} {_totals_text(totals, per_m)}" for name, totals in rows]
        if self.segments and self.backward_share is not None:
            share, count = format_percent(self.backward_share), counted(self.segments, "segment")
            lines.append(f"share      {share} of the time on the move, in {count}")
        return "\n".join(lines)


def summarise(activity: Told, detection: Detection | None = None) -> Summary:
    """Totals of a recording, split by what `detection` called backward; without one it is analysed first.

    Every sample stands for the time until the next one, unless that is longer than 10 s. What segments cover of it
    counts as backward, so that sparse samples add up to the segments; the rest counts as forward when the runner moves
    (above 0.5 m/s, or stepping where speed is missing).
    """
    from retrorun.analysis.analyse import answered  # which sums up with this very function

    activity, detection, _ = answered(activity, detection)
    weight_s = sample_weights_s(activity)
    backward = _backward_shares(activity, detection)
    forward = np.where(is_moving(activity), 1.0 - backward, 0.0)
    step_m = step_distances_m(activity, weight_s)
    parts = {
        "total": _totals(activity, weight_s, step_m, forward + backward),
        "forward": _totals(activity, weight_s, step_m, forward),
        "backward": _totals(activity, weight_s, step_m, backward),
    }
    moving_s = parts["total"].time_s
    known = detection.verdict != "cannot tell" and moving_s > 0
    return Summary(
        verdict=detection.verdict,
        told=detection.told,
        reasons=detection.reasons,
        elapsed_s=float(activity.time_s[-1] - activity.time_s[0]) if len(activity) else 0.0,
        segments=len(detection.segments),
        backward_share=parts["backward"].time_s / moving_s if known else None,
        **parts,
    )


def is_backward(activity: Activity, detection: Detection) -> BoolArray:
    """True for the samples in a backward segment, shape (n,)."""
    return mask(activity.time_s, detection.segments)


def _backward_shares(activity: Activity, detection: Detection) -> FloatArray:
    """The share of the time from each sample to the next that segments cover, shape (n,), 0 to 1."""
    time_s = activity.time_s
    following = np.append(time_s[1:], time_s[-1:])
    covered_s = np.zeros(len(activity))
    for segment in detection.segments:
        covered_s += np.clip(np.minimum(following, segment.end_s) - np.maximum(time_s, segment.start_s), 0.0, None)
    return covered_s / np.maximum(following - time_s, np.finfo(np.float64).tiny)


def sample_weights_s(activity: Activity) -> FloatArray:
    """For how long each sample stands [s], shape (n,): until the next one; zero before a silence and for the last."""
    steps = np.diff(activity.time_s, append=activity.time_s[-1:])
    return np.where(steps <= LONGEST_STEP_S, steps, 0.0)


def is_moving(activity: Activity) -> BoolArray:
    """True for the samples on the move, shape (n,): by speed, by steps where the speed is missing.

    Of a recording with several sports, such as a triathlon, only what was on foot counts, if anything was.
    """
    speed, cadence = activity.speed_mps, activity.cadence_spm
    moving = np.where(np.isnan(speed), cadence > 0, speed > STANDING_MPS)
    parts = spans_on_foot(activity)
    if len(activity.parts) < 2 or not parts:
        return moving
    return moving & mask(activity.time_s, (Interval(start_s=start_s, end_s=end_s) for start_s, end_s in parts))


def step_distances_m(activity: Activity, weight_s: FloatArray) -> FloatArray | None:
    """The way from each sample to the next [m], from the distance column or else from speed; None without both."""
    if np.isfinite(activity.distance_m).sum() > 1:
        known = np.isfinite(activity.distance_m)
        filled = np.interp(activity.time_s, activity.time_s[known], activity.distance_m[known])
        return np.clip(np.diff(filled, append=filled[-1:]), 0.0, None)
    if np.isfinite(activity.speed_mps).any():
        return np.nan_to_num(activity.speed_mps) * weight_s
    return None


def _totals(activity: Activity, weight_s: FloatArray, step_m: FloatArray | None, share: FloatArray) -> Totals:
    """Totals of the given share, 0 to 1, of what each sample stands for."""
    part_s = weight_s * share
    time_s = float(part_s.sum())
    way_m = np.zeros(len(share)) if step_m is None else step_m * share
    # A way covered in a silence of the watch has no time of its own, so it must not count towards a speed.
    timed_m = float(way_m[weight_s > 0].sum())
    return Totals(
        time_s=time_s,
        distance_m=None if step_m is None else float(way_m.sum()),
        mean_speed_mps=timed_m / time_s if time_s > 0 and timed_m > 0 else None,
        mean_cadence_spm=_mean(activity.cadence_spm, part_s),
        mean_heart_rate_bpm=_mean(activity.heart_rate_bpm, part_s),
    )


def _mean(values: FloatArray, part_s: FloatArray) -> float | None:
    """The mean over time of the values above zero, None where they stand for no time at all."""
    known = values > 0
    weight = float(part_s[known].sum())
    return float((values[known] * part_s[known]).sum()) / weight if weight > 0 else None


def _totals_text(totals: Totals, per_m: float) -> str:
    cadence, heart = format_number(totals.mean_cadence_spm, "spm"), format_number(totals.mean_heart_rate_bpm, "bpm")
    distance = format_distance(totals.distance_m, per_m=per_m)
    text = f"{distance:>9}   {format_pace(totals.mean_speed_mps, per_m=per_m):>9}   {cadence:>7}"
    return f"{format_clock(totals.time_s):>8}   {text}" + (f"   {heart}" if totals.mean_heart_rate_bpm else "")


# ---- best efforts within one activity --------------------------------------------------------------------------------

# The distances that retro runners race and train: records are kept for most of them.
EFFORTS_M = (100.0, 200.0, 400.0, 800.0, 1000.0, METRES_PER_MILE, 3000.0, 5000.0, 10_000.0, 21_097.5, 42_195.0)
EFFORTS_S = (600.0, 1800.0)  # the timed efforts that coaches set: how far in 10 and in 30 minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """A backward stretch of an activity: `distance_m` in `time_s` from `start_s` on.

    `probability` is that of the segment that it lies in, None where it was not kept.
    """

    distance_m: float
    time_s: float
    start_s: float
    probability: float | None = None


def best_efforts(activity: Activity, detection: Detection) -> tuple[Effort, ...]:
    """The fastest stretch of each of `EFFORTS_M` that lies within one backward segment.

    Time runs on through pauses, as on a race clock. Both ends may fall between two samples. Linear in the samples.
    """
    return _bests(activity, detection, EFFORTS_M, _fastest, lambda effort: effort.time_s)


def furthest_efforts(activity: Activity, detection: Detection) -> tuple[Effort, ...]:
    """The longest way of each of `EFFORTS_S` that lies within one backward segment; as `best_efforts` otherwise."""
    return _bests(activity, detection, EFFORTS_S, _furthest, lambda effort: -effort.distance_m)


def _bests(
    activity: Activity,
    detection: Detection,
    goals: Sequence[float],
    find: Callable[[FloatArray, FloatArray, float], Effort | None],
    rank: Callable[[Effort], float],
) -> tuple[Effort, ...]:
    """For each goal the effort of the least rank; those faster than anybody are jumps of positions."""
    best: dict[float, Effort] = {}
    for time_s, along_m, chance in _stretches(activity, detection):
        for goal in goals:
            effort = find(time_s, along_m, goal)
            if effort is None or effort.distance_m > effort.time_s * fastest_backward_mps(effort.distance_m):
                continue
            if goal not in best or rank(effort) < rank(best[goal]):
                best[goal] = replace(effort, probability=chance)
    return tuple(best[goal] for goal in goals if goal in best)


def _stretches(activity: Activity, detection: Detection) -> Iterator[tuple[FloatArray, FloatArray, float]]:
    """For each backward segment its moments [s], how far along the way the runner was at them [m], and its chance."""
    step_m = step_distances_m(activity, sample_weights_s(activity))
    if step_m is None:
        return
    way_m = running_total(step_m[:-1])
    for segment in detection.segments:
        inside = (activity.time_s > segment.start_s) & (activity.time_s < segment.end_s)
        time_s = np.concatenate(([segment.start_s], activity.time_s[inside], [segment.end_s]))
        yield time_s, np.interp(time_s, activity.time_s, way_m), segment.probability


def _fastest(time_s: FloatArray, along_m: FloatArray, distance_m: float) -> Effort | None:
    """The fastest `distance_m` of one stretch; None where the stretch is shorter.

    Between samples the way grows evenly, so that the fastest window begins or ends at a sample: both are tried.
    """
    total_m = along_m[-1] - along_m[0]
    if total_m < distance_m:
        return None
    # Of several moments at the same place, the last is the start of a window and the first its end.
    ends_m = along_m + distance_m
    begin_s, end_s = time_s[ends_m <= along_m[-1]], _first_moment(time_s, along_m, ends_m[ends_m <= along_m[-1]])
    starts_m = along_m - distance_m
    late = starts_m >= along_m[0]
    begin_s = np.concatenate((begin_s, -_first_moment(-time_s[::-1], -along_m[::-1], -starts_m[late])))
    end_s = np.concatenate((end_s, time_s[late]))
    best = int(np.argmin(end_s - begin_s))
    return Effort(distance_m=distance_m, time_s=float(end_s[best] - begin_s[best]), start_s=float(begin_s[best]))


def _furthest(moments_s: FloatArray, along_m: FloatArray, time_s: float) -> Effort | None:
    """The longest way in `time_s` of one stretch; None where the stretch is shorter. It begins or ends at a sample."""
    begin_s = np.concatenate((moments_s, moments_s - time_s))
    begin_s = begin_s[(begin_s >= moments_s[0]) & (begin_s + time_s <= moments_s[-1])]
    if not len(begin_s):
        return None
    way_m = np.interp(begin_s + time_s, moments_s, along_m) - np.interp(begin_s, moments_s, along_m)
    best = int(np.argmax(way_m))
    return Effort(distance_m=float(way_m[best]), time_s=time_s, start_s=float(begin_s[best]))


def _first_moment(time_s: FloatArray, along_m: FloatArray, place_m: FloatArray) -> FloatArray:
    """When each place was reached first, shape of `place_m`; places lie within the stretch."""
    after = np.clip(np.searchsorted(along_m, place_m, side="left"), 1, len(along_m) - 1)
    gap_m = along_m[after] - along_m[after - 1]
    share = np.where(gap_m > 0, (place_m - along_m[after - 1]) / np.where(gap_m > 0, gap_m, 1.0), 1.0)
    return time_s[after - 1] + np.clip(share, 0.0, 1.0) * (time_s[after] - time_s[after - 1])
