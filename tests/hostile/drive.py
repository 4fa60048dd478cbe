"""Hostile inputs, made by mutation from small good ones, and the whole way that each of them takes.

The way is read, analyse, summary, JSON, page and exports for a recording; the same for other kinds as far as they go.
Only a RetrorunError may come out, no document may hold NaN or Infinity, segments lie within the recording.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import re
import time
import traceback
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from retrorun.analysis.analyse import analyse
from retrorun.analysis.labels import Label, Labels
from retrorun.batch.row import row_of
from retrorun.detection.profile import GaitProfile
from retrorun.documents import to_json
from retrorun.errors import RetrorunError
from retrorun.report.annotate import annotate_fit, to_geojson, to_gpx
from retrorun.report.export import analysis_document, export_bytes
from retrorun.report.html import report_html
from retrorun.session.model import Direction
from retrorun.session.notation import format_session, parse_session
from retrorun.workout.fit import compile_workout, decompile_workout
from retrorun.workout.importing import import_session
from tests.batch.made import made
from tests.property.test_fuzz_reading import SEEDS as READING

NUMBERS = (b"-1", b"0", b"1e308", b"-1e308", b"NaN", b"Infinity", b"-Infinity", b"null", b"9" * 400, b"1e-320", b'""')
PAGES = 100
SESSION = "10min easy; 3x(1min bwd @ 7:00/km; 2min fwd); 5min walk"
NOTATION = (
    SESSION,
    "4x(400m bwd; 90s rest)",
    "6x30s bwd @ Z4; 1km @ 85-90% hrmax",
    "2x(3x(200m bwd; 100m fwd); 2min rest)",
)


@dataclass(slots=True, kw_only=True)
class Tally:
    """What came of the inputs so far; `faults` holds one traceback a kind, with its input."""

    inputs: int = 0
    answered: int = 0
    refused: int = 0
    slowest_s: float = 0.0
    faults: dict[str, tuple[str, bytes]] = field(default_factory=dict)


@cache
def seeds() -> dict[str, tuple[bytes, ...]]:
    """Small good inputs by kind."""
    run = made(seed=1, duration_s=400.0, spans=((150.0, 250.0),), step_s=4.0)
    recordings = [*READING["fit"], *READING["gpx"], *READING["tcx"], run]
    labels = Labels(labels=(Label(start_s=1.0, end_s=9.0, direction=Direction.BACKWARD),)).to_json()
    profile = GaitProfile.fit([analyse(made(seed=2)).activity]).to_json()
    return {
        "recording": tuple(recordings),
        "packed": (*(gzip.compress(data, mtime=0) for data in recordings[:3]), *map(zipped, recordings[:3])),
        "workout": (compile_workout(parse_session(SESSION)),),
        "notation": tuple(text.encode() for text in NOTATION),
        "labels": (labels.encode(),),
        "profile": (profile.encode(),),
    }


def zipped(data: bytes) -> bytes:
    """A zip of one recording."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/run.fit", data)
    return file.getvalue()


def mutated(data: bytes, draw: random.Random) -> bytes:
    """One to four changes of any kind: bytes, cuts, repeats, numbers, words from elsewhere in the input."""
    changed = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 4))):
        at = draw.randrange(len(changed) + 1)
        length = min(draw.choice((1, 2, 4, 16, 200)), len(changed) - at)
        kind = draw.randrange(7)
        if kind == 0:
            changed[at : at + 1] = bytes([draw.randrange(256)])
        elif kind == 1:
            changed[at : at + length] = draw.randbytes(length)
        elif kind == 2:
            del changed[at : at + length]
        elif kind == 3:
            changed[at:at] = changed[at : at + length] * draw.choice((1, 3, 40))
        elif kind == 4:
            del changed[at:]
        elif kind == 5:
            changed[at : at + length] = draw.choice(NUMBERS)
        else:
            other = draw.randrange(len(changed) + 1)
            changed[at : at + length] = changed[other : other + length]
    return bytes(changed)


def recording(data: bytes) -> None:
    """Read, analyse, summary, JSON, row, exports; the page, which costs a hundred times as much, for one in PAGES."""
    found = analyse(data, labels=None)
    activity, detection = found.activity, found.detection
    first, last = float(activity.time_s[0]), float(activity.time_s[-1])
    for segment in detection.segments:
        assert first - 1e-6 <= segment.start_s < segment.end_s <= last + 1e-6, segment
        assert 0.0 <= segment.probability <= 1.0, segment
    no_nan(to_json(analysis_document(activity, detection)))
    json.dumps(found.summary.to_dict(), allow_nan=False)
    json.dumps(row_of("run", "", activity, detection, found.match).to_dict(), allow_nan=False)
    if zlib.crc32(data) % PAGES == 0:
        page = report_html(activity, detection, match=found.match, kept=found.adherence)
        for document in re.findall(r'<script[^>]*type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL):
            no_nan(document)
    if data[8:12] == b".FIT":
        annotate_fit(data, activity, detection)
    if np.isfinite(activity.latitude_deg).any():
        to_gpx(activity, detection)
        no_nan(to_geojson(activity, detection).decode())
    export_bytes("csv", activity, detection)


def workout(data: bytes) -> None:
    """Decompile, write as notation, compile again."""
    session = decompile_workout(data)
    parse_session(format_session(session))
    compile_workout(session)


def notation(data: bytes) -> None:
    """Parse, write, parse again, compile."""
    session = parse_session(data.decode("utf-8", "surrogateescape"))
    assert parse_session(format_session(session)) == session, "notation does not parse back"
    compile_workout(session)


def no_nan(text: str) -> None:
    """Refuse a document that no strict parser reads."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} in a document")

    json.loads(text, parse_constant=refuse)


WAYS: dict[str, Callable[[bytes], object]] = {
    "recording": recording,
    "packed": recording,
    "workout": workout,
    "notation": notation,
    "labels": lambda data: Labels.from_json(data.decode("utf-8", "surrogateescape")),
    "profile": lambda data: GaitProfile.from_json(data.decode("utf-8", "surrogateescape")),
    "imported": import_session,
}


def attack(seed: int, count: int, tally: Tally, *, kinds: tuple[str, ...] = tuple(WAYS)) -> None:
    """Send `count` inputs of the given seed on their way, and add what came of them to the tally."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    for _ in range(count):
        kind = draw.choice(kinds)
        source = draw.choice(tuple(seeds())) if kind == "imported" else kind
        data = mutated(draw.choice(seeds()[source]), draw)
        begun_s = time.process_time()
        tally.inputs += 1
        try:
            WAYS[kind](data)
            tally.answered += 1
        except RetrorunError:
            tally.refused += 1
        except Exception as error:  # noqa: BLE001 - every other error is what we look for
            place = traceback.extract_tb(error.__traceback__)[-1]
            what = f"{kind}: {type(error).__name__} in {place.filename.rpartition('/')[2]}:{place.lineno}"
            tally.faults.setdefault(what, (traceback.format_exc(), data))
        tally.slowest_s = max(tally.slowest_s, time.process_time() - begun_s)
