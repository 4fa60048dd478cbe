"""Tables for people: the totals of a run, its backward stretches, and the plan beside what was run of it."""

from __future__ import annotations

from dataclasses import dataclass

from retrorun.analysis.adherence import Adherence, StepAdherence, TargetKept
from retrorun.analysis.summary import Summary
from retrorun.detection.result import Detection
from retrorun.match.model import StepMatch
from retrorun.session.model import Direction, Gait, Intensity, Step
from retrorun.session.values import SpeedRange, Target
from retrorun.session.wording import format_duration, format_target
from retrorun.units import format_clock, format_distance, format_number, format_pace, format_percent

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
        widths = [max(len(row[k]) for row in rows) for k in range(len(self.headings))]
        lines = [
            "  ".join(
                cell.ljust(width) if heading in TEXT_COLUMNS else cell.rjust(width)
                for cell, width, heading in zip(row, widths, self.headings, strict=True)
            ).rstrip()
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
            format_clock(totals.time_s),
            format_distance(totals.distance_m, per_m=per_m),
            format_pace(totals.mean_speed_mps, per_m=per_m),
            format_number(totals.mean_cadence_spm, "spm"),
            format_number(totals.mean_heart_rate_bpm, "bpm"),
        )
        for name, totals in parts
    )
    return Table(headings=TOTALS, rows=rows)


def stretch_table(detection: Detection, *, per_m: float = 1000.0) -> Table:
    """One row for each backward segment; `forward` is the cadence that forward running would have shown."""
    rows = tuple(
        (
            str(number),
            format_clock(segment.start_s),
            format_clock(segment.end_s),
            format_clock(segment.duration_s),
            format_distance(segment.distance_m, per_m=per_m),
            format_pace(segment.mean_speed_mps, per_m=per_m),
            format_number(segment.mean_cadence_spm, "spm"),
            format_number(segment.evidence.forward_cadence_spm, "spm"),
            format_percent(segment.probability),
        )
        for number, segment in enumerate(detection.segments, start=1)
    )
    return Table(headings=STRETCHES, rows=rows)


def adherence_table(kept: Adherence, *, per_m: float = 1000.0) -> Table:
    """The table of an adherence; paces are for `per_m` metres."""
    rows = tuple(_row(number, step, per_m) for number, step in enumerate(kept.steps, start=1))
    return Table(headings=STEPS, rows=rows, below=_below(kept, per_m))


def name_of(step: Step) -> str:
    """What a step is, in a word or two: its direction, and what it is for."""
    purpose = _PURPOSE.get(step.intensity, "")
    gait = " walk" if step.gait is Gait.WALK else ""
    if step.direction is Direction.BACKWARD:
        return f"backward{gait} {purpose}".strip()
    return f"{purpose}{gait}" if purpose else f"forward{gait}"


def _row(number: int, kept: StepAdherence, per_m: float) -> tuple[str, ...]:
    match = kept.step
    rounds = ".".join(str(round_) for round_ in match.repetition)
    first = kept.targets[0] if kept.targets else None
    return (
        str(number),
        name_of(match.step) + (f" (round {rounds})" if rounds else ""),
        format_duration(match.step.duration),
        _done(match, per_m),
        format_pace(kept.mean_speed_mps, per_m=per_m),
        _wanted(match.step.target, per_m),
        _share(first),
        format_number(kept.mean_cadence_spm, ""),
        format_number(kept.mean_heart_rate_bpm, ""),
        _ending(kept, first),
    )


def _done(match: StepMatch, per_m: float) -> str:
    if match.timer_s is None:
        return "–"
    done = format_clock(match.timer_s)
    return done if match.distance_m is None else f"{done}, {format_distance(match.distance_m, per_m=per_m)}"


def _wanted(target: Target | None, per_m: float) -> str:
    """A target in words; paces to the whole second, in the unit of the table."""
    if target is None:
        return "–"
    if not isinstance(target, SpeedRange):
        return format_target(target)
    fast, slow = (format_pace(speed, per_m=per_m) for speed in (target.high_mps, target.low_mps))
    return slow if fast == slow else f"{fast.split('/')[0]}–{slow}"


def _share(target: TargetKept | None) -> str:
    return "–" if target is None or target.in_range is None else format_percent(target.in_range)


def _ending(kept: StepAdherence, target: TargetKept | None) -> str:
    parts: list[str] = [kept.step.outcome if kept.step.outcome != "cannot tell" else "not found"]
    if target is not None and target.kept in ("below", "above"):
        parts.append(_missed(target))
    if kept.as_run is not None:
        parts.append(kept.as_run if kept.as_run != "cannot tell" else "direction unclear")
    return ", ".join(parts)


def _missed(target: TargetKept) -> str:
    if target.quantity == "speed_mps":
        return "too slow" if target.kept == "below" else "too fast"
    return "too low" if target.kept == "below" else "too high"


def _below(kept: Adherence, per_m: float) -> tuple[str, ...]:
    lines = [", ".join(f"{count} {outcome}" for outcome, count in kept.outcomes.items())]
    if kept.planned_time_s:
        lines.append(f"by time: {format_clock(kept.time_s)} of {format_clock(kept.planned_time_s)} planned")
    if kept.planned_distance_m:
        done, planned = (format_distance(m, per_m=per_m) for m in (kept.distance_m, kept.planned_distance_m))
        lines.append(f"by distance: {done} of {planned} planned")
    if kept.in_range is not None:
        lines.append(f"in the target range: {format_percent(kept.in_range)} of the time with a target")
    if kept.directions:
        lines.append("planned backward: " + ", ".join(f"{count} {word}" for word, count in kept.directions.items()))
    if kept.unplanned_backward_s:
        lines.append(f"backward without a plan: {format_clock(kept.unplanned_backward_s)}")
    return (*lines, *kept.reasons)
