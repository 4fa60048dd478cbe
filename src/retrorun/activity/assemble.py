"""The common rules: from what a file says to one activity on one clock."""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_right
from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from retrorun.activity import cadence as cadences
from retrorun.activity import spans
from retrorun.activity.model import COLUMNS, Activity, Damage, Part
from retrorun.activity.motion import with_motion
from retrorun.activity.raw import RawRecording
from retrorun.activity.rules import (
    END_UNIX_S,
    FIRST_UNIX_S,
    FOOT_SPORTS,
    MAX_SAMPLES,
    MAX_SPAN_S,
    counted,
    plausible,
    sport_by_motion,
    too_many,
)
from retrorun.arrays import BoolArray, FloatArray, at_share
from retrorun.errors import RecordingError
from retrorun.intervals import mask


def assemble(raw: RawRecording) -> Activity:
    """Make an activity of a raw recording.

    Raises:
        RecordingError: there is no sample with a time in it, or too many.
    """
    decisions = list(raw.decisions)
    if len(raw.time) > MAX_SAMPLES:
        raise too_many(len(raw.time))
    rows = _usable_rows(raw.time, raw.activity, decisions) if len(raw.time) else np.empty(0, dtype=np.intp)
    if rows is not None and not len(rows):
        raise RecordingError("there is no sample with a time in it", hint="give a recorded activity")
    time = raw.time if rows is None else raw.time[rows]
    groups = _groups(time, decisions)
    columns = {name: _pick(values, rows, groups) for name, values in raw.columns.items()}
    extra = {name: _pick(values, rows, groups) for name, values in raw.extra.items()}
    developer = {name: _pick(values, rows, groups) for name, values in raw.developer.items()}
    if groups is not None:
        time = time[groups]
    zero = float(time[0])
    time_s = time - zero
    labels = [_label(values, rows, groups) for values in (raw.activity, raw.segment)]
    columns, implausible = plausible(columns)
    columns = with_motion(time_s, columns, _breaks(labels, len(time_s)), decisions)
    parts = spans.parts(raw, zero, time_s, labels[0])
    sport, sub_sport = spans.main_sport(raw, parts, decisions)
    sport, columns["cadence_spm"] = _as_run(raw, sport, parts, time_s, columns, decisions)
    n = len(time_s)
    missing = np.full(n, np.nan)
    filled = {name: columns.get(name, missing) for name in COLUMNS[1:]}
    start_time = None
    if not raw.dated:
        decisions.append("times count from when the watch was switched on; the date is not known")
    elif FIRST_UNIX_S <= zero < END_UNIX_S:
        start_time = dt.datetime.fromtimestamp(zero, tz=dt.UTC)
    else:
        implausible += (Damage(what="the date cannot be, taken as missing", start_byte=0, end_byte=0),)
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
        laps=spans.laps(raw, zero, time_s, parts, decisions),
        parts=parts,
        pauses=spans.pauses(raw.stops, zero, time_s),
        workout=raw.workout,
        training_file=raw.training_file,
        device=raw.device,
        damage=(*spans.damage(raw, rows, zero), *implausible),
        decisions=tuple(decisions),
        extra=extra,
        developer=developer,
    )


def _as_run(
    raw: RawRecording,
    sport: str,
    parts: tuple[Part, ...],
    time_s: FloatArray,
    columns: dict[str, FloatArray],
    decisions: list[str],
) -> tuple[str, FloatArray]:
    """The sport by what was done, and cadence in steps a minute; of several sports, what was done on foot decides."""
    given, speed = columns.pop("cadence", None), columns["speed_mps"]
    cadence, on_foot = given, None
    if len(parts) > 1 and not all(part.sport in FOOT_SPORTS for part in parts):
        on_foot = mask(time_s, (part for part in parts if part.sport in FOOT_SPORTS))
        speed = np.where(on_foot, speed, np.nan)
        cadence = None if given is None else np.where(on_foot, given, np.nan)
    sport = sport_by_motion(sport, time_s, speed, cadence, decisions)
    steps = cadences.steps_per_minute(cadence, speed, sport=sport, is_steps=raw.cadence_is_steps, decisions=decisions)
    if sport in FOOT_SPORTS:
        steps = cadences.without_nonsense(time_s, speed, steps, decisions)
    return sport, steps if on_foot is None or given is None else np.where(on_foot, steps, given)


def _label(
    values: npt.NDArray[np.int64] | None, rows: npt.NDArray[np.intp] | None, groups: npt.NDArray[np.intp] | None
) -> npt.NDArray[np.int64] | None:
    """The number of the segment or the activity for the rows kept."""
    if values is None:
        return None
    picked = values if rows is None else values[rows]
    return picked if groups is None else picked[groups]


def _breaks(labels: list[npt.NDArray[np.int64] | None], n: int) -> BoolArray:
    """Where another activity or another segment of a track begins."""
    breaks = np.zeros(n, dtype=np.bool_)
    for values in labels:
        if values is not None:
            breaks[1:] |= values[1:] != values[:-1]
    return breaks


def _usable_rows(
    time: FloatArray, activity: npt.NDArray[np.int64] | None, decisions: list[str]
) -> npt.NDArray[np.intp] | None:
    """Rows whose time is there, plausible and not before an earlier one; None for all rows as they are."""
    if activity is not None and (activity != activity[0]).any():
        return _rows_by_activity(time, activity, decisions)
    if bool((time[1:] >= time[:-1]).all()) and time[-1] - time[0] <= MAX_SPAN_S:
        return None
    usable = np.isfinite(time)
    if not usable.all():
        decisions.append(counted(np.count_nonzero(~usable), "sample") + " without a time left out")
    if not usable.any():
        return np.empty(0, dtype=np.intp)
    near = np.abs(time - at_share(time[usable])) <= MAX_SPAN_S
    far = np.count_nonzero(usable & ~near)
    if far:
        decisions.append(counted(far, "sample") + " with a time more than 30 days from the others left out")
    rows = _stretches_in_order(time, np.flatnonzero(usable & near), decisions)
    ahead = _longest_forward(time[rows])
    if not ahead.all():
        decisions.append(counted(np.count_nonzero(~ahead), "sample") + " that step back in time left out")
        rows = rows[ahead]
    return rows


def _rows_by_activity(time: FloatArray, activity: npt.NDArray[np.int64], decisions: list[str]) -> npt.NDArray[np.intp]:
    """The usable rows of each activity of a file, the activities in the order of their times."""
    kept = []
    order = np.argsort(activity, kind="stable")
    for own in np.split(order, np.flatnonzero(np.diff(activity[order])) + 1):
        rows = _usable_rows(time[own], None, decisions)
        if rows is None or len(rows):
            kept.append(own if rows is None else own[rows])
    kept.sort(key=lambda rows: float(time[rows[0]]))
    if not kept:
        return np.empty(0, dtype=np.intp)
    rows = np.concatenate(kept)
    ahead = _longest_forward(time[rows])
    if not ahead.all():
        decisions.append(counted(np.count_nonzero(~ahead), "sample") + " of activities that overlap in time left out")
    return rows[ahead]


def _longest_forward(time: FloatArray) -> npt.NDArray[np.bool_]:
    """The longest sequence of samples that never steps back: one wrong time costs one sample, not all that follow.

    Samples that are not before any earlier one and not after any later one belong to it in any case; only the others,
    few as a rule, need the search (patience sorting, n log n).
    """
    chosen: npt.NDArray[np.bool_] = (time == np.maximum.accumulate(time)) & (
        time == np.minimum.accumulate(time[::-1])[::-1]
    )
    disputed = np.flatnonzero(~chosen)
    chosen[disputed[_longest_of(time[disputed].tolist())]] = True
    return chosen


def _longest_of(moments: list[float]) -> list[int]:
    """Indices of a longest sequence that never steps back."""
    tops: list[float] = []  # the smallest last time of a sequence of each length
    lasts: list[int] = []
    before = [-1] * len(moments)
    for index, moment in enumerate(moments):
        length = bisect_right(tops, moment)
        if length == len(tops):
            tops.append(moment)
            lasts.append(index)
        else:
            tops[length], lasts[length] = moment, index
        before[index] = lasts[length - 1] if length else -1
    found = []
    index = lasts[-1] if lasts else -1
    while index >= 0:
        found.append(index)
        index = before[index]
    return found


def _stretches_in_order(time: FloatArray, rows: npt.NDArray[np.intp], decisions: list[str]) -> npt.NDArray[np.intp]:
    """The rows, with whole stretches that stand in the wrong order (a file of several activities) put right."""
    kept = time[rows]
    cuts = np.flatnonzero(kept[1:] < kept[:-1]) + 1
    if not len(cuts):
        return rows
    stretches = np.split(rows, cuts)
    stretches.sort(key=lambda stretch: float(time[stretch[0]]))
    if any(time[after[0]] < time[before[-1]] for before, after in pairwise(stretches)):
        return rows  # they overlap: no order would put them right
    decisions.append(f"{len(stretches)} stretches put in the order of their times")
    return np.concatenate(stretches)


def _groups(time: FloatArray, decisions: list[str]) -> npt.NDArray[np.intp] | None:
    """Where each moment has its last row; None where every row has a moment of its own."""
    same = time[1:] == time[:-1]
    if not same.any():
        return None
    last = np.append(~same, True)
    doubles = counted(np.count_nonzero(same), "sample")
    decisions.append(f"{doubles} at the time of another merged: of each column the last value was kept")
    return np.flatnonzero(last)


def _pick(values: FloatArray, rows: npt.NDArray[np.intp] | None, groups: npt.NDArray[np.intp] | None) -> FloatArray:
    """The column for the rows kept; in a group of equal times its last value that is there."""
    picked = values if rows is None else values[rows]
    if groups is None:
        return picked
    found = picked[groups]
    lost = np.flatnonzero(np.isnan(found))
    first = np.where(lost > 0, groups[lost - 1] + 1, 0)
    lost, first = lost[first < groups[lost]], first[first < groups[lost]]
    if len(lost):  # the last value is missing, an earlier one may be there
        index = np.where(np.isnan(picked), -1, np.arange(len(picked)))
        latest = np.maximum.accumulate(index)[groups[lost]]
        found[lost] = np.where(latest >= first, picked[latest], np.nan)
    return found


def only_present(columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """The columns that hold at least one value."""
    return {name: values for name, values in columns.items() if has_values(values)}


def has_values(values: FloatArray) -> bool:
    """Whether a column holds at least one value."""
    return len(values) > 0 and (math.isfinite(values[0]) or bool(np.isfinite(values).any()))
