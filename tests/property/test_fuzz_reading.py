"""Broken recordings of every kind: only a RetrorunError may leave the reader, soon, and with little memory.

The long run reads RETRORUN_FUZZ inputs (default 1,000,000): pytest -m slow tests/property/test_fuzz_reading.py -s
"""

from __future__ import annotations

import contextlib
import gzip
import os
import random
import resource
import struct
import time
from collections.abc import Callable

import pytest

from retrorun.activity.read import read_activity
from retrorun.errors import RetrorunError
from tests.activity.documents import COROS, GARMIN, SUUNTO, gpx, gpx_point, tcx, tcx_lap, tcx_point, zip_of
from tests.activity.test_kml import array, kml, track
from tests.fit.handmade import F32, START, TEXT, U8, U16, U32, Kind, file_id, fit, recording, records
from tests.fit.test_salvage import mixed

LONG = int(os.environ.get("RETRORUN_FUZZ", "1000000"))
SLOWEST_S = 5.0  # far above the few milliseconds that such inputs take, far below a hang
MEMORY_KIB = 600 * 1024


def _rich() -> bytes:
    """Developer fields, a plan, compressed times, big endian, a second file in a chain."""
    description = Kind(5, 206, [(0, U8, 1), (1, U8, 1), (2, U8, 1), (3, TEXT, 8), (8, TEXT, 4)])
    record = Kind(1, 20, [(253, U32, 4), (0, 0x85, 4), (1, 0x85, 4), (78, U32, 4), (73, U32, 4)], [(0, 4, 0)], True)
    short = Kind(2, 20, [(3, U8, 1), (4, U8, 1), (8, 0x0D, 3)])
    step = Kind(3, 27, [(254, U16, 2), (1, 0, 1), (2, U32, 4), (8, TEXT, 9)])
    app = Kind(6, 207, [(3, U8, 1)])
    parts = [
        file_id(),
        app.define(),
        app.data(0),
        description.define(),
        description.data(0, 0, F32, b"Power", b"W"),
        record.define(),
    ]
    parts += [
        record.data(START + at, 600_000_000 + at, 90_000_000, 3000, 3100, extra=struct.pack(">f", 200.0 + at))
        for at in range(30)
    ]
    parts += [short.define(), *(short.compressed((START + 30 + at) % 32, 140, 80, b"\1\2\3") for at in range(30))]
    parts += [step.define(), step.data(0, 0, 60_000, b"BACKWARD")]
    return fit(*parts) + fit(file_id(), *records(0), description.define())


SEEDS: dict[str, list[bytes]] = {
    "fit": [recording(40), mixed(60), _rich(), fit(file_id(5))],
    "gpx": [gpx(*(gpx_point(at, extension=flavour) for at in range(12))) for flavour in (GARMIN, SUUNTO, COROS)],
    "tcx": [
        tcx(tcx_lap(0, *(tcx_point(at) for at in range(8))), tcx_lap(60, *(tcx_point(at) for at in range(60, 66))))
    ],
    "kml": [kml(track(0, 9, arrays=array("cadence", *[85] * 9))), kml(track(0, 9, mixed=True), track(20, 25))],
    "packed": [gzip.compress(recording(40)), zip_of({"a.fit": recording(20)}), gzip.compress(gpx(gpx_point(1)))],
}
TOKENS = (
    b"<trkpt", b"</trkpt>", b"<Trackpoint>", b"<!--", b"-->", b"<![CDATA[", b"<?", b"<!DOCTYPE", b'lat="', b"NaN",
    b"inf", b"-1e400", b"9" * 40, b"<time>", b"T25:00:00Z", b"\xff\xfe", b".FIT", b"\x40\0\0\x14\0", b"\x0e\x10",
    b"PK\3\4", b"\x1f\x8b\x08", b"\xff" * 8, b"\0" * 8, b"\x40\0\0\x14\0\xff", b"\x60", b"\xe1",
    b"<when>", b"<gx:Track>", b"</gx:Track>",
)  # fmt: skip


def mutate(seed: bytes, chance: random.Random) -> bytes:
    """A few changes of one seed: flipped, inserted, doubled, swapped and cut bytes."""
    data = bytearray(seed)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        if not data:
            break
        at = chance.randrange(len(data))
        match chance.randrange(8):
            case 0 | 1 | 2:
                data[at] = chance.randrange(256)
            case 3:
                data[at] ^= 1 << chance.randrange(8)
            case 4:
                data[at:at] = chance.choice(TOKENS)
            case 5:
                del data[at : at + chance.randrange(1, 40)]
            case 6:
                other = chance.randrange(len(data))
                data[at:at] = data[other : other + chance.randrange(1, 200)]
            case _:
                del data[at:]
    return bytes(data)


def noise(kind: str, chance: random.Random) -> bytes:
    """Random bytes behind a beginning that gets them past the first look."""
    body = chance.randbytes(chance.randrange(0, 400))
    heads = {
        "fit": struct.pack("<BBHI4s", 12, 16, 2100, len(body), b".FIT"),
        "gpx": b"<gpx>",
        "tcx": b"<TrainingCenterDatabase>",
        "kml": b"<kml><gx:Track>",
        "packed": b"\x1f\x8b\x08\0\0\0\0\0\0\3",
    }
    return heads[kind] + body if chance.random() < 0.9 else body


def survive(data: bytes) -> float:
    """Read, and let only the library's own errors pass; how long it took [s]."""
    start = time.perf_counter()
    with contextlib.suppress(RetrorunError):
        assert len(read_activity(data)) > 0
    return time.perf_counter() - start


def fuzz(count: int, make: Callable[[int], bytes]) -> None:
    slowest = 0.0
    for index in range(count):
        data = make(index)
        try:
            slowest = max(slowest, survive(data))
        except Exception as error:
            error.add_note(f"input {index}: {data.hex()}")
            raise
    print(f"{count:,} inputs, slowest {1000 * slowest:.1f} ms")  # noqa: T201 - shown with -s
    assert slowest < SLOWEST_S


def inputs(kind: str) -> Callable[[int], bytes]:
    def make(index: int) -> bytes:
        chance = random.Random(f"{kind} {index}")  # noqa: S311 - a reproducible input, nothing secret
        if index % 10 == 9:
            return noise(kind, chance)
        return mutate(chance.choice(SEEDS[kind]), chance)

    return make


@pytest.mark.parametrize("kind", SEEDS)
def test_a_short_run(kind: str) -> None:
    fuzz(800, inputs(kind))


@pytest.mark.parametrize("kind", ["fit", "gpx", "tcx"])
def test_cut_at_every_byte(kind: str) -> None:
    seed = SEEDS[kind][-1] if kind == "tcx" else SEEDS[kind][0]
    seed = seed[:1200] if kind != "fit" else seed  # some samples
    fuzz(len(seed), lambda cut: seed[:cut])


def test_every_byte_of_a_small_file_changed() -> None:
    seed = _rich()
    fuzz(len(seed), lambda at: seed[:at] + bytes([seed[at] ^ 0x55]) + seed[at + 1 :])


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "share"), [("fit", 0.5), ("gpx", 0.2), ("tcx", 0.2), ("packed", 0.1)])
def test_a_long_run(kind: str, share: float) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    fuzz(int(LONG * share), inputs(kind))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEMORY_KIB
