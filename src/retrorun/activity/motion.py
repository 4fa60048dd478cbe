"""Speed and distance that agree with each other and with the positions, whatever of them a file holds."""

import numpy as np
import numpy.typing as npt

from retrorun.activity.rules import GAP_S, PLAUSIBLE, counted
from retrorun.arrays import BoolArray, FloatArray, IntArray, at_share, running_total

EARTH_RADIUS_M = 6_371_008.8  # mean radius of the WGS 84 ellipsoid (IUGG R1)
_NEAR = 1e-4  # radians, 600 m: up to there two terms of the sine are the sine to the last bit
BRIDGED_S = 60.0  # a tunnel or a bad signal; positions further apart in time say nothing of the way between them
ENOUGH_M = 300.0  # a way shorter than this contradicts nothing
APART = 0.3  # watches differ from positions by up to 9 % (forest, streets); a third is another quantity
KNOWN_LEAST = 0.5  # a speed column with less is a leftover, not a measurement
STALE_APART = 0.35  # median difference over half minutes; satellites alone scatter by some 10 %
STALE_BIN_S = 30.0
RESTART_M, RESTART_SHARE = 100.0, 0.1  # a count that falls so far, to such a share, began anew: no jitter is as large
FASTEST_MPS = PLAUSIBLE["speed_mps"][1]
DELTA_FALLS = 0.02  # a running total hardly ever falls; distances from point to point do all the time

Rows = npt.NDArray[np.intp] | slice
Begins = BoolArray | np.bool_  # whether a new segment begins between each row and the one before it; False: none does


def with_motion(
    time_s: FloatArray, columns: dict[str, FloatArray], breaks: BoolArray, decisions: list[str]
) -> dict[str, FloatArray]:
    """The columns with `distance_m` since the start, never falling, and `speed_mps` wherever either can be known.

    Positions give distance by great circles between neighbouring samples; distance gives speed by its difference over
    the time since the sample before, not smoothed: at 1 Hz such a speed scatters by some 0.5 m/s. Nothing is bridged
    over a break (`breaks` is True where a new segment of a track begins), nor over a gap of a minute. Where a column
    contradicts the positions, the positions win; where speed contradicts distance, distance wins.
    """
    segment = np.cumsum(breaks, dtype=np.int64) if np.count_nonzero(breaks) else None
    by_position = _distance_from_positions(time_s, columns, segment, decisions)
    distance = _distance(time_s, columns.get("distance_m"), by_position, segment, decisions)
    speed, missing = columns.get("speed_mps"), np.full(len(time_s), np.nan)
    if distance is not None:
        speed = _speed(time_s, speed, _speed_from_distance(time_s, distance, segment), decisions)
    found = {"distance_m": distance, "speed_mps": speed}
    return {**columns, **{name: missing if values is None else values for name, values in found.items()}}


def great_circle_m(latitude_deg: FloatArray, longitude_deg: FloatArray) -> FloatArray:
    """Distance between neighbouring positions [m], shape (n - 1,): haversine on a sphere."""
    lat, lon = np.radians(latitude_deg), np.radians(longitude_deg)
    half_lat, half_lon, cosine = (lat[1:] - lat[:-1]) / 2, (lon[1:] - lon[:-1]) / 2, np.cos(lat)
    furthest = max(np.abs(half_lat).max(initial=0.0), np.abs(half_lon).max(initial=0.0))
    near = furthest < _NEAR  # NaN is not

    def sine_squared(angle: FloatArray) -> FloatArray:
        return np.square(angle - angle * angle * angle / 6 if near else np.sin(angle))

    half = sine_squared(half_lat) + cosine[:-1] * cosine[1:] * sine_squared(half_lon)
    chord = np.sqrt(np.minimum(half, 1.0))
    found: FloatArray = 2 * EARTH_RADIUS_M * (chord + chord * chord * chord / 6 if near else np.arcsin(chord))
    return found


def _known(*columns: FloatArray) -> Rows | None:
    """The rows in which every column has a value; None where there are none."""
    there = np.isfinite(columns[0])
    for column in columns[1:]:
        there &= np.isfinite(column)
    if np.count_nonzero(there) == len(there):
        return slice(None) if len(there) else None
    rows = np.flatnonzero(there)
    return rows if len(rows) else None


def _begins(segment: IntArray | None, rows: Rows) -> Begins:
    return np.False_ if segment is None else np.diff(segment[rows]) > 0


def _spread(n: int, rows: Rows, values: FloatArray) -> FloatArray:
    """Values of some rows as a column of n."""
    out = np.full(n, np.nan)
    out[rows] = values
    return out


def _distance(
    time_s: FloatArray,
    given: FloatArray | None,
    by_position: FloatArray | None,
    segment: IntArray | None,
    decisions: list[str],
) -> FloatArray | None:
    """Distance since the start: the file's own where it is one, else that of the positions."""
    rows = None if given is None else _known(given)
    if given is None or rows is None:
        if by_position is not None:
            decisions.append("distance: great circles between the positions")
        return by_position
    values, first = given[rows], _begins(segment, rows)
    way_m = 0.0 if by_position is None else float(np.fmax.reduce(by_position))
    from_point = way_m > ENOUGH_M and abs(values.sum() / way_m - 1.0) < APART and values.max() < 0.2 * way_m
    if way_m == 0.0 and len(values) > 10:
        from_point = ((values[1:] < values[:-1]) & ~first).mean() > 10 * DELTA_FALLS
    if from_point:
        decisions.append("distance: the file counts from point to point; summed")
        return _spread(len(given), rows, np.cumsum(values) - values[0])
    total = _since_start(time_s[rows], values, first, decisions)
    if values[0] > ENOUGH_M:
        decisions.append(f"distance: began at {values[0]:.0f} m; counted from the start of the activity")
    if way_m > ENOUGH_M and abs(total[-1] / way_m - 1.0) > 2 * APART:
        decisions.append("distance: contradicts the positions; great circles between them taken")
        return by_position
    return _spread(len(given), rows, total)


def _since_start(time_s: FloatArray, values: FloatArray, first: Begins, decisions: list[str]) -> FloatArray:
    """A running total as distance since the start; what is wrong with it is added to `decisions`.

    A step back that is made good at once is jitter, not way. Over a break the count goes on, or begins at whatever
    another activity has; within a segment it may begin anew with each lap, or jump.
    """
    along = values[1:] - values[:-1]
    jumps = np.abs(along) > FASTEST_MPS * (time_s[1:] - time_s[:-1])
    anew = (along < -RESTART_M) & (values[1:] < RESTART_SHARE * values[:-1])
    if not (np.count_nonzero(first) or np.count_nonzero(jumps) or np.count_nonzero(anew)):
        total: FloatArray = np.maximum.accumulate(values) - values[0]
        return total
    lower = values[2:] < values[:-2]
    anew[:-1] &= lower  # else made good by the next sample
    anew[1:] &= lower  # else the way back from a jump
    anew &= ~first
    jumps &= ~first & ~anew
    begins = jumps | anew | first
    height = running_total(begins) * (np.ptp(values) + 1.0)
    steps = np.diff(np.maximum.accumulate(values + height) - height)
    over = np.where(jumps | (np.abs(along) > ENOUGH_M), 0.0, np.maximum(along, 0.0))
    steps[begins] = np.where(anew, values[1:], over)[begins]
    for what, count in (("began anew", np.count_nonzero(anew)), ("jumped", np.count_nonzero(jumps))):
        if count:
            decisions.append(f"distance: {what} {counted(count, 'time')} within the recording")
    return running_total(np.maximum(steps, 0.0))


def _distance_from_positions(
    time_s: FloatArray, columns: dict[str, FloatArray], segment: IntArray | None, decisions: list[str]
) -> FloatArray | None:
    lat, lon = columns.get("latitude_deg"), columns.get("longitude_deg")
    rows = None if lat is None or lon is None else _known(lat, lon)
    if lat is None or lon is None or rows is None or len(time := time_s[rows]) < 2:
        return None
    steps, took_s = great_circle_m(lat[rows], lon[rows]), time[1:] - time[:-1]
    steps[took_s > BRIDGED_S] = 0.0
    jumps = steps > FASTEST_MPS * took_s
    if count := np.count_nonzero(jumps):
        decisions.append(f"positions: {counted(count, 'jump')} faster than anything; without distance")
    steps[jumps | _begins(segment, rows)] = 0.0
    return _spread(len(lat), rows, running_total(steps))


def _speed_from_distance(time_s: FloatArray, distance_m: FloatArray, segment: IntArray | None) -> FloatArray:
    """Speed at each sample: the way since the sample before over the time it took; NaN after a gap."""
    rows = _known(distance_m)
    if rows is None:
        return np.full(len(time_s), np.nan)
    time, known = time_s[rows], distance_m[rows]
    took_s, speed = time[1:] - time[:-1], np.full(len(known), np.nan)
    good = (took_s > 0) & (took_s < GAP_S) & ~_begins(segment, rows)
    np.divide(known[1:] - known[:-1], took_s, out=speed[1:], where=good)
    return _spread(len(time_s), rows, speed)


def _speed(
    time_s: FloatArray, given: FloatArray | None, derived: FloatArray, decisions: list[str]
) -> FloatArray | None:
    """The file's own speed, that of distance where it is none, and that of distance where it is missing."""
    there = np.isfinite(derived)
    if given is None or not np.count_nonzero(both := np.isfinite(given)):
        if not np.count_nonzero(there):
            return given
        decisions.append("speed: differences of distance, not smoothed")
        return derived
    both &= there
    known, wanted = np.count_nonzero(both), np.count_nonzero(there)
    way_m = _way(time_s, derived, there)
    if way_m > ENOUGH_M:
        same_m = way_m if known == wanted else _way(time_s, derived, both)
        apart_m = abs(_way(time_s, given, both) - same_m)
        if known < KNOWN_LEAST * wanted or apart_m > APART * same_m or _stale(time_s, given, derived, both):
            decisions.append("speed: contradicts distance, or is mostly missing; differences of distance taken")
            return np.where(there, derived, np.nan)
    return given if known == wanted else np.where(there & ~both, derived, given)


def _way(time_s: FloatArray, speed_mps: FloatArray, there: BoolArray) -> float:
    """The way [m] that speeds make, over the steps to the samples that are there; the first one has none."""
    there = there[1:]
    return float((speed_mps[1:][there] * (time_s[1:] - time_s[:-1])[there]).sum())


def _stale(time_s: FloatArray, given: FloatArray, derived: FloatArray, both: BoolArray) -> bool:
    """Whether the speed column says nothing of the moment: over half minutes it goes its own way."""
    bins = np.floor(time_s[both] / STALE_BIN_S)
    first = np.concatenate(([0], np.flatnonzero(bins[1:] != bins[:-1]) + 1, [len(bins)]))
    if len(first) <= 10:
        return False
    own, true = (np.add.reduceat(values[both], first[:-1]) / np.diff(first) for values in (given, derived))
    moving = true > 0.5
    if np.count_nonzero(moving) < 10:
        return False
    return at_share(np.abs(own[moving] - true[moving]) / true[moving]) > STALE_APART
