"""How fast recordings are read, and what other readers take for the same files. Prints; asserts no time.

pytest -m benchmark -s tests/benchmarks/test_reading.py

Measured in processor time, each file several times, the best of each reader; all check the checksum. The readers take
turns on each file, so that a busy machine slows all of them.
"""

from __future__ import annotations

import gzip
import io
import time
import tracemalloc
from collections.abc import Callable, Iterable
from pathlib import Path

import fitdecode
import fitparse
import gpxpy
import numpy as np
import pytest

from retrorun.activity.read import read_activity
from retrorun.fit.reader import read_fit
from tests.shared_data import SHARED, shared, shared_files

Reader = Callable[[bytes], object]


def our_columns(data: bytes) -> object:
    """The columns of the samples, as fitfast gives them: developer fields too."""
    file = read_fit(data)
    return file.columns("record"), file.developer("record")


def fitparse_records(data: bytes) -> object:
    return [message.get_values() for message in fitparse.FitFile(io.BytesIO(data)).get_messages("record")]


def fitdecode_records(data: bytes) -> object:
    with fitdecode.FitReader(
        io.BytesIO(data), check_crc=fitdecode.CrcCheck.RAISE, error_handling=fitdecode.ErrorHandling.IGNORE
    ) as frames:
        return [
            {field.name: field.value for field in frame.fields}
            for frame in frames
            if isinstance(frame, fitdecode.FitDataMessage) and frame.name == "record"
        ]


def best(readers: dict[str, Reader], data: bytes, rounds: int) -> dict[str, float]:
    """The least processor time [s] of each reader on one file; NaN where it cannot read it."""
    found = dict.fromkeys(readers, float("inf"))
    for _ in range(rounds):
        for name, reader in readers.items():
            start = time.process_time()
            try:
                reader(data)
            except Exception:  # noqa: BLE001 - a peer raises what it likes, and so has no time for this file
                found[name] = float("nan")
                continue
            found[name] = min(found[name], time.process_time() - start)
    return found


def total(times: Iterable[dict[str, float]], name: str, other: str) -> tuple[float, float]:
    """The time of two readers over the files that both can read."""
    both = [(each[name], each[other]) for each in times if np.isfinite(each[name] + each[other])]
    return sum(one for one, _ in both), sum(two for _, two in both)


@pytest.mark.benchmark
def test_fit_against_the_compiled_reader() -> None:
    fitfast = pytest.importorskip("fitfast", reason="fitfast is a peer of the benchmarks only")
    readers: dict[str, Reader] = {
        "columns": our_columns,
        "activity": read_activity,
        "fitfast columns": fitfast.records,
        "fitfast all": fitfast.parse,
    }
    shared("activities")
    print("\nms a file: our columns, fitfast's; our whole activity, all of fitfast's messages; ratios")
    times, behind = {}, []
    for path in shared_files("activities", "*.fit"):
        data = path.read_bytes()
        times[path] = found = best(readers, data, 15)
        ours, theirs = found["columns"], found["fitfast columns"]
        whole, all_theirs = found["activity"], found["fitfast all"]
        print(
            f"{path.name:26} {len(data):9,} {1e3 * ours:7.3f} {1e3 * theirs:8.3f} {1e3 * whole:7.3f} "
            f"{1e3 * all_theirs:8.3f}  ×{theirs / ours:5.2f} ×{all_theirs / whole:5.2f}"
        )
        if theirs < ours or all_theirs < whole:
            behind.append(path.name)
    for ours_name, theirs_name in (("columns", "fitfast columns"), ("activity", "fitfast all")):
        ours, theirs = total(times.values(), ours_name, theirs_name)
        print(f"{ours_name}: {1e3 * ours:.1f} ms, {theirs_name}: {1e3 * theirs:.1f} ms, ×{theirs / ours:.2f}")
    size = sum(path.stat().st_size for path in times)
    rows = sum(len(read_fit(path.read_bytes()).table("record")) for path in times)
    took = {name: sum(each[name] for each in times.values()) for name in ("columns", "activity")}
    for name, seconds in took.items():
        print(f"{name}: {size / seconds / 1e6:.0f} MB/s, {rows / seconds / 1e6:.2f} million rows/s, {len(times)} files")
    print(f"behind fitfast on: {', '.join(behind) or 'no file'}")


@pytest.mark.benchmark
def test_fit_against_the_readers_in_python() -> None:
    shared("activities")
    readers: dict[str, Reader] = {
        "columns": our_columns,
        "activity": read_activity,
        "fitparse": fitparse_records,
        "fitdecode": fitdecode_records,
    }
    quick = {name: readers[name] for name in ("columns", "activity")}
    slow = {name: readers[name] for name in ("fitparse", "fitdecode")}
    times, size = [], 0
    for path in shared_files("activities", "*.fit"):
        data = path.read_bytes()
        times.append({**best(quick, data, 9), **best(slow, data, 1)})
        size += len(data)
    print(f"\n{len(times)} files, {size / 1e6:.1f} MB")
    for theirs_name in slow:
        for ours_name in quick:
            ours, theirs = total(times, ours_name, theirs_name)
            least = min(each[theirs_name] / each[ours_name] for each in times if np.isfinite(each[theirs_name]))
            print(f"{ours_name} against {theirs_name}: ×{theirs / ours:.0f} over all, at least ×{least:.0f} on each")


@pytest.mark.benchmark
@pytest.mark.parametrize("kind", ["gpx", "tcx"])
def test_xml(kind: str) -> None:
    shared("activities")
    readers: dict[str, Reader] = {"activity": read_activity}
    if kind == "gpx":
        readers["gpxpy"] = lambda data: gpxpy.parse(io.BytesIO(data))  # type: ignore[type-var]  # bytes as well as text
    else:
        tcxreader = pytest.importorskip("tcxreader.tcxreader", reason="tcxreader is a peer of the benchmarks only")
        readers["tcxreader"] = lambda data: tcxreader.TCXReader().read(io.BytesIO(data), only_gps=False)
    peer = list(readers)[1]
    times, size = [], 0
    for path in shared_files("activities", f"*.{kind}.gz"):
        data = gzip.decompress(path.read_bytes())
        times.append(best(readers, data, 7))
        size += len(data)
    ours, theirs = total(times, "activity", peer)
    least = min(each[peer] / each["activity"] for each in times if np.isfinite(each[peer]))
    mbs = size / sum(each["activity"] for each in times) / 1e6
    print(f"\n{kind}: {len(times)} files, {mbs:.0f} MB/s; ×{theirs / ours:.1f} {peer}, at least ×{least:.1f} on each")


@pytest.mark.benchmark
def test_memory() -> None:
    shared("activities")
    print()
    for pattern in ("*.fit", "*.gpx.gz", "*.tcx.gz"):
        print(pattern, _peaks(shared_files("activities", pattern)))


def _peaks(paths: list[Path]) -> str:
    found = []
    for path in paths:
        data = path.read_bytes()
        data = gzip.decompress(data) if path.suffix == ".gz" else data
        read_activity(data)
        tracemalloc.start()
        read_activity(data)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        found.append((peak / len(data), len(data), path.name))
    worst = max(found)
    large = max(each for each in found if each[1] >= 50_000)
    middle = sorted(found)[len(found) // 2]
    return (
        f"peak memory over the file's size: worst ×{worst[0]:.1f} ({worst[2]}, {worst[1]:,} bytes), "
        f"of files of 50 kB and more ×{large[0]:.1f} ({large[2]}), in the middle ×{middle[0]:.1f}"
    )


if not SHARED.exists():
    pytestmark = pytest.mark.skip(reason="the real recordings are not here")
