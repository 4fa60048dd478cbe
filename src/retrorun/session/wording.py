"""Steps, durations and targets in the notation's canonical words: the fewest digits that give the same value back."""

from __future__ import annotations

from collections.abc import Callable

from retrorun.errors import SessionError
from retrorun.session import values
from retrorun.session.model import Direction, Gait, Intensity, Repeat, Step
from retrorun.session.tokens import quote
from retrorun.units import DISTANCE_UNITS_M, PACE_UNITS_M, SPEED_UNITS_MPS, parse_clock, speed_to_pace_s

_MOST_DECIMALS = 9
_DISTANCE_NAMES: dict[float, values.DistanceUnit] = {DISTANCE_UNITS_M[unit]: unit for unit in ("m", "km", "mi", "yd")}
PACE_NAMES: dict[float, values.SpeedUnit] = {PACE_UNITS_M["/km"]: "min/km", PACE_UNITS_M["/mi"]: "min/mi"}
_SPEED_NAMES: dict[float, values.SpeedUnit] = {SPEED_UNITS_MPS[unit]: unit for unit in ("km/h", "m/s", "mph")}
_UNITS: dict[type[values.Range], str] = {
    values.HeartRateRange: " bpm",
    values.CadenceRange: " spm",
    values.PowerRange: " W",
}
_ROUND_PACES_S = (60, 30, 15, 10, 5)


def format_step(step: Step | Repeat) -> str:
    """The canonical text of one step, or of one repeat with all that is in it."""
    if isinstance(step, Repeat):
        return _format_repeat(step)
    parts = [format_duration(step.duration)]
    parts += _words(step)
    if step.target is not None:
        parts.append(f"@ {format_target(step.target)}")
    if step.secondary_target is not None:
        parts.append(f"and {format_target(step.secondary_target)}")
    if step.note:
        parts.append(quote(step.note))
    return " ".join(parts)


def usual_gait(intensity: Intensity) -> Gait:
    """The gait of a step that names none: one rests by walking, and runs the rest."""
    return Gait.WALK if intensity is Intensity.REST else Gait.RUN


def format_duration(duration: values.Duration | values.RepeatUntil) -> str:  # noqa: PLR0911 - one for each kind
    """The canonical phrase of a duration, e.g. `10min`, `400m`, `until hr > 150 bpm`; a count is a bare number."""
    match duration:
        case values.Time():
            return format_time(duration.time_s)
        case values.Distance(unit=unit):
            return f"{_shortest_distance(duration)}{unit}"
        case values.LapButton():
            return "lap"
        case values.HeartRateAbove():
            return f"until hr > {duration.heart_rate_bpm} bpm"
        case values.HeartRateBelow():
            return f"until hr < {duration.heart_rate_bpm} bpm"
        case values.Calories():
            return f"{duration.calories_kcal}kcal"
        case values.Times():
            return str(duration.count)


def format_until(until: values.RepeatUntil) -> str:
    """What ends a repeat as it stands behind `until`, e.g. `20min`, `hr > 150 bpm`."""
    return format_duration(until).removeprefix("until ")


def format_target(target: values.Target) -> str:
    """The canonical phrase of a target, e.g. `6:40-7:20/km`, `Z2`, `140-150 bpm`."""
    match target:
        case values.Limit():
            return f"{_limit_words(target)} {format_target(target.value)}"
        case values.Progression():
            return f"from {format_target(target.start)} to {format_target(target.end)}"
        case values.HeartRateZone():
            return f"Z{target.zone}"
        case values.HeartRateZoneRange():
            return f"Z{target.low_zone}-Z{target.high_zone}"
        case values.RpeRange():
            return f"rpe {_ends(target.low_rpe, target.high_rpe)}"
        case _:
            return _format_range(target)


def _format_range(target: values.Range) -> str:
    low, high = values.ends_of(target)
    if isinstance(target, values.SpeedRange):
        if target.unit.startswith("min/"):
            unit = target.unit.removeprefix("min")
            return _ends(_shortest_pace(high, unit), _shortest_pace(low, unit)) + unit
        return f"{_ends(_shortest_speed(low, target.unit), _shortest_speed(high, target.unit))} {target.unit}"
    unit = f"% {target.of.value}" if isinstance(target, values.PercentRange) else _UNITS[type(target)]
    return f"{_ends(low, high)}{unit}"


def _limit_words(limit: values.Limit) -> str:
    """Under or over; of a pace, whose number falls as the speed rises, slower or faster."""
    if isinstance(limit.value, values.SpeedRange) and limit.value.unit.startswith("min/"):
        return "slower than" if limit.side == "below" else "faster than"
    return "under" if limit.side == "below" else "over"


def format_number(value: float, digits: int) -> str:
    """A number to so many decimals, without trailing zeros."""
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def format_time(time_s: float) -> str:
    """A time as a coach writes it, exact to the millisecond: `2h`, `10min`, `90s`, `2:30`, `1:02:30`."""
    milliseconds = round(time_s * 1000)
    if milliseconds % 3_600_000 == 0:
        return f"{milliseconds // 3_600_000}h"
    if milliseconds % 60_000 == 0:
        return f"{milliseconds // 60_000}min"
    if milliseconds < 100_000:
        return f"{format_number(milliseconds / 1000, 3)}s"
    return exact_clock(milliseconds, 3)


def exact_clock(ticks: int, digits: int) -> str:
    """`m:ss` or `h:mm:ss` of a whole number of ticks, each 10^-digits seconds, with the decimals that are needed."""
    seconds, part = divmod(ticks, 10**digits)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    decimals = f".{part:0{digits}d}".rstrip("0") if part else ""
    clock = f"{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
    return f"{hours}:{clock}{decimals}" if hours else f"{clock}{decimals}"


def _format_repeat(repeat: Repeat) -> str:
    body = "; ".join(format_step(step) for step in repeat.steps)
    if isinstance(repeat.until, values.Times):
        text = f"{repeat.until.count}x({body})"
    else:
        text = f"repeat until {format_until(repeat.until)} ({body})"
    if repeat.skip_last:
        text += " skip-last"
    return f"{text} {quote(repeat.note)}" if repeat.note else text


def _words(step: Step) -> list[str]:
    """What is said between duration and target, without what goes without saying."""
    parts: list[str] = []
    if step.gait is not usual_gait(step.intensity):
        parts.append(step.gait.value)
    if step.direction is Direction.BACKWARD:
        parts.append("bwd?" if step.direction_guessed else "bwd")
    elif step.intensity in (Intensity.ACTIVE, Intensity.INTERVAL):
        parts.append("fwd")
    if step.intensity is not Intensity.ACTIVE:
        parts.append(step.intensity.value)
    if step.slope is not None:
        parts.append(step.slope.value)
    if step.incline_pct is not None:
        parts.append(f"incline {format_number(step.incline_pct, 1)}%")
    return parts


def _ends(low: object, high: object) -> str:
    return f"{low}" if low == high else f"{low}-{high}"


def _shortest(write: Callable[[int], str], same: Callable[[str], bool]) -> str:
    """The first text, from no decimals up, that gives the same value back."""
    for digits in range(_MOST_DECIMALS + 1):
        text = write(digits)
        if same(text):
            return text
    raise AssertionError("nine decimals are finer than the grid of every unit")


def _shortest_distance(distance: values.Distance) -> str:
    value = distance.distance_m / DISTANCE_UNITS_M[distance.unit]
    return _shortest(
        lambda digits: format_number(value, digits),
        lambda text: float(text) > 0 and _gives(lambda: distance_of(text, distance.unit) == distance),
    )


def _shortest_speed(speed_mps: float, unit: str) -> str:
    value = speed_mps / SPEED_UNITS_MPS[unit]
    return _shortest(
        lambda digits: format_number(value, digits),
        lambda text: _gives(lambda: speed_range_of(text, text, unit).low_mps == speed_mps),
    )


def _shortest_pace(speed_mps: float, unit: str) -> str:
    per_m = PACE_UNITS_M[unit]
    pace_s = speed_to_pace_s(speed_mps, per_m=per_m)

    def same(text: str) -> bool:
        return parse_clock(text) > 0 and round(per_m / parse_clock(text), 3) == speed_mps

    # Slower than 16:40/km several whole seconds stand for one speed; a coach wrote the roundest.
    for step_s in _ROUND_PACES_S:
        text = exact_clock(round(pace_s / step_s) * step_s, 0)
        if same(text):
            return text
    return _shortest(lambda digits: exact_clock(round(pace_s * 10**digits), digits), same)


def _gives(compare: Callable[[], bool]) -> bool:
    """Whether a rounded text still makes the value; one that rounding took out of bounds does not."""
    try:
        return compare()
    except SessionError:
        return False


# ---- values of numbers and units as they are written -----------------------------------------------------------------


def distance_of(number: str, unit: str) -> values.Distance:
    """The distance of a number and a unit as they are written."""
    size_m = DISTANCE_UNITS_M[unit]
    return values.Distance(distance_m=float(number) * size_m, unit=_DISTANCE_NAMES[size_m])


def speed_range_of(low: str, high: str, unit: str) -> values.SpeedRange:
    """The range of two speeds as they are written."""
    size = SPEED_UNITS_MPS[unit]
    return values.SpeedRange(low_mps=float(low) * size, high_mps=float(high) * size, unit=_SPEED_NAMES[size])


def pace_range_of(fast_s: float, slow_s: float, unit: str) -> values.SpeedRange:
    """The range of two paces [s for one unit], the faster first, as runners say it."""
    per_m = PACE_UNITS_M[unit]
    if min(fast_s, slow_s) <= 0:
        raise SessionError("a pace must be above zero")
    return values.SpeedRange(low_mps=per_m / slow_s, high_mps=per_m / fast_s, unit=PACE_NAMES[per_m])
