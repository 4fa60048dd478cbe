"""Raw durations and targets of a workout step back to values; what the model cannot hold is said, not dropped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from retrorun.errors import SessionError
from retrorun.fit.plan import PlanStep
from retrorun.fit.step_values import (
    AVERAGED,
    CADENCE_SPM,
    CALORIES_KCAL,
    COUNT,
    DISTANCE_M,
    HEART_RATE_BPM,
    POWER_W,
    SPEED_MPS,
    TIME_S,
    DurationType,
    Quantity,
    TargetType,
)
from retrorun.session.values import (
    CadenceRange,
    Calories,
    Distance,
    Duration,
    HeartRateAbove,
    HeartRateBelow,
    HeartRateRange,
    HeartRateZone,
    LapButton,
    PowerRange,
    RepeatUntil,
    SpeedRange,
    Target,
    Time,
    Times,
)

MadeT = TypeVar("MadeT")
_Say = Callable[[str, str], None]  # what, hint

_HIGHEST_BPM = 220  # the usual formula's greatest heart rate at birth; what stands above it bears the offset
_HIGHEST_W = 2000  # the model's bound
_PLAIN = Quantity()


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """Reads the value fields of one step. `embedded` is as in `Plan`; `say` takes what cannot be held."""

    step: PlanStep
    embedded: bool
    say: _Say

    def duration(self) -> Duration:
        """What ends the step; the lap button where the model has nothing for it."""
        kind, raw = self.step.duration_type, self.step.duration_value
        if kind == DurationType.OPEN:
            return LapButton()
        made: Duration | None = None
        if kind is not None and raw is not None:
            made = self._timed(kind, raw) or self._by_heart_rate(kind, raw)
        if made is None:
            self.say(f"the step ends by {_named(DurationType, kind)} {_shown(raw)}", "the lap button ends it instead")
            return LapButton()
        return made

    def _timed(self, kind: int, raw: int) -> Duration | None:
        if kind == DurationType.TIME:
            return _made(lambda: Time(time_s=TIME_S.value(raw)))
        if kind in (DurationType.TIME_ONLY, DurationType.REPETITION_TIME):
            self.say(f"the step ends by {_named(DurationType, kind)}", "taken as a plain time")
            return _made(lambda: Time(time_s=TIME_S.value(raw)))
        if kind == DurationType.DISTANCE:
            return _made(lambda: Distance(distance_m=DISTANCE_M.value(raw)))
        if kind == DurationType.CALORIES:
            return _made(lambda: Calories(calories_kcal=int(CALORIES_KCAL.value(raw))))
        return None

    def _by_heart_rate(self, kind: int, raw: int) -> HeartRateBelow | HeartRateAbove | None:
        bpm = self._heart_rates(raw, raw)
        if bpm is None:
            return None
        if kind in (DurationType.HR_LESS_THAN, DurationType.REPEAT_UNTIL_HR_LESS_THAN):
            return _made(lambda: HeartRateBelow(heart_rate_bpm=bpm[0]))
        if kind in (DurationType.HR_GREATER_THAN, DurationType.REPEAT_UNTIL_HR_GREATER_THAN):
            return _made(lambda: HeartRateAbove(heart_rate_bpm=bpm[0]))
        return None

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
            self.say(f"the {what} is {_named(TargetType, kind)} {ends}{_percent(kind, high)}", "it is left out")
        return made

    def _range(self, kind: int, low: int, high: int) -> Target | None:
        if low > high:
            low, high = high, low
            self.say("the lower end of a target stands above the higher one", "they are swapped")
        if kind == TargetType.SPEED:
            return _made(lambda: SpeedRange(low_mps=SPEED_MPS.value(low), high_mps=SPEED_MPS.value(high)))
        if kind == TargetType.CADENCE:
            return _made(
                lambda: CadenceRange(low_spm=int(CADENCE_SPM.value(low)), high_spm=int(CADENCE_SPM.value(high)))
            )
        if kind == TargetType.HEART_RATE and (bpm := self._heart_rates(low, high)):
            return _made(lambda: HeartRateRange(low_bpm=bpm[0], high_bpm=bpm[1]))
        if kind == TargetType.POWER:
            quantity = _PLAIN if self.embedded and high <= _HIGHEST_W and low < POWER_W.offset else POWER_W
            return _made(lambda: PowerRange(low_w=int(quantity.value(low)), high_w=int(quantity.value(high))))
        return None

    def _heart_rates(self, low: int, high: int) -> tuple[int, int] | None:
        """Two heart rates [bpm]; None where they are percentages.

        In a workout file the offset is part of the number. A recording has plain ones (measured on 65 of 65), but
        another maker's watch may copy the file's: those that no heart reaches can only be such.
        """
        quantity = _PLAIN if self.embedded and high <= _HIGHEST_BPM else HEART_RATE_BPM
        if quantity is HEART_RATE_BPM and low <= HEART_RATE_BPM.offset:
            return None
        return int(quantity.value(low)), int(quantity.value(high))


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


def _percent(kind: int, high: int | None) -> str:
    if high is None:
        return ""
    if kind == TargetType.HEART_RATE and high <= HEART_RATE_BPM.offset:
        return ", in % of the greatest heart rate"
    if kind == TargetType.POWER and high <= POWER_W.offset:
        return ", in % of the threshold power"
    return ""
