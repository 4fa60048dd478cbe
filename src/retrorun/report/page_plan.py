"""The plan's part of the report: each planned step beside what was run of it."""

from __future__ import annotations

from collections import Counter

from retrorun.gait.result import Detection
from retrorun.match.model import Match, StepMatch
from retrorun.report.markup import Markup, join, tag
from retrorun.report.page_parts import MISSING, table_of
from retrorun.session.model import Direction, SpeedRange, Step, Target
from retrorun.session.wording import format_duration, format_target
from retrorun.units import format_clock, format_distance, format_pace

HEADINGS = ("Step", "Round", "Planned", "Time", "Distance", "Pace", "Outcome", "Direction found")


def plan_part(match: Match | None, detection: Detection, *, per_m: float) -> Markup:
    """Plan and adherence; nothing where there is no plan."""
    if match is None:
        return join()
    title = f"Plan and run: {match.session.name}" if match.session.name else "Plan and run"
    rows = [_row(done, detection, per_m) for done in match.steps]
    parts: list[str] = [tag("h2", title), tag("p", adherence_words(match))]
    if rows:
        parts.append(table_of("Each planned step and how it was run", HEADINGS, rows))
    if match.reasons:
        parts += [tag("h3", "What was ambiguous"), tag("ul", *(tag("li", reason) for reason in match.reasons))]
    return tag("section", *parts, id="plan")


def adherence_words(match: Match) -> str:
    """How much of the plan was run, in a sentence."""
    counts = Counter(done.outcome for done in match.steps)
    planned = len(match.steps) - counts["repeated"]
    if not planned or match.basis == "nothing":
        return "No step of the plan could be found in this recording."
    words = [f"{counts['completed']} of {planned} planned steps were completed"]
    words += [f"{counts[name]} {name}" for name in ("cut short", "skipped", "repeated") if counts[name]]
    if counts["cannot tell"]:
        words.append(f"of {counts['cannot tell']} the recording does not tell")
    return f"{', '.join(words)}."


def _row(done: StepMatch, detection: Detection, per_m: float) -> tuple[str, ...]:
    step = done.step
    planned = format_duration(step.duration)
    if step.target is not None:
        planned += f" @ {_target(step.target, per_m)}"
    time_s = done.timer_s
    if time_s is None and done.start_s is not None and done.end_s is not None:
        time_s = done.end_s - done.start_s
    speed_mps = done.distance_m / time_s if done.distance_m is not None and time_s else 0.0
    return (
        f"{step.direction.value} {step.gait.value}" if step.intensity in ("active", "interval") else _role(step),
        ".".join(str(number) for number in done.repetition) or MISSING,
        planned,
        MISSING if time_s is None else format_clock(time_s),
        MISSING if done.distance_m is None else format_distance(done.distance_m, per_m=per_m),
        format_pace(speed_mps, per_m=per_m),
        done.outcome,
        _direction_found(done, detection),
    )


def _target(target: Target, per_m: float) -> str:
    """The target in words; a range of speed as paces in the person's unit."""
    if not isinstance(target, SpeedRange):
        return format_target(target)
    fast, slow = (format_pace(speed_mps, per_m=per_m) for speed_mps in (target.high_mps, target.low_mps))
    return fast if fast == slow else f"{fast.partition('/')[0]}–{slow}"


def _role(step: Step) -> str:
    return f"{step.direction.value} {step.gait.value} ({step.intensity.value})"


def _direction_found(done: StepMatch, detection: Detection) -> str:
    """Whether the run went the way that the step asked for, as far as was found."""
    if done.start_s is None or done.end_s is None or done.end_s <= done.start_s:
        return MISSING
    if detection.verdict == "cannot tell":
        return "cannot tell"
    start_s, end_s = done.start_s, done.end_s
    covered_s = sum(max(0.0, min(one.end_s, end_s) - max(one.start_s, start_s)) for one in detection.segments)
    share = covered_s / (end_s - start_s)
    text = f"{share:.0%} backward"
    asked = done.step.direction is Direction.BACKWARD
    return text if (share > 0.5) == asked else f"{text}, planned {done.step.direction.value}"
