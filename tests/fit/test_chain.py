from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrorun.fit.chain import crc16
from tests.fit.handmade import crc, recording


def test_the_check_value_of_the_catalogues() -> None:
    assert crc16(b"123456789") == 0xBB3D  # CRC-16/ARC in the catalogue of parametrised CRC algorithms


@given(st.binary(max_size=2000))
def test_equal_to_its_definition(data: bytes) -> None:
    assert crc16(data) == crc(data)


@pytest.mark.parametrize("length", [255, 256, 257, 511, 3840, 3841, 7424, 7425, 7680, 65_536, 65_537, 100_003])
def test_equal_to_its_definition_where_the_folding_changes_its_step(length: int) -> None:
    data = np.random.default_rng(length).bytes(length)
    assert crc16(data) == crc(data)


@pytest.mark.parametrize("fill", [0x00, 0x01, 0x80, 0xFF])
def test_even_fills(fill: int) -> None:
    data = bytes([fill]) * 5001
    assert crc16(data) == crc(data)


def test_a_whole_file_leaves_nothing() -> None:
    assert crc16(recording(500)) == 0


@given(st.integers(min_value=0, max_value=4999), st.integers(min_value=0, max_value=7))
def test_every_flipped_bit_is_noticed(byte: int, bit: int) -> None:
    data = bytearray(np.random.default_rng(5).bytes(5000))
    before = crc16(bytes(data))
    data[byte] ^= 1 << bit
    assert crc16(bytes(data)) != before
