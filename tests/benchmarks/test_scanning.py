"""How fast an archive is scanned, and what a script on fitparse takes for the same. Prints; asserts no time.

pytest -m benchmark -s tests/benchmarks/test_scanning.py
"""

from __future__ import annotations

import gzip
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle, islice
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

from retrorun.activity.model import Activity
from retrorun.batch.scan import scan
from retrorun.detection.detector import detect_gait
from retrorun.fit.chain import crc16
from retrorun.fit.reader import is_fit
from tests.shared_data import shared

WORKERS = 2
PEER_FILES = 40  # the peer takes about half a second for each


def archive(folder: Path, files: int, *, only_fit: bool = False) -> Path:
    """The real recordings, repeated, each copy with another content: a byte of the unused header bits is counted up."""
    real = sorted(path for path in shared("activities").iterdir() if path.suffix in (".fit", ".gz"))
    real = [path for path in real if path.suffix == ".fit" or not only_fit]
    folder.mkdir()
    for number, path in enumerate(islice(cycle(real), files)):
        data = changed(path.read_bytes(), number)
        (folder / f"{number:05}_{path.name}").write_bytes(data)
    return folder


def changed(data: bytes, number: int) -> bytes:
    """The same recording in other bytes: another profile version in a FIT header, another comment behind XML."""
    if not is_fit(data):
        return gzip.compress(gzip.decompress(data) + f"<!-- {number} -->".encode(), compresslevel=1)
    head = bytearray(data[: data[0]])
    head[2:4] = number.to_bytes(2, "little")
    if head[0] == 14:
        head[12:14] = crc16(bytes(head[:12])).to_bytes(2, "little")
    body = bytes(head) + data[data[0] : -2]
    return body + crc16(body).to_bytes(2, "little")


@pytest.mark.benchmark
def test_3500_recordings_on_two_cores(tmp_path: Path) -> None:
    folder = archive(tmp_path / "runs", 3500)
    size = sum(path.stat().st_size for path in folder.iterdir())
    start = time.perf_counter()
    table = scan(folder, workers=WORKERS, journal=tmp_path / "journal")
    took = time.perf_counter() - start
    assert len(table) == 3500
    assert not [row.reason for row in table if row.status == "failed"]
    print(
        f"\n{len(table)} recordings, {size / 1e6:.0f} MB, {WORKERS} processes: {took:.1f} s, {3500 / took:.0f} files/s"
    )
    start = time.perf_counter()
    scan(folder, workers=WORKERS, journal=tmp_path / "journal")
    print(f"once more with the journal: {time.perf_counter() - start:.1f} s")


@pytest.mark.benchmark
def test_cost_and_memory_by_size(tmp_path: Path) -> None:
    print()
    for files in (100, 1000, 10_000):
        folder = archive(tmp_path / f"runs{files}", files)
        start = time.perf_counter()
        assert len(scan(folder, workers=WORKERS)) == files
        took = time.perf_counter() - start
        worker_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        own_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{files:6} recordings: {took:6.1f} s, {1000 * took / files:5.1f} ms each; "
            f"largest worker so far {worker_mb:.0f} MB, this process {own_mb:.0f} MB"
        )


CALLER = """
import datetime as dt, resource, sys
from pathlib import Path
from retrorun.analysis.summary import Effort
from retrorun.batch import work
from retrorun.batch.scan import Scan
from retrorun.batch.table import write_rows
from retrorun.batch.work import Done, Settings
from tests.batch.rows import row

folder, output, athletes = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == "athletes"
start = dt.datetime(2020, 1, 1)
efforts = tuple(Effort(distance_m=way, time_s=way / 2.1, start_s=600.5, probability=0.97) for way in (100.0, 400.0))

def made_up(sources, settings, known):
    starts = [(each.name, (start + dt.timedelta(minutes=int(Path(each.path).stem))).isoformat()) for each in sources]
    return [
        Done(name=name, key="k", row=None if name in known else row(name, when, efforts=efforts))
        for name, when in starts
    ]

work.scan_group = made_up
scan = Scan(folder, settings=Settings(), workers=1, journal=folder.with_suffix(".journal"), athletes=athletes)
write_rows(output, scan, lambda: scan.complete)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.benchmark
def test_memory_of_the_caller_by_rows(tmp_path: Path) -> None:
    """Made-up rows of empty files, so that hundreds of thousands take minutes; what the caller does is all real."""
    print()
    for files in (1000, 10_000, 100_000, 300_000):
        folder = tmp_path / f"{files}"
        for number in range(files):
            place = folder / f"{number // 1000:04}" / f"{number}.fit"
            place.parent.mkdir(parents=True, exist_ok=True)
            place.touch()
        for words in ("csv one", "csv athletes", "parquet one", "json one"):
            ending, athletes = words.split()
            start = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-c", CALLER, str(folder), str(tmp_path / f"out.{ending}"), athletes],
                capture_output=True,
                text=True,
                check=True,
            )
            took = time.perf_counter() - start
            print(f"{files:7} rows, {words}: largest {done.stdout.strip()} MB, {1e3 * took / files:.2f} ms a row")


@pytest.mark.benchmark
def test_against_a_script_on_fitparse(tmp_path: Path) -> None:
    many = archive(tmp_path / "many", 1000, only_fit=True)
    few = sorted(many.iterdir())[:: 1000 // PEER_FILES][:PEER_FILES]
    start = time.perf_counter()
    scan(many, workers=WORKERS)
    ours = (time.perf_counter() - start) / sum(path.stat().st_size for path in many.iterdir())
    start = time.perf_counter()
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        verdicts = list(pool.map(peer, few))
    theirs = (time.perf_counter() - start) / sum(path.stat().st_size for path in few)
    assert len(verdicts) == len(few)
    print(
        f"\nour scan {1e-6 / ours:.1f} MB/s, the script on fitparse {1e-6 / theirs:.2f} MB/s: ratio {theirs / ours:.0f}"
    )
    print(f"the script refused {verdicts.count('refused')} of {len(verdicts)} files")


def peer(path: Path) -> str:
    """What a script would do: all records through fitparse, columns, the same detection."""
    import fitparse

    try:
        rows = [message.get_values() for message in fitparse.FitFile(str(path)).get_messages("record")]
    except fitparse.FitParseError:  # it refuses some files half-way; its time until then is not held against it
        return "refused"
    start = rows[0]["timestamp"]
    time_s = [(row["timestamp"] - start).total_seconds() for row in rows]
    order = np.argsort(time_s, kind="stable")

    def column(names: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        values = [next((row[name] for name in names if row.get(name) is not None), np.nan) for row in rows]
        return np.array(values, dtype=np.float64)[order]

    activity = Activity.from_columns(
        time_s=np.array(time_s)[order],
        speed_mps=column(("enhanced_speed", "speed")),
        cadence_spm=2 * (column(("cadence",)) + np.nan_to_num(column(("fractional_cadence",)))),
        altitude_m=column(("enhanced_altitude", "altitude")),
        distance_m=column(("distance",)),
    )
    return detect_gait(activity).verdict
