"""The whole way from damaged bytes to printed answers: either an answer, or one of the library's own errors."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import retrorun as rr
from retrorun.activity.model import Part
from retrorun.demo import demo_recording
from retrorun.report.export import analysis_document
from tests.recordings import fit_recording
from tests.shared_data import shared_files

SMALL = fit_recording(seconds=200)


def answer(data: bytes) -> None:
    try:
        activity = rr.read_activity(data)
        detection = rr.detect(activity)
    except rr.RetrorunError:
        return
    json.dumps(analysis_document(activity, detection), allow_nan=False)
    assert rr.summarise(activity, detection).to_text()


@settings(max_examples=150)
@given(st.lists(st.tuples(st.integers(0, len(SMALL) - 1), st.integers(0, 255)), min_size=1, max_size=20))
def test_flipped_bytes(flips: list[tuple[int, int]]) -> None:
    data = bytearray(SMALL)
    for place, value in flips:
        data[place] = value
    answer(bytes(data))


@settings(max_examples=150)
@given(st.integers(0, len(SMALL)), st.integers(0, 400))
def test_bytes_cut_out(start: int, length: int) -> None:
    answer(SMALL[:start] + SMALL[start + length :])


@given(st.binary(max_size=300))
def test_rubbish_behind_a_header(rubbish: bytes) -> None:
    answer(SMALL[:14] + rubbish)


@settings(max_examples=40)
@given(st.integers(0, len(demo_recording())))
def test_a_recording_with_a_plan_cut_anywhere(length: int) -> None:
    answer(demo_recording()[:length])


def test_a_part_without_a_sample_in_it() -> None:
    parts = tuple(Part(start_s=start, end_s=start + 50.0, sport="running") for start in (0.0, 500.0, 1e6))
    rr.detect(replace(rr.read_activity(SMALL), parts=parts))


@pytest.mark.slow
@pytest.mark.parametrize("path", shared_files("activities", "*.fit"), ids=lambda path: path.name)
@settings(max_examples=20, deadline=None)
@given(random=st.randoms(use_true_random=False))
def test_real_recordings_damaged_at_random(path: Path, random: Random) -> None:
    data = bytearray(path.read_bytes())
    for _ in range(20):
        data[random.randrange(len(data))] = random.randrange(256)
    answer(bytes(data[: random.randrange(len(data))]) if random.random() < 0.5 else bytes(data))
