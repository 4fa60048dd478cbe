"""What the value fields of a `workout_step` mean under each duration and target type: one table, both ways.

`duration_value`, `target_value` and the two custom ends are plain 32-bit numbers in the message table; their scale and
offset hang on the type beside them. Numbers and meanings follow the public FIT profile (21.x), messages `workout_step`
and `workout`; heart rate and power carry an offset because the numbers below it are percentages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """How a value stands on the wire: `raw = (value + offset) * scale`."""

    scale: int = 1
    offset: int = 0

    def raw(self, value: float) -> int:
        """The number on the wire; values stand on the wire's grid already, so rounding only mends binary fractions."""
        return round((value + self.offset) * self.scale)

    def value(self, raw: int) -> float:
        """The value that a number on the wire means."""
        return raw / self.scale - self.offset


TIME_S = Quantity(scale=1000)
DISTANCE_M = Quantity(scale=100)
SPEED_MPS = Quantity(scale=1000)
HEART_RATE_BPM = Quantity(offset=100)  # 0 to 100 are % of the greatest heart rate
POWER_W = Quantity(offset=1000)  # 0 to 1000 are % of the functional threshold power
CADENCE_SPM = Quantity()  # the profile says rpm; Garmin's own services take steps/min for running [inferred]
CALORIES_KCAL = Quantity()
COUNT = Quantity()
PERCENT = Quantity()


class DurationType(IntEnum):
    """What ends a step or a repeat (`wkt_step_duration`)."""

    TIME = 0
    DISTANCE = 1
    HR_LESS_THAN = 2
    HR_GREATER_THAN = 3
    CALORIES = 4
    OPEN = 5
    REPEAT_COUNT = 6
    REPEAT_UNTIL_TIME = 7
    REPEAT_UNTIL_DISTANCE = 8
    REPEAT_UNTIL_CALORIES = 9
    REPEAT_UNTIL_HR_LESS_THAN = 10
    REPEAT_UNTIL_HR_GREATER_THAN = 11
    REPEAT_UNTIL_POWER_LESS_THAN = 12
    REPEAT_UNTIL_POWER_GREATER_THAN = 13
    POWER_LESS_THAN = 14
    POWER_GREATER_THAN = 15
    REPETITION_TIME = 28
    REPS = 29
    TIME_ONLY = 31


class TargetType(IntEnum):
    """What a step holds to (`wkt_step_target`)."""

    SPEED = 0
    HEART_RATE = 1
    OPEN = 2
    CADENCE = 3
    POWER = 4
    GRADE = 5
    RESISTANCE = 6
    POWER_3S = 7
    POWER_10S = 8
    POWER_30S = 9
    POWER_LAP = 10
    SWIM_STROKE = 11
    SPEED_LAP = 12
    HEART_RATE_LAP = 13


# What a target over some stretch of time comes to when the stretch is left out.
AVERAGED: Mapping[int, TargetType] = {
    TargetType.POWER_3S: TargetType.POWER,
    TargetType.POWER_10S: TargetType.POWER,
    TargetType.POWER_30S: TargetType.POWER,
    TargetType.POWER_LAP: TargetType.POWER,
    TargetType.SPEED_LAP: TargetType.SPEED,
    TargetType.HEART_RATE_LAP: TargetType.HEART_RATE,
}


class IntensityCode(IntEnum):
    """What a step is for (`intensity`); 4 to 6 are unknown to old readers, which show a plain step."""

    ACTIVE = 0
    REST = 1
    WARMUP = 2
    COOLDOWN = 3
    RECOVERY = 4
    INTERVAL = 5
    OTHER = 6


class SubSport(IntEnum):
    """Where a run takes place (`sub_sport`)."""

    GENERIC = 0
    TREADMILL = 1
    STREET = 2
    TRAIL = 3
    TRACK = 4
    INDOOR_RUNNING = 45


RUNNING, WALKING, HIKING = 1, 11, 17  # `sport`
REPEATS = range(DurationType.REPEAT_COUNT, DurationType.REPEAT_UNTIL_POWER_GREATER_THAN + 1)
