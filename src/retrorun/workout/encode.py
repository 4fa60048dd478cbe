"""A session as the raw steps of a FIT workout. The way back is in `retrorun.workout.decode`."""

from __future__ import annotations

from dataclasses import dataclass

from retrorun.errors import WorkoutError
from retrorun.fit.plan import Plan, PlanStep
from retrorun.fit.step_values import (
    CADENCE_SPM,
    CALORIES_KCAL,
    COUNT,
    DISTANCE_M,
    HEART_RATE_BPM,
    POWER_W,
    RUNNING,
    SPEED_MPS,
    TIME_S,
    DurationType,
    IntensityCode,
    SubSport,
    TargetType,
)
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
    LapButton,
    PowerRange,
    RepeatUntil,
    SpeedRange,
    Target,
    Time,
    Times,
)
from retrorun.session.wording import format_target
from retrorun.workout.devices import Device
from retrorun.workout.labels import cut, repeat_note, step_name, step_note

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
class RawTarget:
    """The four numbers by which a step says what to hold."""

    type: int | None = None
    value: int | None = None
    low: int | None = None
    high: int | None = None


def encode(session: Session, device: Device, *, skip_last_field: bool = False) -> Plan:
    """The raw workout, texts cut to what the device takes; nothing else is changed or checked.

    A repeat with `skip_last` is written as one round less and the last round behind it, without its last step, unless
    `skip_last_field` asks for the undocumented field 18.
    """
    steps = _Writer(device=device, skip_last_field=skip_last_field).session(session)
    return Plan(
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
        self.steps: list[PlanStep] = []

    def session(self, session: Session) -> tuple[PlanStep, ...]:
        self._items(session.steps)
        return tuple(self.steps)

    def _items(self, items: tuple[Step | Repeat, ...]) -> None:
        for item in items:
            if isinstance(item, Step):
                self.steps.append(self._step(item))
            else:
                self._repeat(item)

    def _step(self, step: Step) -> PlanStep:
        duration_type, duration_value = raw_duration(step.duration)
        target = raw_target(step.target)
        second = raw_target(step.secondary_target) if step.secondary_target is not None else RawTarget()
        return PlanStep(
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
            PlanStep(
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


def raw_target(target: Target | None) -> RawTarget:
    """What to hold. None is an open target, never zeros: a watch would take them for a speed of nothing."""
    match target:
        case None:
            return RawTarget(type=TargetType.OPEN, value=0)
        case HeartRateZone():
            return RawTarget(type=TargetType.HEART_RATE, value=target.zone)
        case SpeedRange():
            kind, ends = TargetType.SPEED, (SPEED_MPS.raw(target.low_mps), SPEED_MPS.raw(target.high_mps))
        case HeartRateRange():
            kind, ends = (
                TargetType.HEART_RATE,
                (HEART_RATE_BPM.raw(target.low_bpm), HEART_RATE_BPM.raw(target.high_bpm)),
            )
        case CadenceRange():
            kind, ends = TargetType.CADENCE, (CADENCE_SPM.raw(target.low_spm), CADENCE_SPM.raw(target.high_spm))
        case PowerRange():
            kind, ends = TargetType.POWER, (POWER_W.raw(target.low_w), POWER_W.raw(target.high_w))
        case _:
            raise WorkoutError(f"no watch takes '{format_target(target)}'", hint="resolve the session for an athlete")
    return RawTarget(type=kind, value=0, low=ends[0], high=ends[1])
