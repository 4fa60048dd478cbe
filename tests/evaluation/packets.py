"""Labelled runs that their runners gave: a folder of packets of `retrorun share`, as truth to measure against.

python -m tests.evaluation.packets FOLDER
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from retrorun.activity.model import Activity, Lap
from retrorun.analysis.packet import COLUMNS, DOCUMENT, FORMAT, VERSION
from retrorun.detection.detector import detect_gait
from retrorun.intervals import Interval, covered_s
from tests.evaluation.corpus import Example


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Labelled:
    """A given run, and what its runner says of it; the rest of it is not known."""

    example: Example
    backward: tuple[Interval, ...]
    forward: tuple[Interval, ...]


def packets(folder: Path) -> Iterator[Labelled]:
    """The packets of a folder, in the order of their names."""
    for number, path in enumerate(sorted(folder.glob("*.zip"))):
        yield read_packet(path, number)


def read_packet(path: Path, number: int = 0) -> Labelled:
    """One packet; its name stands for the athlete, whom nobody knows."""
    with zipfile.ZipFile(path) as archive:
        document = json.loads(archive.read(DOCUMENT))
        table = np.genfromtxt(io.BytesIO(archive.read(COLUMNS)), delimiter=",", names=True)
    assert (document["format"], document["version"]) == (FORMAT, VERSION), f"{path} is no packet"
    activity = Activity.from_columns(
        time_s=table["time_s"],
        speed_mps=table["speed_mps"],
        cadence_spm=table["cadence_spm"],
        distance_m=table["distance_m"],
        altitude_m=table["altitude_m"],
        sport=document["sport"],
        sub_sport=document["sub_sport"],
    )
    laps = tuple(Lap(start_s=start_s, end_s=end_s) for start_s, end_s in document["laps"])
    activity = replace(activity, laps=laps)
    spans = {
        direction: tuple(
            Interval(start_s=row["start_s"], end_s=row["end_s"])
            for row in document["labels"]
            if row["direction"] == direction
        )
        for direction in ("backward", "forward")
    }
    running = document["sport"] == "running" and document["sub_sport"] != "trail"
    example = Example(athlete=path.stem, number=number, running=running, activity=activity)
    return Labelled(example=example, **spans)


def main() -> None:
    """Measure and print: how much of what was labelled is called."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    found = list(packets(parser.parse_args().folder))
    if not found:
        sys.exit("there is no packet: nothing was measured")
    print("packet                 verdict       backward  called  forward  called")
    for one in found:
        detection = detect_gait(one.example.activity)
        parts = [
            (sum(span.duration_s for span in spans), sum(covered_s(span, detection.segments) for span in spans))
            for spans in (one.backward, one.forward)
        ]
        cells = "  ".join(f"{total:6.0f} s {called / max(total, 1e-9):6.2f}" for total, called in parts)
        print(f"{one.example.athlete:22} {detection.verdict:12} {cells}")


if __name__ == "__main__":
    main()
