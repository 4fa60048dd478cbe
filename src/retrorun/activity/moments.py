"""Times as XML writes them: ISO 8601, with or without fraction and zone."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np

from retrorun.activity.raw import FloatArray

_SHAPE = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?(Z|[+-]\d\d:\d\d)")
_WHOLE = len("2024-05-01T10:00:00")
FURTHEST_ZONE_S = 14 * 3600.0  # Kiribati; a zone beyond it is none, and the time counts as UTC
_ZONE = re.compile(rb"[+-]\d\d:?\d\d$")


def unix_seconds(texts: list[bytes]) -> FloatArray:
    """Unix seconds of each text, shape (n,); NaN where it is no time. A time without a zone counts as UTC."""
    shape = _SHAPE.fullmatch(texts[0]) if texts else None
    if shape is not None and len(set(map(len, texts))) == 1:
        fast = _fast(texts, zone_at=shape.start(1))
        if fast is not None:
            return fast
    return np.array([_slow(text) for text in texts], dtype=np.float64)


def utc_offset_s(text: bytes) -> float | None:
    """The zone that a time names, other than UTC."""
    found = _ZONE.search(text.strip())
    if found is None:
        return None
    sign = -1 if found[0][:1] == b"-" else 1
    digits = found[0][1:].replace(b":", b"")
    offset_s = float(sign * (int(digits[:2]) * 3600 + int(digits[2:]) * 60))
    return offset_s if abs(offset_s) <= FURTHEST_ZONE_S else None


def _fast(texts: list[bytes], *, zone_at: int) -> FloatArray | None:
    """The usual shape, read by numpy; None where one text departs from it."""
    width = len(texts[0])
    shape = np.frombuffer(texts[0], dtype=np.uint8)
    digits = (shape >= 48) & (shape <= 57)
    digits[zone_at:] = False  # all in one zone, that of the first
    block = np.frombuffer(b"".join(texts), dtype=np.uint8).reshape(-1, width)
    if (block[:, ~digits] != shape[~digits]).any() or (block[:, digits] - np.uint8(48) > 9).any():
        return None
    numbers = block.astype(np.int64) - 48
    days, which = np.unique(np.ascontiguousarray(block[:, :10]).view("S10").ravel(), return_inverse=True)
    try:
        midnights = days.astype("datetime64[D]").astype(np.int64)[which] * 86_400
    except ValueError:
        return None  # the 31st of June
    clock = numbers[:, 11:19] @ np.array([36_000, 3600, 0, 600, 60, 0, 10, 1])
    if (clock >= 86_400).any() or (numbers[:, [14, 17]] > 5).any():
        return None
    seconds: FloatArray = (midnights + clock).astype(np.float64)
    if zone_at > _WHOLE:
        seconds += (numbers[:, 20:23] @ np.array([100, 10, 1])) / 1000.0
    return seconds - (utc_offset_s(texts[0]) or 0.0)


def _slow(text: bytes) -> float:
    try:
        plain = text.strip().upper().decode("ascii")
        moment = dt.datetime.fromisoformat(plain.removesuffix("UTC").removesuffix("GMT").rstrip())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=dt.UTC)
        return moment.timestamp()
    except (ValueError, OverflowError):
        return float("nan")
