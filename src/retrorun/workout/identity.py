"""Which session a workout file came from: numbers derived from what the session says.

A watch repeats the `file_id` of the workout it ran (manufacturer, product, serial number, time of creation) in the
recording's `training_file` message. With numbers that hang on the content alone, the recording leads back to the plan.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, is_dataclass
from datetime import datetime

from retrorun.errors import WorkoutError
from retrorun.fit.profile import FIRST_DATE, FIT_EPOCH_UNIX_S
from retrorun.fit.words import FILE_WORKOUT
from retrorun.fit.workout_message import FileIdentity
from retrorun.session.model import Session

MANUFACTURER = 255  # "development": free to use without a number of one's own (FIT profile); services accept it
PRODUCT = 0x5252  # "RR": marks this library's files among others of manufacturer 255
_DERIVED_FROM = 946_771_200  # 2020-01-01T00:00:00Z in FIT seconds
_DERIVED_RANGE = 2**27  # 4 years and 3 months: always in the past of any watch in use
_LAST_DATE = 0xFFFF_FFFE


def identity(session: Session, *, created: datetime | None = None, serial: int | None = None) -> FileIdentity:
    """What `file_id` says of a session's workout.

    Equal sessions have equal identities; the unit in which a value was written makes no difference.

    Args:
        session: what is planned.
        created: an aware time. None: a time between 2020 and 2024 derived from the content, which tells sessions apart
            but not when anything was made.
        serial: 1 to 4294967295. None: derived from the content.

    Raises:
        WorkoutError: `created` is without a time zone or out of range, or `serial` is out of range.
    """
    digest = hashlib.sha256(canonical(session).encode()).digest()
    if serial is None:
        serial = derived_serial(digest)
    elif isinstance(serial, bool) or not isinstance(serial, int) or not 1 <= serial <= 0xFFFF_FFFF:
        raise WorkoutError(f"a serial number cannot be {serial!r}", hint="use a whole number from 1 to 4294967295")
    date = derived_date(digest) if created is None else fit_date(created)
    return FileIdentity(type=FILE_WORKOUT, manufacturer=MANUFACTURER, product=PRODUCT, serial=serial, time_created=date)


def derived_serial(digest: bytes) -> int:
    """A serial number for what has none of its own; never zero, which means "no serial" in FIT."""
    return int.from_bytes(digest[:4], "big") or 1


def derived_date(digest: bytes) -> int:
    """A time in FIT seconds, between 2020 and 2024, for what says nothing of when it was made."""
    return _DERIVED_FROM + int.from_bytes(digest[4:8], "big") % _DERIVED_RANGE


def is_ours(made: FileIdentity | None) -> bool:
    """Whether this library made a workout file, by the marks that `identity` gives."""
    return made is not None and (made.manufacturer, made.product) == (MANUFACTURER, PRODUCT)


def fit_date(time: datetime) -> int:
    """An aware time in FIT seconds, cut to the whole second.

    Raises:
        WorkoutError: it is without a time zone, or FIT cannot hold it.
    """
    if not isinstance(time, datetime) or time.tzinfo is None:
        what = f"{time!r} is no time with a time zone"
        raise WorkoutError(what, where="created", hint="use e.g. datetime.now(timezone.utc)")
    seconds = int(time.timestamp() // 1) - FIT_EPOCH_UNIX_S
    if not FIRST_DATE <= seconds <= _LAST_DATE:
        raise WorkoutError(f"{time.isoformat()} does not fit into a FIT date", where="created", hint="1998 to 2126")
    return seconds


def canonical(session: Session) -> str:
    """A session as text: equal for equal sessions, different for different ones."""
    return json.dumps(_plain(session), ensure_ascii=False, separators=(",", ":"))


def _plain(value: object) -> object:
    """Kinds and compared fields by name, without the units that take no part in comparison."""
    if is_dataclass(value):
        compared = {each.name: _plain(getattr(value, each.name)) for each in fields(value) if each.compare}
        return {"kind": type(value).__name__, **dict(sorted(compared.items()))}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return value + 0.0  # -0.0 equals 0.0 but would be written otherwise
    return value
