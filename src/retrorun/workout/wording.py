"""How a step is put in words, its direction first: for cues, text events and a coach's sheet."""

from __future__ import annotations

from dataclasses import replace

from retrorun.session.model import Intensity, Step
from retrorun.session.values import Duration, LapButton, Target
from retrorun.session.wording import format_duration, format_target
from retrorun.workout.labels import step_note

WORK = (Intensity.ACTIVE, Intensity.INTERVAL)


def label(step: Step) -> str:
    """Direction, gait and slope as on the watch, e.g. `BACKWARD run uphill`, `forward walk`, `rest`."""
    return step_note(replace(step, note="", incline_pct=None))


def purpose(step: Step) -> str:
    """What the step is for; empty where it is the work itself, or a rest that already says so."""
    named = step.intensity in WORK or label(step).startswith(Intensity.REST.value)
    return "" if named else step.intensity.value


def incline(step: Step) -> str:
    """The treadmill's incline, e.g. `incline -2.5 %`; empty without one."""
    return "" if step.incline_pct is None else f"incline {step.incline_pct + 0.0:g} %"


def length(duration: Duration) -> str:
    """When a step ends, e.g. `400m`, `90s`, `until the lap button`."""
    return "until the lap button" if isinstance(duration, LapButton) else format_duration(duration)


def targets(step: Step) -> str:
    """What to hold, e.g. `6:40-7:20/km and 170-180 spm`; empty without a target."""
    both: tuple[Target | None, ...] = (step.target, step.secondary_target)
    return " and ".join(format_target(target) for target in both if target is not None)


def one_line(text: str) -> str:
    """Text with its line breaks and runs of blanks made single blanks."""
    return " ".join(text.split())
