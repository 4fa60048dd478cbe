"""How fast to run backward: a target range from what a runner does forward, and the fastest that anyone has.

The ratio is a summary of few and unlike sources, not a law; its spread is wide because people differ that much.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from retrorun.errors import SessionError
from retrorun.session.model import SpeedRange
from retrorun.units import format_clock, format_distance, format_pace


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedRatio:
    """Backward speed over forward speed of one person at one effort: the usual value, its spread, where it is from."""

    value: float
    low: float
    high: float
    source: str


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

# Backward men's records as of 2023, as a curve: 5.04 m/s at 1 km (Dold, 3:18.43) falling to 3.42 m/s at the marathon
# (de Lustrac, 3:25:24), and 7.6 m/s at 100 m (López Rodríguez, 13.17) falling to the kilometre. The margin leaves room
# for newer marks.
_LONG_MPS, _LONG_EXPONENT = 5.04, -0.104
_SHORT_MPS, _SHORT_EXPONENT = 7.6, -0.178
_MARGIN = 1.08

# Hreljac et al. 2005 (J Sports Sci Med 4:446): below this most people, going backward, would rather walk; 12 people,
# 1.63 ± 0.11 m/s.
WALK_RUN_MPS = 1.63
_EASY_DISTANCE_M = 10_000.0  # an easy pace is one held for about an hour
_PACE_STEP_S = 5.0  # paces are given to five seconds a kilometre; finer would pretend to knowledge
_SLOWEST_MPS = 0.5  # below this nobody travels on foot on purpose


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


def fastest_backward_mps(distance_m: float) -> float:
    """The fastest believable backward speed [m/s] over a distance [m]: the records' curve and 8 %."""
    if distance_m < 1000.0:
        return _MARGIN * _SHORT_MPS * math.pow(max(distance_m, 100.0) / 100.0, _SHORT_EXPONENT)
    return _MARGIN * _LONG_MPS * math.pow(distance_m / 1000.0, _LONG_EXPONENT)


def backward_pace_from_easy(easy_mps: float) -> BackwardPace:
    """The backward range that goes with an easy forward speed [m/s].

    Raises:
        SessionError: nobody runs that slowly, or backward it would be faster than the records.
    """
    basis = f"an easy forward pace of {format_pace(_checked(easy_mps, 'an easy pace'))}"
    return _advice(easy_mps, distance_m=_EASY_DISTANCE_M, basis=basis)


def backward_pace_from_race(distance_m: float, time_s: float) -> BackwardPace:
    """The backward range over the same distance [m] as a forward race result [s].

    Raises:
        SessionError: nobody races that slowly, or backward it would be faster than the records.
    """
    for name, value in (("a race's distance", distance_m), ("a race's time", time_s)):
        if not (math.isfinite(value) and value > 0):
            raise SessionError(f"{name} must be above zero")
    basis = f"a forward race of {format_distance(distance_m)} in {format_clock(time_s)}"
    return _advice(_checked(distance_m / time_s, "a race"), distance_m=distance_m, basis=basis)


def _checked(forward_mps: float, name: str) -> float:
    if not math.isfinite(forward_mps) or forward_mps < _SLOWEST_MPS:
        raise SessionError(f"{name} of {forward_mps:g} m/s is no run", mend="check the pace, the distance and the time")
    return forward_mps


def _advice(forward_mps: float, *, distance_m: float, basis: str) -> BackwardPace:
    cap_mps = fastest_backward_mps(distance_m)
    typical_mps = forward_mps * BACKWARD_RATIO.value
    if typical_mps > cap_mps:
        raise SessionError(
            f"{basis} would mean {format_pace(typical_mps)} backward over {format_distance(distance_m)}, and the "
            f"records, with room to spare, end at {format_pace(cap_mps)}",
            mend="check the pace, the distance and the time",
        )
    notes = []
    high_mps = forward_mps * BACKWARD_RATIO.high
    if high_mps > cap_mps:
        notes.append(f"the fast end is cut to {format_pace(cap_mps)}, what the records allow")
        high_mps = cap_mps
    low_mps = forward_mps * BACKWARD_RATIO.low
    if low_mps < WALK_RUN_MPS:
        notes.append(
            f"slower than {WALK_RUN_MPS} m/s most people would rather walk backward (Hreljac et al. 2005): walk there"
        )
    notes.append(
        "the first weeks belong to the slow end, by feel; at the same speed the heart beats about 15 % faster "
        "backward (Williford et al. 1998)"
    )
    return BackwardPace(
        target=SpeedRange(low_mps=_rounded(low_mps), high_mps=_rounded(high_mps)),
        typical_mps=round(typical_mps, 3),
        basis=basis,
        ratio=BACKWARD_RATIO,
        notes=tuple(notes),
    )


def _rounded(speed_mps: float) -> float:
    """A speed whose pace is a whole number of steps, never faster than it was."""
    return 1000.0 / (_PACE_STEP_S * math.ceil(1000.0 / speed_mps / _PACE_STEP_S))
