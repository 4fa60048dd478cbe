"""The checksum of FIT files: CRC-16 with the polynomial x¹⁶ + x¹⁵ + x² + 1, bits reflected, start 0.

The polynomial is (x + 1)·(x¹⁵ + x + 1). The factor (x + 1) is only the parity of all bits; it is set at the end. The
second factor is primitive, so x^32767 ≡ 1: bits that stand a multiple of 32767 apart may be added (exclusive or). It
also has three terms, and squaring keeps it so: x^15m ≡ x^m + 1 for every m that is a power of two. Hence bits that
stand 15m or more before the end may be struck out if they are added to the bits 14m and 15m behind them. Doing that
with ever smaller m shrinks 4 kB to a few bytes in some thirty operations on one large number.
"""

from __future__ import annotations

import numpy as np

_REFLECTED = 0xA001  # x¹⁶ + x¹⁵ + x² + 1 without its highest term, lowest bit first
_TRINOMIAL = 0xC001  # x¹⁵ + x + 1, lowest bit first
_TAIL = 64  # so few bytes are quickest by the table alone
_PERIOD = 32767  # bits, and hence bytes too


def _table() -> tuple[int, ...]:
    entries = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = (crc >> 1) ^ (_REFLECTED if crc & 1 else 0)
        entries.append(crc)
    return tuple(entries)


_TABLE = _table()


def crc16(data: bytes | memoryview) -> int:
    """The checksum of `data`; that of a whole FIT file, its last two bytes included, is 0."""
    if len(data) <= _TAIL:
        return _by_table(data)
    number, length = _within_period(data)
    crc = _by_table(_fold(number, length))
    return crc ^ _TRINOMIAL if (crc.bit_count() ^ number.bit_count()) & 1 else crc


def _by_table(data: bytes | memoryview) -> int:
    crc = 0
    for byte in data:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc


def _within_period(data: bytes | memoryview) -> tuple[int, int]:
    """At most 4 kB, and how many, that leave the same remainder on division by x¹⁵ + x + 1, and have the same parity.

    The first bits of a file are the highest powers: they are the lowest of the number.
    """
    if len(data) > _PERIOD:
        first = len(data) % _PERIOD
        added = np.bitwise_xor.reduce(np.frombuffer(data, np.uint8, offset=first).reshape(-1, _PERIOD))
        added[_PERIOD - first :] ^= np.frombuffer(data, np.uint8, first)
        data = added.tobytes()
    number, bits = int.from_bytes(data, "little"), 8 * len(data)
    for kept in (4 * _PERIOD, 2 * _PERIOD, _PERIOD):
        if bits > kept:
            struck = number & ((1 << bits - kept) - 1)
            number, bits = (number >> bits - kept) ^ (struck << 2 * kept - bits), kept
    missing = -bits % 8  # zeros before the first bit change nothing
    return number << missing, (bits + missing) // 8


def _fold(number: int, length: int) -> bytes:
    """At most 15 bytes that leave the same remainder on division by x¹⁵ + x + 1."""
    block = 1
    while 30 * block < length:
        block *= 2
    while block:
        while length > 15 * block:
            # No more than 14 blocks at a time, so that no bit is added to one that is being struck out.
            head = min(length - 15 * block, 14 * block)
            top = number & ((1 << 8 * head) - 1)
            top ^= top << 8 * block
            number = (number >> 8 * head) ^ (top << 8 * (14 * block - head))
            length -= head
        block //= 2
    return number.to_bytes(length, "little")
