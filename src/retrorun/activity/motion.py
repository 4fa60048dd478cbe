"""Speed and distance that agree with each other and with the positions, whatever of them a file holds."""

from __future__ import annotations

import numpy as np

from retrorun.activity.rules import GAP_S
from retrorun.arrays import BoolArray, FloatArray, at_share, running_total

EARTH_RADIUS_M = 6_371_008.8  # mean radius of the WGS 84 ellipsoid (IUGG R1)
BRIDGED_S = 60.0  # a tunnel or a bad signal; positions further apart in time say nothing of the way between them
ENOUGH_M = 300.0  # a way shorter than this contradicts nothing
APART = 0.3  # watches differ from positions by up to 9 % (forest, streets); a third is another quantity
KNOWN_LEAST = 0.5  # a speed column with less is a leftover, not a measurement
STALE_APART = 0.35  # median difference over half minutes; satellites alone scatter by some 10 %
STALE_BIN_S = 30.0
DELTA_FALLS = 0.02  # a running total hardly ever falls; distances from point to point do all the time


def with_motion(
    time_s: FloatArray, columns: dict[str, FloatArray], breaks: BoolArray, decisions: list[str]
) -> dict[str, FloatArray]:
    """The columns with `distance_m` since the start, never falling, and `speed_mps` wherever either can be known.

    Positions give distance by great circles between neighbouring samples; distance gives speed by its difference over
    the time since the sample before, not smoothed: at 1 Hz such a speed scatters by some 0.5 m/s. Nothing is bridged
    over a break (`breaks` is True where a new segment of a track begins), nor over a gap of a minute. Where a column
    contradicts the positions, the positions win; where speed contradicts distance, distance wins.
    """
    columns = dict(columns)
    by_position = _distance_from_positions(time_s, columns, breaks)
    distance = _distance(columns.get("distance_m"), by_position, breaks, decisions)
    columns["distance_m"] = np.full(len(time_s), np.nan) if distance is None else distance
    speed = columns.get("speed_mps")
    if distance is not None:
        derived = _speed_from_distance(time_s, distance, breaks)
        speed = _speed(time_s, speed, derived, decisions)
    columns["speed_mps"] = np.full(len(time_s), np.nan) if speed is None else speed
    return columns


def great_circle_m(latitude_deg: FloatArray, longitude_deg: FloatArray) -> FloatArray:
    """Distance between neighbouring positions [m], shape (n - 1,): haversine on a sphere."""
    lat, lon = np.radians(latitude_deg), np.radians(longitude_deg)
    half = np.sin(np.diff(lat) / 2) ** 2 + np.cos(lat[:-1]) * np.cos(lat[1:]) * np.sin(np.diff(lon) / 2) ** 2
    found: FloatArray = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
    return found


def _distance(
    given: FloatArray | None, by_position: FloatArray | None, breaks: BoolArray, decisions: list[str]
) -> FloatArray | None:
    """Distance since the start: the file's own where it is one, else that of the positions."""
    if given is None or not np.isfinite(given).any():
        if by_position is not None:
            decisions.append("distance: great circles between the positions")
        return by_position
    known = np.flatnonzero(np.isfinite(given))
    values, first = given[known], breaks_of(breaks, known)
    along = np.diff(values)
    way_m = _way(by_position)
    falls = (along < 0) & ~first[1:]
    from_point = way_m > ENOUGH_M and abs(values.sum() / way_m - 1.0) < APART and values.max() < 0.2 * way_m
    if from_point or (way_m == 0.0 and len(values) > 10 and falls.mean() > 10 * DELTA_FALLS):
        decisions.append("distance: the file counts from point to point; summed")
        total = np.cumsum(values) - values[0]
    else:
        # A new activity counts from zero again, or goes on with another's; a step back is no way.
        steps = np.where((along < 0) | (first[1:] & (np.abs(along) > ENOUGH_M)), 0.0, along)
        total = np.concatenate(([0.0], np.cumsum(steps)))
        # A step back that is made good at once is jitter, not way.
        if not first[1:].any():
            total = np.maximum.accumulate(values) - values[0]
        if values[0] > 0 and abs(values[0]) > ENOUGH_M:
            decisions.append(f"distance: began at {values[0]:.0f} m; counted from the start of the activity")
        if way_m > ENOUGH_M and abs(total[-1] / way_m - 1.0) > 2 * APART and by_position is not None:
            decisions.append("distance: contradicts the positions; great circles between them taken")
            return by_position
    out = np.full(len(given), np.nan)
    out[known] = total
    return out


def breaks_of(breaks: BoolArray, known: np.ndarray[tuple[int], np.dtype[np.intp]]) -> BoolArray:
    """Whether a new segment begins at each known row, or at one left out before it."""
    total = running_total(breaks)
    return np.concatenate(([True], np.diff(total[known + 1]) > 0)) if len(known) else np.zeros(0, dtype=np.bool_)


def _way(distance: FloatArray | None) -> float:
    """The last value of a distance column, 0 without one."""
    return 0.0 if distance is None else float(np.nanmax(distance))


def _distance_from_positions(
    time_s: FloatArray, columns: dict[str, FloatArray], breaks: BoolArray
) -> FloatArray | None:
    lat, lon = columns.get("latitude_deg"), columns.get("longitude_deg")
    if lat is None or lon is None:
        return None
    rows = np.flatnonzero(np.isfinite(lat) & np.isfinite(lon))
    if len(rows) < 2:
        return None
    steps = great_circle_m(lat[rows], lon[rows])
    bridged = (np.diff(time_s[rows]) <= BRIDGED_S) & ~breaks_of(breaks, rows)[1:]
    distance = np.full(len(lat), np.nan)
    distance[rows] = np.concatenate(([0.0], np.cumsum(np.where(bridged, steps, 0.0))))
    return distance


def _speed_from_distance(time_s: FloatArray, distance_m: FloatArray, breaks: BoolArray) -> FloatArray:
    """Speed at each sample: the way since the sample before over the time it took; NaN after a gap."""
    speed = np.full(len(time_s), np.nan)
    rows = np.flatnonzero(np.isfinite(distance_m))
    if len(rows) < 2:
        return speed
    steps, way = np.diff(time_s[rows]), np.diff(distance_m[rows])
    good = (steps > 0) & (steps < GAP_S) & ~breaks_of(breaks, rows)[1:]
    speed[rows[1:][good]] = way[good] / steps[good]
    return speed


def _speed(
    time_s: FloatArray, given: FloatArray | None, derived: FloatArray, decisions: list[str]
) -> FloatArray | None:
    """The file's own speed, that of distance where it is none, and that of distance where it is missing."""
    there = np.isfinite(derived)
    if given is None or not np.isfinite(given).any():
        if there.any():
            decisions.append("speed: differences of distance, not smoothed")
            return derived
        return given
    both = there & np.isfinite(given)
    step_s = np.diff(time_s, prepend=time_s[:1])
    way_m = float((derived[there] * step_s[there]).sum())
    known = float(both.sum()) / max(float(there.sum()), 1.0)
    if way_m > ENOUGH_M:
        own_m, same_m = (float((values[both] * step_s[both]).sum()) for values in (given, derived))
        if known < KNOWN_LEAST or abs(own_m - same_m) > APART * same_m or _stale(time_s, given, derived, both):
            decisions.append("speed: contradicts distance, or is mostly missing; differences of distance taken")
            return np.where(there, derived, np.nan)
    missing = there & ~np.isfinite(given)
    return np.where(missing, derived, given) if missing.any() else given


def _stale(time_s: FloatArray, given: FloatArray, derived: FloatArray, both: BoolArray) -> bool:
    """Whether the speed column says nothing of the moment: over half minutes it goes its own way."""
    bins = np.floor(time_s[both] / STALE_BIN_S).astype(np.int64)
    which, first = np.unique(bins, return_index=True)
    if len(which) < 10:
        return False
    count = np.diff(np.append(first, len(bins)))
    means = [np.add.reduceat(values[both], first) / count for values in (given, derived)]
    moving = means[1] > 0.5
    if moving.sum() < 10:
        return False
    apart = np.abs(means[0][moving] - means[1][moving]) / means[1][moving]
    return at_share(apart) > STALE_APART
