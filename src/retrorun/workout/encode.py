"""What a session's values are in the raw steps of a FIT workout: the tables, the way there, and each value's way back.

Whole workouts of other makers are read in `retrorun.workout.decode`. What the model cannot hold is said, not dropped.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Self, TypeVar

from retrorun.errors import SessionError, WorkoutError
from retrorun.fit import workout_message as wire
from retrorun.fit.workout_message import RawStep, RawWorkout
from retrorun.session import values, wording
from retrorun.session.model import Intensity, Items, Repeat, Session, Setting, Step
from retrorun.workout.devices import Device
from retrorun.workout.step_text import cut, repeat_note, step_name, step_note

MadeT = TypeVar("MadeT")
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
Ending = values.Duration | values.RepeatUntil
ENDS: Mapping[Callable[..., Ending], End] = {
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


class RawTarget(NamedTuple):
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
    steps: list[RawStep] = []
    _lay(session.steps, steps, device, skip_last_field=skip_last_field)
    return RawWorkout(
        steps=tuple(steps),
        name=cut(session.name, device.title_bytes.value),
        description=cut(session.note, device.description_bytes.value),
        sport=wire.RUNNING,
        sub_sport=SUB_SPORTS[session.setting],
        num_valid_steps=len(steps),
    )


def _lay(items: Items, steps: list[RawStep], device: Device, *, skip_last_field: bool) -> None:
    """Lay items behind the steps; a repeat comes after its body and points back to its first step."""
    for item in items:
        if isinstance(item, Step):
            steps.append(_step(item, len(steps), device))
            continue
        written_out = writes_last_round(item, skip_last_field=skip_last_field)
        until: values.RepeatUntil | None = item.until
        first = len(steps)
        if written_out and isinstance(until, values.Times):
            until = values.Times(count=until.count - 1) if until.count > 1 else None
        if until is not None:
            _lay(item.steps, steps, device, skip_last_field=skip_last_field)
            duration_type, limit = raw_end(until, repeats=True)
            repeat = RawStep(
                index=len(steps),
                notes=cut(repeat_note(item.note, skip_last=written_out), device.note_bytes.value),
                intensity=wire.IntensityCode.ACTIVE,
                duration_type=duration_type,
                duration_value=first,
                target_type=wire.TargetType.OPEN,
                target_value=limit,
                skip_last=item.skip_last and not written_out,
            )
            steps.append(repeat)
        if written_out:
            _lay(item.steps[:-1], steps, device, skip_last_field=skip_last_field)


def _step(step: Step, index: int, device: Device) -> RawStep:
    duration_type, duration_value = raw_end(step.duration, repeats=False)
    second = raw_target(step.secondary_target) if step.secondary_target is not None else RawTarget()
    return RawStep(
        index=index,
        name=cut(step_name(step), device.step_name_bytes.value),
        notes=cut(step_note(step), device.note_bytes.value),
        intensity=INTENSITIES[step.intensity],
        duration_type=duration_type,
        duration_value=duration_value,
        skip_last=False,
        **{f"target_{part}": value for part, value in raw_target(step.target)._asdict().items()},
        **{f"secondary_target_{part}": value for part, value in second._asdict().items()},
    )


def writes_last_round(repeat: Repeat, *, skip_last_field: bool) -> bool:
    """Whether the last round of a repeat stands behind it, without its last step.

    Field 18 was seen on repeats that end in a plain step only; what a watch does with others is not known.
    """
    return repeat.skip_last and not (skip_last_field and isinstance(repeat.steps[-1], Step))


def raw_end(end: Ending, *, repeats: bool) -> tuple[int | None, int | None]:
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
        return RawTarget(wire.TargetType.OPEN, 0)
    if isinstance(target, values.HeartRateZone):
        return RawTarget(wire.TargetType.HEART_RATE, target.zone)
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
    return RawTarget(held.type, 0, held.quantity.raw(low), held.quantity.raw(high))


# ---- and back --------------------------------------------------------------------------------------------------------

_HIGHEST_BPM = 220  # the usual formula's greatest heart rate at birth; what stands above it bears the offset
_EASIEST_BPM = 95  # nobody is told to run at a heart rate below this; such a number has no offset
_ONE_FOOT_SPM = 110  # a walker takes more steps of both feet
_WALKERS_FOOT_SPM = 70
_PLAIN = wire.Quantity()


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What the whole workout tells of its writer, so that every step of it is read alike."""

    ours: bool = False  # this library wrote it
    embedded: bool = False  # out of a recording, where watches leave the offsets of heart rate and power away
    plain_bpm: bool = False  # a workout file without the offset of heart rate
    seconds_as_ms: bool = False  # times in seconds where milliseconds belong: an old writer's fault
    one_foot: int = 0  # cadences of one foot are doubled up to this [spm]; 0: never

    @classmethod
    def of(cls, workout: RawWorkout, *, ours: bool, walking: bool) -> Self:
        """The habits of a workout's writer; our own files are as they should be."""
        if ours:
            return cls(ours=True, embedded=workout.embedded)
        timed = (step for step in workout.steps if step.duration_type == wire.DurationType.TIME)
        times = [step.duration_value for step in timed if step.duration_value]
        return cls(
            embedded=workout.embedded,
            plain_bpm=not workout.embedded and _without_offset(workout.steps),
            seconds_as_ms=bool(times) and max(times) < 10_000 and any(ms < 2000 or ms % 1000 for ms in times),
            one_foot=_WALKERS_FOOT_SPM if walking else _ONE_FOOT_SPM,
        )


def _without_offset(steps: tuple[RawStep, ...]) -> bool:
    """Whether the heart rates of a workout file, less the offset that belongs there, are those of nobody who runs."""
    ranges = (step for step in steps if step.target_type == wire.TargetType.HEART_RATE and not step.target_value)
    offset = wire.HEART_RATE_BPM.offset
    tops = [top for step in ranges if (top := step.target_high or 0) > offset]
    return bool(tops) and min(tops) - offset < _EASIEST_BPM and max(tops) <= _HIGHEST_BPM


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDecoder:
    """Reads the value fields of one step; `say` takes what cannot be held, and what was guessed."""

    step: RawStep
    habits: Habits
    say: Callable[[str, str], None]  # what, hint

    def duration(self) -> values.Duration:
        """What ends the step; the lap button where the model has nothing for it."""
        if self.step.duration_type == wire.DurationType.OPEN:
            return values.LapButton()
        made = self._end(self.step.duration_value, repeats=False)
        return made if isinstance(made, values.Duration) else values.LapButton()

    def until(self) -> values.RepeatUntil:
        """What ends the repeat; one round where the model has nothing for it."""
        made = self._end(self.step.target_value, repeats=True)
        return made if isinstance(made, values.RepeatUntil) else values.Times(count=1)

    def _end(self, raw: int | None, *, repeats: bool) -> Ending | None:
        kind = self.step.duration_type
        made = None if kind is None or raw is None else self._known_end(kind, raw, repeats=repeats)
        if made is None:
            goes = "the repeat goes on" if repeats else "the step ends"
            hint = "it has one round instead" if repeats else "the lap button ends it instead"
            self.say(f"{goes} by {_named(wire.DurationType, kind)} {_shown(raw)}", hint)
        return made

    def _known_end(self, kind: int, raw: int, *, repeats: bool) -> Ending | None:
        if kind == wire.DurationType.TIME and self.habits.seconds_as_ms:
            what = f"the step lasts {raw / 1000:g} s: an old writer's fault, which left out a factor of 1000"
            self.say(what, f"taken as {raw} s; compare it with where the workout came from")
            return _made(values.Time, time_s=float(raw))
        if kind in (wire.DurationType.TIME_ONLY, wire.DurationType.REPETITION_TIME):
            self.say(f"the step ends by {_named(wire.DurationType, kind)}", "taken as a plain time")
            kind = wire.DurationType.TIME
        for made, end in ENDS.items():
            if kind == (end.repeat if repeats else end.step):
                quantity = self._bpm(raw, raw) if end.quantity is wire.HEART_RATE_BPM else end.quantity
                number: Any = quantity.value(raw) if quantity.scale > 1 else int(quantity.value(raw))
                return None if quantity is wire.PERCENT else _made(made, **{end.field: number})
        return None

    def target(self, name: Literal["target", "secondary_target"]) -> values.Target | None:
        """What to hold, first or second; None for an open target, and where the model has nothing for it."""
        kind, value, low, high = (getattr(self.step, f"{name}_{part}") for part in ("type", "value", "low", "high"))
        if kind is None or kind == wire.TargetType.OPEN:
            return None
        zone, said = value or 0, f"the {name.replace('secondary_', 'second ')} is"
        made: values.Target | None = None
        words = _named(wire.TargetType, kind)
        if kind in wire.AVERAGED:
            kind = wire.AVERAGED[kind]
            averaged, words = words, _named(wire.TargetType, kind)
            self.say(f"{said} {averaged}", f"taken as {words}")
        if kind == wire.TargetType.HEART_RATE and zone:
            made = _made(values.HeartRateZone, zone=zone)
        elif low is not None and high:  # a watch writes the ends of its zone beside the zone's number
            made = self._range(kind, low, high)
            if zone and made is not None:
                self.say(f"{said} {words} zone {zone}", "its two ends are taken instead")
        if made is None:
            ends = f"zone {zone}" if zone else f"{_shown(low)} to {_shown(high)}"
            self.say(f"{said} {words} {ends}", "it is left out")
        return made

    def _range(self, kind: int, low: int, high: int) -> values.Target | None:
        if low > high:
            low, high = high, low
            self.say("the lower end of a target stands above the higher one", "they are swapped")
        measure: values.Measure
        match kind:
            case wire.TargetType.SPEED:
                measure, quantity = values.SpeedRange, wire.SPEED_MPS
            case wire.TargetType.CADENCE:
                measure, quantity = values.CadenceRange, wire.CADENCE_SPM
                if 0 < low <= high <= self.habits.one_foot:
                    said = f"taken as {2 * low} to {2 * high} steps/min"
                    self.say(f"a cadence of {low} to {high} is that of one foot", said)
                    low, high = 2 * low, 2 * high
            case wire.TargetType.HEART_RATE:
                quantity = self._bpm(low, high)
                if self.habits.plain_bpm and quantity is _PLAIN:
                    what = f"a heart rate of {low} to {high} stands in the file without the offset of 100"
                    self.say(what, "taken as bpm; compare it with where the workout came from")
                measure = values.PercentOf.MAX_HR if quantity is wire.PERCENT else values.HeartRateRange
            case wire.TargetType.POWER:
                quantity = self._power(low, high)
                if quantity is wire.PERCENT and not self.habits.ours:
                    what = f"the power is {low} to {high} % of the threshold power (FTP)"
                    self.say(what, "taken as % of critical power")
                measure = values.PercentOf.CRITICAL_POWER if quantity is wire.PERCENT else values.PowerRange
            case _:
                return None
        return between(measure, quantity.value(low), quantity.value(high))

    def _bpm(self, low: int, high: int) -> wire.Quantity:
        """How two heart rates are written.

        In a workout file the offset is part of the number, and what is below it is per cent. A recording has plain ones
        (measured on 65 of 65), but another maker's watch may copy the file's: those that no heart reaches are such.
        """
        open_above = high == WIRE[values.HeartRateRange].highest and low <= _HIGHEST_BPM
        if self.habits.embedded:
            return _PLAIN if high <= _HIGHEST_BPM or open_above else wire.HEART_RATE_BPM
        if high <= wire.HEART_RATE_BPM.offset:
            return wire.PERCENT
        return _PLAIN if self.habits.plain_bpm or 0 < low < wire.HEART_RATE_BPM.offset else wire.HEART_RATE_BPM

    def _power(self, low: int, high: int) -> wire.Quantity:
        """How two powers are written, likewise."""
        if self.habits.embedded:
            return wire.POWER_W if low >= wire.POWER_W.offset else _PLAIN
        return wire.PERCENT if high <= wire.POWER_W.offset else wire.POWER_W


def between(measure: values.Measure, low: float, high: float) -> values.Target | None:
    """The range; a limit where one end lies outside what the model holds; None where both do."""
    if (both := _made(values.range_of, measure, low, high)) is not None:
        return both
    if (lower := _made(values.range_of, measure, low, low)) is not None:
        return values.Limit(side="above", value=lower)
    upper = _made(values.range_of, measure, high, high)
    return values.Limit(side="below", value=upper) if upper is not None else None


def between_zones(low: int, high: int) -> values.Target | None:
    """One heart-rate zone or several; None where there are no such zones."""
    if low == high:
        return _made(values.HeartRateZone, zone=low)
    return _made(values.HeartRateZoneRange, low_zone=low, high_zone=high)


def _made(make: Callable[..., MadeT], *given: object, **named: object) -> MadeT | None:
    """The value, or None where the model refuses it."""
    try:
        return make(*given, **named)
    except SessionError:
        return None


def _named(names: type[wire.DurationType | wire.TargetType], number: int | None) -> str:
    if number is None:
        return "nothing at all"
    try:
        return f"{names(number).name.lower().replace('_', ' ')}"
    except ValueError:
        return f"type {number}"


def _shown(raw: int | None) -> str:
    return "(no value)" if raw is None else f"(raw {raw})"
