"""FIT recordings: tables of messages to a raw recording."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from retrorun.activity.assemble import RawRecording, RawSpan, finite, has_values, only_present
from retrorun.activity.model import Device
from retrorun.activity.rules import MAX_SAMPLES, too_many
from retrorun.arrays import FloatArray, IntArray
from retrorun.errors import RecordingError
from retrorun.fit import profile
from retrorun.fit.reader import FitFile
from retrorun.fit.table import Table
from retrorun.fit.workout_message import file_type, identity_of, workout_of

# Columns of an activity that one field of a record gives.
PLAIN = {
    "heart_rate_bpm": "heart_rate",
    "distance_m": "distance",
    "latitude_deg": "position_lat",
    "longitude_deg": "position_long",
}
# Further columns of an activity: name with its unit, and the field of a record.
EXTRA = {
    "power_w": "power",
    "grade_pct": "grade",
    "temperature_c": "temperature",
    "gps_accuracy_m": "gps_accuracy",
    "vertical_speed_mps": "vertical_speed",
    "vertical_oscillation_mm": "vertical_oscillation",
    "vertical_ratio_pct": "vertical_ratio",
    "stance_time_ms": "stance_time",
    "stance_time_pct": "stance_time_percent",
    "stance_time_balance_pct": "stance_time_balance",
    "step_length_mm": "step_length",
}

# Developer fields that several apps write are offered under one name with the unit at its end: the spellings of units,
_SPELLINGS = {"w": "w watts", "ms": "ms milliseconds", "cm": "cm centimeters", "deg": "deg degrees °", "rpm": "rpm"}
_SPELLINGS |= {"kn_m": "kn/m", "mps": "m/s"}
_UNITS = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings.split()}
# and the names of the fields, each with its unit; Stryd's fields, and compasses of any app.
_NAMES = {
    "form power": "w",
    "air power": "w",
    "power": "w",
    "leg spring stiffness": "kn_m",
    "ground time": "ms",
    "vertical oscillation": "cm",
    "cadence": "rpm",
    "effort pace": "mps",
}
_COMPASS = ("heading", "compass", "bearing", "azimuth")


def raw_from_fit(file: FitFile) -> RawRecording:
    """The recording that a FIT file holds; one without samples, or with too many, is refused."""
    records = file.table("record")
    if not len(records):
        what = "is a workout, not a recording" if file_type(file) == profile.FILE_WORKOUT else "holds no samples"
        raise RecordingError(f"this FIT file {what}", hint="give a recorded activity")
    if len(records) > MAX_SAMPLES:
        raise too_many(len(records))
    decisions: list[str] = []
    time = file.times("record")
    dated = _dated(time)
    shift = profile.FIT_EPOCH_UNIX_S if dated else 0
    return RawRecording(
        source="fit",
        time=time + shift,
        columns=_columns(records, decisions),
        position=records.positions,
        dated=dated,
        utc_offset_s=_utc_offset(file.table("activity")),
        extra=_extra(records),
        developer=_developer(file),
        laps=_laps(file, shift),
        parts=_parts(file, shift),
        sport=_first_word(file.table("sport"), "sport", profile.SPORT),
        sub_sport=_first_word(file.table("sport"), "sub_sport", profile.SUB_SPORT),
        stops=_stops(file, shift),
        workout=workout_of(file),
        training_file=identity_of(file.table("training_file")) if len(file.table("training_file")) else None,
        device=_device(file),
        losses=file.losses,
        activity=_activities(file),
        decisions=tuple(decisions),
    )


def _activities(file: FitFile) -> IntArray | None:
    """Which file of a chain each sample stands in, if each of those files has a session of its own."""
    starts, records = file.table("file_id").positions, file.table("record").positions
    if len(starts) < 2:
        return None
    sessions = np.searchsorted(starts, file.table("session").positions, side="right")
    files, activity = np.unique(np.searchsorted(starts, records, side="right"), return_inverse=True)
    return activity if len(files) > 1 and np.array_equal(files, sessions) else None


def _dated(time: FloatArray) -> bool:
    """Whether times are dates rather than seconds since power-on; the one in the middle speaks for all."""
    known = time[np.isfinite(time)]
    return not len(known) or float(known[len(known) // 2]) >= profile.FIRST_DATE


def _columns(records: Table, decisions: list[str]) -> dict[str, FloatArray]:
    columns = {
        "speed_mps": _better(records, "enhanced_speed", "speed"),
        "altitude_m": _better(records, "enhanced_altitude", "altitude"),
        "cadence": _cadence(records),
    }
    for name, field in PLAIN.items():
        if records.has(field):
            columns[name] = records.numbers(field)
    for name in ("latitude_deg", "longitude_deg"):
        if name in columns:
            columns[name] = columns[name] * profile.SEMICIRCLE_DEG
    if records.has("compressed_speed_distance"):
        _decompress(records, columns, decisions)
    return only_present(columns)


def _better(records: Table, enhanced: str, plain: str) -> FloatArray:
    """The field with the wider range where it is there, else the plain one."""
    if not records.has(enhanced):
        return records.numbers(plain)
    wide = records.numbers(enhanced)
    if not records.has(plain):
        return wide
    missing = np.isnan(wide)
    return np.where(missing, records.numbers(plain), wide) if missing.any() else wide


def _cadence(records: Table) -> FloatArray:
    """Cadence with its fraction, in the unit of the file."""
    whole = records.numbers("cadence")
    if records.has("cadence256"):
        whole = np.where(np.isnan(whole), records.numbers("cadence256"), whole)
    if not records.has("fractional_cadence"):
        return whole
    fraction = records.numbers("fractional_cadence")
    fraction[np.isnan(fraction)] = 0.0
    return whole + fraction


def _decompress(records: Table, columns: dict[str, FloatArray], decisions: list[str]) -> None:
    """Speed and distance from the three bytes in which old watches wrote both.

    Twelve bits of speed in 1/100 m/s, twelve of distance in 1/16 m that start again at 0 after 256 m.
    """
    packed = records.packed("compressed_speed_distance")
    speed, distance = packed & 0xFFF, packed >> 12
    missing = packed < 0
    steps = np.diff(distance[~missing], prepend=0) % 4096
    travelled = np.full(len(packed), np.nan)
    travelled[~missing] = np.cumsum(steps) / 16
    if np.isnan(columns["speed_mps"]).all():
        columns["speed_mps"] = np.where(missing | (speed == 0xFFF), np.nan, speed / 100)
    if "distance_m" not in columns or np.isnan(columns["distance_m"]).all():
        columns["distance_m"] = travelled
    decisions.append("speed and distance: from the packed field of old watches")


def _extra(records: Table) -> dict[str, FloatArray]:
    return only_present({name: records.numbers(field) for name, field in EXTRA.items() if records.has(field)})


def _developer(file: FitFile) -> dict[str, FloatArray]:
    """Developer columns under plain names; a field that nobody knows keeps its own."""
    found: dict[str, FloatArray] = {}
    for (name, unit), values in file.developer("record").items():
        if has_values(values):
            plain = _plain_name(name.strip().lower(), _UNITS.get(unit.strip().lower()))
            found[name if plain is None or plain in found else plain] = values
    return found


def _plain_name(name: str, unit: str | None) -> str | None:
    """The plain name of a developer field, None where it is not known."""
    if unit is not None and _NAMES.get(name) == unit:
        return f"{name.replace(' ', '_')}_{unit}"
    return "heading_deg" if unit == "deg" and any(word in name for word in _COMPASS) else None


def _utc_offset(activity: Table) -> float | None:
    for local, utc in zip(activity.integers("local_timestamp"), activity.integers("timestamp"), strict=True):
        # Zones lie between -12 h and +14 h; other differences come from clocks that were never set.
        if local is not None and utc is not None and -12 * 3600 <= local - utc <= 14 * 3600:
            return float(local - utc)
    return None


def _laps(file: FitFile, shift: float) -> tuple[RawSpan, ...]:
    table = file.table("lap")
    words = (table.integers("lap_trigger"), table.integers("wkt_step_index"), table.integers("intensity"))
    return tuple(
        RawSpan(
            **span,
            trigger=profile.word(profile.LAP_TRIGGER, trigger, prefix="trigger"),
            planned_step_index=step,
            intensity=profile.word(profile.INTENSITY, intensity, prefix="intensity"),
        )
        for span, trigger, step, intensity in zip(_spans(table, shift), *words, strict=True)
    )


def _parts(file: FitFile, shift: float) -> tuple[RawSpan, ...]:
    table = file.table("session")
    words = (table.integers("sport"), table.integers("sub_sport"))
    return tuple(
        RawSpan(
            **span,
            sport=profile.word(profile.SPORT, sport, prefix="sport"),
            sub_sport=profile.word(profile.SUB_SPORT, sub_sport, prefix="sub_sport"),
        )
        for span, sport, sub_sport in zip(_spans(table, shift), *words, strict=True)
    )


def _spans(table: Table, shift: float) -> list[dict[str, Any]]:
    """When laps or sessions began, how long they took, on the timer too, and how far they went."""
    fields = ("start_time", "total_elapsed_time", "total_timer_time", "total_distance")
    return [
        {"start": start + shift, "elapsed": elapsed, "timer_s": finite(timer), "distance_m": finite(distance)}
        for start, elapsed, timer, distance in zip(*(table.floats(name) for name in fields), strict=True)
    ]


def _first_word(table: Table, field: str, words: Mapping[int, str]) -> str:
    """What the watch was set to; all that says the sport where the sessions at the end are lost."""
    found = table.integers(field)
    return profile.word(words, found[0], prefix=field) if found else ""


def _stops(file: FitFile, shift: float) -> tuple[tuple[float, float], ...]:
    """Stretches between a stop of the timer and its next start."""
    table = file.table("event")
    times = (file.times("event") + shift).tolist()
    stops: list[tuple[float, float]] = []
    stopped: float | None = None
    for time, event, kind in zip(times, table.integers("event"), table.integers("event_type"), strict=True):
        if event != profile.EVENT_TIMER or not math.isfinite(time):
            continue
        if kind in profile.EVENT_STOPS:
            stopped = time if stopped is None else stopped
        elif kind == profile.EVENT_START and stopped is not None:
            if time > stopped:
                stops.append((stopped, time))
            stopped = None
    return tuple(stops)


def _device(file: FitFile) -> Device | None:
    identity = file.table("file_id")
    devices = file.table("device_info")
    creators = zip(devices.texts("product_name"), devices.integers("device_index"), strict=True)
    names = identity.texts("product_name") + [name for name, index in creators if index == 0]  # the device itself
    readable = next((name for name in names if name), "")
    makers, products = identity.integers("manufacturer"), identity.integers("product")
    maker = profile.word(profile.MANUFACTURER, makers[0] if makers else None, prefix="manufacturer")
    product = "" if not products or products[0] is None else str(products[0])
    if not (readable or maker):
        return None
    return Device(name=readable or f"{maker} {product}".strip(), manufacturer=maker, product=product)
