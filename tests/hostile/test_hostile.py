"""The hostile suite: a fast part in every run, a long one of RETRORUN_HOSTILE inputs (default 1,000,000).

pytest -m slow tests/hostile -s        says how far it came, and how long the slowest took
"""

from __future__ import annotations

import os
import resource
import time

import pytest

from tests.hostile.drive import WAYS, Tally, attack, seeds

LONG = int(os.environ.get("RETRORUN_HOSTILE", "1000000"))
FIRST = int(os.environ.get("RETRORUN_HOSTILE_SEED", "0"))  # further inputs than an earlier run's
LONGEST_S = float(os.environ.get("RETRORUN_HOSTILE_S", "inf"))
GROUP = 500
MEMORY_KIB = 500 * 1024


@pytest.mark.parametrize("kind", sorted(WAYS))
def test_only_our_own_errors_come_out(kind: str) -> None:
    tally = Tally()
    attack(7, 60, tally, kinds=(kind,))
    assert not tally.faults, "\n".join(f"{what}: {data!r}\n{trace}" for what, (trace, data) in tally.faults.items())
    assert tally.answered + tally.refused == 60


@pytest.mark.parametrize("kind", sorted(seeds()))
def test_the_seeds_themselves_go_all_the_way(kind: str) -> None:
    # Else every mutation would be refused at the door, and nothing behind it tried.
    assert [WAYS[kind](data) for data in seeds()[kind][:3]]


@pytest.mark.slow
def test_a_million(capsys: pytest.CaptureFixture[str]) -> None:
    tally, begun_s, seed = Tally(), time.monotonic(), FIRST
    while tally.inputs < LONG and time.monotonic() - begun_s < LONGEST_S:
        attack(seed, min(GROUP, LONG - tally.inputs), tally)
        seed += 1
        peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        if seed % 10 == 0 or tally.inputs >= LONG:
            with capsys.disabled():
                print(  # noqa: T201 - shown with -s
                    f"{tally.inputs:,} of {LONG:,} inputs: {tally.answered:,} answered, {tally.refused:,} refused, "
                    f"{len(tally.faults)} kinds of fault, slowest {tally.slowest_s:.1f} s, "
                    f"{peak_kib >> 10} MB at most"
                )
    assert not tally.faults, "\n".join(f"{what}: {data!r}\n{trace}" for what, (trace, data) in tally.faults.items())
    assert peak_kib < MEMORY_KIB
