from __future__ import annotations

import pytest

from retrorun.activity.strava_export import Listed, read_listing


def test_the_column_of_files_is_known_by_what_stands_in_it() -> None:
    early = "Activity ID,Activity Date,Activity Name,Filename\n1,x,Easy,activities/1.gpx\n"
    late = "Activity ID,Activity Date,Activity Name,Type,A,B,C,Filename,A\n1,x,Easy,Run,,,,activities/1.gpx,\n"
    assert read_listing(early.encode()) == read_listing(late.encode()) == {"activities/1.gpx": Listed(title="Easy")}


def test_a_byte_order_mark_and_line_breaks_in_a_title_are_no_trouble() -> None:
    text = '\ufeffActivity ID,Activity Date,Activity Name,Filename\n1,x,"Two\nlines",activities/1.gpx\n'
    assert read_listing(text.encode()) == {"activities/1.gpx": Listed(title="Two\nlines")}


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"a,b\n1,2\n", b'"open quote\n' * 3, b"one\0two\n"])
def test_what_is_no_listing_gives_nothing(data: bytes) -> None:
    assert read_listing(data) == {}
