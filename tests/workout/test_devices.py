from __future__ import annotations

from pathlib import Path

import pytest

from retrorun.errors import WorkoutError
from retrorun.workout.devices import DEVICES, Device, Limit, find_device

LIMITS = [name for name in Device.__dataclass_fields__ if name not in ("key", "name")]


@pytest.mark.parametrize("key", DEVICES)
@pytest.mark.parametrize("limit", LIMITS)
def test_every_limit_has_a_source_and_generic_is_the_smallest(key: str, limit: str) -> None:
    value: Limit = getattr(DEVICES[key], limit)
    assert value.source
    assert value.value >= getattr(DEVICES["generic"], limit).value


def test_limits_nobody_measured_on_any_watch_are_marked() -> None:
    generic = DEVICES["generic"]
    assert all(getattr(generic, limit).inferred for limit in LIMITS)


def test_what_is_no_name_is_no_device() -> None:
    with pytest.raises(WorkoutError, match="unknown device None; use one of: generic"):
        find_device(None)  # type: ignore[arg-type]  # the point


@pytest.mark.parametrize("key", DEVICES)
def test_the_reference_shows_the_same_numbers(key: str) -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / "fit-workouts.md"
    device = DEVICES[key]
    shown = [
        device.step_name_bytes.value,
        device.note_bytes.value,
        device.title_bytes.value,
        device.description_bytes.value,
        device.steps.value,
        device.nesting.value,
        "yes" if device.secondary_targets.value else "no",
    ]
    assert f"| `{key}` | {' | '.join(map(str, shown))} |" in page.read_text()


@pytest.mark.parametrize("key", ["fr965", "FR965", "fr-965", "Fenix 6X", "edge_530"])
def test_names_are_found_however_they_are_written(key: str) -> None:
    assert find_device(key).key in DEVICES


@pytest.mark.parametrize("key", ["", "fenix", "fr255s", "ﬀ"])
def test_other_names_are_refused_with_those_there_are(key: str) -> None:
    with pytest.raises(WorkoutError, match="generic, edge530, fenix6x, enduro, fr255, fr965"):
        find_device(key)
