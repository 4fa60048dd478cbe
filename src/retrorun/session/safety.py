"""What is unsafe in a session, and what is probably a slip of the pen.

Backward downhill, a treadmill too fast or too steep, a pace nobody has run; ten metres of warm-up, a heart rate of 50.
"""

from collections.abc import Iterator
from dataclasses import replace

from retrorun.session import model, values
from retrorun.session.amounts import USUAL_SPEEDS, Amounts, amounts
from retrorun.session.model import Direction, Gait, Intensity, Repeat, Session, Setting, Slope, Step
from retrorun.session.pace import fastest_backward_mps, fastest_forward_mps
from retrorun.session.wording import format_target, format_time
from retrorun.units import METRES_PER_MILE, format_distance, format_pace

# This project's own limits for the treadmill, until a runner has five sessions behind him; no trial set them. For
# comparison: Ordway et al. 2016 (J Strength Cond Res 30) ran 8 trained men in at 2.23 m/s, in a harness.
TREADMILL_START_MPS = 1.3
TREADMILL_FASTEST_MPS = 2.2
TREADMILL_STEEPEST_PCT = 1.0

_SPRINT_M = 100.0  # a step without a distance is held to what is possible over the shortest record distance


def safety_findings(session: Session, *, experienced: bool = False) -> tuple[model.Finding, ...]:
    """Everything unsafe in a session, in order; empty where nothing was found.

    Args:
        session: what is planned.
        experienced: five backward treadmill sessions lie behind the runner; lifts the caps on treadmill speed.
    """
    backward = [item for item in model.walk_steps(session.steps) if item[1].direction is Direction.BACKWARD]
    treadmill = session.setting is Setting.TREADMILL
    return tuple(
        model.Finding(place=place, what=what, hint=hint)
        for index, (place, step) in enumerate(backward)
        for what, hint in _unsafe(step, treadmill=treadmill, capped=treadmill and not experienced, first=index == 0)
    )


def _unsafe(step: Step, *, treadmill: bool, capped: bool, first: bool) -> Iterator[tuple[str, str]]:
    grade_pct = step.incline_pct or 0.0
    if step.slope is Slope.DOWNHILL or grade_pct < 0.0:
        yield "backward downhill: a fall goes further, onto the back of the head", "go down forward, at a walk"
    held = values.values_of(step.target, step.secondary_target)
    speeds = (each for each in held if isinstance(each, values.SpeedRange))
    fastest = max(speeds, key=lambda speed: speed.high_mps, default=None)
    cap_mps = fastest_backward_mps(_length_m(step.duration))
    if fastest is not None and fastest.high_mps > cap_mps and step.gait is Gait.RUN:
        cap = format_pace(cap_mps, per_m=METRES_PER_MILE if fastest.unit in ("min/mi", "mph") else 1000.0)
        hint = f"stay at {cap} or slower over that distance"
        yield f"{_fast_end(fastest)} backward is faster than the records allow", hint
    if treadmill and grade_pct > TREADMILL_STEEPEST_PCT:
        hint = f"keep the incline at {TREADMILL_STEEPEST_PCT:g} % or below"
        yield f"backward on a treadmill at {grade_pct:g} %", hint
    speed_mps = fastest.high_mps if fastest is not None and capped else 0.0
    slow_start = first and speed_mps <= TREADMILL_FASTEST_MPS
    belt_mps = TREADMILL_START_MPS if slow_start else TREADMILL_FASTEST_MPS
    if speed_mps > belt_mps:
        what = "the first backward step on a treadmill" if slow_start else "backward on a treadmill"
        hint = f"stay at {belt_mps * 3.6:.1f} km/h or below until five sessions went well"
        yield f"{what} at {speed_mps * 3.6:.1f} km/h", hint


def _length_m(duration: values.Duration, speed_mps: float | None = None) -> float:
    """How far a duration goes, at a speed where it is a time; else the shortest way that there are records for."""
    if isinstance(duration, values.Time) and speed_mps is not None:
        return duration.time_s * speed_mps
    return duration.distance_m if isinstance(duration, values.Distance) else _SPRINT_M


def _fast_end(target: values.SpeedRange) -> str:
    return format_target(replace(target, low_mps=target.high_mps))


# ---- probably slips of the pen ---------------------------------------------------------------------------------------

SHORTEST_S, LONGEST_S = 3.0, 6 * 3600.0  # of a step: less is over before it has begun
SHORTEST_M, LONGEST_M = 5.0, 100_000.0
SHORTEST_ENDS_M = {Intensity.WARMUP: 100.0, Intensity.COOLDOWN: 100.0, Intensity.REST: 20.0}
LONGEST_REST_S = 1200.0
SHORTEST_SESSION_S, LONGEST_SESSION_S = 60.0, 12 * 3600.0
LONGEST_BACKWARD_S = 6 * 3600.0  # marathons were run backward in 3:38 to 5:44
LOWEST_BPM, HIGHEST_BPM = 90, 220  # nobody runs below the one, and no heart beats above the other
LOWEST_REST_BPM = 70  # down to which a runner who stands or walks comes within minutes
ONE_FOOT_SPM, HIGHEST_SPM = 110, 250  # a brisk walk has more steps of both feet; sprinters have fewer
LOWEST_W, HIGHEST_W, SPRINT_S = 60, 800, 60.0  # a walk takes more than the one; only sprints more than the other
LOWEST_PCT, HIGHEST_PCT = 30, 150
FEWEST_KCAL, MOST_KCAL = 10, 5000
SLOWEST_MPS = {Direction.FORWARD: 1.0, Direction.BACKWARD: 0.6}  # slower is a walk
FASTEST_WALK_MPS = {Direction.FORWARD: 4.5, Direction.BACKWARD: 3.0}  # racewalkers hold 4.3 m/s
WIDEST = 2.0  # the ratio of a range's ends beyond which it says nothing

_ENDS = {Intensity.WARMUP: "warm-up", Intensity.COOLDOWN: "cool-down", Intensity.REST: "rest"}
_OFFSET = "was an offset of 100 left out?"


def implausible(session: Session) -> tuple[model.Finding, ...]:
    """Everything in a session that is probably not what its author meant, in order; empty where nothing was found."""
    found = tuple(
        model.Finding(place=place, what=what, hint=hint)
        for place, item in model.walk(session.steps)
        for what, hint in (_bound(item.until) if isinstance(item, Repeat) else _step(item))
    )
    whole = _whole(amounts(session, usual=USUAL_SPEEDS)) if not found else ()
    return found or tuple(model.Finding(place="", what=what, hint=hint) for what, hint in whole)


def _whole(known: Amounts) -> Iterator[tuple[str, str]]:
    time = known.time_s
    if time.whole and time.total < SHORTEST_SESSION_S:
        yield f"the whole session lasts {time.total:.3g} s", "check the units of its steps: 10min, not 10s or 10m"
    if time.total > LONGEST_SESSION_S:
        yield f"the whole session lasts {format_time(round(time.total))}", "check its units and counts"
    elif time.backward > LONGEST_BACKWARD_S:
        yield f"it holds {format_time(round(time.backward))} of backward running", "check its units and counts"


def _step(step: Step) -> Iterator[tuple[str, str]]:
    yield from _length(step)
    yield from _bound(step.duration)
    for target in values.values_of(step.target, step.secondary_target):
        yield from _speed(step, target) if isinstance(target, values.SpeedRange) else _target(step, target)


def _length(step: Step) -> Iterator[tuple[str, str]]:
    backward = step.direction is Direction.BACKWARD
    match step.duration:
        case values.Time(time_s=time_s) if time_s < SHORTEST_S:
            yield f"the step lasts {time_s:g} s", "check its unit"
        case values.Time(time_s=time_s) if step.intensity is Intensity.REST and time_s > LONGEST_REST_S:
            yield f"a rest of {format_time(time_s)}", "check its unit: s are seconds, min minutes"
        case values.Time(time_s=time_s) if time_s > (LONGEST_BACKWARD_S if backward else LONGEST_S):
            yield f"the step lasts {format_time(time_s)}", "check its unit: m are metres, min minutes"
        case values.Distance(distance_m=metres) if metres < SHORTEST_ENDS_M.get(step.intensity, 0.0):
            yield f"{metres:g} metres of {_ENDS[step.intensity]}", f"m are metres; did you mean {metres:g}min?"
        case values.Distance(distance_m=metres) if metres < SHORTEST_M:
            yield f"the step is {metres:g} m long", f"m are metres; did you mean {metres:g}min?"
        case values.Distance(distance_m=metres) if metres > LONGEST_M or (backward and metres > LONGEST_M / 2):
            yield f"the step is {format_distance(metres)} long", "check its unit: m are metres, km kilometres"


def _bound(until: object) -> Iterator[tuple[str, str]]:
    """What is odd about a heart rate or an energy that something goes on until."""
    match until:
        case values.HeartRateAbove(heart_rate_bpm=bpm) if bpm < LOWEST_BPM:
            yield f"it ends above {bpm} bpm, where anybody who runs is at once", _OFFSET
        case values.HeartRateBelow(heart_rate_bpm=bpm) if bpm < LOWEST_REST_BPM:
            yield f"it ends below {bpm} bpm, where nobody is soon after running", _OFFSET
        case values.HeartRateAbove(heart_rate_bpm=bpm) if bpm > HIGHEST_BPM:
            yield f"it ends above {bpm} bpm, which no heart reaches", "lower it"
        case values.Calories(calories_kcal=kcal) if not FEWEST_KCAL <= kcal <= MOST_KCAL:
            yield f"it ends after {kcal} kcal", "a kilometre takes about 60 kcal; check the number"


def _target(step: Step, target: values.Target) -> Iterator[tuple[str, str]]:
    match target:
        case values.HeartRateRange(low_bpm=low, high_bpm=high) if (
            high < LOWEST_BPM and step.intensity is not Intensity.REST
        ):
            yield f"a heart rate of {low} to {high} bpm is that of somebody at rest", _OFFSET
        case values.HeartRateRange(high_bpm=high) if high > HIGHEST_BPM:
            yield f"no heart reaches {high} bpm", "lower the target"
        case values.HeartRateRange(low_bpm=low, high_bpm=high) if high > WIDEST * low:
            yield f"{low} to {high} bpm is any heart rate at all", f"for one side write under {high} bpm"
        case values.CadenceRange(low_spm=low, high_spm=high) if high <= ONE_FOOT_SPM and step.gait is Gait.RUN:
            hint = f"steps of both feet count; did you mean {2 * low}-{2 * high} spm?"
            yield f"a cadence of {low} to {high} spm is that of one foot", hint
        case values.CadenceRange(high_spm=high) if high > HIGHEST_SPM:
            yield f"nobody takes {high} steps a minute", "steps of both feet count once; check the number"
        case values.PowerRange(low_w=low, high_w=high) if high < LOWEST_W or (low > HIGHEST_W and not _is_sprint(step)):
            yield f"nobody runs at {format_target(target)} for so long", "check the number"
        case values.PercentRange(low_pct=low, high_pct=high) if high < LOWEST_PCT or (
            low >= HIGHEST_PCT and not (target.of is values.PercentOf.CRITICAL_POWER and _is_sprint(step))
        ):
            yield f"{format_target(target)} is no effort to run at", "check the number"


def _speed(step: Step, target: values.SpeedRange) -> Iterator[tuple[str, str]]:
    record_mps = fastest_forward_mps(_length_m(step.duration, target.high_mps))
    if (
        step.direction is Direction.FORWARD and target.high_mps > record_mps
    ):  # of backward ones `safety_findings` says it
        yield f"{_fast_end(target)} is faster than the records over that distance", "check the pace and its unit"
    elif step.gait is Gait.WALK and target.high_mps > FASTEST_WALK_MPS[step.direction]:
        yield f"nobody walks at {_fast_end(target)}", "check the pace, or run"
    elif step.gait is Gait.RUN and target.high_mps < SLOWEST_MPS[step.direction]:
        yield f"{_fast_end(target)} is slower than a walk", "check the pace and its unit"
    elif target.high_mps > WIDEST * target.low_mps:
        yield f"{format_target(target)} is any pace at all", "check both ends"


def _is_sprint(step: Step) -> bool:
    length = step.duration
    return isinstance(length, values.Distance) or (isinstance(length, values.Time) and length.time_s <= SPRINT_S)
