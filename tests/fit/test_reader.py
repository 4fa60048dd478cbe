from __future__ import annotations

import struct

import numpy as np
import pytest

from retrorun.errors import FitError
from retrorun.fit.reader import FitFile, read_fit
from tests.fit.handmade import (
    ENUM,
    F32,
    LAP,
    RECORD,
    S8,
    S32,
    START,
    TEXT,
    U8,
    U16,
    U32,
    UNKNOWN,
    Kind,
    file_id,
    fit,
    recording,
    records,
)

DESCRIPTION = Kind(5, 206, [(0, U8, 1), (1, U8, 1), (2, U8, 1), (3, TEXT, 16), (8, TEXT, 8)])


def _record_times(file: FitFile) -> list[float]:
    times: list[float] = file.times("record").tolist()
    return times


def test_values_scaled_and_in_order() -> None:
    table = read_fit(recording(50)).table("record")
    assert table.numbers("timestamp").tolist() == [START + at for at in range(50)]
    assert table.numbers("distance").tolist() == [3.0 * at for at in range(50)]
    assert set(table.numbers("speed")) == {3.0}
    assert set(table.integers("cadence")) == {80}
    assert read_fit(recording(50)).losses == ()


def test_scale_and_offset_of_altitude() -> None:
    kind = Kind(1, 20, [(253, U32, 4), (2, U16, 2)])
    table = read_fit(fit(kind.define(), kind.data(START, 2565), kind.data(START + 1, 0xFFFF))).table("record")
    np.testing.assert_array_equal(table.numbers("altitude"), [2565 / 5 - 500, np.nan])


@pytest.mark.parametrize("header_size", [12, 14])
@pytest.mark.parametrize("header_crc", [True, False])
def test_headers_of_both_sizes_with_and_without_a_checksum_of_their_own(header_size: int, *, header_crc: bool) -> None:
    file = read_fit(fit(file_id(), RECORD.define(), *records(5), header_size=header_size, header_crc=header_crc))
    assert len(file.table("record")) == 5
    assert file.losses == ()


def test_both_byte_orders_in_one_file() -> None:
    big = Kind(2, 20, RECORD.fields, big_endian=True)
    file = read_fit(fit(RECORD.define(), big.define(), *records(3), *records(3, start=START + 3, kind=big)))
    assert _record_times(file) == [START + at for at in range(6)]
    assert set(file.table("record").numbers("speed")) == {3.0}


def test_rows_of_changing_definitions_stay_in_the_order_of_the_file() -> None:
    other = Kind(1, 20, [(3, U8, 1), (253, U32, 4)])
    parts = []
    for at in range(0, 20, 2):
        parts += [RECORD.define(), *records(1, start=START + at), other.define(), other.data(150, START + at + 1)]
    file = read_fit(fit(*parts))
    assert _record_times(file) == [START + at for at in range(20)]
    assert file.table("record").integers("heart_rate") == [140, 150] * 10
    assert np.isnan(file.table("record").numbers("speed")).tolist() == [False, True] * 10


@pytest.mark.parametrize("rounds", [2, 40])  # few messages are read one by one, many as arrays
def test_a_field_may_change_its_type_its_place_and_its_byte_order(rounds: int) -> None:
    kinds = [
        Kind(1, 20, [(6, U16, 2), (253, U32, 4)]),
        Kind(2, 20, [(253, U32, 4), (6, U32, 4)]),
        Kind(3, 20, [(253, U32, 4), (6, U16, 2)], big_endian=True),
        Kind(4, 20, [(6, F32, 4), (253, U32, 4)]),
        Kind(5, 20, [(253, U32, 4), (6, TEXT, 5)]),
        Kind(6, 20, [(6, U16, 2), (253, U32, 4)]),  # as the first one
    ]
    rows = [(1000, 1.0), (70_000, 70.0), (0xFFFF, np.nan), (3.5, 0.0035), (b"2000", np.nan), (2000, 2.0)]
    data = [kind.define() for kind in kinds]
    for at in range(rounds):
        for index, (kind, (value, _)) in enumerate(zip(kinds, rows, strict=True)):
            time = START + 6 * at + index
            data.append(kind.data(*((time if number == 253 else value) for number, _, _ in kind.fields)))
    file = read_fit(fit(*data))
    assert _record_times(file) == [START + at for at in range(6 * rounds)]
    speed = file.table("record").numbers("speed")
    np.testing.assert_allclose(speed, [value for _, value in rows] * rounds, rtol=1e-6)
    assert file.table("record").integers("speed") == [1000, 70_000, None, None, None, 2000] * rounds


def test_a_short_message_at_the_end_of_a_cut_file_lacks_the_wide_fields_of_others() -> None:
    wide, short = Kind(0, 20, [(253, U32, 4), (3, U8, 1)]), Kind(1, 20, [(3, U8, 1)])
    rows = [wide.data(START + second, 120) for second in range(30)]
    data = fit(wide.define(), *rows, short.define(), short.data(121))[:-2]
    table = read_fit(data).table("record")
    assert table.numbers("heart_rate").tolist() == [120.0] * 30 + [121.0]
    assert table.numbers("timestamp")[:30].tolist() == [START + second for second in range(30)]
    assert np.isnan(table.numbers("timestamp")[30])


def test_unknown_kinds_and_unknown_fields_are_passed_over() -> None:
    kind = Kind(1, 20, [(250, U32, 4), (253, U32, 4), (199, U16, 2)])
    file = read_fit(
        fit(UNKNOWN.define(), kind.define(), *(kind.data(7, START + at, 9) + UNKNOWN.data(1, 2) for at in range(9)))
    )
    assert _record_times(file) == [START + at for at in range(9)]


def test_the_first_of_two_fields_with_one_number_counts() -> None:
    kind = Kind(1, 20, [(253, U32, 4), (3, U8, 1), (3, U8, 1)])
    assert read_fit(fit(kind.define(), kind.data(START, 100, 200))).table("record").integers("heart_rate") == [100]


def test_a_field_of_several_values_gives_its_first() -> None:
    kind = Kind(1, 20, [(253, U32, 4), (6, U16, 6)])
    file = read_fit(fit(kind.define(), kind.data(START, struct.pack("<HHH", 3000, 4000, 5000))))
    assert file.table("record").numbers("speed").tolist() == [3.0]


def test_a_field_whose_width_does_not_fit_its_type_is_missing() -> None:
    kind = Kind(1, 20, [(253, U32, 4), (6, U16, 3)])
    file = read_fit(fit(kind.define(), kind.data(START, b"\1\2\3")))
    assert np.isnan(file.table("record").numbers("speed")).all()
    assert file.table("record").integers("speed") == [None]


def test_one_byte_under_a_wider_type_is_a_byte() -> None:
    kind = Kind(1, 20, [(253, U32, 4), (7, U16, 1)])
    file = read_fit(fit(kind.define(), kind.data(START, b"\x42"), kind.data(START, b"\xff")))
    assert file.table("record").integers("power") == [0x42, None]


@pytest.mark.parametrize(
    ("code", "value"), [(U8, 0xFF), (S8, 0x7F), (U16, 0xFFFF), (U32, 0xFFFF_FFFF), (S32, 0x7FFF_FFFF), (ENUM, 0xFF)]
)
def test_what_means_missing_is_missing(code: int, value: int) -> None:
    width = {U8: 1, S8: 1, ENUM: 1, U16: 2, U32: 4, S32: 4}[code]
    kind = Kind(1, 20, [(253, U32, 4), (13, code, width)])
    table = read_fit(fit(kind.define(), kind.data(START, value), kind.data(START, 5))).table("record")
    np.testing.assert_array_equal(table.numbers("temperature"), [np.nan, 5])
    assert table.integers("temperature") == [None, 5]


def test_floats_that_are_no_numbers_are_missing() -> None:
    kind = Kind(1, 20, [(253, U32, 4), (7, F32, 4)])
    values = [float("nan"), float("inf"), 250.5]
    table = read_fit(fit(kind.define(), *(kind.data(START, value) for value in values))).table("record")
    np.testing.assert_array_equal(table.numbers("power"), [np.nan, np.nan, 250.5])


def test_texts_end_at_their_first_nul_whatever_follows() -> None:
    kind = Kind(1, 26, [(8, TEXT, 16)])
    texts = [b"Tempo\0gar\xffbage", b"exactly sixteen!", "Rückwärts".encode(), b"L\xe4ufe", b"cut \xc3", b""]
    table = read_fit(fit(kind.define(), *(kind.data(text) for text in texts))).table("workout")
    assert table.texts("wkt_name") == ["Tempo", "exactly sixteen!", "Rückwärts", "Läufe", "cut ", ""]
    assert not table.is_utf8("wkt_name")
    assert read_fit(fit(kind.define(), kind.data(b"cut \xc3"))).table("workout").is_utf8("wkt_name")


def test_compressed_times_roll_over_every_32_seconds() -> None:
    full, short = Kind(1, 20, [(253, U32, 4), (3, U8, 1)]), Kind(2, 20, [(3, U8, 1)])
    steps = [1, 5, 31, 0, 16, 17, 30]
    at, parts = START, [full.define(), short.define(), full.data(START, 1)]
    expected = [START]
    for step in steps * 3:
        at += step
        expected.append(at)
        parts.append(short.compressed(at % 32, 1))
    at += 4000
    parts += [full.data(at, 1), short.compressed((at + 3) % 32, 1)]
    assert _record_times(read_fit(fit(*parts))) == [*expected, at, at + 3]


def test_compressed_times_hang_on_the_messages_of_unknown_kinds_too() -> None:
    unknown, short = Kind(1, 65_000, [(253, U32, 4)]), Kind(2, 20, [(3, U8, 1)])
    file = read_fit(fit(unknown.define(), short.define(), unknown.data(START), short.compressed((START + 2) % 32, 1)))
    assert _record_times(file) == [START + 2]


def test_an_invalid_timestamp_among_compressed_ones_is_not_known_and_moves_no_other() -> None:
    full, short = Kind(1, 20, [(253, U32, 4), (3, U8, 1)]), Kind(2, 20, [(3, U8, 1)])
    later = [short.compressed((START + at) % 32, 1) for at in (1, 2, 3, 4)]
    parts = [full.define(), short.define(), full.data(START, 1), *later[:2], full.data(0xFFFFFFFF, 1), *later[2:]]
    times = read_fit(fit(*parts)).times("record") - read_fit(fit(full.define(), full.data(START, 1))).times("record")[0]
    np.testing.assert_array_equal(times, [0, 1, 2, np.nan, 3, 4])


def test_compressed_times_before_any_full_one_are_not_known() -> None:
    short = Kind(2, 20, [(3, U8, 1)])
    assert np.isnan(read_fit(fit(short.define(), short.compressed(3, 1))).times("record")).all()


def test_chained_files_are_read_as_one() -> None:
    second = fit(file_id(), RECORD.define(), *records(20, start=START + 100))
    file = read_fit(recording(10) + second)
    assert _record_times(file) == [START + at for at in range(10)] + [START + 100 + at for at in range(20)]
    assert len(file.table("file_id")) == 2
    assert file.losses == ()


def test_definitions_end_with_their_file() -> None:
    orphan = fit(*records(3))
    file = read_fit(recording(10) + orphan)
    assert len(file.table("record")) == 10
    assert file.losses[0].what == "no message begins here"


def _developer_file(*parts: bytes) -> FitFile:
    return read_fit(fit(file_id(), DESCRIPTION.define(), *parts))


def test_a_developer_field_called_speed_does_not_shadow_the_real_one() -> None:
    kind = Kind(1, 20, [(253, U32, 4), (6, U16, 2)], developer=[(0, 4, 0)])
    file = _developer_file(
        DESCRIPTION.data(0, 0, F32, b"speed", b"m/s"),
        kind.define(),
        *(kind.data(START + at, 3000, extra=struct.pack("<f", 9.5)) for at in range(3)),
    )
    assert file.table("record").numbers("speed").tolist() == [3.0] * 3
    assert {key: values.tolist() for key, values in file.developer("record").items()} == {("speed", "m/s"): [9.5] * 3}


def test_two_apps_may_use_one_name() -> None:
    kind = Kind(1, 20, [(253, U32, 4)], developer=[(0, 1, 0), (0, 2, 1)])
    file = _developer_file(
        DESCRIPTION.data(0, 0, U8, b"Power", b"W"),
        DESCRIPTION.data(1, 0, U16, b"Power", b"W"),
        kind.define(),
        kind.data(START, extra=struct.pack("<BH", 200, 300)),
    )
    found = {key: values.tolist() for key, values in file.developer("record").items()}
    assert found == {("Power", "W"): [200.0], ("Power 2", "W"): [300.0]}


def test_a_description_sent_again_holds_from_there_on() -> None:
    kind = Kind(1, 20, [(253, U32, 4)], developer=[(0, 2, 0)])
    row = struct.pack("<H", 0x3C00)
    file = _developer_file(
        DESCRIPTION.data(0, 0, U16, b"direction", b""),
        kind.define(),
        kind.data(START, extra=row),
        DESCRIPTION.data(0, 0, U16, b"heading", b"deg"),
        kind.data(START + 1, extra=row),
    )
    found = file.developer("record")
    np.testing.assert_array_equal(found["direction", ""], [0x3C00, np.nan])
    np.testing.assert_array_equal(found["heading", "deg"], [np.nan, 0x3C00])


def test_what_means_missing_is_missing_in_developer_fields_too() -> None:
    kind = Kind(1, 20, [(253, U32, 4)], developer=[(0, 2, 0)])
    file = _developer_file(
        DESCRIPTION.data(0, 0, U16, b"Power", b"W"), kind.define(), kind.data(START, extra=b"\xff\xff")
    )
    assert np.isnan(file.developer("record")["Power", "W"]).all()


def test_a_developer_field_that_nobody_described_is_left_out() -> None:
    kind = Kind(1, 20, [(253, U32, 4)], developer=[(7, 2, 3)])
    assert _developer_file(kind.define(), kind.data(START, extra=b"\1\2")).developer("record") == {}


@pytest.mark.parametrize("data", [b"", b"no FIT file at all", b"<html></html>", bytes(100)])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(FitError, match="no FIT file"):
        read_fit(data)


def test_laps_keep_the_step_that_they_belong_to() -> None:
    steps = [0, 1, 1, 0xFFFF]
    laps = [LAP.data(START + at, START + at, 1, 1, 1, 1, step) for at, step in enumerate(steps)]
    assert read_fit(fit(LAP.define(), *laps)).table("lap").integers("wkt_step_index") == [0, 1, 1, None]
