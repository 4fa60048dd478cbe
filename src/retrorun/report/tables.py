"""What people read: values as they say them, and tables of a run, of its backward stretches, of a plan and its run."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from retrorun import units
from retrorun.activity.model import Activity
from retrorun.activity.rules import counted
from retrorun.analysis.adherence import Adherence, StepAdherence
from retrorun.analysis.summary import Summary
from retrorun.detection.result import Detection
from retrorun.session import wording
from retrorun.session.model import Direction, Gait, Intensity, Step
from retrorun.session.values import SpeedRange, Target

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
TOTALS = ("", "time", "distance", "pace", "cadence", "heart rate")
STRETCHES = ("", "start", "end", "time", "distance", "pace", "cadence", "forward", "chance")
STEPS = ("", "step", "planned", "done", "pace", "target", "in it", "steps", "heart", "how it ended")
TEXT_COLUMNS = ("step", "planned", "done", "target", "how it ended", "recording", "answer")
LONG_COLUMNS = ("step", "done", "how it ended", "recording")

_PURPOSE = {
    Intensity.WARMUP: "warm-up",
    Intensity.COOLDOWN: "cool-down",
    Intensity.RECOVERY: "recovery",
    Intensity.REST: "rest",
}
_MISSED = {"below": ("too low", "too slow"), "above": ("too high", "too fast")}  # the second of a pace


def local_start(activity: Activity) -> dt.datetime | None:
    """When it started: in local time where the file says how far that is from UTC, else as `start_time` stands."""
    start = activity.start_time
    if start is None or activity.utc_offset_s is None or start.tzinfo is None:
        return start
    return start.astimezone(dt.timezone(dt.timedelta(seconds=activity.utc_offset_s)))


def when(activity: Activity) -> str:
    """The start as text, e.g. `Sunday 22 November 2026, 10:43`, with `UTC` after it where local time is not known."""
    start = local_start(activity)
    if start is None:
        return ""
    # Names stand here because strftime's hang on the machine's locale.
    text = f"{DAYS[start.weekday()]} {start.day} {MONTHS[start.month - 1]} {start.year}, {start:%H:%M}"
    return f"{text} UTC" if activity.utc_offset_s is None and start.utcoffset() == dt.timedelta(0) else text


def sport_name(activity: Activity) -> str:
    """The sport, with its kind where the file names one: `running (trail)`."""
    return activity.sport if activity.sub_sport in ("", "generic") else f"{activity.sport} ({activity.sub_sport})"


def facts_of(activity: Activity) -> list[str]:
    """When it was, what it was, and which device recorded it, as far as that is known."""
    device = activity.device.name if activity.device is not None else ""
    return [fact for fact in (when(activity), sport_name(activity), device) if fact]


def day_of(day: dt.date, *, year: bool = True) -> str:
    """A day as `2 Mar 2026`, or `2 Mar`."""
    text = f"{day.day} {MONTHS[day.month - 1][:3]}"
    return f"{text} {day.year}" if year else text


def name_of_rest(detection: Detection) -> str:
    """What is called of the part that is not backward: `forward`, or just `the run` where it cannot be told."""
    return "the run" if detection.verdict == "cannot tell" else "forward"


def distance_name(distance_m: float) -> str:
    """How runners call the distance of a race."""
    names = {units.METRES_PER_MILE: "mile", 21_097.5: "half marathon", 42_195.0: "marathon"}
    if distance_m in names:
        return names[distance_m]
    return f"{distance_m:g} m" if distance_m < 3000 else f"{distance_m / 1000:g} km"


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def answer_of(detection: Detection, summary: Summary, per_m: float) -> str:
    """The answer in words, before anything else."""
    if detection.verdict == "none":
        return "No backward running was found. This recording could have shown it, and does not."
    if detection.verdict == "cannot tell":
        return "This recording cannot tell backward running from forward running."
    back = summary.backward
    facts = [counted(len(detection.segments), "stretch", "stretches"), f"{units.format_clock(back.time_s)} in all"]
    if back.distance_m is not None:
        facts.append(units.format_distance(back.distance_m, per_m=per_m))
    if back.mean_speed_mps is not None:
        facts.append(f"at {units.format_pace(back.mean_speed_mps, per_m=per_m)} on average")
    chances = sorted(segment.probability for segment in detection.segments)
    facts.append(f"{'each ' if len(chances) > 1 else ''}with a chance of {units.format_percent(chances[0])}")
    more = " or more" if units.format_percent(chances[0]) != units.format_percent(chances[-1]) else ""
    share = "" if summary.backward_share is None else units.format_percent(summary.backward_share)
    told = f"Backward running was {detection.told}: {', '.join(facts)}{more}."
    return f"{told} That is {share} of the time on the move." if share else told


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Headings, rows of the same number of cells, and lines to stand below."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    below: tuple[str, ...] = ()

    @property
    def long(self) -> tuple[int, ...]:
        """The columns that hold more than a word or two, counted from 0."""
        return tuple(at for at, heading in enumerate(self.headings) if heading in LONG_COLUMNS)

    def to_text(self) -> str:
        """The table as text in columns that line up."""
        rows = (self.headings, *self.rows)
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        sides = ["<" if heading in TEXT_COLUMNS else ">" for heading in self.headings]
        lines = [
            "  ".join(f"{cell:{side}{width}}" for cell, side, width in zip(row, sides, widths, strict=True)).rstrip()
            for row in rows
        ]
        return "\n".join([*lines, "", *self.below])


def totals_table(summary: Summary, *, per_m: float = 1000.0) -> Table:
    """Totals of everything on the move and, where segments were found, of each direction."""
    parts = [("on the move", summary.total)]
    if summary.segments:
        parts += [("forward", summary.forward), ("backward", summary.backward)]
    rows = tuple(
        (
            name,
            units.format_clock(totals.time_s),
            units.format_distance(totals.distance_m, per_m=per_m),
            units.format_pace(totals.mean_speed_mps, per_m=per_m),
            units.format_number(totals.mean_cadence_spm, "spm"),
            units.format_number(totals.mean_heart_rate_bpm, "bpm"),
        )
        for name, totals in parts
    )
    return Table(headings=TOTALS, rows=rows)


def stretch_table(detection: Detection, *, per_m: float = 1000.0) -> Table:
    """One row for each backward segment; `forward` is the cadence that forward running would have shown."""
    rows = tuple(
        (
            str(number),
            *map(units.format_clock, (segment.start_s, segment.end_s, segment.duration_s)),
            units.format_distance(segment.distance_m, per_m=per_m),
            units.format_pace(segment.mean_speed_mps, per_m=per_m),
            units.format_number(segment.mean_cadence_spm, "spm"),
            units.format_number(segment.evidence.forward_cadence_spm, "spm"),
            units.format_percent(segment.probability),
        )
        for number, segment in enumerate(detection.segments, start=1)
    )
    return Table(headings=STRETCHES, rows=rows)


def adherence_table(kept: Adherence, *, per_m: float = 1000.0) -> Table:
    """The table of an adherence; paces are for `per_m` metres."""
    rows = tuple(_row(number, step, per_m) for number, step in enumerate(kept.steps, start=1))
    return Table(headings=STEPS, rows=rows, below=_below(kept, per_m))


def _row(number: int, kept: StepAdherence, per_m: float) -> tuple[str, ...]:
    match = kept.step
    rounds = ".".join(map(str, match.repetition))
    done = [] if match.timer_s is None else [units.format_clock(match.timer_s)]
    if done and match.distance_m is not None:
        done.append(units.format_distance(match.distance_m, per_m=per_m))
    first = kept.targets[0] if kept.targets else None
    return (
        str(number),
        _name_of(match.step) + (f" (round {rounds})" if rounds else ""),
        wording.format_duration(match.step.duration),
        ", ".join(done) or "–",
        units.format_pace(kept.mean_speed_mps, per_m=per_m),
        _wanted(match.step.target, per_m),
        units.format_percent(None if first is None else first.in_range),
        units.format_number(kept.mean_cadence_spm, ""),
        units.format_number(kept.mean_heart_rate_bpm, ""),
        _ending(kept),
    )


def _name_of(step: Step) -> str:
    """What a step is, in a word or two: its direction, and what it is for."""
    purpose = _PURPOSE.get(step.intensity, "")
    gait = " walk" if step.gait is Gait.WALK else ""
    if step.direction is Direction.BACKWARD:
        return f"backward{gait} {purpose}".strip()
    return f"{purpose or 'forward'}{gait}"


def _wanted(target: Target | None, per_m: float) -> str:
    """A target in words; paces to the whole second, in the unit of the table."""
    if target is None:
        return "–"
    if not isinstance(target, SpeedRange):
        return wording.format_target(target)
    fast, slow = (units.format_pace(speed, per_m=per_m) for speed in (target.high_mps, target.low_mps))
    return slow if fast == slow else f"{fast.split('/')[0]}–{slow}"


def _ending(kept: StepAdherence) -> str:
    parts: list[str] = [kept.step.outcome if kept.step.outcome != "cannot tell" else "not found"]
    first = kept.targets[0] if kept.targets else None
    if first is not None and first.kept in _MISSED:
        parts.append(_MISSED[first.kept][first.quantity == "speed_mps"])
    if kept.as_run is not None:
        parts.append(kept.as_run if kept.as_run != "cannot tell" else "direction unclear")
    return ", ".join(parts)


def _below(kept: Adherence, per_m: float) -> tuple[str, ...]:
    lines = [", ".join(f"{count} {outcome}" for outcome, count in kept.outcomes.items())]
    if kept.planned_time_s:
        lines.append(f"by time: {units.format_clock(kept.time_s)} of {units.format_clock(kept.planned_time_s)} planned")
    if kept.planned_distance_m:
        done, planned = (units.format_distance(m, per_m=per_m) for m in (kept.distance_m, kept.planned_distance_m))
        lines.append(f"by distance: {done} of {planned} planned")
    if kept.in_range is not None:
        lines.append(f"in the target range: {units.format_percent(kept.in_range)} of the time with a target")
    if kept.directions:
        lines.append("planned backward: " + ", ".join(f"{count} {word}" for word, count in kept.directions.items()))
    if kept.unplanned_backward_s:
        lines.append(f"backward without a plan: {units.format_clock(kept.unplanned_backward_s)}")
    return (*lines, *kept.reasons)
