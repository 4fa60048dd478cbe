"""What each watch takes: limits on texts, steps, nesting and targets, each with its source.

Few watches have been measured, and none was asked with a file made for the purpose; what is not measured is marked as
inferred. `generic` is the smallest of everything, and safe wherever nothing better is known.
"""

from dataclasses import dataclass
from types import MappingProxyType

from retrorun.errors import WorkoutError

_FIELD_WIDTH = "width of the field that the watch writes back into its recordings, less the closing zero"
_CONNECT_STEPS = "Garmin Connect and the watches refuse more than 50 (garmin-workouts, README); repeats count"
_NESTED_SEEN = "two levels of repeats stand in a recording of an Enduro"
_OVERFLOW = "one Forerunner kept 25 and deleted the rest without a word (measured once, August 2026)"
_SECONDARY = "Garmin's training service ignores second targets on runs (Terra's documentation)"
_SECONDARY_ABSENT = "the watch's recordings have no field for a second target"
_SECONDARY_KEPT = "the watch's recordings have the fields of a second target; whether it shows one is not known"
_OTHER_WATCH = "taken over from the other watches"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A number, where it comes from, and whether it was inferred rather than measured on this very watch."""

    value: int
    source: str
    inferred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """The limits of one watch. Texts are counted in bytes of UTF-8, without the closing zero.

    `steps` counts repeats too, as the watch does. `nesting` is how many repeats may stand in one another. `workouts` is
    how many the watch keeps. `secondary_targets` is 1 where a run may have a second target, else 0.
    """

    key: str
    name: str
    step_name_bytes: Limit
    note_bytes: Limit
    title_bytes: Limit
    description_bytes: Limit
    steps: Limit
    nesting: Limit
    workouts: Limit
    secondary_targets: Limit


_SEEN_NESTED = Limit(value=2, source=_NESTED_SEEN)
_TAKEN_NESTED = Limit(value=2, source=f"{_NESTED_SEEN}; {_OTHER_WATCH}", inferred=True)
_NO_SECOND = Limit(value=0, source=_SECONDARY_ABSENT)
_HARDLY_SECOND = Limit(value=0, source=_SECONDARY, inferred=True)
_MAYBE_SECOND = Limit(value=1, source=_SECONDARY_KEPT, inferred=True)

_STEPS = Limit(value=50, source=_CONNECT_STEPS, inferred=True)
_WORKOUTS = Limit(value=25, source=_OVERFLOW, inferred=True)


def _device(
    key: str, name: str, nesting: Limit, secondary: Limit, *, step_name_bytes: int = 15, title_bytes: int = 31
) -> Device:
    sizes = {
        "step_name_bytes": step_name_bytes,
        "note_bytes": 199,
        "title_bytes": title_bytes,
        "description_bytes": 159,
    }
    return Device(
        key=key,
        name=name,
        steps=_STEPS,
        nesting=nesting,
        workouts=_WORKOUTS,
        secondary_targets=secondary,
        **{text: Limit(value=size, source=_FIELD_WIDTH, inferred=key == "generic") for text, size in sizes.items()},
    )


_ALL = (
    _device("generic", "any Garmin watch", _TAKEN_NESTED, _HARDLY_SECOND),
    _device("edge530", "Edge 530", _TAKEN_NESTED, _HARDLY_SECOND, title_bytes=49),
    _device("fenix6x", "fēnix 6X", _TAKEN_NESTED, _NO_SECOND),
    _device("enduro", "Enduro", _SEEN_NESTED, _NO_SECOND),
    _device("fr255", "Forerunner 255", _TAKEN_NESTED, _HARDLY_SECOND, step_name_bytes=29),
    _device("fr965", "Forerunner 965", _TAKEN_NESTED, _MAYBE_SECOND, step_name_bytes=29),
)
DEVICES = MappingProxyType({device.key: device for device in _ALL})


def find_device(key: str) -> Device:
    """The limits of a watch by its short name, e.g. `fr965`; capitals, blanks and dashes do not matter.

    Raises:
        WorkoutError: there is no such watch in the table.
    """
    wanted = "".join(char for char in str(key).lower() if char.isalnum())
    if wanted not in DEVICES:
        raise WorkoutError(f"unknown device {key!r}", hint=f"use one of: {', '.join(DEVICES)}")
    return DEVICES[wanted]
