"""FIT's words for its numbers, as far as this library speaks of them (public FIT profile)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

FILE_ACTIVITY = 4
FILE_WORKOUT = 5
FILE_SCHEDULES = 7

SPORT: Mapping[int, str] = MappingProxyType(
    {
        0: "generic",
        1: "running",
        2: "cycling",
        3: "transition",
        4: "fitness_equipment",
        5: "swimming",
        10: "training",
        11: "walking",
        12: "cross_country_skiing",
        13: "alpine_skiing",
        14: "snowboarding",
        15: "rowing",
        16: "mountaineering",
        17: "hiking",
        18: "multisport",
        19: "paddling",
        21: "e_biking",
        30: "inline_skating",
        31: "rock_climbing",
        33: "ice_skating",
        35: "snowshoeing",
        37: "stand_up_paddleboarding",
        41: "kayaking",
        47: "boxing",
        48: "floor_climbing",
        62: "hiit",
        64: "racket",
        65: "wheelchair_push_walk",
        66: "wheelchair_push_run",
        84: "jump_rope",
        254: "all",
    }
)
SUB_SPORT: Mapping[int, str] = MappingProxyType(
    {
        0: "generic",
        1: "treadmill",
        2: "street",
        3: "trail",
        4: "track",
        5: "spin",
        6: "indoor_cycling",
        7: "road",
        8: "mountain",
        14: "indoor_rowing",
        15: "elliptical",
        16: "stair_climbing",
        17: "lap_swimming",
        18: "open_water",
        19: "flexibility_training",
        20: "strength_training",
        21: "warm_up",
        22: "match",
        23: "exercise",
        24: "challenge",
        26: "cardio_training",
        27: "indoor_walking",
        30: "casual_walking",
        31: "speed_walking",
        32: "bike_to_run_transition",
        33: "run_to_bike_transition",
        34: "swim_to_bike_transition",
        45: "indoor_running",
        46: "gravel_cycling",
        48: "commuting",
        49: "mixed_surface",
        50: "navigate",
        51: "track_me",
        52: "map",
        58: "virtual_activity",
        59: "obstacle",
        67: "ultra",
        70: "hiit",
        254: "all",
    }
)
LAP_TRIGGER: Mapping[int, str] = MappingProxyType(
    {
        0: "manual",
        1: "time",
        2: "distance",
        3: "position_start",
        4: "position_lap",
        5: "position_waypoint",
        6: "position_marked",
        7: "session_end",
        8: "fitness_equipment",
    }
)
INTENSITY: Mapping[int, str] = MappingProxyType(
    {0: "active", 1: "rest", 2: "warmup", 3: "cooldown", 4: "recovery", 5: "interval", 6: "other"}
)
MANUFACTURER: Mapping[int, str] = MappingProxyType(
    {
        1: "garmin",
        15: "dynastream",
        23: "suunto",
        32: "wahoo_fitness",
        71: "tomtom",
        89: "tacx",
        95: "stryd",
        123: "polar_electro",
        255: "development",
        260: "zwift",
        265: "strava",
        294: "coros",
    }
)
EVENT_TIMER = 0
EVENT_START = 0
EVENT_STOPS = frozenset({1, 4, 8, 9})  # stop, stop_all, stop_disable, stop_disable_all


def word(words: Mapping[int, str], number: int | None, *, prefix: str) -> str:
    """The word for a number; `prefix_number` where there is none, empty where nothing was said."""
    if number is None:
        return ""
    return words.get(number, f"{prefix}_{number}")
