"""The common rules: from what a file says to one activity on one clock."""

import datetime as dt
import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from retrorun.activity import cadence, motion, rules
from retrorun.activity.model import COLUMNS, Activity, Damage, Device, Lap, Part, Pause
from retrorun.arrays import BoolArray, FloatArray, IntArray, at_share
from retrorun.errors import RecordingError
from retrorun.fit.chain import Loss
from retrorun.fit.workout_message import FileIdentity, RawWorkout
from retrorun.intervals import mask

Columns = dict[str, FloatArray]
Rows = npt.NDArray[np.intp] | slice  # a slice where all are taken as they are
_SAID_OF_A_LAP = ("distance_m", "timer_s", "trigger", "planned_step_index", "intensity")
_LEAST_LAP_S = 0.5  # nobody runs a lap of less; a button that was pressed twice leaves one
_SLACK_S = 3600.0  # a lap may begin before the first sample (waiting for satellites) or end after the last one


@dataclass(frozen=True, slots=True, kw_only=True)
class RawSpan:
    """A lap, or one sport of a file, on the file's own clock [s]; NaN where a time is not said."""

    start: float = math.nan
    elapsed: float = math.nan
    distance_m: float | None = None
    timer_s: float | None = None
    sport: str = ""  # of a part, as `sub_sport`
    sub_sport: str = ""
    trigger: str = ""  # of a lap, as what follows
    planned_step_index: int | None = None
    intensity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RawRecording:
    """Columns as a file has them: in SI units, but in the file's order, with its gaps, doubles and cadence unit.

    `time` is Unix seconds, or seconds since power-on where `dated` is false; `position` says at which byte a sample
    began. Columns that the file lacks are absent from `columns`, whose names are those of `Activity`, with `cadence` in
    place of `cadence_spm`.
    """

    source: str
    time: FloatArray
    columns: Mapping[str, FloatArray]
    position: IntArray | None = None
    dated: bool = True
    utc_offset_s: float | None = None
    extra: Mapping[str, FloatArray] = field(default_factory=dict)
    developer: Mapping[str, FloatArray] = field(default_factory=dict)
    laps: tuple[RawSpan, ...] = ()
    parts: tuple[RawSpan, ...] = ()
    stops: tuple[tuple[float, float], ...] = ()  # the timer stood still, on the file's own clock [s]
    cadence_is_steps: bool | None = None  # None: the values decide
    sport: str = ""
    sub_sport: str = ""
    workout: RawWorkout | None = None
    training_file: FileIdentity | None = None
    device: Device | None = None
    losses: tuple[Loss, ...] = ()
    segment: IntArray | None = None  # of a track, for each row; a new one is a pause
    activity: IntArray | None = None  # of the file, for each row; its number in `parts`
    decisions: tuple[str, ...] = ()


def finite(value: float) -> float | None:
    """A number, None for NaN."""
    return value if math.isfinite(value) else None


def only_present(columns: Mapping[str, FloatArray]) -> Columns:
    """The columns that hold at least one value."""
    return {name: values for name, values in columns.items() if has_values(values)}


def has_values(values: FloatArray) -> bool:
    """Whether a column holds at least one value."""
    return len(values) > 0 and (math.isfinite(values[0]) or bool(np.isfinite(values).any()))


def assemble(raw: RawRecording) -> Activity:
    """Make an activity of a raw recording; one without a sample that has a time, or with too many, is refused."""
    decisions = list(raw.decisions)
    if len(raw.time) > rules.MAX_SAMPLES:
        raise rules.too_many(len(raw.time))
    if not has_values(raw.time):
        raise RecordingError("there is no sample with a time in it", hint="give a recorded activity")
    rows = _usable_rows(raw.time, raw.activity, decisions)
    lasts = _last_rows(raw.time[rows], decisions)
    time = raw.time[rows][lasts]
    zero = float(time[0])
    time_s = time - zero
    given, extra, developer = (
        {name: _picked(values[rows], lasts) for name, values in columns.items()}
        for columns in (raw.columns, raw.extra, raw.developer)
    )
    activity, segment = (None if each is None else each[rows][lasts] for each in (raw.activity, raw.segment))
    columns, implausible = rules.plausible(given)
    columns = motion.with_motion(time_s, columns, _breaks(len(time_s), activity, segment), decisions)
    parts = _parts(raw, zero, time_s, activity)
    sport, sub_sport = _main_sport(raw, parts, decisions)
    sport, columns["cadence_spm"] = _as_run(raw, sport, parts, time_s, columns, decisions)
    missing = np.full(len(time_s), np.nan)
    filled = {name: columns.get(name, missing) for name in COLUMNS[1:]}
    start_time = None
    if not raw.dated:
        decisions.append("times count from when the watch was switched on; the date is not known")
    elif rules.FIRST_UNIX_S <= zero < rules.END_UNIX_S:
        start_time = dt.datetime.fromtimestamp(zero, tz=dt.UTC)
    else:
        implausible += (Damage(what="the date cannot be, taken as missing"),)
    for column in (time_s, *filled.values(), *extra.values(), *developer.values()):
        column.flags.writeable = False  # so that Activity need not copy what nobody else can write to
    return Activity(
        time_s=time_s,
        **filled,
        sport=sport,
        sub_sport=sub_sport,
        start_time=start_time,
        utc_offset_s=raw.utc_offset_s,
        source=raw.source,
        laps=_laps(raw.laps, zero, float(time_s[-1]), parts, decisions),
        parts=parts,
        pauses=_pauses(raw.stops, zero, time_s),
        workout=raw.workout,
        training_file=raw.training_file,
        device=raw.device,
        damage=(*_damage(raw, rows, zero), *implausible),
        decisions=tuple(decisions),
        extra=extra,
        developer=developer,
    )


def _as_run(
    raw: RawRecording, sport: str, parts: tuple[Part, ...], time_s: FloatArray, columns: Columns, decisions: list[str]
) -> tuple[str, FloatArray]:
    """The sport by what was done, and cadence in steps a minute; of several sports, what was done on foot decides."""
    given, speed = columns.pop("cadence", None), columns["speed_mps"]
    own, on_foot = given, None
    if len(parts) > 1 and not all(part.sport in rules.FOOT_SPORTS for part in parts):
        on_foot = mask(time_s, (part for part in parts if part.sport in rules.FOOT_SPORTS))
        speed = np.where(on_foot, speed, np.nan)
        own = None if given is None else np.where(on_foot, given, np.nan)
    sport = rules.sport_by_motion(sport, time_s, speed, own, decisions)
    steps = cadence.steps_per_minute(own, speed, sport=sport, is_steps=raw.cadence_is_steps, decisions=decisions)
    if sport in rules.FOOT_SPORTS:
        steps = cadence.without_nonsense(time_s, speed, steps, decisions)
    return sport, steps if on_foot is None or given is None else np.where(on_foot, steps, given)


# ---- rows: in the order of their times, one for each moment ----------------------------------------------------------


def _usable_rows(time: FloatArray, activity: IntArray | None, decisions: list[str]) -> Rows:
    """Rows whose time is there, plausible and not before an earlier one; all activities in the order of their times."""
    if activity is None or not (activity != activity[0]).any():
        return _rows_of_one(time, decisions)
    order = np.argsort(activity, kind="stable")
    each = np.split(order, np.flatnonzero(np.diff(activity[order])) + 1)
    kept = [rows for rows in (own[_rows_of_one(time[own], decisions)] for own in each) if len(rows)]
    kept.sort(key=lambda rows: float(time[rows[0]]))
    return _forward(time, np.concatenate(kept), "of activities that overlap in time", decisions)


def _rows_of_one(time: FloatArray, decisions: list[str]) -> Rows:
    """The usable rows of one activity."""
    if np.count_nonzero(time[1:] >= time[:-1]) == len(time) - 1 and time[-1] - time[0] <= rules.MAX_SPAN_S:
        return slice(None)
    usable = np.isfinite(time)
    if not usable.all():
        decisions.append(rules.counted(np.count_nonzero(~usable), "sample") + " without a time left out")
    near = usable & (np.abs(time - at_share(time[usable])) <= rules.MAX_SPAN_S) if usable.any() else usable
    if not np.array_equal(near, usable):
        far = rules.counted(np.count_nonzero(usable & ~near), "sample")
        decisions.append(f"{far} with a time more than 30 days from the others left out")
    rows = _stretches_in_order(time, np.flatnonzero(near), decisions)
    return _forward(time, rows, "that step back in time", decisions)


def _stretches_in_order(time: FloatArray, rows: npt.NDArray[np.intp], decisions: list[str]) -> npt.NDArray[np.intp]:
    """The rows, with whole stretches that stand in the wrong order (a file of several activities) put right."""
    kept = time[rows]
    stretches = np.split(rows, np.flatnonzero(kept[1:] < kept[:-1]) + 1)
    if len(stretches) == 1:
        return rows
    stretches.sort(key=lambda stretch: float(time[stretch[0]]))
    if any(time[after[0]] < time[before[-1]] for before, after in pairwise(stretches)):
        return rows  # they overlap: no order would put them right
    decisions.append(f"{len(stretches)} stretches put in the order of their times")
    return np.concatenate(stretches)


def _forward(time: FloatArray, rows: npt.NDArray[np.intp], what: str, decisions: list[str]) -> npt.NDArray[np.intp]:
    """The rows without those that step back in time."""
    ahead = _longest_forward(time[rows])
    if not ahead.all():
        decisions.append(rules.counted(np.count_nonzero(~ahead), "sample") + f" {what} left out")
    return rows[ahead]


def _longest_forward(time: FloatArray) -> BoolArray:
    """The longest sequence of samples that never steps back: one wrong time costs one sample, not all that follow.

    Samples that are not before any earlier one and not after any later one belong to it in any case; only the others,
    few as a rule, need the search (patience sorting, n log n).
    """
    chosen: BoolArray = (time == np.maximum.accumulate(time)) & (time == np.minimum.accumulate(time[::-1])[::-1])
    disputed = np.flatnonzero(~chosen)
    tops: list[float] = []  # the smallest last time of a sequence of each length, and where it stands
    ends: list[int] = []
    before: list[int] = []  # of each, the one before it in its sequence
    for index, moment in enumerate(time[disputed].tolist()):
        length = bisect_right(tops, moment)
        tops[length : length + 1], ends[length : length + 1] = [moment], [index]
        before.append(ends[length - 1] if length else -1)
    index = ends[-1] if ends else -1
    while index >= 0:
        chosen[disputed[index]] = True
        index = before[index]
    return chosen


def _last_rows(time: FloatArray, decisions: list[str]) -> Rows:
    """Where each moment has its last row."""
    same = time[1:] == time[:-1]
    if not np.count_nonzero(same):
        return slice(None)
    doubles = rules.counted(np.count_nonzero(same), "sample")
    decisions.append(f"{doubles} at the time of another merged: of each column the last value was kept")
    return np.flatnonzero(np.append(~same, True))


def _picked(values: FloatArray, lasts: Rows) -> FloatArray:
    """The column with one row for each moment: the last value there that is no NaN."""
    found = values[lasts]
    if isinstance(lasts, slice):
        return found
    lost = np.flatnonzero(np.isnan(found))
    first = np.where(lost > 0, lasts[lost - 1] + 1, 0)
    lost, first = lost[first < lasts[lost]], first[first < lasts[lost]]
    if len(lost):  # the last value is missing, an earlier one may be there
        index = np.where(np.isnan(values), -1, np.arange(len(values)))
        latest = np.maximum.accumulate(index)[lasts[lost]]
        found[lost] = np.where(latest >= first, values[latest], np.nan)
    return found


def _breaks(n: int, *labels: IntArray | None) -> BoolArray:
    """Where another activity or another segment of a track begins."""
    breaks = np.zeros(n, dtype=np.bool_)
    for values in labels:
        if values is not None:
            breaks[1:] |= values[1:] != values[:-1]
    return breaks


# ---- laps, parts, pauses and damage: from the file's clock to the activity's -----------------------------------------


def _main_sport(raw: RawRecording, parts: tuple[Part, ...], decisions: list[str]) -> tuple[str, str]:
    """Sport and sub-sport of the activity: those of its running part if it has one, else of its longest."""
    if not parts:
        return raw.sport or "generic", raw.sub_sport or "generic"
    running = [part for part in parts if part.sport == "running"]
    chosen = max(running or parts, key=lambda part: part.end_s - part.start_s)
    if len(parts) > 1:
        decisions.append(f"sport: {chosen.sport}, one of {len(parts)} parts")
    return chosen.sport or raw.sport or "generic", chosen.sub_sport or raw.sub_sport or "generic"


def _parts(raw: RawRecording, zero: float, time_s: FloatArray, activity: IntArray | None) -> tuple[Part, ...]:
    """The parts on the activity's clock, in order: the sports of a multisport recording, the activities of a file."""
    places: dict[int, tuple[float, float]] = {}
    if activity is not None:  # the rows of each stand together
        cuts = [0, *(np.flatnonzero(np.diff(activity)) + 1).tolist(), len(activity)]
        places = {int(activity[first]): (float(time_s[first]), float(time_s[end - 1])) for first, end in pairwise(cuts)}
    found = []
    for number, part in enumerate(raw.parts):
        if activity is None:
            start = part.start - zero if math.isfinite(part.start) else 0.0
            end = start + (part.elapsed if math.isfinite(part.elapsed) else 0.0)
        elif number in places:
            start, end = places[number]
        else:
            continue
        said = {name: getattr(part, name) for name in ("sport", "sub_sport", "distance_m", "timer_s")}
        found.append(Part(start_s=start, end_s=max(end, start), **said))
    return tuple(sorted(found, key=lambda part: part.start_s))


def _laps(
    given: tuple[RawSpan, ...], zero: float, end: float, parts: tuple[Part, ...], decisions: list[str]
) -> tuple[Lap, ...]:
    """The laps on the activity's clock, in order; laid end to end where their own times are none of this recording.

    What lies before the first sample is cut off; a lap of no length, as a double press leaves, is left out.
    """
    read = given[: rules.MAX_LAPS]
    kept = [lap for lap in read if not _length(lap) < _LEAST_LAP_S]
    if len(read) < len(given):
        decisions.append(f"laps: {len(given)} in the file, only the first {len(read)} were read")
    if len(kept) < len(read):
        decisions.append(f"laps: {len(read) - len(kept)} of no length left out")
    if any(not -_SLACK_S <= lap.start - zero <= end + _SLACK_S for lap in kept):
        decisions.append("laps: their times lie outside the recording, so they were laid end to end")
        starts = np.cumsum([0.0, *np.nan_to_num([_length(lap) for lap in kept[:-1]])]).tolist()
    else:
        kept.sort(key=lambda lap: lap.start)
        starts = [lap.start - zero for lap in kept]
    ends_of_parts = sorted(part.end_s for part in parts) or [end]
    found = []
    for lap, start in zip(kept, starts, strict=True):
        later, bound = _next(starts, start, end), _next(ends_of_parts, start, end)
        stop = start + lap.elapsed if 0 < lap.elapsed < math.inf else min(later, max(bound, start))
        if stop <= 0.0 < end:
            continue
        said = {name: getattr(lap, name) for name in _SAID_OF_A_LAP}
        found.append(Lap(start_s=max(start, 0.0), end_s=max(stop, start, 0.0), **said))
    return tuple(found)


def _next(ordered: list[float], moment: float, end: float) -> float:
    """The first of ordered moments behind another one; the end where there is none."""
    index = bisect_right(ordered, moment)
    return ordered[index] if index < len(ordered) else end


def _length(lap: RawSpan) -> float:
    """How long a lap was, by its own words: elapsed, or else on the timer; NaN where it says neither."""
    if math.isfinite(lap.elapsed):
        return lap.elapsed
    return math.nan if lap.timer_s is None else lap.timer_s


def _pauses(stops: tuple[tuple[float, float], ...], zero: float, time_s: FloatArray) -> tuple[Pause, ...]:
    """Where the timer stood still, and gaps in the samples that no stop explains."""
    end = float(time_s[-1])
    found = [
        Pause(start_s=max(start - zero, 0.0), end_s=min(stop - zero, end), kind="timer")
        for start, stop in stops[: rules.MAX_PAUSES]
        if start - zero < end and stop - zero > 0.0
    ]
    rows = np.flatnonzero(time_s[1:] - time_s[:-1] >= rules.GAP_S)
    if found and len(rows):
        # Stops are in order and do not overlap, so the first one that ends behind a gap's start is the only candidate.
        starts = np.array([pause.start_s for pause in found] + [np.inf])
        ends = np.array([pause.end_s for pause in found])
        explained = starts[np.searchsorted(ends, time_s[rows], side="right")] < time_s[rows + 1]
        rows = rows[~explained]
    gaps = np.transpose((time_s[rows], time_s[rows + 1]))[: rules.MAX_PAUSES].tolist()
    found += [Pause(start_s=start, end_s=stop, kind="gap") for start, stop in gaps]
    return tuple(sorted(found, key=lambda pause: pause.start_s))


def _damage(raw: RawRecording, rows: Rows, zero: float) -> tuple[Damage, ...]:
    """What was lost, with the samples that stand on either side of it."""
    time = raw.time[rows]
    at = np.empty(0, dtype=np.int64) if raw.position is None else raw.position[rows]
    found = []
    for loss in raw.losses:
        start_s = end_s = None
        before, after = int(np.searchsorted(at, loss.start)) - 1, int(np.searchsorted(at, loss.end))
        if before >= 0 and after < len(at):
            start_s, end_s = float(time[before]) - zero, float(time[after]) - zero
        found.append(Damage(what=loss.what, start_byte=loss.start, end_byte=loss.end, start_s=start_s, end_s=end_s))
    return tuple(found)
