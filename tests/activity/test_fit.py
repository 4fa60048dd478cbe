from __future__ import annotations

import datetime as dt
import struct

import numpy as np
import pytest

from retrorun.activity.model import Activity, Pause
from retrorun.activity.read import read_activity
from retrorun.errors import RecordingError
from retrorun.fit.profile import FIT_EPOCH_UNIX_S
from tests.fit.handmade import (
    ENUM,
    F32,
    LAP,
    RECORD,
    S32,
    START,
    TEXT,
    U8,
    U16,
    U32,
    U32Z,
    Kind,
    file_id,
    fit,
    recording,
    records,
)
from tests.shared_data import shared

MOMENT = dt.datetime.fromtimestamp(START + FIT_EPOCH_UNIX_S, tz=dt.UTC)
EVENT = Kind(4, 21, [(253, U32, 4), (0, ENUM, 1), (1, ENUM, 1)])
SESSION = Kind(5, 18, [(253, U32, 4), (2, U32, 4), (5, ENUM, 1), (6, ENUM, 1), (7, U32, 4), (8, U32, 4), (9, U32, 4)])
TIMER, STARTS, STOPS_ALL = 0, 0, 4


def read(*parts: bytes) -> Activity:
    return read_activity(fit(file_id(), RECORD.define(), *parts))


def test_a_plain_run() -> None:
    activity = read_activity(recording(60))
    assert activity.source == "fit"
    assert activity.start_time == MOMENT
    assert activity.time_s.tolist() == list(range(60))
    assert set(activity.speed_mps) == {3.0}
    assert set(activity.cadence_spm) == {160}
    assert set(activity.heart_rate_bpm) == {140}
    assert activity.distance_m.tolist() == [3.0 * at for at in range(60)]
    assert np.isnan(activity.altitude_m).all()
    assert activity.damage == ()
    assert activity.device is not None
    assert activity.device.manufacturer == "garmin"
    lap = activity.laps[0]
    assert (lap.start_s, lap.end_s, lap.timer_s, lap.distance_m) == (0.0, 60.0, 60.0, 180.0)
    assert (lap.trigger, lap.planned_step_index, lap.intensity) == ("manual", None, "")


def test_enhanced_fields_go_before_plain_ones_and_fill_up_from_them() -> None:
    kind = Kind(1, 20, [(253, U32, 4), (6, U16, 2), (73, U32, 4), (2, U16, 2), (78, U32, 4)])
    missing = 0xFFFF_FFFF
    activity = read_activity(
        fit(kind.define(), kind.data(START, 3000, 3123, 3000, 3010), kind.data(START + 1, 2000, missing, 3000, missing))
    )
    assert activity.speed_mps.tolist() == [3.123, 2.0]
    assert activity.altitude_m.tolist() == [102.0, 100.0]


def test_fractional_cadence_counts_and_a_missing_fraction_is_none() -> None:
    kind = Kind(1, 20, [(253, U32, 4), (6, U16, 2), (4, U8, 1), (53, U8, 1)])
    rows = [kind.data(START, 3000, 79, 64), kind.data(START + 1, 3000, 80, 0xFF), kind.data(START + 2, 3000, 0xFF, 64)]
    np.testing.assert_array_equal(read_activity(fit(kind.define(), *rows)).cadence_spm, [159.0, 160.0, np.nan])


def test_positions_in_degrees() -> None:
    kind = Kind(1, 20, [(253, U32, 4), (0, S32, 4), (1, S32, 4)])
    activity = read_activity(fit(kind.define(), kind.data(START, 2**29, -(2**30)), kind.data(START + 1, 0, 2**31 - 1)))
    np.testing.assert_array_equal(activity.latitude_deg, [45.0, 0.0])
    np.testing.assert_array_equal(activity.longitude_deg, [-90.0, np.nan])


def test_the_packed_field_of_old_watches() -> None:
    kind = Kind(1, 20, [(253, U32, 4), (8, 0x0D, 3)])

    def packed(speed: float, distance: float) -> bytes:
        return (int(speed * 100) | int(distance * 16) % 4096 << 12).to_bytes(3, "little")

    way = [0.0, 100.0, 250.0, 300.0, 560.0 - 10]
    activity = read_activity(
        fit(kind.define(), *(kind.data(START + 30 * at, packed(3.21, m)) for at, m in enumerate(way)))
    )
    assert activity.distance_m.tolist() == way
    assert set(activity.speed_mps) == {3.21}


def test_extra_columns_carry_their_unit() -> None:
    kind = Kind(1, 20, [(253, U32, 4), (7, U16, 2), (39, U16, 2), (85, U16, 2)])
    activity = read_activity(fit(kind.define(), kind.data(START, 250, 853, 11005)))
    assert {name: values.tolist() for name, values in activity.extra.items()} == {
        "power_w": [250.0],
        "vertical_oscillation_mm": [85.3],
        "step_length_mm": [1100.5],
    }


def test_developer_fields_stay_apart_and_known_ones_get_plain_names() -> None:
    description = Kind(6, 206, [(0, U8, 1), (1, U8, 1), (2, U8, 1), (3, TEXT, 24), (8, TEXT, 8)])
    kind = Kind(1, 20, [(253, U32, 4), (6, U16, 2)], developer=[(0, 4, 0), (1, 4, 0), (2, 4, 0), (3, 4, 0)])
    names = [(b"Power", b"Watts"), (b"speed", b"m/s"), (b"Compass Heading", b"deg"), (b"Mood", b"")]
    activity = read_activity(
        fit(
            description.define(),
            *(description.data(0, number, F32, name, unit) for number, (name, unit) in enumerate(names)),
            kind.define(),
            kind.data(START, 3000, extra=struct.pack("<ffff", 250, 9.5, 90, 7)),
        )
    )
    assert activity.speed_mps.tolist() == [3.0]
    assert {name: values.tolist() for name, values in activity.developer.items()} == {
        "power_w": [250.0],
        "speed": [9.5],
        "heading_deg": [90.0],
        "Mood": [7.0],
    }
    assert not activity.extra


def test_pauses_from_the_timer_and_gaps_without_a_word() -> None:
    events = [(0, STARTS), (30, STOPS_ALL), (50, STARTS), (89, STOPS_ALL)]
    samples = [RECORD.data(START + at, 140, 80, 300, 3000) for at in (*range(31), *range(50, 60), *range(80, 90))]
    activity = read(*samples, EVENT.define(), *(EVENT.data(START + at, TIMER, kind) for at, kind in events))
    assert activity.pauses == (
        Pause(start_s=30.0, end_s=50.0, kind="timer"),
        Pause(start_s=59.0, end_s=80.0, kind="gap"),
    )


def test_parts_of_a_multisport_file_and_the_running_one_names_the_activity() -> None:
    def session(start: int, seconds: int, sport: int, sub_sport: int) -> bytes:
        totals = (1000 * seconds, 1000 * seconds, 100 * seconds)
        return SESSION.data(START + start + seconds, START + start, sport, sub_sport, *totals)

    activity = read(*records(300), SESSION.define(), session(0, 200, 2, 7), session(200, 100, 1, 4))
    assert [(part.sport, part.start_s, part.end_s) for part in activity.parts] == [
        ("cycling", 0.0, 200.0),
        ("running", 200.0, 300.0),
    ]
    assert (activity.sport, activity.sub_sport) == ("running", "track")
    assert "sport: running, one of 2 parts" in activity.decisions


@pytest.mark.parametrize("engine", ["columns", "fitparse"])
@pytest.mark.parametrize("later_s", [3600, 100 * 86_400, -100 * 86_400])
def test_activities_of_a_chain_are_parts_in_any_order_and_however_far_apart(engine: str, later_s: int) -> None:
    def one(start: int) -> bytes:
        session = SESSION.data(start + 60, start, 1, 0, 60_000, 60_000, 18_000)
        return fit(file_id(), RECORD.define(), *records(60, start=start), SESSION.define(), session)

    activity = read_activity(one(START) + one(START + later_s), engine=engine)  # type: ignore[arg-type]  # one of two
    apart_s = abs(later_s)
    assert [(part.start_s, part.end_s) for part in activity.parts] == [(0, 59), (apart_s, apart_s + 59)]
    assert len(activity) == 120
    assert activity.distance_m[-1] == 2 * 3.0 * 59
    assert activity.part(1).distance_m[-1] == 3.0 * 59


def test_where_the_sessions_are_lost_the_watch_s_setting_names_the_sport() -> None:
    kind = Kind(6, 12, [(0, ENUM, 1), (1, ENUM, 1)])
    activity = read(kind.define(), kind.data(1, 3), *records(30))
    assert (activity.sport, activity.sub_sport) == ("running", "trail")
    assert activity.parts == ()


def test_relative_times_have_no_date() -> None:
    activity = read_activity(fit(RECORD.define(), *records(5, start=1000)))
    assert activity.start_time is None
    assert activity.time_s.tolist() == [0, 1, 2, 3, 4]
    assert any("the date is not known" in each for each in activity.decisions)


def test_the_zone_comes_from_the_activity_message() -> None:
    kind = Kind(7, 34, [(253, U32, 4), (5, U32, 4)])
    assert read(*records(5), kind.define(), kind.data(START, START + 7200)).utc_offset_s == 7200
    assert read(*records(5), kind.define(), kind.data(START, START + 700_000)).utc_offset_s is None
    assert read(*records(5)).utc_offset_s is None


def test_the_plan_and_the_file_it_came_from() -> None:
    workout, step = Kind(7, 26, [(8, TEXT, 12), (6, U16, 2)]), Kind(8, 27, [(254, U16, 2), (1, ENUM, 1), (2, U32, 4)])
    training = Kind(9, 72, [(0, ENUM, 1), (1, U16, 2), (2, U16, 2), (3, U32Z, 4), (4, U32, 4)])
    activity = read(
        *records(5),
        workout.define(), workout.data(b"Retro", 1), step.define(), step.data(0, 0, 60_000),
        training.define(), training.data(5, 255, 7, 4242, START - 99),
        LAP.define(), LAP.data(START + 5, START, 5000, 5000, 1500, 1, 0),
    )  # fmt: skip
    assert activity.workout is not None
    assert activity.workout.embedded
    assert activity.workout.steps[0].duration_value == 60_000
    assert activity.training_file is not None
    assert (activity.training_file.serial, activity.training_file.time_created) == (4242, START - 99)
    assert (activity.laps[0].planned_step_index, activity.laps[0].trigger) == (0, "time")


def test_damage_says_which_seconds_it_cost() -> None:
    data = bytearray(fit(file_id(), RECORD.define(), *records(400)))
    data[2000:2300] = b"\xff" * 300
    activity = read_activity(bytes(data))
    hole = next(each for each in activity.damage if each.start_s is not None)
    lost = sorted(set(range(400)) - set(activity.time_s.astype(int).tolist()))
    assert hole.start_s is not None
    assert hole.end_s is not None
    assert hole.start_s <= lost[0]
    assert lost[-1] <= hole.end_s <= lost[-1] + 1
    assert 1900 < hole.end_byte <= 2350


def test_laps_whose_times_are_none_of_this_recording_are_laid_end_to_end() -> None:
    laps = [LAP.data(START, START + 10**6 + at, 20_000, 20_000, 6000, 0, 0xFFFF) for at in (0, 1)]
    activity = read(*records(40), LAP.define(), *laps)
    assert [(lap.start_s, lap.end_s) for lap in activity.laps] == [(0.0, 20.0), (20.0, 40.0)]
    assert any("laid end to end" in each for each in activity.decisions)


def test_more_laps_than_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retrorun.activity.rules.MAX_LAPS", 3)
    activity = read(*records(5), LAP.define(), *[LAP.data(START, START, 1000, 1000, 300, 0, 0)] * 9)
    assert len(activity.laps) == 3
    assert any("9 in the file" in each for each in activity.decisions)


def test_more_samples_than_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retrorun.activity.fit.MAX_SAMPLES", 30)
    with pytest.raises(RecordingError, match="more than any recording"):
        read_activity(recording(31))


@pytest.mark.parametrize(
    ("name", "samples", "laps", "sport"),
    [
        ("athlete12_2708458d.fit", 2689, 13, ("running", "generic")),
        ("athlete05_d9be4623.fit", 560, 11, ("running", "treadmill")),
        ("athlete16_d6d46ecf.fit", 461, 0, ("hiking", "generic")),
    ],
)
def test_real_files(name: str, samples: int, laps: int, sport: tuple[str, str]) -> None:
    activity = read_activity(shared("activities", name))
    assert (len(activity), len(activity.laps), (activity.sport, activity.sub_sport)) == (samples, laps, sport)
