"""TCX, GPX and KML recordings: which of them the bytes are."""

from __future__ import annotations

from retrorun.activity.gpx import raw_from_gpx
from retrorun.activity.kml import raw_from_kml
from retrorun.activity.markup import open_document, web_page
from retrorun.activity.raw import RawRecording
from retrorun.activity.tcx import raw_from_tcx
from retrorun.errors import RecordingError


def raw_from_xml(data: bytes) -> RawRecording:
    """Read the bytes of a TCX, GPX or KML recording.

    Raises:
        RecordingError: it is none of them, or holds no point with a time.
    """
    document = open_document(data)
    if document.root == "gpx":
        return raw_from_gpx(document)
    if document.root == "TrainingCenterDatabase":
        return raw_from_tcx(document)
    if document.root == "kml":
        return raw_from_kml(document)
    if document.root.lower() == "html":
        raise web_page()
    raise RecordingError(f"this is XML, but no TCX, GPX or KML: its root is {document.root!r}", hint="give a recording")
