"""Raw durations and targets of a workout step back to values; what the model cannot hold is said, not dropped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from retrorun.errors import SessionError
from retrorun.fit.step_values import (
    AVERAGED,
    CADENCE_SPM,
    CALORIES_KCAL,
    COUNT,
    DISTANCE_M,
    HEART_RATE_BPM,
    PERCENT,
    POWER_W,
    SPEED_MPS,
    TIME_S,
    DurationType,
    Quantity,
    TargetType,
)
from retrorun.fit.workout_message import RawStep, RawWorkout
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
    PowerRange,
    RepeatUntil,
    SpeedRange,
    Target,
    Time,
    Times,
    range_of,
)
from retrorun.workout.encode import WIRE

MadeT = TypeVar("MadeT")
_Say = Callable[[str, str], None]  # what, hint

_HIGHEST_BPM = 220  # the usual formula's greatest heart rate at birth; what stands above it bears the offset
_EASIEST_BPM = 95  # nobody is told to run at a heart rate below this; such a number has no offset
_ONE_FOOT_SPM = 110  # a walker takes more steps of both feet
_WALKERS_FOOT_SPM = 70
_PLAIN = Quantity()
_BELOW = (DurationType.HR_LESS_THAN, DurationType.REPEAT_UNTIL_HR_LESS_THAN)
_ABOVE = (DurationType.HR_GREATER_THAN, DurationType.REPEAT_UNTIL_HR_GREATER_THAN)


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
            if step.duration_type == DurationType.TIME and step.duration_value
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
        if step.target_type == TargetType.HEART_RATE and not step.target_value and step.target_high
    ]
    tops = [top for top in tops if top > HEART_RATE_BPM.offset]
    return any(top - HEART_RATE_BPM.offset < _EASIEST_BPM for top in tops) and max(tops) <= _HIGHEST_BPM


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDecoder:
    """Reads the value fields of one step; `say` takes what cannot be held, and what was guessed."""

    step: RawStep
    habits: Habits
    say: _Say

    def duration(self) -> Duration:
        """What ends the step; the lap button where the model has nothing for it."""
        kind, raw = self.step.duration_type, self.step.duration_value
        if kind == DurationType.OPEN:
            return LapButton()
        made: Duration | None = None
        if kind is not None and raw is not None:
            made = self._measured(kind, raw) or self._by_heart_rate(kind, raw)
        if made is None:
            self.say(f"the step ends by {_named(DurationType, kind)} {_shown(raw)}", "the lap button ends it instead")
            return LapButton()
        return made

    def _measured(self, kind: int, raw: int) -> Duration | None:
        match kind:
            case DurationType.TIME if self.habits.seconds_as_ms:
                what = f"the step lasts {raw / 1000:g} s: an old writer's fault, which left out a factor of 1000"
                self.say(what, f"taken as {raw} s; compare it with where the workout came from")
                return _made(lambda: Time(time_s=float(raw)))
            case DurationType.TIME:
                return _made(lambda: Time(time_s=TIME_S.value(raw)))
            case DurationType.TIME_ONLY | DurationType.REPETITION_TIME:
                self.say(f"the step ends by {_named(DurationType, kind)}", "taken as a plain time")
                return _made(lambda: Time(time_s=TIME_S.value(raw)))
            case DurationType.DISTANCE:
                return _made(lambda: Distance(distance_m=DISTANCE_M.value(raw)))
            case DurationType.CALORIES:
                return _made(lambda: Calories(calories_kcal=int(CALORIES_KCAL.value(raw))))
        return None

    def _by_heart_rate(self, kind: int, raw: int) -> HeartRateBelow | HeartRateAbove | None:
        quantity = self._bpm(raw, raw)
        if quantity is PERCENT or kind not in _BELOW + _ABOVE:
            return None
        made = HeartRateBelow if kind in _BELOW else HeartRateAbove
        return _made(lambda: made(heart_rate_bpm=int(quantity.value(raw))))

    def until(self) -> RepeatUntil:
        """What ends the repeat; one round where the model has nothing for it."""
        kind, raw = self.step.duration_type, self.step.target_value
        made: RepeatUntil | None = None
        if kind is not None and raw is not None:
            if kind == DurationType.REPEAT_COUNT:
                made = _made(lambda: Times(count=int(COUNT.value(raw))))
            elif kind == DurationType.REPEAT_UNTIL_TIME:
                made = _made(lambda: Time(time_s=TIME_S.value(raw)))
            elif kind == DurationType.REPEAT_UNTIL_DISTANCE:
                made = _made(lambda: Distance(distance_m=DISTANCE_M.value(raw)))
            else:
                made = self._by_heart_rate(kind, raw)
        if made is None:
            self.say(f"the repeat goes on by {_named(DurationType, kind)} {_shown(raw)}", "it has one round instead")
            return Times(count=1)
        return made

    def target(self) -> Target | None:
        """What to hold; None for an open target, and where the model has nothing for it."""
        step = self.step
        return self._target("target", step.target_type, step.target_value, step.target_low, step.target_high)

    def secondary_target(self) -> Target | None:
        """The second thing to hold, likewise."""
        step = self.step
        return self._target(
            "second target",
            step.secondary_target_type,
            step.secondary_target_value,
            step.secondary_target_low,
            step.secondary_target_high,
        )

    def _target(
        self, what: str, kind: int | None, value: int | None, low: int | None, high: int | None
    ) -> Target | None:
        if kind is None or kind == TargetType.OPEN:
            return None
        zone = value or 0
        made: Target | None = None
        plain = {int(averaged): int(one) for averaged, one in AVERAGED.items()}.get(kind)
        if plain is not None:
            self.say(f"the {what} is {_named(TargetType, kind)}", f"taken as {_named(TargetType, plain)}")
            kind = plain
        if kind == TargetType.HEART_RATE and zone:
            made = _made(lambda: HeartRateZone(zone=zone))
        elif low is not None and high:  # a watch writes the ends of its zone beside the zone's number
            made = self._range(kind, low, high)
            if zone and made is not None:
                self.say(f"the {what} is {_named(TargetType, kind)} zone {zone}", "its two ends are taken instead")
        if made is None:
            ends = f"zone {zone}" if zone else f"{_shown(low)} to {_shown(high)}"
            self.say(f"the {what} is {_named(TargetType, kind)} {ends}", "it is left out")
        return made

    def _range(self, kind: int, low: int, high: int) -> Target | None:
        if low > high:
            low, high = high, low
            self.say("the lower end of a target stands above the higher one", "they are swapped")
        match kind:
            case TargetType.SPEED:
                return between(SpeedRange, SPEED_MPS.value(low), SPEED_MPS.value(high))
            case TargetType.CADENCE:
                return self._cadence(int(CADENCE_SPM.value(low)), int(CADENCE_SPM.value(high)))
            case TargetType.HEART_RATE:
                quantity = self._bpm(low, high)
                if self.habits.plain_bpm and quantity is _PLAIN:
                    what = f"a heart rate of {low} to {high} stands in the file without the offset of 100"
                    self.say(what, "taken as bpm; compare it with where the workout came from")
                of = PercentOf.MAX_HR if quantity is PERCENT else HeartRateRange
                return between(of, int(quantity.value(low)), int(quantity.value(high)))
            case TargetType.POWER:
                return self._power(low, high)
        return None

    def _bpm(self, low: int, high: int) -> Quantity:
        """How two heart rates are written.

        In a workout file the offset is part of the number, and what is below it is per cent. A recording has plain ones
        (measured on 65 of 65), but another maker's watch may copy the file's: those that no heart reaches are such.
        """
        open_above = high == WIRE[HeartRateRange].highest and low <= _HIGHEST_BPM
        if self.habits.embedded:
            return _PLAIN if high <= _HIGHEST_BPM or open_above else HEART_RATE_BPM
        if high <= HEART_RATE_BPM.offset:
            return PERCENT
        return _PLAIN if self.habits.plain_bpm or 0 < low < HEART_RATE_BPM.offset else HEART_RATE_BPM

    def _cadence(self, low: int, high: int) -> Target | None:
        if 0 < high <= self.habits.one_foot and low > 0:
            self.say(f"a cadence of {low} to {high} is that of one foot", f"taken as {2 * low} to {2 * high} steps/min")
            low, high = 2 * low, 2 * high
        return between(CadenceRange, low, high)

    def _power(self, low: int, high: int) -> Target | None:
        if self.habits.embedded:
            quantity = POWER_W if low >= POWER_W.offset else _PLAIN
        elif high <= POWER_W.offset:
            if not self.habits.ours:
                self.say(f"the power is {low} to {high} % of the threshold power (FTP)", "taken as % of critical power")
            return between(PercentOf.CRITICAL_POWER, low, high)
        else:
            quantity = POWER_W
        return between(PowerRange, int(quantity.value(low)), int(quantity.value(high)))


def between(measure: object, low: float, high: float) -> Target | None:
    """The range; a limit where one end lies outside what the model holds; None where both do."""
    both = _made(lambda: range_of(measure, low, high))
    lower, upper = _made(lambda: range_of(measure, low, low)), _made(lambda: range_of(measure, high, high))
    if both is None and lower is not None:
        return Limit(side="above", value=lower)
    if both is None and upper is not None:
        return Limit(side="below", value=upper)
    return both


def between_zones(low: int, high: int) -> Target | None:
    """One heart-rate zone or several; None where there are no such zones."""
    if low == high:
        return _made(lambda: HeartRateZone(zone=low))
    return _made(lambda: HeartRateZoneRange(low_zone=low, high_zone=high))


def _made(make: Callable[[], MadeT]) -> MadeT | None:
    """The value, or None where the model refuses it."""
    try:
        return make()
    except SessionError:
        return None


def _named(names: type[DurationType | TargetType], number: int | None) -> str:
    if number is None:
        return "nothing at all"
    try:
        return f"{names(number).name.lower().replace('_', ' ')}"
    except ValueError:
        return f"type {number}"


def _shown(raw: int | None) -> str:
    return "(no value)" if raw is None else f"(raw {raw})"
