"""Hostile recordings end in a clear error or a bounded result, not in a full memory."""

from __future__ import annotations

import pytest

from retrorun.activity.read import read_activity
from retrorun.errors import FitError, RecordingError
from tests.activity.documents import gpx, gpx_point, moment
from tests.fit.handmade import LAP, RECORD, START, U8, Kind, file_id, fit, records

MIB = 2**20
HEAD = b"<gpx><trk><trkseg>"


@pytest.mark.parametrize(
    "unit",
    [b"<a>", b"<trkpt>", b"<!---->", b"<!--", b"<?", b"<!x<?x", b"<", b"<trkpt/><lap>", b"<trkpt ", b"</a"],
)
def test_nothing_but_tags(unit: bytes) -> None:
    with pytest.raises(RecordingError, match="all tags and no content"):
        read_activity(HEAD + unit * (3 * MIB // len(unit)))


@pytest.mark.parametrize("unit", [b"<ele " + b"x" * 30, b"<trkpt lat='1" + b"9" * 30, b"&" * 40, b"a:" * 20, b" " * 40])
def test_what_a_careless_pattern_would_try_again_and_again(unit: bytes) -> None:
    """With backtracking, a megabyte of these would take hours."""
    with pytest.raises(RecordingError):
        read_activity(HEAD + unit * 30_000)


def test_more_comments_than_any_recording_has() -> None:
    comments = b"".join(b"<!-- %d -->" % number for number in range(10_001))
    with pytest.raises(RecordingError, match="more comments"):
        read_activity(gpx(gpx_point(0)).replace(b"<trk>", comments + b"<trk>"))


def test_more_points_than_any_recording_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retrorun.activity.rules.MAX_POINTS", 10)
    with pytest.raises(RecordingError, match="11 points are more"):
        read_activity(gpx(*(gpx_point(at) for at in range(11))))


def test_more_messages_than_any_recording_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retrorun.fit.walk.MAX_MESSAGES", 500)
    with pytest.raises(FitError, match="more messages"):
        read_activity(fit(file_id(), RECORD.define(), *records(6000)))


def test_messages_without_a_field_say_nothing() -> None:
    empty = Kind(2, 20, [])
    activity = read_activity(fit(RECORD.define(), *records(5), empty.define(), b"\2" * 100_000))
    assert len(activity) == 5


def test_more_definitions_than_any_file_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retrorun.fit.walk.MAX_DEFINITIONS", 20)
    kinds = [Kind(2, 20, [(3, U8, 1), (200, U8, width)]) for width in range(1, 100)]
    activity = read_activity(fit(RECORD.define(), *records(5), *(kind.define() for kind in kinds)))
    assert len(activity) == 5
    assert activity.damage


def test_a_million_laps() -> None:
    laps = LAP.data(START, START, 1000, 1000, 300, 0, 0xFFFF) * 1_000_000
    data = fit(file_id(), RECORD.define(), *records(5), LAP.define())
    whole = data[:4] + (len(data) - 16 + len(laps)).to_bytes(4, "little") + data[8:-2] + laps + bytes(2)
    activity = read_activity(whole)
    assert len(activity) == 5
    assert len(activity.laps) == 10_000
    assert any("100000 messages of the kind lap" in each.what for each in activity.damage)


def test_the_longest_chain() -> None:
    one = fit(file_id())
    activity = read_activity(fit(RECORD.define(), *records(5)) + one * 400)
    assert len(activity) == 5
    assert "more files in one chain" in activity.damage[0].what


@pytest.mark.parametrize(
    "many",
    [b"<link>aaaaaaaa" * 100_000, b"".join(b"<a%d:link>aaaaaaaa" % at for at in range(100_000))],
    ids=["links without an end", "links of many prefixes"],
)
def test_the_head_of_a_track_is_looked_through_once(many: bytes) -> None:
    """Looked through again for each link, a megabyte of these would take minutes."""
    assert len(read_activity(gpx(gpx_point(0)).replace(b"<trkseg>", many + b"<trkseg>"))) == 1


def test_tracks_without_points_are_not_looked_through_to_the_end_of_the_document() -> None:
    run = gpx(gpx_point(0))
    assert len(read_activity(run.replace(b"<trk>", b"<trk>aaaaaaaa</trk>" * 9_000 + b"<trk>"))) == 1
    with pytest.raises(RecordingError, match="100,001 tracks are more"):
        read_activity(run.replace(b"<trk>", b"<trk>aaaaaaaa" * 100_000 + b"<trk>"))


def test_thousands_of_activities_are_taken_apart_in_one_go() -> None:
    def activity(at: int) -> bytes:
        when = moment(at).encode()
        points = b"<Track><Trackpoint><Time>%b</Time></Trackpoint></Track>" % when
        return b'<Activity Sport="Running"><Lap StartTime="%b">%b</Lap></Activity>' % (when, points)

    body = b"".join(activity(at) for at in range(12_000))
    many = read_activity(b"<TrainingCenterDatabase><Activities>%b</Activities></TrainingCenterDatabase>" % body)
    assert [part.start_s for part in many.parts] == list(range(12_000))
    assert [lap.start_s for lap in many.laps[:9_999]] == list(range(9_999))
