"""Raw durations and targets of a workout step back to values; what the model cannot hold is said, not dropped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from retrorun.errors import SessionError
from retrorun.fit import step_values as wire
from retrorun.fit.workout_message import RawStep, RawWorkout
from retrorun.session import values
from retrorun.workout.encode import ENDS, WIRE

MadeT = TypeVar("MadeT")
_Say = Callable[[str, str], None]  # what, hint

_HIGHEST_BPM = 220  # the usual formula's greatest heart rate at birth; what stands above it bears the offset
_EASIEST_BPM = 95  # nobody is told to run at a heart rate below this; such a number has no offset
_ONE_FOOT_SPM = 110  # a walker takes more steps of both feet
_WALKERS_FOOT_SPM = 70
_PLAIN = wire.Quantity()


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What the whole workout tells of its writer, so that every step of it is read alike.

    Args:
        ours: this library wrote it.
        embedded: it comes out of a recording, where watches leave the offsets of heart rate and power away.
        plain_bpm: a workout file without the offset of heart rate.
        seconds_as_ms: times in seconds where milliseconds belong: an old writer's fault.
        one_foot: cadences of one foot are doubled up to this [spm]; 0: never.
    """

    ours: bool = False
    embedded: bool = False
    plain_bpm: bool = False
    seconds_as_ms: bool = False
    one_foot: int = 0

    @classmethod
    def of(cls, workout: RawWorkout, *, ours: bool, walking: bool) -> Habits:
        """The habits of a workout's writer; our own files are as they should be."""
        if ours:
            return cls(ours=True, embedded=workout.embedded)
        times = [
            step.duration_value
            for step in workout.steps
            if step.duration_type == wire.DurationType.TIME and step.duration_value
        ]
        return cls(
            embedded=workout.embedded,
            plain_bpm=not workout.embedded and _without_offset(workout.steps),
            seconds_as_ms=bool(times) and max(times) < 10_000 and any(ms < 2000 or ms % 1000 for ms in times),
            one_foot=_WALKERS_FOOT_SPM if walking else _ONE_FOOT_SPM,
        )


def _without_offset(steps: tuple[RawStep, ...]) -> bool:
    """Whether the heart rates of a workout file, less the offset that belongs there, are those of nobody who runs."""
    tops = [
        step.target_high
        for step in steps
        if step.target_type == wire.TargetType.HEART_RATE and not step.target_value and step.target_high
    ]
    tops = [top for top in tops if top > wire.HEART_RATE_BPM.offset]
    return any(top - wire.HEART_RATE_BPM.offset < _EASIEST_BPM for top in tops) and max(tops) <= _HIGHEST_BPM


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDecoder:
    """Reads the value fields of one step; `say` takes what cannot be held, and what was guessed."""

    step: RawStep
    habits: Habits
    say: _Say

    def duration(self) -> values.Duration:
        """What ends the step; the lap button where the model has nothing for it."""
        kind, raw = self.step.duration_type, self.step.duration_value
        if kind == wire.DurationType.OPEN:
            return values.LapButton()
        made = self._end(kind, raw, repeats=False)
        if isinstance(made, values.Duration):
            return made
        self.say(f"the step ends by {_named(wire.DurationType, kind)} {_shown(raw)}", "the lap button ends it instead")
        return values.LapButton()

    def until(self) -> values.RepeatUntil:
        """What ends the repeat; one round where the model has nothing for it."""
        kind, raw = self.step.duration_type, self.step.target_value
        made = self._end(kind, raw, repeats=True)
        if isinstance(made, values.RepeatUntil):
            return made
        self.say(f"the repeat goes on by {_named(wire.DurationType, kind)} {_shown(raw)}", "it has one round instead")
        return values.Times(count=1)

    def _end(self, kind: int | None, raw: int | None, *, repeats: bool) -> values.Duration | values.RepeatUntil | None:
        if kind is None or raw is None:
            return None
        if kind == wire.DurationType.TIME and self.habits.seconds_as_ms:
            what = f"the step lasts {raw / 1000:g} s: an old writer's fault, which left out a factor of 1000"
            self.say(what, f"taken as {raw} s; compare it with where the workout came from")
            return _made(lambda: values.Time(time_s=float(raw)))
        if kind in (wire.DurationType.TIME_ONLY, wire.DurationType.REPETITION_TIME):
            self.say(f"the step ends by {_named(wire.DurationType, kind)}", "taken as a plain time")
            kind = wire.DurationType.TIME
        made, end = next(((made, end) for made, end in ENDS.items() if kind == end[2 + repeats]), (None, None))
        if made is None or end is None:
            return None
        quantity = self._bpm(raw, raw) if end.quantity is wire.HEART_RATE_BPM else end.quantity
        number: Any = quantity.value(raw) if quantity.scale > 1 else int(quantity.value(raw))
        return None if quantity is wire.PERCENT else _made(lambda: made(**{end.field: number}))

    def target(self) -> values.Target | None:
        """What to hold; None for an open target, and where the model has nothing for it."""
        return self._target("target", "target")

    def secondary_target(self) -> values.Target | None:
        """The second thing to hold, likewise."""
        return self._target("second target", "secondary_target")

    def _target(self, what: str, name: str) -> values.Target | None:
        parts = (f"{name}_{part}" for part in ("type", "value", "low", "high"))
        kind, value, low, high = (getattr(self.step, part) for part in parts)
        if kind is None or kind == wire.TargetType.OPEN:
            return None
        zone = value or 0
        made: values.Target | None = None
        plain = {int(averaged): int(one) for averaged, one in wire.AVERAGED.items()}.get(kind)
        if plain is not None:
            self.say(f"the {what} is {_named(wire.TargetType, kind)}", f"taken as {_named(wire.TargetType, plain)}")
            kind = plain
        if kind == wire.TargetType.HEART_RATE and zone:
            made = _made(lambda: values.HeartRateZone(zone=zone))
        elif low is not None and high:  # a watch writes the ends of its zone beside the zone's number
            made = self._range(kind, low, high)
            if zone and made is not None:
                self.say(f"the {what} is {_named(wire.TargetType, kind)} zone {zone}", "its two ends are taken instead")
        if made is None:
            ends = f"zone {zone}" if zone else f"{_shown(low)} to {_shown(high)}"
            self.say(f"the {what} is {_named(wire.TargetType, kind)} {ends}", "it is left out")
        return made

    def _range(self, kind: int, low: int, high: int) -> values.Target | None:
        if low > high:
            low, high = high, low
            self.say("the lower end of a target stands above the higher one", "they are swapped")
        match kind:
            case wire.TargetType.SPEED:
                return between(values.SpeedRange, wire.SPEED_MPS.value(low), wire.SPEED_MPS.value(high))
            case wire.TargetType.CADENCE:
                return self._cadence(int(wire.CADENCE_SPM.value(low)), int(wire.CADENCE_SPM.value(high)))
            case wire.TargetType.HEART_RATE:
                quantity = self._bpm(low, high)
                if self.habits.plain_bpm and quantity is _PLAIN:
                    what = f"a heart rate of {low} to {high} stands in the file without the offset of 100"
                    self.say(what, "taken as bpm; compare it with where the workout came from")
                of = values.PercentOf.MAX_HR if quantity is wire.PERCENT else values.HeartRateRange
                return between(of, int(quantity.value(low)), int(quantity.value(high)))
            case wire.TargetType.POWER:
                return self._power(low, high)
        return None

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

    def _cadence(self, low: int, high: int) -> values.Target | None:
        if 0 < high <= self.habits.one_foot and low > 0:
            self.say(f"a cadence of {low} to {high} is that of one foot", f"taken as {2 * low} to {2 * high} steps/min")
            low, high = 2 * low, 2 * high
        return between(values.CadenceRange, low, high)

    def _power(self, low: int, high: int) -> values.Target | None:
        if self.habits.embedded:
            quantity = wire.POWER_W if low >= wire.POWER_W.offset else _PLAIN
        elif high <= wire.POWER_W.offset:
            if not self.habits.ours:
                self.say(f"the power is {low} to {high} % of the threshold power (FTP)", "taken as % of critical power")
            return between(values.PercentOf.CRITICAL_POWER, low, high)
        else:
            quantity = wire.POWER_W
        return between(values.PowerRange, int(quantity.value(low)), int(quantity.value(high)))


def between(measure: values.Measure, low: float, high: float) -> values.Target | None:
    """The range; a limit where one end lies outside what the model holds; None where both do."""
    both = _made(lambda: values.range_of(measure, low, high))
    lower, upper = (
        _made(lambda: values.range_of(measure, low, low)),
        _made(lambda: values.range_of(measure, high, high)),
    )
    if both is None and lower is not None:
        return values.Limit(side="above", value=lower)
    if both is None and upper is not None:
        return values.Limit(side="below", value=upper)
    return both


def between_zones(low: int, high: int) -> values.Target | None:
    """One heart-rate zone or several; None where there are no such zones."""
    if low == high:
        return _made(lambda: values.HeartRateZone(zone=low))
    return _made(lambda: values.HeartRateZoneRange(low_zone=low, high_zone=high))


def _made(make: Callable[[], MadeT]) -> MadeT | None:
    """The value, or None where the model refuses it."""
    try:
        return make()
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
