from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrorun.activity.points import unix_seconds, utc_offset_s

MOMENTS = st.datetimes(min_value=dt.datetime(1971, 1, 1), max_value=dt.datetime(2100, 1, 1))  # noqa: DTZ001 - UTC below


@given(
    st.lists(MOMENTS, min_size=1, max_size=30),
    st.sampled_from(["seconds", "milliseconds"]),
    st.lists(st.sampled_from([0, 60, 330, -210]), min_size=1, max_size=2),
)
def test_as_datetime_reads_them(moments: list[dt.datetime], precision: str, minutes: list[int]) -> None:
    zones = [dt.timezone(dt.timedelta(minutes=minutes[index % len(minutes)])) for index in range(len(moments))]
    aware = [moment.replace(tzinfo=zone) for moment, zone in zip(moments, zones, strict=True)]
    texts = [moment.isoformat(timespec=precision).replace("+00:00", "Z") for moment in aware]
    expected = [dt.datetime.fromisoformat(text).timestamp() for text in texts]
    np.testing.assert_allclose(unix_seconds([text.encode() for text in texts]), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"2024-05-01T10:00:00+02:00", 1714550400.0),
        (b" 2024-05-01T08:00:00.123456Z ", 1714550400.123456),
        (b"2024-05-01T08:00:00", 1714550400.0),
        (b"2024-05-01t08:00:00z", 1714550400.0),
        (b"2024-05-01 08:00:00 UTC", 1714550400.0),
        (b"2024-05-01T08:00:00,5Z", 1714550400.5),
        (b"2024-06-31T08:00:00Z", None),
        (b"2024-05-01T24:00:01Z", None),
        (b"2024-05-01T08:61:00Z", None),
        (b"2024-05-01T08:00:70Z", None),
        (b"yesterday", None),
        (b"", None),
        (b"\xff\xfe", None),
    ],
)
def test_other_shapes_and_no_times(text: bytes, expected: float | None) -> None:
    for texts in ([text], [text, text], [b"2024-05-01T08:00:00Z", text]):
        found = unix_seconds(texts)[-1]
        assert np.isnan(found) if expected is None else found == pytest.approx(expected, abs=1e-6)


def test_one_wrong_time_does_not_spoil_the_others() -> None:
    texts = [b"2024-05-01T08:00:00Z", b"2024-05-32T08:00:00Z", b"2024-05-01T08:00:02Z"]
    np.testing.assert_array_equal(unix_seconds(texts), [1714550400.0, np.nan, 1714550402.0])


@pytest.mark.parametrize(
    ("text", "offset"), [(b"10:00:00+02:00", 7200.0), (b"10:00:00-0330", -12600.0), (b"10:00:00Z", None)]
)
def test_the_zone(text: bytes, offset: float | None) -> None:
    assert utc_offset_s(text) == offset


def test_a_wrong_date_among_very_many_days_is_missing_alone() -> None:
    texts = [f"{dt.date(2000, 1, 1) + dt.timedelta(days=day)}T10:00:00Z".encode() for day in range(2000)]
    texts[700] = b"2001-06-31T10:00:00Z"  # numpy's own reader ends the process here
    found = unix_seconds(texts)
    assert np.flatnonzero(np.isnan(found)).tolist() == [700]
    assert found[1999] - found[0] == 1999 * 86_400
