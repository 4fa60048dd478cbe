"""A workout as it stands in a FIT file: raw numbers, before anyone says what they mean.

Both halves use it: the compiler turns a session into a `Plan` and back, and a recording carries one inside.
The meaning of `duration_value` and `target_value` hangs on their type fields; `retrorun.workout` resolves it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FileIdentity:
    """Who made a FIT file and when: what `file_id` says, and what `training_file` repeats of the workout's.

    `time_created` is in FIT seconds (since 1989-12-31T00:00:00Z), as it stands in the file.
    """

    type: int | None = None
    manufacturer: int | None = None
    product: int | None = None
    serial: int | None = None
    time_created: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStep:
    """One `workout_step` message, raw: integers as on the wire, None where a field is absent or invalid."""

    index: int
    name: str = ""
    notes: str = ""
    intensity: int | None = None
    duration_type: int | None = None
    duration_value: int | None = None
    target_type: int | None = None
    target_value: int | None = None
    target_low: int | None = None
    target_high: int | None = None
    secondary_target_type: int | None = None
    secondary_target_value: int | None = None
    secondary_target_low: int | None = None
    secondary_target_high: int | None = None
    skip_last: bool = False  # undocumented field 18 = 1 on a repeat: the last round ends before its last step


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The `workout` message and its steps, raw.

    `embedded` is true for a plan found inside a recording, where watches write heart rate and power without the
    offsets (+100, +1000) that workout files have.
    """

    steps: tuple[PlanStep, ...]
    name: str = ""
    description: str = ""
    sport: int | None = None
    sub_sport: int | None = None
    num_valid_steps: int | None = None
    embedded: bool = False
