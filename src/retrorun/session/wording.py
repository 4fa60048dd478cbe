"""Steps, durations and targets in the notation's canonical words: the fewest digits that give the same value back."""

from collections.abc import Callable
from contextlib import suppress

from retrorun.errors import SessionError
from retrorun.session import values
from retrorun.session.model import Direction, Gait, Intensity, Repeat, Step
from retrorun.session.tokens import quote
from retrorun.units import DISTANCE_UNITS_M, PACE_UNITS_M, SPEED_UNITS_MPS, parse_clock, speed_to_pace_s

_MOST_DECIMALS = 9  # finer than the grid of every unit
_DISTANCE_NAMES: dict[float, values.DistanceUnit] = {DISTANCE_UNITS_M[unit]: unit for unit in ("m", "km", "mi", "yd")}
PACE_NAMES: dict[float, values.SpeedUnit] = {PACE_UNITS_M["/km"]: "min/km", PACE_UNITS_M["/mi"]: "min/mi"}
_SPEED_NAMES: dict[float, values.SpeedUnit] = {SPEED_UNITS_MPS[unit]: unit for unit in ("km/h", "m/s", "mph")}
_UNITS: dict[object, str] = {values.HeartRateRange: " bpm", values.CadenceRange: " spm", values.PowerRange: " W"}
_LIMIT_WORDS = {"below": ("under", "slower than"), "above": ("over", "faster than")}  # the second of a pace
_ROUND_PACES_S = (60, 30, 15, 10, 5)


def format_step(step: Step | Repeat) -> str:
    """The canonical text of one step, or of one repeat with all that is in it."""
    if isinstance(step, Repeat):
        body = "; ".join(map(format_step, step.steps))
        counted = isinstance(step.until, values.Times)
        parts = [
            f"{format_until(step.until)}x({body})" if counted else f"repeat until {format_until(step.until)} ({body})"
        ]
        parts += ["skip-last"] if step.skip_last else []
    else:
        parts = [format_duration(step.duration), *_words(step)]
        if step.target is not None:
            parts.append(f"@ {format_target(step.target)}")
        if step.secondary_target is not None:
            parts.append(f"and {format_target(step.secondary_target)}")
    return " ".join([*parts, quote(step.note)] if step.note else parts)


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


def usual_gait(intensity: Intensity) -> Gait:
    """The gait of a step that names none: one rests by walking, and runs the rest."""
    return Gait.WALK if intensity is Intensity.REST else Gait.RUN


def format_duration(duration: values.Duration | values.RepeatUntil) -> str:  # noqa: PLR0911 - one for each kind
    """The canonical phrase of a duration, e.g. `10min`, `400m`, `until hr > 150 bpm`; a count is a bare number."""
    match duration:
        case values.Time():
            return format_time(duration.time_s)
        case values.Distance(distance_m=distance_m, unit=unit):
            value = distance_m / DISTANCE_UNITS_M[unit]
            return _shortest(value, lambda text: distance_of(text, unit).distance_m == distance_m) + unit
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


def format_target(target: values.Target) -> str:  # noqa: PLR0911 - one for each kind
    """The canonical phrase of a target, e.g. `6:40-7:20/km`, `Z2`, `140-150 bpm`."""
    match target:
        case values.Limit():
            pace = isinstance(target.value, values.SpeedRange) and target.value.is_pace
            return f"{_LIMIT_WORDS[target.side][pace]} {format_target(target.value)}"
        case values.Progression():
            return f"from {format_target(target.start)} to {format_target(target.end)}"
        case values.HeartRateZone():
            return f"Z{target.zone}"
        case values.HeartRateZoneRange():
            return f"Z{target.low_zone}-Z{target.high_zone}"
        case values.RpeRange():
            return f"rpe {_ends(target.low_rpe, target.high_rpe)}"
        case values.SpeedRange():
            return _format_speeds(target)
    low, high = values.ends_of(target)
    unit = f"% {target.of.value}" if isinstance(target, values.PercentRange) else _UNITS[type(target)]
    return f"{_ends(low, high)}{unit}"


def _format_speeds(target: values.SpeedRange) -> str:
    if target.is_pace:
        unit = target.unit.removeprefix("min")
        return _ends(_shortest_pace(target.high_mps, unit), _shortest_pace(target.low_mps, unit)) + unit
    size, unit = SPEED_UNITS_MPS[target.unit], target.unit

    def shortest(speed_mps: float) -> str:
        return _shortest(speed_mps / size, lambda text: speed_range_of(text, text, unit).low_mps == speed_mps)

    return f"{_ends(shortest(target.low_mps), shortest(target.high_mps))} {unit}"


def format_number(value: float, digits: int) -> str:
    """A number to so many decimals, without trailing zeros."""
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def format_time(time_s: float) -> str:
    """A time as a coach writes it, exact to the millisecond: `2h`, `10min`, `90s`, `2:30`, `1:02:30`."""
    milliseconds = round(time_s * 1000)
    for unit_ms, unit in ((3_600_000, "h"), (60_000, "min")):
        if milliseconds % unit_ms == 0:
            return f"{milliseconds // unit_ms}{unit}"
    return f"{format_number(milliseconds / 1000, 3)}s" if milliseconds < 100_000 else _clock(milliseconds, 3)


def _clock(ticks: int, digits: int) -> str:
    """`m:ss` or `h:mm:ss` of a whole number of ticks, each 10^-digits seconds, with the decimals that are needed."""
    seconds, part = divmod(ticks, 10**digits)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    decimals = f".{part:0{digits}d}".rstrip("0") if part else ""
    return (f"{hours}:{minutes:02d}" if hours else f"{minutes}") + f":{seconds:02d}{decimals}"


def _ends(low: object, high: object) -> str:
    return f"{low}" if low == high else f"{low}-{high}"


def _shortest(value: float, same: Callable[[str], bool], write: Callable[[float, int], str] = format_number) -> str:
    """The first text, from no decimals up, that gives the same value back; rounding may take one out of bounds."""
    for digits in range(_MOST_DECIMALS):
        text = write(value, digits)
        with suppress(SessionError):
            if same(text):
                return text
    return write(value, _MOST_DECIMALS)


def _shortest_pace(speed_mps: float, unit: str) -> str:
    per_m = PACE_UNITS_M[unit]
    pace_s = speed_to_pace_s(speed_mps, per_m=per_m)

    def same(text: str) -> bool:
        read_s = parse_clock(text)
        return read_s > 0 and round(per_m / read_s, 3) == speed_mps

    # Slower than 16:40/km several whole seconds stand for one speed; a coach wrote the roundest.
    for step_s in _ROUND_PACES_S:
        text = _clock(round(pace_s / step_s) * step_s, 0)
        if same(text):
            return text
    return _shortest(pace_s, same, lambda value, digits: _clock(round(value * 10**digits), digits))


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
