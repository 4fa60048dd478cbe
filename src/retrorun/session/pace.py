"""How fast to run backward: a target range from what a runner does forward, and the fastest that anyone has.

The ratio is a summary of few and unlike sources, not a law; its spread is wide because people differ that much.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

from retrorun.errors import SessionError
from retrorun.session.values import SpeedRange
from retrorun.units import METRES_PER_MILE, format_clock, format_distance, format_pace


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedRatio:
    """Backward speed over forward speed of one person at one effort: the usual value, its spread, where it is from."""

    value: float
    low: float
    high: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BackwardPace:
    """A backward target range and what it rests on.

    `target` is the range, `typical_mps` the speed at the ratio's usual value, `basis` what it was taken from, `ratio`
    the published ratio with its spread and source, `notes` what to mind.
    """

    target: SpeedRange
    typical_mps: float
    basis: str
    ratio: SpeedRatio
    notes: tuple[str, ...]


# Forward pace × 1.47, ±15 %. The value and the band are this project's summary; the numbers under it are published.
BACKWARD_RATIO = SpeedRatio(
    value=0.68,
    low=0.59,
    high=0.80,
    source=(
        "summary of: world records backward over forward (0.73 at 100 m, 0.68 at the mile and at 10 km, 0.59 at the "
        "marathon; recordholders.org), two runners' own marathons (0.745 de Lustrac, 0.797 Aretz), and the 70 % of "
        "self-selected forward speed at which Sterzing et al. 2016 (Gait & Posture 46:135) had 19 runners run backward"
    ),
)

# Backward records of men [m, s], as of 2023: recordholders.org, thomasdold.com, achim-aretz.de and
# endurancesportswire.com.
# The women's list is thinner and slower; a limit drawn from it would refuse what women can run.
RECORDS = (
    (100.0, 13.17),  # López Rodríguez 2022
    (200.0, 30.33),  # Contreras Urbano 2018
    (1000.0, 198.43),  # Dold 2014
    (METRES_PER_MILE, 330.0),  # Yoder 2020
    (3000.0, 671.76),  # Dold 2014
    (10_000.0, 2330.01),  # Dold 2016
    (21_097.5, 5749.0),  # Aretz
    (42_195.0, 12_324.0),  # de Lustrac 2023
    (100_000.0, 44_400.0),  # Jürgens
)
# Forward records of men [m, s]: World Athletics, 2025.
_FORWARD_RECORDS = (
    (100.0, 9.58),
    (400.0, 43.03),
    (1500.0, 206.0),
    (5000.0, 755.36),
    (10_000.0, 1571.0),
    (42_195.0, 7235.0),
)
_MARGIN, _FORWARD_MARGIN = 1.08, 1.04  # room for marks that are newer or between the distances

# Hreljac et al. 2005 (J Sports Sci Med 4:446): below this most people, going backward, would rather walk; 12 people,
# 1.63 ± 0.11 m/s.
WALK_RUN_MPS = 1.63
_WALK_THERE = f"slower than {WALK_RUN_MPS} m/s most people would rather walk backward (Hreljac et al. 2005): walk there"
_FIRST_WEEKS = (
    "the first weeks belong to the slow end, by feel; at the same speed the heart beats about 15 % faster backward "
    "(Williford et al. 1998)"
)
_EASY_DISTANCE_M = 10_000.0  # an easy pace is one held for about an hour
_PACE_STEP_S = 5.0  # paces are given to five seconds a kilometre; finer would pretend to knowledge
_SLOWEST_MPS = 0.5  # below this nobody travels on foot on purpose


def fastest_backward_mps(distance_m: float) -> float:
    """The fastest believable backward speed [m/s] over a distance [m]: the records, and 8 % more.

    Between two records the speed falls evenly on logarithmic scales; beyond the shortest and the longest it stays.
    """
    return _MARGIN * _record_mps(RECORDS, distance_m)


def fastest_forward_mps(distance_m: float) -> float:
    """The fastest believable forward speed [m/s] over a distance [m]: the records, and 4 % more."""
    return _FORWARD_MARGIN * _record_mps(_FORWARD_RECORDS, distance_m)


def _record_mps(records: tuple[tuple[float, float], ...], distance_m: float) -> float:
    place = min(max(distance_m, records[0][0]), records[-1][0])
    (near_m, near_s), (far_m, far_s) = next(both for both in pairwise(records) if place <= both[1][0])
    share = math.log(place / near_m) / math.log(far_m / near_m)
    return math.pow(near_m / near_s, 1.0 - share) * math.pow(far_m / far_s, share)


def backward_pace_from_easy(easy_mps: float, *, per_m: float = 1000.0) -> BackwardPace:
    """The backward range that goes with an easy forward speed [m/s]; words are for `per_m` metres.

    Raises:
        SessionError: nobody runs that slowly, or backward it would be faster than the records.
    """
    basis = f"an easy forward pace of {format_pace(easy_mps, per_m=per_m)}"
    return _advice(easy_mps, "an easy pace", distance_m=_EASY_DISTANCE_M, basis=basis)


def backward_pace_from_race(distance_m: float, time_s: float, *, per_m: float = 1000.0) -> BackwardPace:
    """The backward range over the same distance [m] as a forward race result [s]; words are for `per_m` metres.

    Raises:
        SessionError: nobody races that slowly, or backward it would be faster than the records.
    """
    for name, value in (("a race's distance", distance_m), ("a race's time", time_s)):
        if not (math.isfinite(value) and value > 0):
            raise SessionError(f"{name} must be above zero")
    basis = f"a forward race of {format_distance(distance_m, per_m=per_m)} in {format_clock(time_s)}"
    return _advice(distance_m / time_s, "a race", distance_m=distance_m, basis=basis)


def _advice(forward_mps: float, name: str, *, distance_m: float, basis: str) -> BackwardPace:
    hint = "check the pace, the distance and the time"
    if not math.isfinite(forward_mps) or forward_mps < _SLOWEST_MPS:
        raise SessionError(f"{name} of {forward_mps:g} m/s is no run", hint=hint)
    cap_mps = fastest_backward_mps(distance_m)
    ratio = BACKWARD_RATIO
    low_mps, typical_mps, high_mps = (forward_mps * share for share in (ratio.low, ratio.value, ratio.high))
    if typical_mps > cap_mps:
        meant = f"{basis} would mean {format_pace(typical_mps)} backward over {format_distance(distance_m)}"
        what = f"{meant}, and the records, with room to spare, end at {format_pace(cap_mps)}"
        raise SessionError(what, hint=hint)
    notes = []
    if high_mps > cap_mps:
        notes.append(f"the fast end is cut to {format_pace(cap_mps)}, what the records allow")
    if low_mps < WALK_RUN_MPS:
        notes.append(_WALK_THERE)
    return BackwardPace(
        target=SpeedRange(low_mps=_rounded(low_mps), high_mps=_rounded(min(high_mps, cap_mps))),
        typical_mps=round(typical_mps, 3),
        basis=basis,
        ratio=ratio,
        notes=(*notes, _FIRST_WEEKS),
    )


def _rounded(speed_mps: float) -> float:
    """A speed whose pace is a whole number of steps, never faster than it was."""
    return 1000.0 / (_PACE_STEP_S * math.ceil(1000.0 / speed_mps / _PACE_STEP_S))
