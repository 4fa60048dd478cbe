from __future__ import annotations

import gzip

import numpy as np
import pytest

from retrorun.activity.read import read_activity
from retrorun.errors import RecordingError
from tests.activity.documents import moment, zip_of

N = 40


def coord(second: int, *, blank: str = " ") -> str:
    return f"{8.25:.2f}{blank}{50 + second * 27e-6:.7f}{blank}{100 + second}"


def array(name: str, *values: object, tag: str = "gx:value") -> str:
    return f'<gx:SimpleArrayData name="{name}">{"".join(f"<{tag}>{v}</{tag}>" for v in values)}</gx:SimpleArrayData>'


def track(first: int = 0, end: int = N, *, arrays: str = "", mixed: bool = False, prefix: str = "gx:") -> str:
    whens = [f"<when>{moment(at)}</when>" for at in range(first, end)]
    coords = [f"<{prefix}coord>{coord(at)}</{prefix}coord>" for at in range(first, end)]
    inner = "".join(a + b for a, b in zip(whens, coords, strict=True)) if mixed else "".join(whens + coords)
    more = f"<ExtendedData><SchemaData schemaUrl='#s'>{arrays}</SchemaData></ExtendedData>" if arrays else ""
    return f"<{prefix}Track>{inner}{more}</{prefix}Track>"


def kml(*inner: str, head: str = "") -> bytes:
    spaces = 'xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<kml {spaces}><Document>'
        f"{''.join(f'<Placemark><name>x</name>{each}</Placemark>' for each in inner)}</Document></kml>"
    ).encode()


@pytest.mark.parametrize("track_text", [track(), track(mixed=True), track(prefix=""), track(mixed=True, prefix="k:")])
def test_a_track_with_times_is_a_recording(track_text: str) -> None:
    found = read_activity(kml(track_text))
    np.testing.assert_array_equal(found.time_s, np.arange(N))
    np.testing.assert_allclose(found.latitude_deg, 50 + 27e-6 * np.arange(N), atol=1e-7)
    np.testing.assert_array_equal(found.longitude_deg, 8.25)
    np.testing.assert_array_equal(found.altitude_m, 100 + np.arange(N))
    assert found.speed_mps[5] == pytest.approx(27e-6 * 111_195, rel=0.01)
    assert found.source == "kml"
    assert found.start_time is not None
    assert found.start_time.isoformat() == "2024-05-01T10:00:00+00:00"


def test_sensors_beside_the_track_are_its_columns_and_an_array_of_another_length_is_none() -> None:
    arrays = array("heart_rate", *range(100, 140)) + array("cadence", *[85] * N) + array("power", 1, 2)
    found = read_activity(kml(track(arrays=arrays, first=0)))
    np.testing.assert_array_equal(found.heart_rate_bpm, np.arange(100, 140))
    np.testing.assert_array_equal(found.cadence_spm, 170)
    assert "power_w" not in found.extra


def test_an_empty_value_and_an_empty_place_take_their_turn() -> None:
    rates = array("heartrate", *range(100, 140)).replace("<gx:value>103</gx:value>", "<gx:value/>")
    text = track(arrays=rates).replace(f"<gx:coord>{coord(7)}</gx:coord>", "<gx:coord/>")
    found = read_activity(kml(text))
    assert np.flatnonzero(np.isnan(found.heart_rate_bpm)).tolist() == [3]
    assert found.heart_rate_bpm[4] == 104
    assert np.flatnonzero(np.isnan(found.latitude_deg)).tolist() == [7]
    assert found.altitude_m[8] == 108


def test_the_sport_stands_in_the_extended_data() -> None:
    kind = '<ExtendedData><Data name="type"><value><![CDATA[trail running]]></value></Data></ExtendedData>'
    found = read_activity(kml(kind + f"<gx:MultiTrack>{track()}</gx:MultiTrack>"))
    assert (found.sport, found.sub_sport) == ("running", "trail")


def test_between_tracks_nothing_was_run() -> None:
    far = track(1000, 1040).replace("8.25", "9.25")
    found = read_activity(kml(f"<gx:MultiTrack>{track()}{far}</gx:MultiTrack>"))
    assert found.distance_m[-1] == pytest.approx(2 * (N - 1) * 27e-6 * 111_195, rel=0.01)


def test_a_view_with_a_time_of_its_own_shifts_no_point() -> None:
    view = f"<LookAt><gx:TimeStamp><when>{moment(900)}</when></gx:TimeStamp><longitude>1</longitude></LookAt>"
    assert read_activity(kml(view + track())).time_s[-1] == N - 1


def test_places_that_have_a_time_each_are_a_track() -> None:
    line = f"<LineString><coordinates>{' '.join(coord(at, blank=',') for at in range(N))}</coordinates></LineString>"
    places = [
        f"<TimeStamp><when>{moment(at)}</when></TimeStamp><Point><coordinates> {coord(at, blank=',')}\n"
        "</coordinates></Point>"
        for at in range(N)
    ]
    found = read_activity(kml(*places, line))
    np.testing.assert_array_equal(found.time_s, np.arange(N))
    np.testing.assert_array_equal(found.altitude_m, 100 + np.arange(N))


def test_times_without_a_place_are_left_out_and_said() -> None:
    found = read_activity(kml(track().replace(f"<gx:coord>{coord(N - 1)}</gx:coord>", "")))
    assert len(found) == N - 1
    assert "1 point without a time or a place left out" in found.decisions


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (kml("<LineString><coordinates>8,50,1 8,51,1</coordinates></LineString>"), "a route without times"),
        (kml("<Point><coordinates>8,50</coordinates></Point>"), "a route without times"),
        (kml(track().replace("when", "then")), "a route without times"),
        (kml(), "this KML holds no track"),
        (kml(track(), head='<!DOCTYPE kml [<!ENTITY a "b">]>'), "document type"),
    ],
)
def test_what_is_no_recording_is_said(data: bytes, match: str) -> None:
    for packed in (data, gzip.compress(data), zip_of({"doc.kml": data})):
        with pytest.raises(RecordingError, match=match):
            read_activity(packed)


def test_a_kmz_shows_its_doc_kml() -> None:
    other = kml("<Point><coordinates>8,50</coordinates></Point>")
    packed = zip_of({"images/a.png": b"x", "doc.kml": kml(track()), "more.kml": other})
    assert len(read_activity(packed)) == N
    assert len(read_activity(zip_of({"run.kmz": packed}))) == N
    assert len(read_activity(gzip.compress(kml(track())))) == N


def test_a_cut_document_gives_the_points_before_the_cut() -> None:
    data = kml(track(), track(N, 2 * N))
    found = read_activity(data[: data.index(coord(N + 5).encode())])
    np.testing.assert_array_equal(found.time_s, np.arange(N + 5))
    np.testing.assert_array_equal(found.altitude_m, 100 + np.arange(N + 5))
    assert found.damage


def test_places_that_no_number_can_be_read_from_are_counted_as_damage() -> None:
    found = read_activity(kml(track().replace(coord(5), "8.25 north 105")))
    assert np.flatnonzero(np.isnan(found.latitude_deg)).tolist() == [5]
    assert [str(each) for each in found.damage] == [
        "1 value of latitude that no number can be read from, taken as missing"
    ]
