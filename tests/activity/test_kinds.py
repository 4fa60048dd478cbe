"""Kinds of fault that real files show, each made small: what a reader must not believe, and what it must not lose."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import tracemalloc
import zipfile
from collections.abc import Sequence

import numpy as np
import pytest

from retrorun.activity.model import Activity
from retrorun.activity.read import read_activity
from retrorun.activity.rules import plausible, sport_of_words
from retrorun.detection.detector import detect_gait
from retrorun.errors import RecordingError

START = dt.datetime(2024, 5, 1, 8, tzinfo=dt.UTC)


def point(second: float, *, speed: float = 3.0, cad: float = 85.0, lat: float = 10.0, more: str = "") -> str:
    time = (START + dt.timedelta(seconds=second)).isoformat().replace("+00:00", "Z")
    return (
        f'<trkpt lat="{lat + second * speed / 111_195.0:.7f}" lon="20.0"><ele>100</ele><time>{time}</time>'
        f"<extensions><TrackPointExtension><cad>{cad:g}</cad></TrackPointExtension>{more}</extensions></trkpt>"
    )


def segment(points: Sequence[str]) -> str:
    return f"<trkseg>{''.join(points)}</trkseg>"


def track(*segments: str, kind: str = "running") -> str:
    return f"<trk><name>x</name><type>{kind}</type>{''.join(segments)}</trk>"


def gpx(*tracks: str, before: str = "") -> bytes:
    return f'<gpx version="1.1" creator="test">{before}{"".join(tracks)}</gpx>'.encode()


def read(*tracks: str, before: str = "") -> Activity:
    return read_activity(gpx(*tracks, before=before))


def seconds(first: int, end: int, speed: float = 3.0) -> str:
    return segment([point(float(second), speed=speed) for second in range(first, end)])


@pytest.mark.parametrize(
    ("words", "sport", "sub_sport"),
    [
        ("running", "running", ""),
        ("trail_running", "running", "trail"),
        ("TrailRun", "running", "trail"),
        ("treadmill_running", "running", "treadmill"),
        ("Run", "running", ""),
        ("9", "running", ""),
        ("1", "cycling", ""),
        ("Ride", "cycling", ""),
        ("VirtualRide", "cycling", ""),
        ("road_biking", "cycling", ""),
        ("10", "walking", ""),
        ("Hike", "hiking", ""),
        ("Swim", "swimming", ""),
        ("Rowing", "rowing", ""),
        ("NordicSki", "cross_country_skiing", ""),
        ("trip#track", "", ""),
        ("bride", "", ""),
        ("", "", ""),
    ],
)
def test_a_sport_is_a_whole_word_or_number(words: str, sport: str, sub_sport: str) -> None:
    assert sport_of_words(words) == (sport, sub_sport)


def test_the_sport_is_the_tracks_own() -> None:
    waypoint = (
        '<wpt lat="1" lon="2"><type>running</type></wpt><metadata><link href="x"><type>run</type></link></metadata>'
    )
    assert read(track(seconds(0, 60), kind="Ride"), before=waypoint).sport == "cycling"
    assert read(track(seconds(0, 60), kind="<![CDATA[ Ride ]]>")).sport == "cycling"


def test_nobody_runs_at_a_rides_speed_for_half_an_hour() -> None:
    ride = read(track(seconds(0, 2400, speed=8.0)))
    assert ride.sport == "cycling"
    assert detect_gait(ride).verdict == "cannot tell"
    assert read(track(seconds(0, 2400, speed=5.5))).sport == "running"


def test_a_walk_stays_a_walk_with_one_cadence_whatever_spikes_it_has() -> None:
    plain = [point(float(k), speed=1.4, cad=56.0 + k % 2) for k in range(1800)]
    spiked = list(plain)
    for at in (400, 900, 1300):
        spiked[at] = point(float(at) + 0.5, speed=1.4, cad=58.0)
    for points in (plain, spiked):
        walk = read(track(segment(points), kind=""))
        assert walk.sport == "walking"
        assert np.nanmedian(walk.cadence_spm) == pytest.approx(113.0, abs=1.0)
        assert detect_gait(walk).segments == ()


def test_a_bus_between_two_segments_adds_nothing() -> None:
    far = segment([point(float(k), lat=10.2) for k in range(3000, 3600)])
    ride = read(track(seconds(0, 600), far))
    assert ride.distance_m[-1] == pytest.approx(2 * 599 * 3.0, rel=0.01)
    assert len(ride.parts) == 0


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("days", [0.5, 2.0, 700.0])
def test_activities_of_one_file_are_parts_in_any_order(order: tuple[int, int], days: float) -> None:
    later = int(days * 86_400)
    pieces = [
        seconds(0, 300),
        segment([point(float(k), lat=10.0 - later * 3.0 / 111_195.0) for k in range(later, later + 600)]),
    ]
    both = read(track(*(pieces[k] for k in order)))
    assert len(both) == 900
    assert [round(part.end_s - part.start_s) for part in both.parts] == [299, 599]
    assert both.distance_m[-1] == pytest.approx(898 * 3.0, rel=0.01)
    second = both.part(1)
    assert (second.time_s[0], second.time_s[-1]) == (0.0, 599.0)
    assert second.distance_m[0] == 0.0
    assert second.start_time == START + dt.timedelta(seconds=later)


def tcx(*activities: tuple[int, Sequence[tuple[int, int]]]) -> bytes:
    """Activities of laps `(start, length)` in seconds."""

    def stamp(second: int) -> str:
        return (START + dt.timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def lap(start: int, length: int) -> str:
        points = "".join(
            f"<Trackpoint><Time>{stamp(start + k)}</Time>"
            f"<DistanceMeters>{3.0 * (start + k)}</DistanceMeters></Trackpoint>"
            for k in range(length)
        )
        return (
            f'<Lap StartTime="{stamp(start)}"><TotalTimeSeconds>{length or 0.002}</TotalTimeSeconds>'
            f"<DistanceMeters>{3 * length}</DistanceMeters><Track>{points}</Track></Lap>"
        )

    body = "".join(
        f'<Activity Sport="Running"><Id>{stamp(at)}</Id>{"".join(lap(at + s, n) for s, n in laps)}</Activity>'
        for at, laps in activities
    )
    return f"<TrainingCenterDatabase><Activities>{body}</Activities></TrainingCenterDatabase>".encode()


def test_two_activities_newest_first_keep_their_own_laps() -> None:
    found = read_activity(tcx((90_000, [(0, 120), (120, 60)]), (0, [(0, 300)])))
    assert [(lap.start_s, lap.end_s) for lap in found.part(0).laps] == [(0.0, 299.0)]
    assert [lap.end_s - lap.start_s for lap in found.part(1).laps] == [120.0, 59.0]


def test_a_lap_of_no_length_does_not_hide_the_real_one() -> None:
    found = read_activity(tcx((0, [(0, 0), (0, 300)])))
    assert [lap.timer_s for lap in found.laps] == [300.0]
    assert any("no length" in said for said in found.decisions)


@pytest.mark.parametrize("start", ["", START.isoformat()])
def test_laps_of_one_start_or_of_none_begin_with_their_first_points(start: str) -> None:
    laps = (
        f'<Lap StartTime="{start}"><TotalTimeSeconds>{seconds}</TotalTimeSeconds><Track>'
        + "".join(
            f"<Trackpoint><Time>{(START + dt.timedelta(seconds=at)).isoformat()}</Time>"
            f"<DistanceMeters>{3 * at}</DistanceMeters></Trackpoint>"
            for at in range(first, first + seconds)
        )
        + "</Track></Lap>"
        for first, seconds in ((0, 200), (200, 300), (500, 100))
    )
    activity = read_activity(
        f'<TrainingCenterDatabase><Activities><Activity Sport="Running">{"".join(laps)}</Activity></Activities>'
        "</TrainingCenterDatabase>".encode()
    )
    assert [(lap.start_s, lap.end_s) for lap in activity.laps] == [(0, 200), (200, 500), (500, 599)]


def test_a_position_that_was_not_known_yet_adds_nothing() -> None:
    nowhere = [
        point(float(second)).replace(f'lat="{10.0 + second * 3.0 / 111_195.0:.7f}" lon="20.0"', 'lat="0" lon="0"')
        for second in range(30)
    ]
    activity = read(track(segment([*nowhere, *(point(float(second)) for second in range(30, 600))])))
    assert activity.distance_m[-1] == pytest.approx(3.0 * 569, rel=1e-3)
    assert np.isnan(activity.latitude_deg[:30]).all()
    assert any("30 positions at 0° N" in str(each) for each in activity.damage)


def test_a_jump_of_the_positions_there_and_back_adds_nothing() -> None:
    away = [point(float(second), lat=11.0 if 300 <= second < 320 else 10.0) for second in range(600)]
    activity = read(track(segment(away)))
    assert activity.distance_m[-1] == pytest.approx(3.0 * 597, rel=1e-3)
    assert np.nanmax(activity.speed_mps) < 3.1
    assert any("2 jumps" in each for each in activity.decisions)


def _counted(distances: Sequence[float]) -> Activity:
    """A TCX without positions that counts distance so, once a second."""
    points = "".join(
        f"<Trackpoint><Time>{(START + dt.timedelta(seconds=at)).isoformat()}</Time>"
        f"<DistanceMeters>{distance}</DistanceMeters></Trackpoint>"
        for at, distance in enumerate(distances)
    )
    lap = f'<Lap StartTime="{START.isoformat()}"><Track>{points}</Track></Lap>'
    return read_activity(
        f'<TrainingCenterDatabase><Activities><Activity Sport="Running">{lap}</Activity></Activities>'
        "</TrainingCenterDatabase>".encode()
    )


def test_a_distance_that_begins_anew_with_each_lap_is_summed() -> None:
    activity = _counted([3.0 * (second % 200) for second in range(1000)])
    assert activity.distance_m[-1] == pytest.approx(5 * 3.0 * 199)
    assert np.nanmedian(activity.speed_mps) == 3.0
    assert any("began anew 4 times" in each for each in activity.decisions)


@pytest.mark.parametrize("wrong", [0.0, 1e6])
def test_one_wrong_distance_costs_one_sample_and_a_step_back_no_way(wrong: float) -> None:
    distances = [3.0 * second - (5.0 if second % 50 == 49 else 0.0) for second in range(1000)]
    distances[500] = wrong
    activity = _counted(distances)
    assert activity.distance_m[-1] == pytest.approx(3.0 * 999 - 5, abs=7)
    assert (np.diff(activity.distance_m) >= 0).all()


def test_distance_is_since_the_start() -> None:
    assert read_activity(tcx((13_000, [(0, 300)]))).distance_m[0] == 0.0


@pytest.mark.parametrize(
    ("column", "more", "options"),
    [
        ("cadence_spm", "", {"cad": -50.0}),
        ("latitude_deg", "", {"lat": 95.0}),
        ("speed_mps", "<speed>-3</speed>", {}),
        ("heart_rate_bpm", "<hr>900</hr>", {}),
        ("distance_m", "<distance>1e300</distance>", {}),
    ],
)
def test_what_cannot_be_is_missing_and_counted(column: str, more: str, options: dict[str, float]) -> None:
    points = [point(float(k), more=more, **options) for k in range(100)]
    found = read(track(segment(points)))
    values = found[column]
    assert not np.isinf(values).any()
    assert np.isnan(values).all() or 0.0 <= np.nanmin(values) <= np.nanmax(values) <= 1000.0
    assert any("cannot be" in str(each) for each in found.damage)


@pytest.mark.parametrize("text", ["1.012,5", "NaN", "-inf", "high"])
def test_what_is_no_number_is_missing_and_counted(text: str) -> None:
    points = [point(float(second)).replace("<ele>100<", f"<ele>{text if second < 7 else 100}<") for second in range(60)]
    activity = read(track(segment(points)))
    assert np.isnan(activity.altitude_m).sum() == 7
    assert [str(each) for each in activity.damage] == [
        "7 values of altitude that no number can be read from, taken as missing"
    ]
    positions = read(track(segment([each.replace('lon="20.0"', f'lon="{text}"') for each in points[7:]])))
    assert "53 values of longitude that no number" in str(positions.damage[0])
    assert read(track(segment([each.replace("<ele>100<", "<ele> <") for each in points[7:]]))).damage == ()


@pytest.mark.parametrize("year", ["0001", "1969", "1989", "2100", "9999"])
def test_a_date_that_cannot_be_is_missing_and_counted(year: str) -> None:
    points = seconds(0, 60).replace("2024-", f"{year}-")
    activity = read(track(points))
    assert activity.start_time is None
    assert activity.time_s[-1] == 59
    assert [str(each) for each in activity.damage] == ["the date cannot be, taken as missing"]
    assert read(track(seconds(0, 60).replace("2024-", "1990-"))).damage == ()


def test_commas_are_decimal_signs() -> None:
    plain = gpx(track(seconds(0, 60)))
    with_commas = plain.replace(b'lat="10.', b'lat="10,').replace(b'lon="20.0"', b'lon="20,0"')
    assert with_commas != plain
    np.testing.assert_allclose(read_activity(with_commas).latitude_deg, read_activity(plain).latitude_deg)


def test_a_zone_that_is_none_is_no_crash() -> None:
    found = read_activity(gpx(track(seconds(0, 60))).replace(b"Z</time>", b"+24:00</time>"))
    assert found.utc_offset_s is None


def test_what_the_finder_puts_beside_a_recording_is_none() -> None:
    run = gpx(track(seconds(0, 60)))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in (("a/run.gpx", run), ("__MACOSX/a/._run.gpx", b"x"), ("a/._run.gpx", b"x")):
            archive.writestr(name, data)
    assert len(read_activity(out.getvalue())) == 60


def test_a_member_of_a_zip_without_a_name_is_none() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("r", b"x")
        archive.writestr("run.gpx", gpx(track(seconds(0, 60))))
    # The name of the first member, which takes one byte, ends at a zero: damaged listings look like that.
    assert len(read_activity(out.getvalue().replace(b"r\x50\x4b", b"\0\x50\x4b").replace(b"rx", b"\0x"))) == 60


def test_a_damaged_member_of_any_method_is_one_error() -> None:
    for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", method) as archive:
            archive.writestr("run.gpx", gpx(track(seconds(0, 300))))
        data = bytearray(out.getvalue())
        data[60:400] = bytes(340)
        with pytest.raises(RecordingError):
            read_activity(bytes(data))


def test_hundreds_of_thousands_of_empty_gzip_members_are_refused_early() -> None:
    bomb = gzip.compress(b"", mtime=0) * 100_000
    tracemalloc.start()
    try:
        with pytest.raises(RecordingError, match="more members"):
            read_activity(bomb)
        assert tracemalloc.get_traced_memory()[1] < 50 << 20
    finally:
        tracemalloc.stop()


def test_a_gzip_in_blocks_is_read_whole() -> None:
    run = gpx(track(seconds(0, 60)))
    blocks = b"".join(gzip.compress(run[at : at + 16]) for at in range(0, len(run), 16))
    assert len(read_activity(blocks)) == 60


def test_times_that_are_durations_or_moments_are_seconds() -> None:
    want = [0.0, 1.0, 2.5]
    for times in (
        [dt.timedelta(seconds=s) for s in want],
        [START + dt.timedelta(seconds=s) for s in want],
        np.array([int(s * 1000) for s in want], dtype="timedelta64[ms]"),
        np.datetime64("2024-05-01T08:00") + np.array([int(s * 1000) for s in want], dtype="timedelta64[ms]"),
    ):
        made = Activity.from_columns(time_s=times, speed_mps=[3, 3, 3], cadence_spm=None)  # type: ignore[arg-type]  # that is the point
        assert made.time_s.tolist() == want


def test_an_activity_is_short_to_look_at_and_gives_its_columns_by_name() -> None:
    made = read(track(seconds(0, 60)))
    assert len(repr(made)) < 120
    assert made["speed_mps"] is made.speed_mps
    with pytest.raises(RecordingError, match="there is no column 'pace'"):
        made["pace"]


def test_columns_without_a_sample_hold_nothing_that_cannot_be() -> None:
    assert plausible({"speed_mps": np.empty(0), "cadence_spm": np.empty(0)})[1] == ()
    assert plausible({"speed_mps": np.array([np.nan])})[1] == ()
