"""A session as the raw steps of a FIT workout. The way back is in `retrorun.workout.decode`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from retrorun.errors import WorkoutError
from retrorun.fit import step_values as wire
from retrorun.fit.workout_message import RawStep, RawWorkout
from retrorun.session import values, wording
from retrorun.session.model import Intensity, Repeat, Session, Setting, Step
from retrorun.workout.devices import Device
from retrorun.workout.step_text import cut, repeat_note, step_name, step_note

INTENSITIES = {each: wire.IntensityCode[each.name] for each in Intensity}
SUB_SPORTS = {Setting.ROAD: wire.SubSport.GENERIC} | {
    each: wire.SubSport[each.name] for each in (Setting.TREADMILL, Setting.TRAIL, Setting.TRACK)
}


class End(NamedTuple):
    """How the one number of what ends a step or a repeat stands on the wire, and under which type for each."""

    field: str
    quantity: wire.Quantity
    step: wire.DurationType | None
    repeat: wire.DurationType | None


_TYPE, _BPM = wire.DurationType, wire.HEART_RATE_BPM
ENDS: Mapping[type[values.Duration | values.RepeatUntil], End] = {
    values.Time: End("time_s", wire.TIME_S, _TYPE.TIME, _TYPE.REPEAT_UNTIL_TIME),
    values.Distance: End("distance_m", wire.DISTANCE_M, _TYPE.DISTANCE, _TYPE.REPEAT_UNTIL_DISTANCE),
    values.HeartRateBelow: End("heart_rate_bpm", _BPM, _TYPE.HR_LESS_THAN, _TYPE.REPEAT_UNTIL_HR_LESS_THAN),
    values.HeartRateAbove: End("heart_rate_bpm", _BPM, _TYPE.HR_GREATER_THAN, _TYPE.REPEAT_UNTIL_HR_GREATER_THAN),
    values.Calories: End("calories_kcal", wire.CALORIES_KCAL, _TYPE.CALORIES, None),
    values.Times: End("count", wire.COUNT, None, _TYPE.REPEAT_COUNT),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """How a range stands on the wire, and the ends, outside the model's bounds, that leave one side of it open."""

    type: wire.TargetType
    quantity: wire.Quantity
    lowest: float
    highest: float


WIRE: Mapping[values.Measure, Wire] = {
    values.SpeedRange: Wire(type=wire.TargetType.SPEED, quantity=wire.SPEED_MPS, lowest=0, highest=20),
    values.HeartRateRange: Wire(type=wire.TargetType.HEART_RATE, quantity=wire.HEART_RATE_BPM, lowest=1, highest=255),
    values.CadenceRange: Wire(type=wire.TargetType.CADENCE, quantity=wire.CADENCE_SPM, lowest=0, highest=400),
    values.PowerRange: Wire(type=wire.TargetType.POWER, quantity=wire.POWER_W, lowest=0, highest=4000),
    # Above 100 % of the greatest heart rate there is no room: heart rates in bpm begin there.
    values.PercentOf.MAX_HR: Wire(type=wire.TargetType.HEART_RATE, quantity=wire.PERCENT, lowest=0, highest=100),
    values.PercentOf.CRITICAL_POWER: Wire(type=wire.TargetType.POWER, quantity=wire.PERCENT, lowest=0, highest=1000),
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
        sport=wire.RUNNING,
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
        duration_type, duration_value = raw_end(step.duration, repeats=False)
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
        if written_out and isinstance(until, values.Times):
            if until.count == 1:
                self._items(repeat.steps[:-1])
                return
            until = values.Times(count=until.count - 1)
        first = len(self.steps)
        self._items(repeat.steps)
        duration_type, limit = raw_end(until, repeats=True)
        self.steps.append(
            RawStep(
                index=len(self.steps),
                notes=cut(repeat_note(repeat.note, skip_last=written_out), self.device.note_bytes.value),
                intensity=wire.IntensityCode.ACTIVE,
                duration_type=duration_type,
                duration_value=first,
                target_type=wire.TargetType.OPEN,
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


def raw_end(end: values.Duration | values.RepeatUntil, *, repeats: bool) -> tuple[int | None, int | None]:
    """Type and value of what ends a step, or, where it `repeats`, a repeat."""
    if isinstance(end, values.LapButton):
        return wire.DurationType.OPEN, None
    known = ENDS[type(end)]
    return known.repeat if repeats else known.step, known.quantity.raw(getattr(end, known.field))


def fit_holds(target: values.Target) -> bool:
    """Whether FIT can hold a target as it is; efforts of other kinds must be made numbers for an athlete first."""
    return all(
        values.measure_of(part) in WIRE if isinstance(part, values.Range) else isinstance(part, values.HeartRateZone)
        for part in values.values_of(target)
    )


def hull(target: values.Progression) -> values.Range:
    """The range that holds a whole progression, all that a watch can be given of it."""
    (low, high), (other_low, other_high) = values.ends_of(target.start), values.ends_of(target.end)
    return values.range_of(values.measure_of(target.start), min(low, other_low), max(high, other_high))


def raw_target(target: values.Target | None) -> RawTarget:
    """What to hold. None is an open target, never zeros: a watch would take them for a speed of nothing."""
    if target is None:
        return RawTarget(type=wire.TargetType.OPEN, value=0)
    if isinstance(target, values.HeartRateZone):
        return RawTarget(type=wire.TargetType.HEART_RATE, value=target.zone)
    if isinstance(target, values.HeartRateZoneRange | values.RpeRange) or not fit_holds(target):
        hint = "give --athlete, or take resolve_session"
        raise WorkoutError(f"no watch takes '{wording.format_target(target)}'", hint=hint)
    if isinstance(target, values.Progression):
        target = hull(target)
    ends = target.value if isinstance(target, values.Limit) else target
    held = WIRE[values.measure_of(ends)]
    low, high = values.ends_of(ends)
    if isinstance(target, values.Limit):
        low, high = (held.lowest, high) if target.side == "below" else (low, held.highest)
    return RawTarget(type=held.type, value=0, low=held.quantity.raw(low), high=held.quantity.raw(high))
