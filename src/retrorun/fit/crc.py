"""The checksum of FIT files: CRC-16 with the polynomial x¹⁶ + x¹⁵ + x² + 1, bits reflected, start 0.

The polynomial is (x + 1)·(x¹⁵ + x + 1). The second factor has three terms, and squaring keeps it so:
x^15m ≡ x^m + 1 for every m that is a power of two. Hence bits that stand 15m or more before the end may be struck out
if they are added (exclusive or) to the bits 14m and 15m behind them. Doing that with ever smaller m shrinks a file to a
few bytes in some sixty vector operations. The factor (x + 1) is only the parity of all bits; it is set at the end.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_REFLECTED = 0xA001  # x¹⁶ + x¹⁵ + x² + 1 without its highest term, lowest bit first
_TRINOMIAL = 0xC001  # x¹⁵ + x + 1, lowest bit first
_SHORT = 256  # below this many bytes the table alone is quicker


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
    if len(data) < _SHORT:
        return _by_table(data)
    array = np.frombuffer(data, dtype=np.uint8)
    crc = _by_table(_fold(array).tobytes())
    return crc ^ _TRINOMIAL if (crc.bit_count() ^ _parity(array)) & 1 else crc


def _by_table(data: bytes | memoryview) -> int:
    crc = 0
    for byte in data:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc


def _parity(array: npt.NDArray[np.uint8]) -> int:
    whole = len(array) & ~7
    words = int(np.bitwise_xor.reduce(array[:whole].view(np.uint64)))
    ends = bytes(array[whole:])
    return words.bit_count() + sum(byte.bit_count() for byte in ends)


def _fold(array: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """At most 15 bytes that leave the same remainder as `array` on division by x¹⁵ + x + 1.

    The first bits of a file are the highest powers, so "14m bits behind" lies at a higher index.
    """
    block = 1  # bytes, 8 · block = m bits
    while 30 * block < len(array):
        block *= 2
    rest = array.copy()
    while block:
        while len(rest) > 15 * block:
            # No more than 14 blocks at a time, so that no bit is added to one that is being struck out.
            head = min(len(rest) - 15 * block, 14 * block)
            rest[14 * block : 14 * block + head] ^= rest[:head]
            rest[15 * block : 15 * block + head] ^= rest[:head]
            rest = rest[head:]
        block //= 2
    return rest
