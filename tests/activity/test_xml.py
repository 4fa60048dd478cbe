from __future__ import annotations

import datetime as dt
import gzip
import io
from pathlib import Path
from typing import Any

import gpxpy
import numpy as np
import pytest

from retrorun.activity import markup
from retrorun.activity.read import read_activity
from retrorun.errors import RecordingError
from tests.activity.documents import (
    COROS,
    GARMIN,
    STRAVA,
    SUUNTO,
    gpx,
    gpx_point,
    moment,
    tcx,
    tcx_lap,
    tcx_point,
)
from tests.shared_data import shared_files

START = dt.datetime(2024, 5, 1, 10, tzinfo=dt.UTC)


@pytest.mark.parametrize("flavour", [GARMIN, STRAVA, SUUNTO, COROS], ids=["garmin", "strava", "suunto", "coros"])
def test_gpx_flavours(flavour: str) -> None:
    activity = read_activity(gpx(*(gpx_point(at, extension=flavour) for at in range(60))))
    assert activity.source == "gpx"
    assert activity.start_time == START
    assert activity.time_s.tolist() == list(range(60))
    assert (activity.sport, activity.sub_sport) == ("running", "generic")
    assert set(activity.heart_rate_bpm) == {140}
    assert set(activity.cadence_spm) == {160}
    assert set(activity.altitude_m) == {100.5}
    assert activity.latitude_deg[1] == pytest.approx(50.000027, abs=1e-9)
    assert activity.speed_mps[1:].mean() == pytest.approx(3.0, rel=0.01)
    if flavour in {STRAVA, COROS}:
        assert set(activity.extra["power_w"]) == {250}
    if flavour in {SUUNTO, COROS}:
        assert activity.distance_m[10] == 30


def test_speed_of_gpx_1_0_stands_in_the_point_itself() -> None:
    points = [gpx_point(at).replace("<ele>", "<speed>2.5</speed><ele>") for at in range(9)]
    assert set(read_activity(gpx(*points)).speed_mps) == {2.5}


def test_cadence_that_is_in_steps_already_stays() -> None:
    points = [gpx_point(at, extension=STRAVA).replace(">80<", ">172<") for at in range(60)]
    activity = read_activity(gpx(*points))
    assert set(activity.cadence_spm) == {172}
    assert any("counts steps a minute" in each for each in activity.decisions)


@pytest.mark.parametrize(
    ("kind", "sport"),
    [
        ("running", ("running", "generic")),
        ("track_running", ("running", "track")),
        ("Trail Run", ("running", "trail")),
        ("treadmill_running", ("running", "treadmill")),
        ("9", ("running", "generic")),
        ("hiking", ("hiking", "generic")),
        ("Ride", ("cycling", "generic")),
        ("", ("generic", "generic")),
    ],
)
def test_what_gpx_calls_a_sport(kind: str, sport: tuple[str, str]) -> None:
    activity = read_activity(gpx(*(gpx_point(at) for at in range(5)), kind=kind))
    assert (activity.sport, activity.sub_sport) == sport


def test_points_without_a_time_are_left_out_and_counted() -> None:
    activity = read_activity(gpx(*(gpx_point(at, time="" if at % 5 == 2 else None) for at in range(20))))
    assert len(activity) == 16
    assert "4 samples without a time left out" in activity.decisions


def test_a_point_without_a_position_keeps_the_rest() -> None:
    points = [gpx_point(at, extension=GARMIN) for at in range(10)]
    points[4] = points[4].replace('lat="50.0001080" lon="8.25"', "")
    activity = read_activity(gpx(*points))
    assert len(activity) == 10
    assert np.flatnonzero(np.isnan(activity.latitude_deg)).tolist() == [4]
    assert activity.heart_rate_bpm[4] == 140


def test_attributes_in_another_order_and_in_single_quotes() -> None:
    points = [gpx_point(at).replace('lat="50', 'note="x" lat="50') for at in range(4)]
    points[2] = points[2].replace('"', "'")
    swapped = [f'<trkpt lon="8.25"  lat = "50.{at}"><time>{moment(at)}</time></trkpt>' for at in range(10, 14)]
    activity = read_activity(gpx(*points, *swapped))
    assert np.isfinite(activity.latitude_deg).all()
    assert set(activity.longitude_deg) == {8.25}


TAGS = (
    b"<a><ns3:hr x='1'>1</ns3:hr><hr>2</hr><hr/><hrx>3</hrx><heartrate>4</heartrate><cadence\n>5 > 4</cadence>"
    b"<x:cad>6</x:cad></x:trkseg><RunCadence y='b:c'>7</RunCadence><RunCadenceX>8</RunCadenceX><x y='hr>9'><cad>"
)


@pytest.mark.parametrize("piece", [1, 10, 50, 1 << 18])
def test_tags_are_found_by_their_local_names_in_pieces_of_any_size(monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    monkeypatch.setattr(markup, "_PIECE", piece)
    tags = markup.find_tags(TAGS, ("hr", "heartrate", "cad", "cadence", "RunCadence", "/trkseg"))
    rows = np.arange(len(tags.which))
    names = [tags.names[number] for number in tags.which]
    assert list(zip(names, tags.said(rows), tags.texts(rows), strict=True)) == [
        ("hr", b" x='1'", b"1"),
        ("hr", b"", b"2"),
        ("heartrate", b"", b"4"),
        ("cadence", b"\n", b"5 > 4"),
        ("cad", b"", b"6"),
        ("/trkseg", b"", b""),
        ("RunCadence", b" y='b:c'", b"7"),
    ]  # the last one ends the document, and so may be cut


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b"\n \t" + data,
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        lambda data: data.replace(b"UTF-8", b"ISO-8859-1").replace(b">run<", b">R\xfcckw\xe4rts<"),
        lambda data: data.replace(b"<gpx ", b"<!-- <trkpt lat='1' lon='2'> --><gpx "),
        lambda data: data.replace(b"<name>run", b"<name><![CDATA[<trkpt lat='0' lon='0'>]]>"),
        lambda data: data.replace(b"<?xml version", b"<?xml  version").replace(b"<trk>", b"<?pi <trkpt> ?><trk>"),
        lambda data: data.replace(b"xmlns:ns3=", b"xmlns:other="),
        lambda data: data.replace(b"><", b">\r\n  <"),
        lambda data: data.replace(b"trkpt", b"g:trkpt").replace(b"<gpx ", b"<gpx xmlns:g='x' "),
    ],
    ids=["blanks", "BOM", "UTF-16", "Latin-1", "comment", "CDATA", "instruction", "prefix", "lines", "prefixed"],
)
def test_ways_to_write_the_same(change: object) -> None:
    plain = gpx(*(gpx_point(at, extension=GARMIN) for at in range(30)))
    first, second = read_activity(plain), read_activity(change(plain))  # type: ignore[operator]  # one of the lambdas
    for name in ("time_s", "latitude_deg", "heart_rate_bpm", "cadence_spm", "speed_mps"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))
    assert second.damage == ()


def test_movescount_laps_behind_the_track() -> None:
    lap = (
        "<gpxdata:lap><gpxdata:index>1</gpxdata:index><gpxdata:startTime>2024-05-01T10:00:20Z</gpxdata:startTime>"
        "<gpxdata:elapsedTime>30</gpxdata:elapsedTime><gpxdata:distance>95</gpxdata:distance></gpxdata:lap>"
    )
    tail = f"<extensions>{lap}</extensions>"
    activity = read_activity(gpx(*(gpx_point(at) for at in range(60)), tail=tail))
    assert [(each.start_s, each.end_s, each.distance_m) for each in activity.laps] == [(20.0, 50.0, 95.0)]


@pytest.mark.parametrize("attack", [
    '<!DOCTYPE gpx [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>',
    '<!DOCTYPE gpx SYSTEM "http://localhost/x.dtd">',
    '<!doctype gpx>',
])  # fmt: skip
def test_document_types_are_refused(attack: str) -> None:
    with pytest.raises(RecordingError, match="document type"):
        read_activity(gpx(*(gpx_point(at) for at in range(5)), head=attack))


TCX_PLACE = "<Position><LatitudeDegrees>50</LatitudeDegrees><LongitudeDegrees>8</LongitudeDegrees></Position>"


def course(*points: str) -> bytes:
    inside = "".join(f"<Trackpoint>{each}</Trackpoint>" for each in points if each)
    made = f"<Courses><Course><Name>x</Name><Track>{inside}</Track></Course></Courses>"
    return f"<TrainingCenterDatabase>{made}</TrainingCenterDatabase>".encode()


def test_a_course_with_times_is_read_and_said_to_be_one() -> None:
    found = read_activity(course(*(f"<Time>{moment(at)}</Time>{TCX_PLACE}" for at in range(5))))
    assert len(found) == 5
    assert any("course" in said for said in found.decisions)


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (b"<html><body>Please log in</body></html>", "web page"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b"<osm><node/></osm>", "no TCX, GPX or KML"),
        (b"<gpx></gpx>", "holds nothing, no recording"),
        (b"<gpx><wpt lat='1' lon='2'><time>2024-01-01T00:00:00Z</time></wpt></gpx>", "a list of places, no recording"),
        (b"<gpx><rte><name>x</name><rtept lat='1' lon='2'/></rte></gpx>", "a route, no recording"),
        (b"<gpx><trk><trkseg/></trk></gpx>", "a track without points, no recording"),
        (b"<gpx><trk><trkseg><trkpt lat='1' lon='2'/></trkseg></trk></gpx>", "have no times: it is a route"),
        (b"<TrainingCenterDatabase></TrainingCenterDatabase>", "this TCX holds no recording"),
        (course(""), "this TCX holds a course, no recording"),
        (course(TCX_PLACE), "the points of this TCX have no times: it is a route"),
        (tcx(tcx_lap(0)), "laps without samples"),
        (b"<", "no TCX, GPX or KML"),
    ],
)
def test_what_is_no_recording(data: bytes, match: str) -> None:
    with pytest.raises(RecordingError, match=match):
        read_activity(data)


def test_a_cut_document_gives_the_points_before_the_cut_and_says_so() -> None:
    data = gpx(*(gpx_point(at, extension=GARMIN) for at in range(50)))
    for cut in range(data.index(b"<trkpt") + 200, len(data), 97):
        activity = read_activity(data[:cut])
        whole = data[:cut].count(b"</trkpt>")
        assert whole <= len(activity) <= whole + 1
        assert len(activity.damage) == 1


def test_a_control_character_costs_no_point_behind_it() -> None:
    data = bytearray(gpx(*(gpx_point(at, extension=GARMIN) for at in range(50))))
    at = data.index(b"<ele>", 5000)
    data[at + 2] = 1
    activity = read_activity(bytes(data))
    assert len(activity) == 50
    assert "XML is broken" in activity.damage[0].what
    assert activity.damage[0].start_s is not None


def test_tcx_from_garmin() -> None:
    first = tcx_lap(0, *(tcx_point(at) for at in range(60)), trigger="Distance")
    second = tcx_lap(60, *(tcx_point(at) for at in range(60, 90)), intensity="Resting", seconds=30)
    activity = read_activity(tcx(first, second))
    assert activity.source == "tcx"
    assert activity.device is not None
    assert activity.device.name == "Forerunner 255"
    assert len(activity) == 90
    assert set(activity.cadence_spm) == {162}
    assert set(activity.speed_mps) == {3.0}
    assert set(activity.heart_rate_bpm) == {141}
    assert set(activity.extra["power_w"]) == {260}
    assert activity.distance_m.tolist() == [3.0 * at for at in range(90)]
    assert [(lap.start_s, lap.end_s, lap.timer_s, lap.trigger, lap.intensity) for lap in activity.laps] == [
        (0.0, 60.0, 60.0, "distance", "active"),
        (60.0, 89.0, 30.0, "manual", "rest"),
    ]


def test_tcx_from_polar_without_prefix_and_with_a_zone() -> None:
    data = tcx(tcx_lap(0, *(tcx_point(at, cadence="Cadence", prefix="") for at in range(60))), creator="Polar V800")
    data = data.replace(b"Z</Time>", b".000+02:00</Time>").replace(b'Z"', b'.000+02:00"')
    activity = read_activity(data)
    assert activity.start_time == dt.datetime(2024, 5, 1, 8, tzinfo=dt.UTC)
    assert activity.utc_offset_s == 7200
    assert set(activity.cadence_spm) == {164}


def test_tcx_from_a_treadmill_has_no_positions() -> None:
    activity = read_activity(tcx(tcx_lap(0, *(tcx_point(at, position=False) for at in range(60)))))
    assert len(activity) == 60
    assert np.isnan(activity.latitude_deg).all()
    assert set(activity.speed_mps) == {3.0}


def test_tcx_values_of_laps_are_not_those_of_points() -> None:
    activity = read_activity(tcx(*(tcx_lap(60 * at, tcx_point(60 * at), tcx_point(60 * at + 5)) for at in range(5))))
    assert len(activity) == 10
    assert set(activity.heart_rate_bpm) == {141}
    assert set(activity.cadence_spm) == {162}


def test_tcx_that_holds_one_activity_twice() -> None:
    data = tcx(tcx_lap(0, *(tcx_point(at) for at in range(60))))
    start, end = data.index(b"<Activity "), data.index(b"</Activities>")
    activity = read_activity(data[:end] + data[start:end] + data[end:])
    assert len(activity) == 60
    assert len(activity.laps) == 1
    assert len(activity.parts) == 1


def test_tcx_with_the_later_activity_first_is_put_in_order() -> None:
    first = tcx(tcx_lap(0, *(tcx_point(at) for at in range(60))))
    second = tcx(tcx_lap(600, *(tcx_point(at) for at in range(600, 660))), sport="Biking")
    inner = first[first.index(b"<Activity ") : first.index(b"</Activities>")]
    at = second.index(b"</Activities>")
    activity = read_activity(second[:at] + inner + second[at:])
    assert activity.time_s.tolist() == [*range(60), *range(600, 660)]
    assert {part.sport for part in activity.parts} == {"running", "cycling"}
    assert activity.sport == "running"


FILES = sorted(shared_files("activities", "*.gpx.gz"), key=lambda path: path.stat().st_size)


def _check_against_gpxpy(path: Path) -> None:
    data = gzip.decompress(path.read_bytes())
    activity = read_activity(data)
    tracks = gpxpy.parse(io.StringIO(data.decode())).tracks
    points: list[Any] = [point for track in tracks for segment in track.segments for point in segment.points]
    times = [point.time for point in points]
    kept = [point for index, point in enumerate(points) if index + 1 == len(points) or times[index + 1] != times[index]]
    assert len(activity) == len(kept)
    assert activity.start_time == kept[0].time
    columns: dict[str, list[float]] = {
        "latitude_deg": [point.latitude for point in kept],
        "longitude_deg": [point.longitude for point in kept],
        "altitude_m": [point.elevation for point in kept],
        "time_s": [(point.time - kept[0].time).total_seconds() for point in kept],
        "heart_rate_bpm": [_extension(point, "hr") for point in kept],
    }
    for name, theirs in columns.items():
        np.testing.assert_allclose(getattr(activity, name), np.array(theirs), rtol=0, atol=1e-9)


@pytest.mark.parametrize("path", FILES[:5], ids=lambda path: path.name)
def test_a_few_real_gpx_as_gpxpy_reads_them(path: Path) -> None:
    _check_against_gpxpy(path)


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_real_gpx_as_gpxpy_reads_it(path: Path) -> None:
    _check_against_gpxpy(path)


def _extension(point: gpxpy.gpx.GPXTrackPoint, name: str) -> float:
    for extension in point.extensions:
        for element in extension.iter():
            if element.tag.rsplit("}", 1)[-1] == name:
                return float(element.text or "nan")
    return float("nan")
