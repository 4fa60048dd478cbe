"""A session as the raw steps of a FIT workout. The way back is in `retrorun.workout.decode`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from retrorun.errors import WorkoutError
from retrorun.fit.step_values import (
    CADENCE_SPM,
    CALORIES_KCAL,
    COUNT,
    DISTANCE_M,
    HEART_RATE_BPM,
    PERCENT,
    POWER_W,
    RUNNING,
    SPEED_MPS,
    TIME_S,
    DurationType,
    IntensityCode,
    Quantity,
    SubSport,
    TargetType,
)
from retrorun.fit.workout_message import RawStep, RawWorkout
from retrorun.session.model import Intensity, Repeat, Session, Setting, Step
from retrorun.session.values import (
    CadenceRange,
    Calories,
    Distance,
    Duration,
    HeartRateAbove,
    HeartRateBelow,
    HeartRateRange,
    HeartRateZone,
    HeartRateZoneRange,
    LapButton,
    Limit,
    PercentOf,
    PercentRange,
    PowerRange,
    Progression,
    Range,
    RepeatUntil,
    RpeRange,
    SpeedRange,
    Target,
    Time,
    Times,
    ends_of,
    measure_of,
    range_of,
)
from retrorun.session.wording import format_target
from retrorun.workout.devices import Device
from retrorun.workout.step_text import cut, repeat_note, step_name, step_note

INTENSITIES = {
    Intensity.ACTIVE: IntensityCode.ACTIVE,
    Intensity.REST: IntensityCode.REST,
    Intensity.WARMUP: IntensityCode.WARMUP,
    Intensity.COOLDOWN: IntensityCode.COOLDOWN,
    Intensity.RECOVERY: IntensityCode.RECOVERY,
    Intensity.INTERVAL: IntensityCode.INTERVAL,
}
SUB_SPORTS = {
    Setting.ROAD: SubSport.GENERIC,
    Setting.TREADMILL: SubSport.TREADMILL,
    Setting.TRAIL: SubSport.TRAIL,
    Setting.TRACK: SubSport.TRACK,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """How a range stands on the wire, and the ends, outside the model's bounds, that leave one side of it open."""

    type: TargetType
    quantity: Quantity
    lowest: float
    highest: float


WIRE: Mapping[object, Wire] = {
    SpeedRange: Wire(type=TargetType.SPEED, quantity=SPEED_MPS, lowest=0, highest=20),
    HeartRateRange: Wire(type=TargetType.HEART_RATE, quantity=HEART_RATE_BPM, lowest=1, highest=255),
    CadenceRange: Wire(type=TargetType.CADENCE, quantity=CADENCE_SPM, lowest=0, highest=400),
    PowerRange: Wire(type=TargetType.POWER, quantity=POWER_W, lowest=0, highest=4000),
    # Above 100 % of the greatest heart rate there is no room: heart rates in bpm begin there.
    PercentOf.MAX_HR: Wire(type=TargetType.HEART_RATE, quantity=PERCENT, lowest=0, highest=100),
    PercentOf.CRITICAL_POWER: Wire(type=TargetType.POWER, quantity=PERCENT, lowest=0, highest=1000),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTarget:
    """The four numbers by which a step says what to hold."""

    type: int | None = None
    value: int | None = None
    low: int | None = None
    high: int | None = None


def encode(session: Session, device: Device, *, skip_last_field: bool = False) -> RawWorkout:
    """The raw workout, texts cut to what the device takes; nothing else is changed or checked.

    A repeat with `skip_last` is written as one round less and the last round behind it, without its last step, unless
    `skip_last_field` asks for the undocumented field 18.
    """
    steps = _Writer(device=device, skip_last_field=skip_last_field).session(session)
    return RawWorkout(
        steps=steps,
        name=cut(session.name, device.title_bytes.value),
        description=cut(session.note, device.description_bytes.value),
        sport=RUNNING,
        sub_sport=SUB_SPORTS[session.setting],
        num_valid_steps=len(steps),
    )


class _Writer:
    """Lays steps one behind the other; a repeat comes after its body and points back to its first step."""

    def __init__(self, *, device: Device, skip_last_field: bool) -> None:
        self.device = device
        self.skip_last_field = skip_last_field
        self.steps: list[RawStep] = []

    def session(self, session: Session) -> tuple[RawStep, ...]:
        self._items(session.steps)
        return tuple(self.steps)

    def _items(self, items: tuple[Step | Repeat, ...]) -> None:
        for item in items:
            if isinstance(item, Step):
                self.steps.append(self._step(item))
            else:
                self._repeat(item)

    def _step(self, step: Step) -> RawStep:
        duration_type, duration_value = raw_duration(step.duration)
        target = raw_target(step.target)
        second = raw_target(step.secondary_target) if step.secondary_target is not None else RawTarget()
        return RawStep(
            index=len(self.steps),
            name=cut(step_name(step), self.device.step_name_bytes.value),
            notes=cut(step_note(step), self.device.note_bytes.value),
            intensity=INTENSITIES[step.intensity],
            duration_type=duration_type,
            duration_value=duration_value,
            target_type=target.type,
            target_value=target.value,
            target_low=target.low,
            target_high=target.high,
            secondary_target_type=second.type,
            secondary_target_value=second.value,
            secondary_target_low=second.low,
            secondary_target_high=second.high,
        )

    def _repeat(self, repeat: Repeat) -> None:
        written_out = writes_last_round(repeat, skip_last_field=self.skip_last_field)
        until = repeat.until
        if written_out and isinstance(until, Times):
            if until.count == 1:
                self._items(repeat.steps[:-1])
                return
            until = Times(count=until.count - 1)
        first = len(self.steps)
        self._items(repeat.steps)
        duration_type, limit = raw_until(until)
        self.steps.append(
            RawStep(
                index=len(self.steps),
                notes=cut(repeat_note(repeat.note, skip_last=written_out), self.device.note_bytes.value),
                intensity=IntensityCode.ACTIVE,
                duration_type=duration_type,
                duration_value=first,
                target_type=TargetType.OPEN,
                target_value=limit,
                skip_last=repeat.skip_last and not written_out,
            )
        )
        if written_out:
            self._items(repeat.steps[:-1])


def writes_last_round(repeat: Repeat, *, skip_last_field: bool) -> bool:
    """Whether the last round of a repeat stands behind it, without its last step.

    Field 18 was seen on repeats that end in a plain step only; what a watch does with others is not known.
    """
    return repeat.skip_last and not (skip_last_field and isinstance(repeat.steps[-1], Step))


def raw_duration(duration: Duration) -> tuple[DurationType, int | None]:
    """Type and value of what ends a step."""
    match duration:
        case Time():
            return DurationType.TIME, TIME_S.raw(duration.time_s)
        case Distance():
            return DurationType.DISTANCE, DISTANCE_M.raw(duration.distance_m)
        case HeartRateBelow():
            return DurationType.HR_LESS_THAN, HEART_RATE_BPM.raw(duration.heart_rate_bpm)
        case HeartRateAbove():
            return DurationType.HR_GREATER_THAN, HEART_RATE_BPM.raw(duration.heart_rate_bpm)
        case Calories():
            return DurationType.CALORIES, CALORIES_KCAL.raw(duration.calories_kcal)
        case LapButton():
            return DurationType.OPEN, None


def raw_until(until: RepeatUntil) -> tuple[DurationType, int]:
    """Type and limit of what ends a repeat."""
    match until:
        case Times():
            return DurationType.REPEAT_COUNT, COUNT.raw(until.count)
        case Time():
            return DurationType.REPEAT_UNTIL_TIME, TIME_S.raw(until.time_s)
        case Distance():
            return DurationType.REPEAT_UNTIL_DISTANCE, DISTANCE_M.raw(until.distance_m)
        case HeartRateBelow():
            return DurationType.REPEAT_UNTIL_HR_LESS_THAN, HEART_RATE_BPM.raw(until.heart_rate_bpm)
        case HeartRateAbove():
            return DurationType.REPEAT_UNTIL_HR_GREATER_THAN, HEART_RATE_BPM.raw(until.heart_rate_bpm)


def fit_holds(target: Target) -> bool:
    """Whether FIT can hold a target as it is; efforts of other kinds must be made numbers for an athlete first."""
    match target:
        case Limit():
            return fit_holds(target.value)
        case Progression():
            return fit_holds(target.start) and fit_holds(target.end)
        case PercentRange():
            return target.of in (PercentOf.MAX_HR, PercentOf.CRITICAL_POWER)
        case HeartRateZoneRange() | RpeRange():
            return False
        case _:
            return True


def hull(target: Progression) -> Range:
    """The range that holds a whole progression, all that a watch can be given of it."""
    (low, high), (other_low, other_high) = ends_of(target.start), ends_of(target.end)
    return range_of(measure_of(target.start), min(low, other_low), max(high, other_high))


def raw_target(target: Target | None) -> RawTarget:
    """What to hold. None is an open target, never zeros: a watch would take them for a speed of nothing."""
    match target:
        case None:
            return RawTarget(type=TargetType.OPEN, value=0)
        case HeartRateZone():
            return RawTarget(type=TargetType.HEART_RATE, value=target.zone)
        case Progression():
            return raw_target(hull(target))
        case HeartRateZoneRange() | RpeRange():
            raise _unresolved(target)
    ends = target.value if isinstance(target, Limit) else target
    wire = WIRE.get(measure_of(ends))
    if wire is None:
        raise _unresolved(target)
    low, high = ends_of(ends)
    if isinstance(target, Limit):
        low, high = (wire.lowest, high) if target.side == "below" else (low, wire.highest)
    return RawTarget(type=wire.type, value=0, low=wire.quantity.raw(low), high=wire.quantity.raw(high))


def _unresolved(target: Target) -> WorkoutError:
    return WorkoutError(f"no watch takes '{format_target(target)}'", hint="give --athlete, or take resolve_session")
