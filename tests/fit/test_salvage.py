from __future__ import annotations

import numpy as np
import pytest

from retrorun.fit.reader import MAX_LOSSES, read_fit
from tests.fit.handmade import LAP, RECORD, START, UNKNOWN, Kind, file_id, fit, recording, records

ROW = len(RECORD.data(0, 0, 0, 0, 0))
EVENT = Kind(4, 21, [(253, 0x86, 4), (0, 0, 1)])


def mixed(n: int = 200) -> bytes:
    """Samples between messages of unknown kinds, as newer watches write them."""
    parts = [file_id(), RECORD.define(), UNKNOWN.define(), EVENT.define()]
    for at, record in enumerate(records(n)):
        parts += [record, UNKNOWN.data(at % 200, at)]
        if at % 50 == 0:
            parts.append(EVENT.data(START + at, 0))
    return fit(*parts)


def times(data: bytes) -> list[int]:
    return [int(time) - START for time in read_fit(data).times("record").tolist()]


def test_cut_at_every_byte_all_samples_before_the_cut_are_there() -> None:
    data = recording(12)
    first = data.index(RECORD.define()) + len(RECORD.define())
    for cut in range(14, len(data)):
        file = read_fit(data[:cut])
        whole = min(max(cut - first, 0) // ROW, 12)
        assert len(file.table("record")) == whole, cut
        assert file.losses, cut
        assert all(loss.start <= loss.end for loss in file.losses)


@pytest.mark.parametrize(
    ("damaged", "what"),
    [
        (lambda data: data[:-2], "the checksum is missing"),
        (lambda data: data[:-1], "the checksum is missing"),
        (lambda data: data[:-1] + bytes([data[-1] ^ 1]), "the checksum is wrong"),
        (lambda data: data[:4] + bytes(4) + data[8:], "the size in the header is wrong"),
        (lambda data: data[:4] + b"\xff\xff\xff\x7f" + data[8:], "the file is cut short"),
        (lambda data: data + np.random.default_rng(1).bytes(513), "bytes behind the end of the file"),
        (lambda data: b"\x63" + data[1:], "the size in the header is wrong"),
    ],
)
@pytest.mark.parametrize("whole", [recording(300), mixed()], ids=["plain", "mixed"])
def test_a_broken_frame_costs_no_sample(whole: bytes, damaged: object, what: str) -> None:
    data = damaged(whole)  # type: ignore[operator]  # one of the lambdas above
    if what == "the size in the header is wrong" and data[0] == 0x63:
        what = "the checksum is wrong"  # the header's length is known from its kind
    file = read_fit(data)
    assert times(data) == times(whole)
    assert what in {loss.what for loss in file.losses}


@pytest.mark.parametrize("whole", [recording(300), mixed()], ids=["plain", "mixed"])
@pytest.mark.parametrize("fill", [0x00, 0xFF, 0x55, 0x0F])
def test_a_hole_costs_the_samples_in_it_and_few_around(whole: bytes, fill: int) -> None:
    start, end = 1500, 1800
    data = whole[:start] + bytes([fill]) * (end - start) + whole[end:]
    kept, every = set(times(data)), times(whole)
    lost = [time for time in every if time not in kept]
    assert len(lost) <= (end - start) // ROW + 6
    assert lost == list(range(lost[0], lost[-1] + 1))
    assert kept <= set(every) | {time for time in kept if not 0 <= time < len(every)}
    assert len(read_fit(data).losses) >= 1


def test_erased_bytes_are_no_messages_with_compressed_times_and_the_31st_second_still_is_one() -> None:
    full, short = Kind(1, 20, [(253, 0x86, 4), (3, 2, 1)]), Kind(3, 20, [(3, 2, 1)])
    parts = [file_id(), full.define(), short.define()]
    parts += [short.compressed((START + at) % 32, 90) if at % 20 else full.data(START + at, 90) for at in range(200)]
    whole = fit(*parts)
    assert times(whole) == list(range(200))
    start = len(b"".join(parts[:108])) + 14
    damaged = whole[:start] + b"\xff" * 20 + whole[start + 20 :]  # ten messages, but not the full time behind them
    assert times(damaged) == [*range(105), *range(120, 200)]


def test_bytes_left_out_cost_little_too() -> None:
    whole = mixed()
    data = whole[:1501] + whole[1555:]
    lost = set(times(whole)) - set(times(data))
    assert len(lost) <= 8


def test_a_lost_definition_comes_back_where_it_is_sent_again() -> None:
    again = [RECORD.define(), *records(30, start=START + 30)]
    whole = fit(file_id(), RECORD.define(), *records(30), *again)
    at = whole.index(RECORD.define())
    data = whole[:at] + b"\x0e" + whole[at + 1 :]
    assert set(range(30, 60)) <= set(times(data))


def test_many_losses_are_told_as_one_at_last() -> None:
    data = bytearray(mixed(3000))
    for at in range(200, len(data) - 10, 150):
        data[at : at + 2] = b"\x0e\x0e"
    file = read_fit(bytes(data))
    assert len(file.losses) <= MAX_LOSSES + 1


def test_where_a_chain_breaks_the_next_file_is_found() -> None:
    first, second = recording(100), fit(file_id(), RECORD.define(), *records(50, start=START + 1000))
    assert times(first[:-300] + second)[-50:] == [1000 + at for at in range(50)]
    assert times(first + bytes(77) + second)[-50:] == [1000 + at for at in range(50)]


def test_more_laps_than_any_recording_has_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retrorun.fit.reader.MAX_ROWS", 100)
    laps = [LAP.data(START + at, START, 1000, 1000, 300, 0, 0xFFFF) for at in range(150)]
    file = read_fit(fit(file_id(), RECORD.define(), *records(5), LAP.define(), *laps))
    assert file.table("lap").integers("timestamp") == [START + at for at in range(100)]
    assert "more than 100 messages of the kind lap" in {loss.what for loss in file.losses}
