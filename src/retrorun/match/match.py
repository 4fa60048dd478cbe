"""Lay a plan onto the run: which step, which round, from when to when, and how it ended."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike

from retrorun.activity.model import Activity, Lap
from retrorun.activity.read import read_activity
from retrorun.errors import PlanError
from retrorun.match import by_speed, cost, identity, model
from retrorun.match.align import LapGroup, align
from retrorun.match.model import Match, StepMatch
from retrorun.session.model import Occurrence, Session, unroll
from retrorun.units import format_clock
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
    step_numbers: tuple[int, ...]
    step_of_index: Mapping[int, int]
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
    step_numbers, step_of_index = tuple(range(len(occurrences))), {}
    if embedded is not None:
        own = _unrolled(embedded.session, activity)
        if [item.step.duration for item in own] == [item.step.duration for item in occurrences]:
            number = {place: k for k, place in enumerate(dict.fromkeys(item.place for item in own))}
            step_numbers = tuple(number[item.place] for item in own)
            step_of_index = {index: number[place] for index, place in embedded.places.items() if place in number}
        else:
            reasons = ("the recording carries another plan than the session given; its step indices were left unused",)
    if any(item.step.direction_guessed for item in occurrences):
        reasons = (*reasons, "that the plan has backward steps is guessed from somebody else's words")
    return _Planned(
        session=session,
        occurrences=occurrences,
        step_numbers=step_numbers,
        step_of_index=step_of_index,
        reasons=reasons,
    )


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
    places = tuple(item.place for item in planned.occurrences)
    table = cost.LapTable.of(laps, planned.step_of_index if use_indices else {})
    groups = align(table, cost.PlanTable.of(planned.occurrences, planned.step_numbers), places)
    if not groups or not (use_indices or _believable(groups, planned.occurrences)):
        return _nothing(planned, "the laps do not fit the plan")
    last = len(planned.occurrences) - 1
    taken: list[tuple[int, StepMatch]] = []
    seen: set[int] = set()
    for group in groups:
        step = _from_laps(
            laps, planned.occurrences[group.planned], group, exact=use_indices, final=group.planned == last
        )
        taken.append((group.planned, replace(step, outcome="repeated") if group.planned in seen else step))
        seen.add(group.planned)
    steps = _with_skipped(planned.occurrences, taken, {other for group in groups for other in group.doubtful})
    inside = {index for step in steps for index in step.lap_indices}
    outside = tuple(index for index in range(len(laps)) if index not in inside)
    reasons = (
        *planned.reasons,
        *_doubts(planned.occurrences, groups),
        *(_strays(laps, outside) if use_indices else ()),
    )
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


def _from_laps(
    all_laps: Sequence[Lap], occurrence: Occurrence, group: LapGroup, *, exact: bool, final: bool
) -> StepMatch:
    bare = StepMatch.of(occurrence, "cannot tell")
    if group.doubtful:
        return bare
    laps = all_laps[group.first : group.last + 1]
    return replace(
        bare,
        outcome=model.outcome_of_laps(occurrence.step.duration, laps, exact=exact, final=final),
        start_s=laps[0].start_s,
        end_s=laps[-1].end_s,
        timer_s=sum(model.timer_s(lap) for lap in laps),
        distance_m=model.distance_m(laps),
        lap_indices=tuple(range(group.first, group.last + 1)),
    )


def _with_skipped(
    occurrences: Sequence[Occurrence], taken: Sequence[tuple[int, StepMatch]], doubtful: Collection[int]
) -> tuple[StepMatch, ...]:
    """The steps in the order of the run, those left out where the plan had them; doubtful ones may have been group."""
    executed = {index for index, _ in taken}
    steps: list[StepMatch] = []
    passed = 0
    for index, step in [*taken, (len(occurrences), None)]:
        missed = [k for k in range(passed, index) if k not in executed and not occurrences[k].optional]
        steps += [StepMatch.of(occurrences[k], "cannot tell" if k in doubtful else "skipped") for k in missed]
        passed = max(passed, index + 1)
        if step is not None:
            steps.append(step)
    return tuple(steps)


def _by_speed(activity: Activity, planned: _Planned) -> Match:
    """The steps of a recording whose laps say nothing."""
    laid = by_speed.lay_by_speed(activity, planned.occurrences)
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
