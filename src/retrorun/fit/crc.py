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
_TAIL = 64  # so few bytes are quickest by the table alone
_SMALL = 8192  # up to so many bytes one large number is quicker than an array


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
    array = np.frombuffer(data, dtype=np.uint8)
    crc = _by_table(_fold_number(_fold_array(array)))
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


def _first_block(length: int) -> int:
    """Bytes in the largest block, m / 8, with which `length` bytes can be folded."""
    block = 1
    while 30 * block < length:
        block *= 2
    return block


def _fold_array(array: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """A few thousand bytes that leave the same remainder as `array` on division by x¹⁵ + x + 1.

    The first bits of a file are the highest powers, so "14m bits behind" lies at a higher index.
    """
    block = _first_block(len(array))
    rest = array.copy() if len(array) > _SMALL else array
    while len(rest) > _SMALL:
        while len(rest) > 15 * block:
            # No more than 14 blocks at a time, so that no bit is added to one that is being struck out.
            head = min(len(rest) - 15 * block, 14 * block)
            rest[14 * block : 14 * block + head] ^= rest[:head]
            rest[15 * block : 15 * block + head] ^= rest[:head]
            rest = rest[head:]
        block //= 2
    return rest


def _fold_number(array: npt.NDArray[np.uint8]) -> bytes:
    """The same with one large number in place of an array, quicker for few bytes: at most 15 bytes remain."""
    length, number = len(array), int.from_bytes(array.tobytes(), "little")
    block = _first_block(length)
    while block:
        while length > 15 * block:
            head = min(length - 15 * block, 14 * block)
            top = number & ((1 << 8 * head) - 1)
            top ^= top << 8 * block
            number = (number >> 8 * head) ^ (top << 8 * (14 * block - head))
            length -= head
        block //= 2
    return number.to_bytes(length, "little")
