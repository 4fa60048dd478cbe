"""The numbers that reading a recording rests on, each with its reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, SupportsInt

import numpy as np

from retrorun.arrays import FloatArray, at_share
from retrorun.errors import RecordingError

if TYPE_CHECKING:
    from retrorun.activity.model import Activity, Damage

MAX_BYTES = 100 * 2**20  # a day at 10 Hz is 45 MB of FIT, a day at 1 Hz 30 MB of GPX and 60 MB of TCX
MAX_SAMPLES = 5_000_000  # 58 days at 1 Hz, or almost 6 days at 10 Hz
MAX_POINTS = 1_000_000  # of a TCX, GPX or KML, 11 days at 1 Hz; MAX_BYTES hold 650,000 of the shortest real ones
MAX_ASIDES = 10_000  # comments and instructions in a document; real ones have two or three
SHORTEST_TAG = 8  # bytes from tag to tag on average; in real documents 16 and more
MAX_LAPS = 10_000  # a lap every 30 s for three days is 8,640
MAX_PAUSES = 100_000  # as many gaps as fit between MAX_SAMPLES samples would be no recording
GAP_S = 10.0  # smart recording leaves up to 9 s between samples (0.05 % of steps in 366 real runs are longer)
FIRST_UNIX_S, END_UNIX_S = 631_152_000.0, 4_102_444_800.0  # 1990 to 2099; other dates are of clocks that were not set
MAX_SPAN_S = 30 * 86_400.0  # a sample further than this from the middle of a recording has a broken clock
STRIDE_LIMIT = 120.0  # moving faster than RUN_MPS nobody takes fewer steps a minute, and nobody more strides
COARSE_S = 3.0  # the shortest backward repetitions last 15 s: five samples
RUN_MPS = 2.0  # above the walk-run transition (1.9 to 2.1 m/s)
ENOUGH_RUNNING = 0.1  # of the stepping samples; fewer are stumbles of a hike with wrong cadences (seen: 104 to 120)
MOVING_MPS = 1.0  # a walk at 1 m/s takes some 90 steps a minute: a cadence of zero there is a sensor that missed them
_ON_FOOT = "generic running walking hiking training fitness_equipment mountaineering snowshoeing multisport transition"
FOOT_SPORTS = frozenset(("", "all", "unknown", *_ON_FOOT.split()))


def counted(count: SupportsInt, what: str, many: str = "") -> str:
    """`1 sample`, `2 samples`, `10,406 samples`; `many` is the plural that is not `what` with an s."""
    number = int(count)
    return f"{number:,} {what if number == 1 else many or f'{what}s'}"


def spans_on_foot(activity: Activity) -> list[tuple[float, float]]:
    """The parts of an activity that were done on foot, `(start_s, end_s)`; none where it is something else."""
    if activity.parts:
        return [(part.start_s, part.end_s) for part in activity.parts if part.sport in FOOT_SPORTS]
    if activity.sport not in FOOT_SPORTS:
        return []
    return [(float(activity.time_s[0]), float(activity.time_s[-1]))] if len(activity) else [(0.0, 0.0)]


def too_many(samples: int) -> RecordingError:
    """The error for more samples than any recording has."""
    return RecordingError(
        f"{samples:,} samples are more than any recording has", hint=f"at most {MAX_SAMPLES:,} are read"
    )


# What a column can hold; outside it a value is missing. The lowest and highest of any sport, not of running.
PLAUSIBLE: dict[str, tuple[float, float]] = {
    "latitude_deg": (-90.0, 90.0),
    "longitude_deg": (-180.0, 180.0),
    "altitude_m": (-500.0, 10_000.0),
    "heart_rate_bpm": (0.0, 260.0),
    "cadence": (0.0, 400.0),
    "cadence_spm": (0.0, 400.0),
    "speed_mps": (0.0, 120.0),
    "distance_m": (0.0, 10_000_000.0),
}


def plain_name(column: str) -> str:
    """A column in a sentence: without its unit."""
    return (column.rpartition("_")[0] or column).replace("_", " ")


def plausible(columns: Mapping[str, FloatArray]) -> tuple[dict[str, FloatArray], tuple[Damage, ...]]:
    """The columns with what cannot be taken as missing, and how much of it there was."""
    from retrorun.activity.model import Damage

    kept, found = dict(columns), []
    for name, (low, high) in PLAUSIBLE.items():
        values = columns.get(name)
        if values is None:
            continue
        if np.fmin.reduce(values, initial=low) < low or np.fmax.reduce(values, initial=high) > high:
            wrong = (values < low) | (values > high)
            kept[name] = np.where(wrong, np.nan, values)
            found.append(f"{counted(np.count_nonzero(wrong), 'value')} of {plain_name(name)} that cannot be")
    lat, lon = kept.get("latitude_deg"), kept.get("longitude_deg")
    if lat is not None and lon is not None:
        nowhere = (lat == 0.0) & (lon == 0.0)  # in the sea off Africa; how some write a position that is not known yet
        if np.count_nonzero(nowhere):
            kept["latitude_deg"], kept["longitude_deg"] = (np.where(nowhere, np.nan, each) for each in (lat, lon))
            found.append(f"{counted(np.count_nonzero(nowhere), 'position')} at 0° N, 0° E")
    return kept, tuple(Damage(what=f"{what}, taken as missing") for what in found)


# Half an hour at 6.6 m/s is 11.9 km: the record over 10,000 m is 6.4 m/s.
RIDE_MPS, RIDE_S = 6.6, 1800.0
WALK_MPS, WALK_SPM, WALK_LEAST_S = 2.2, 140.0, 300.0  # the walk-run transition; less than five minutes say nothing


def sport_by_motion(
    sport: str, time_s: FloatArray, speed_mps: FloatArray, cadence: FloatArray | None, decisions: list[str]
) -> str:
    """The sport, judged by what was done where the file does not say it, or says what nobody can.

    Nobody runs at a ride's speed for half an hour; who walks throughout, and whose watch names no sport, walks.
    """
    known = np.isfinite(speed_mps)
    if sport not in FOOT_SPORTS or np.count_nonzero(known) < 2:
        return sport
    if _rides(time_s, np.where(known, speed_mps, 0.0)):
        decisions.append("sport: nobody runs so fast for half an hour; taken as a ride")
        return "cycling"
    if sport not in ("generic", "unknown", "") or cadence is None or time_s[-1] < WALK_LEAST_S:
        return sport
    steps = cadence[(cadence > 0) & (speed_mps > MOVING_MPS)]
    steps = steps * 2.0 if len(steps) and at_share(steps) < STRIDE_LIMIT / 2 else steps
    if len(steps) and at_share(speed_mps[known], 0.95) < WALK_MPS and at_share(steps, 0.9) < WALK_SPM:
        decisions.append("sport: walked throughout; taken as a walk")
        return "walking"
    return sport


def _rides(time_s: FloatArray, speed_mps: FloatArray) -> bool:
    """Whether half an hour was covered at a speed that no runner holds."""
    if time_s[-1] - time_s[0] < RIDE_S - 2.0 or speed_mps.max() < 0.95 * RIDE_MPS:
        return False  # as nearly always: the sums need not be looked at
    way_m = np.cumsum(speed_mps * np.minimum(np.diff(time_s, prepend=time_s[:1]), GAP_S))
    later = np.searchsorted(time_s, time_s + RIDE_S - 2.0)
    whole = later < len(time_s)
    return bool(whole.any()) and float((way_m[later[whole]] - way_m[whole]).max()) > RIDE_MPS * RIDE_S


# Words and numbers that services write for a sport; whole words only.
_WORDS = {
    "running": "run running runs jog jogging joggen footing laufen lauf laufband carrera correr corsa corrida course "
    "virtualrun trailrun trailrunning 9 83",
    "walking": "walk walking gehen spaziergang spazieren marche caminata caminhada 10",
    "hiking": "hike hiking wandern wanderung randonnee randonnée senderismo trekking 4",
    "mountaineering": "mountaineering bergsteigen alpinism",
    "snowshoeing": "snowshoe snowshoeing",
    "cycling": "ride cycling biking bike cycle rad radfahren mtb ebikeride virtualride velo vélo mountain_biking "
    "road_biking gravel ciclismo bici bicicleta bicycle bicycling touringbicycle racebike rennrad mountainbike "
    "cyclocross bmx handcycle velomobile 1 17 18",
    "swimming": "swim swimming schwimmen 16",
    "rowing": "row rowing rudern kayak kayaking canoe canoeing 23",
    "stand_up_paddleboarding": "paddle paddling paddleboarding sup",
    "sailing": "sail sailing boating",
    "surfing": "surf surfing kitesurf kitesurfing windsurf windsurfing",
    "alpine_skiing": "alpineski alpine_skiing ski skiing snowboard snowboarding 2 12",
    "cross_country_skiing": "nordicski backcountryski rollerski langlauf skilanglauf xc_skiing 3 7 8",
    "inline_skating": "inlineskate iceskate skating skate skateboard skateboarding 5 6",
    "rock_climbing": "climbing rockclimbing bouldering",
    "horseback_riding": "horse horseback reiten",
    "flying": "flying gliding paragliding",
    "golf": "golf",
    "tennis": "tennis badminton squash racquetball pickleball padel",
    "soccer": "soccer football fussball fußball futbol",
    "wheelchair_push_walk": "wheelchair",
    "driving": "driving car motorcycling motorcycle",
    "fitness_equipment": "elliptical stairstepper",
    "training": "workout training fitness yoga pilates crossfit 11",
}
_SPORT_OF_WORD = {word: sport for sport, words in _WORDS.items() for word in words.split()}
_SUB_SPORTS = {"treadmill": "treadmill", "trail": "trail", "track": "track", "street": "street", "trailrun": "trail"}


def sport_of_words(text: str) -> tuple[str, str]:
    """Sport and sub-sport from a service's free text, empty where it names none: `trail_running`, `Ride`, `9`."""
    words = re.findall(r"[^\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).lower())
    whole = "".join(words)
    candidates = (whole, text.strip().lower(), *words)
    sport = next((_SPORT_OF_WORD[word] for word in candidates if word in _SPORT_OF_WORD), "")
    sub_sport = next((_SUB_SPORTS[word] for word in words if word in _SUB_SPORTS), "") if sport else ""
    return sport, sub_sport
