"""A target in the words of training services: `6:40-7:20/km Pace`, `Z2-Z3 HR`, `85-90% LTHR`, `200w`, `90rpm`."""

from __future__ import annotations

import re
from dataclasses import replace

from retrorun.session.checks import Findings
from retrorun.session.values import CadenceRange, HeartRateRange, PercentOf, PowerRange, SpeedRange, Target
from retrorun.units import METRES_PER_MILE, parse_clock
from retrorun.workout.step_decoder import between, between_zones

_RANGE = r"\b(?P<low>\d{1,4})(?:%?-(?P<high>\d{1,4}))?"
_TARGETS = {
    "pace": re.compile(
        r"(?P<low>\d{1,4}(?::\d\d)+)(?:-(?P<high>\d{1,4}(?::\d\d)+))?(?:/(?P<of>km|mi))?(?:\s*Pace\b)?", re.IGNORECASE
    ),
    "per cent": re.compile(_RANGE + r"%(?:\s*(?P<of>HR|LTHR|Pace|FTP)\b)?", re.IGNORECASE),
    "zone": re.compile(r"\bZ(?P<low>\d)(?:-Z?(?P<high>\d))?(?:\s*(?P<of>HR|Pace|Power)\b)?", re.IGNORECASE),
    "power": re.compile(_RANGE + r"\s*w\b", re.IGNORECASE),
    "heart rate": re.compile(_RANGE + r"\s*bpm\b", re.IGNORECASE),
    "cadence": re.compile(_RANGE + r"\s*(?P<of>rpm|spm)\b", re.IGNORECASE),
}
_OF = {"hr": PercentOf.MAX_HR, "lthr": PercentOf.THRESHOLD_HR, "pace": PercentOf.THRESHOLD_PACE}


def read_target(text: str, place: str, findings: Findings) -> tuple[Target | None, str]:
    """The first target in the words behind a length, and the words without it."""
    for kind, pattern in _TARGETS.items():
        found = pattern.search(text)
        if found is None:
            continue
        target = _held(kind, found, place, findings)
        if target is None:
            findings.add(place, f"a session holds no target '{found.group()}'", "it is left out")
        return target, text[: found.start()] + text[found.end() :]
    return None, text


def _held(kind: str, found: re.Match[str], place: str, findings: Findings) -> Target | None:
    said = found.groupdict()
    of = (said.get("of") or "").casefold()
    if kind == "pace":
        per_m = METRES_PER_MILE if of == "mi" else 1000.0
        paces = [parse_clock(clock) for clock in (said["low"], said["high"] or said["low"])]
        speeds = sorted(per_m / pace for pace in paces if pace)
        made = between(SpeedRange, speeds[0], speeds[-1]) if speeds else None
        return replace(made, unit="min/mi") if of == "mi" and isinstance(made, SpeedRange) else made
    low, high = sorted((int(said["low"]), int(said["high"] or said["low"])))
    if kind == "zone":
        if of != "hr":
            return None
        return between_zones(low, high)
    if kind == "per cent":
        return between(_OF.get(of, PercentOf.CRITICAL_POWER), low, high)
    if kind == "cadence" and of == "rpm" and high <= 110:
        findings.add(place, f"a cadence of '{found.group()}' is that of one foot", "taken as twice as many")
        low, high = 2 * low, 2 * high
    measure: object = PowerRange if kind == "power" else HeartRateRange if kind == "heart rate" else CadenceRange
    return between(measure, low, high)
