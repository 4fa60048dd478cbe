"""Lay a plan onto the run: which step, which round, from when to when, and how it ended."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from os import PathLike

import numpy as np

from retrorun.activity.model import Activity, Lap
from retrorun.activity.read import read_activity
from retrorun.arrays import FloatArray, running_total
from retrorun.errors import PlanError
from retrorun.match import identity, model
from retrorun.match.align import LapGroup, align
from retrorun.match.model import Match, StepMatch
from retrorun.session.model import Occurrence, Session, unroll
from retrorun.session.values import Distance, Time
from retrorun.units import format_clock, format_percent
from retrorun.workout.importing import as_session

MOST_LAPS = 1000  # a day on the track has fewer; a damaged file may claim more

LEAST_STEPS = 3  # laps without indices must fit so many steps; two fit somewhere in any plan


@dataclass(frozen=True, slots=True, kw_only=True)
class _Planned:
    """The session to lay down, and the steps by number: of each occurrence, and of each index that a lap can name.

    `step_of_index` is empty where the recording's indices belong to another plan, or to none.
    """

    session: Session
    occurrences: tuple[Occurrence, ...]
    step_numbers: Sequence[int]
    step_of_index: Mapping[int, int] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()


def match_plan(
    activity: Activity | str | PathLike[str] | bytes, session: Session | str | PathLike[str] | None = None
) -> Match:
    """The executed steps of a plan, in order.

    Args:
        activity: what was run, or the path or bytes of its recording.
        session: what was planned, or its notation or file; None takes the plan that the recording carries. Where both
            are there, the session's steps are laid down by the indices of the embedded plan, provided that both ask for
            the same durations in the same order (watches keep these, and may lose names and notes).

    Raises:
        PlanError: there is no plan, it unrolls into more than 5000 steps, or there are more than 1000 laps,
            or both are so many that their product is out of reach.
    """
    if not isinstance(activity, Activity):
        activity = read_activity(activity)
    if session is not None:
        session = as_session(session)
    if len(activity.laps) > MOST_LAPS:
        raise PlanError(f"the recording has {len(activity.laps)} laps", hint=f"at most {MOST_LAPS} can be matched")
    planned = _planned(activity, session)
    laps = model.measured_laps(activity)
    indexed = any(lap.planned_step_index is not None for lap in laps)
    if indexed and planned.step_of_index:
        return _by_laps(laps, planned, use_indices=True)
    by_hand = _by_laps(laps, planned, use_indices=False)
    whole = len(by_hand.outside_lap_indices) <= 1 and all(len(step.lap_indices) == 1 for step in by_hand.steps)
    # Laps that the watch cuts say nothing, unless they are the plan lap for lap.
    return by_hand if whole or not model.say_nothing(laps) else _by_speed(activity, planned)


def _planned(activity: Activity, session: Session | None) -> _Planned:
    embedded, reasons = identity.embedded_plan(activity)
    if session is None:
        if embedded is None:
            hint = "give the session that was planned"
            raise PlanError("; ".join(reasons) or "the recording carries no plan", hint=hint)
        session = embedded.session
    occurrences = _unrolled(session, activity)
    planned = _Planned(session=session, occurrences=occurrences, step_numbers=range(len(occurrences)))
    if embedded is not None:
        own = _unrolled(embedded.session, activity)
        if [item.step.duration for item in own] == [item.step.duration for item in occurrences]:
            number = {place: k for k, place in enumerate(dict.fromkeys(item.place for item in own))}
            named = {index: number[place] for index, place in embedded.places.items() if place in number}
            planned = replace(planned, step_numbers=[number[item.place] for item in own], step_of_index=named)
        else:
            reasons = ("the recording carries another plan than the session given; its step indices were left unused",)
    if any(item.step.direction_guessed for item in occurrences):
        reasons = (*reasons, "that the plan has backward steps is guessed from somebody else's words")
    return replace(planned, reasons=reasons)


def _unrolled(session: Session, activity: Activity) -> tuple[Occurrence, ...]:
    """The occurrences, with as many rounds of a repeat without a count as the recording has laps for."""
    rounds = len(activity.laps) + 1
    while True:
        try:
            return unroll(session, rounds=rounds)
        except PlanError:
            if rounds == 1:
                raise
            rounds //= 2


def _by_laps(laps: Sequence[Lap], planned: _Planned, *, use_indices: bool) -> Match:
    occurrences, indices = planned.occurrences, planned.step_of_index if use_indices else {}
    groups = align(laps, occurrences, planned.step_numbers, indices)
    if not groups or not (use_indices or _believable(groups, occurrences)):
        return _nothing(planned, "the laps do not fit the plan")
    steps = tuple(_steps(laps, occurrences, groups, exact=use_indices))
    inside = {index for step in steps for index in step.lap_indices}
    outside = tuple(index for index in range(len(laps)) if index not in inside)
    reasons = (*planned.reasons, *_doubts(occurrences, groups), *(_strays(laps, outside) if use_indices else ()))
    basis: model.Basis = "step indices" if use_indices else "laps"
    return Match(session=planned.session, steps=steps, basis=basis, outside_lap_indices=outside, reasons=reasons)


def _believable(groups: Sequence[LapGroup], occurrences: Sequence[Occurrence]) -> bool:
    """Whether laps without indices fit enough of the plan."""
    sure = [group for group in groups if not group.doubtful]
    executed = {group.planned for group in groups}
    missed = [k for k in range(max(executed)) if k not in executed and not occurrences[k].optional]
    return (
        len(groups) >= min(LEAST_STEPS, len(occurrences))
        and len(sure) >= min(2, len(occurrences))
        and len(missed) <= len(sure) / 2
    )


def _steps(
    laps: Sequence[Lap], occurrences: Sequence[Occurrence], groups: Sequence[LapGroup], *, exact: bool
) -> Iterator[StepMatch]:
    """The steps in the order of the run, those left out where the plan had them; doubtful ones may have been run."""
    executed = {group.planned for group in groups}
    doubtful = {other for group in groups for other in group.doubtful}
    seen: set[int] = set()
    last = len(occurrences) - 1

    def missed(first: int, end: int) -> Iterator[StepMatch]:
        for index, item in enumerate(occurrences[first:end], start=first):
            if index not in executed and not item.optional:
                yield StepMatch.of(item, "cannot tell" if index in doubtful else "skipped")

    for group in groups:
        yield from missed(max(seen, default=-1) + 1, group.planned)
        step = _from_laps(laps, occurrences[group.planned], group, exact=exact, final=group.planned == last)
        yield replace(step, outcome="repeated") if group.planned in seen else step
        seen.add(group.planned)
    yield from missed(max(seen) + 1, len(occurrences))


def _from_laps(laps: Sequence[Lap], occurrence: Occurrence, group: LapGroup, *, exact: bool, final: bool) -> StepMatch:
    bare = StepMatch.of(occurrence, "cannot tell")
    if group.doubtful:
        return bare
    own, duration = laps[group.first : group.last + 1], occurrence.step.duration
    return replace(
        bare,
        outcome=model.outcome_of_laps(duration, own, exact=exact, final=final),
        start_s=own[0].start_s,
        end_s=own[-1].end_s,
        timer_s=sum(model.timer_s(lap) for lap in own),
        distance_m=model.distance_m(own),
        lap_indices=tuple(range(group.first, group.last + 1)),
    )


def _by_speed(activity: Activity, planned: _Planned) -> Match:
    """The steps of a recording whose laps say nothing."""
    laid = _lay_by_speed(activity, planned.occurrences)
    if isinstance(laid, str):
        return _nothing(planned, f"the recording has no laps that tell the steps apart, and {laid}")
    start = format_clock(laid[0].start_s or 0.0)
    how = f"without laps, the steps were laid from {start} on, where they fit the speed best; give or take 10 s"
    outside = tuple(range(len(activity.laps)))
    reasons = (*planned.reasons, how)
    return Match(session=planned.session, steps=laid, basis="speed", outside_lap_indices=outside, reasons=reasons)


def _nothing(planned: _Planned, why: str) -> Match:
    """No step could be found in the recording: none is said to be skipped either."""
    steps = tuple(StepMatch.of(item, "cannot tell") for item in planned.occurrences if not item.optional)
    return Match(session=planned.session, steps=steps, basis="nothing", reasons=(*planned.reasons, why))


def _doubts(occurrences: Sequence[Occurrence], groups: Sequence[LapGroup]) -> tuple[str, ...]:
    """What could as well have been read otherwise."""
    found = []
    for group in groups:
        place = occurrences[group.planned].place
        if group.doubtful:
            others = ", ".join(occurrences[k].place for k in group.doubtful)
            found.append(f"{_laps(group.first, group.last)} could be {place} as well as {others}; left open")
        elif group.split_doubtful:
            found.append(f"{_laps(group.first, group.last)} could be shared out among the rounds of {place} otherwise")
    return tuple(found)


def _strays(laps: Sequence[Lap], outside: Sequence[int]) -> tuple[str, ...]:
    """Laps that name a step which the plan does not have."""
    lost = [index for index in outside if laps[index].planned_step_index is not None]
    return tuple(f"lap {k + 1} names step {laps[k].planned_step_index}, which the plan does not have" for k in lost)


def _laps(first: int, last: int) -> str:
    return f"lap {first + 1}" if first == last else f"laps {first + 1} to {last + 1}"


# ---- without laps: a rigid chain of steps, by the changes of speed alone ---------------------------------------------
#
# A watch that executes a plan keeps its times and distances exactly, so only the moment of the start is unknown. It is
# looked for second by second; it counts as found only if the steps explain the speed well and no other start does so.

# Bounds of a decision, chosen. Their effect is measured on real recordings whose laps were taken away and on ordinary
# runs laid under plans that nobody followed: tests.evaluation.matching
LEAST_EXPLAINED = 0.5  # share of the variance of speed that the steps must explain
LEAST_CONTRAST = 1.35  # how much worse the best start elsewhere must be, in unexplained variance
LEAST_CONTRAST_AT_ONCE, AT_ONCE_S = 1.15, 15.0  # the same for a start with the recording, as workouts mostly do
ELSEWHERE_S = 20.0  # starts nearer than this are the same one, seen through the watch's filter
LATEST_START_S = 1800.0  # nobody runs longer before a workout without a lap
FILTER_S = 15  # how long the speed may climb at first
LEAST_SAMPLES = 60
LONGEST_S = 172_800.0  # two days; a damaged file may claim years
BEYOND_S = 1e9  # past the end of any recording


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Track:
    """A recording by the second of running time: the clock, the way covered, and sums of speed for any stretch."""

    second: FloatArray
    clock_s: FloatArray
    distance_m: FloatArray
    sum_v: FloatArray
    sum_vv: FloatArray

    def unexplained(self, edges_s: FloatArray) -> FloatArray:
        """Squared deviations from the mean speed between each two edges, shape (k, n), summed to shape (n,)."""
        v, vv = (np.diff(np.interp(edges_s, self.second, sums), axis=0) for sums in (self.sum_v, self.sum_vv))
        length_s = np.diff(edges_s, axis=0)
        squares = np.maximum(vv - v * v / np.maximum(length_s, 1e-9), 0.0)
        return np.asarray(np.where(length_s > 0, squares, 0.0).sum(axis=0), dtype=np.float64)


def _lay_by_speed(activity: Activity, occurrences: Sequence[Occurrence]) -> tuple[StepMatch, ...] | str:
    """The steps laid along the recording, or why they cannot be."""
    track = _track(activity)
    if track is None:
        return "it has no speed, or is no run by its length"
    if any(occurrence.optional for occurrence in occurrences):
        return "the plan repeats steps until something happens"
    durations = [item.step.duration for item in occurrences if isinstance(item.step.duration, Time | Distance)]
    if len(durations) < len(occurrences):
        return "a step of the plan ends by hand or by heart rate"
    borders = _borders(track, durations)
    if not borders.size:
        return "the plan is longer than the recording"
    border_s = _best_start(track, borders)
    return border_s if isinstance(border_s, str) else _laid(track, border_s, occurrences)


def _best_start(track: _Track, borders: FloatArray) -> FloatArray | str:
    """The borders from the start that explains the speed best, if it explains it well and no other does so."""
    first, last = np.zeros_like(borders[:1]), np.full_like(borders[:1], track.second[-1])
    # The steps, and one stretch before and after them.
    unexplained = track.unexplained(np.concatenate((first, borders, last)))
    best = int(np.argmin(unexplained))
    start_s = float(borders[0, best])
    whole = float(track.unexplained(np.array([[0.0], [track.second[-1]]]))[0])
    explained = 1.0 - unexplained[best] / whole if whole > 0 else 0.0
    if explained < LEAST_EXPLAINED:
        return f"its steps explain only {format_percent(max(explained, 0.0))} of the changes of speed"
    elsewhere = np.abs(borders[0] - start_s) >= ELSEWHERE_S
    contrast = LEAST_CONTRAST_AT_ONCE if start_s <= AT_ONCE_S else LEAST_CONTRAST
    if np.any(elsewhere) and np.min(unexplained[elsewhere]) < contrast * unexplained[best]:
        other_s = float(borders[0, elsewhere][np.argmin(unexplained[elsewhere])])
        return f"a start at {start_s:.0f} s fits the changes of speed hardly better than one at {other_s:.0f} s"
    return borders[:, best]


def _track(activity: Activity) -> _Track | None:
    known = np.isfinite(activity.speed_mps)
    if np.count_nonzero(known) < LEAST_SAMPLES:
        return None
    paused = np.zeros(len(activity))
    for pause in activity.pauses:
        if pause.kind == "timer":  # a silence of the recording is running time like any other
            paused += np.clip(activity.time_s - pause.start_s, 0.0, pause.end_s - pause.start_s)
    running_s = activity.time_s - paused - activity.time_s[0]
    if not LEAST_SAMPLES <= running_s[-1] <= LONGEST_S:
        return None
    seconds = np.arange(np.floor(running_s[-1]) + 1.0)
    speed_mps = np.interp(seconds, running_s[known], activity.speed_mps[known])
    # At first the watch's filter climbs from zero, which any plan that starts a little later would explain.
    speed_mps[:FILTER_S] = np.median(speed_mps[FILTER_S : 2 * FILTER_S])
    sum_v, sum_vv = running_total(speed_mps[:-1]), running_total(speed_mps[:-1] ** 2)
    measured = np.isfinite(activity.distance_m)
    if np.count_nonzero(measured) >= LEAST_SAMPLES:
        distance_m = np.interp(seconds, running_s[measured], activity.distance_m[measured])
        distance_m = np.maximum.accumulate(distance_m - distance_m[0])
    else:
        distance_m = sum_v
    clock_s = np.interp(seconds, running_s, activity.time_s)
    return _Track(second=seconds, clock_s=clock_s, distance_m=distance_m, sum_v=sum_v, sum_vv=sum_vv)


def _borders(track: _Track, durations: Sequence[Time | Distance]) -> FloatArray:
    """Running time of every border for every start that leaves room, shape (steps + 1, starts)."""
    start = np.arange(max(1.0, min(LATEST_START_S, float(track.second[-1]) / 2)))
    rows = [start]
    for duration in durations:
        if isinstance(duration, Time):
            end = rows[-1] + duration.time_s
        else:
            covered = np.interp(rows[-1], track.second, track.distance_m) + duration.distance_m
            end = np.interp(covered, track.distance_m, track.second, right=BEYOND_S)
        rows.append(end)
    borders = np.stack(rows)
    # Only a plan that lies in the recording as a whole: the fewer of its steps, the easier they fit anything.
    borders = borders[:, borders[-1] <= track.second[-1]]
    return borders[:, np.all(np.diff(borders, axis=0) > 0, axis=0)]


def _laid(track: _Track, border_s: FloatArray, occurrences: Sequence[Occurrence]) -> tuple[StepMatch, ...]:
    clock = itertools.pairwise(np.interp(border_s, track.second, track.clock_s).tolist())
    timer = np.diff(border_s).tolist()
    covered = np.diff(np.interp(border_s, track.second, track.distance_m)).tolist()
    return tuple(
        replace(StepMatch.of(item, "completed"), start_s=start_s, end_s=end_s, timer_s=timer_s, distance_m=distance_m)
        for item, (start_s, end_s), timer_s, distance_m in zip(occurrences, clock, timer, covered, strict=True)
    )
