"""The files in a chain of FIT files: where the messages of each lie, what is wrong with its frame, and its checksum.

The checksum is CRC-16 with the polynomial x¹⁶ + x¹⁵ + x² + 1, bits reflected, start 0.
It is (x + 1)·(x¹⁵ + x + 1). The factor (x + 1) is only the parity of all bits; it is set at the end. The
second factor is primitive, so x^32767 ≡ 1: bits that stand a multiple of 32767 apart may be added (exclusive or). It
also has three terms, and squaring keeps it so: x^15m ≡ x^m + 1 for every m that is a power of two. Hence bits that
stand 15m or more before the end may be struck out if they are added to the bits 14m and 15m behind them. Doing that
with ever smaller m shrinks 4 kB to a few bytes in some thirty operations on one large number.
"""

from dataclasses import dataclass

import numpy as np

SIGNATURE = b".FIT"
_SIGNATURE_AT = 8  # in the header
_SHORT_HEADER, _LONG_HEADER = 12, 14  # the long one ends with a checksum of its own
_CRC = 2  # bytes
# No real file comes near these, so that a hostile one ends in a report and not in a full memory.
MAX_FILES = 256  # in one chain; the longest chain seen holds 2

_REFLECTED = 0xA001  # x¹⁶ + x¹⁵ + x² + 1 without its highest term, lowest bit first
_TRINOMIAL = 0xC001  # x¹⁵ + x + 1, lowest bit first
_TAIL = 64  # so few bytes are quickest by the table alone
_PERIOD = 32767  # bits, and hence bytes too


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Bytes `[start, end)` that could not be used, or could not be trusted."""

    what: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The messages of one file lie in `[start, end)`; `sound` if its size and its checksum are right."""

    start: int
    end: int
    sound: bool


def is_fit(data: bytes, pos: int = 0) -> bool:
    """Whether a FIT header begins at `pos`."""
    return data.startswith(SIGNATURE, pos + _SIGNATURE_AT)


def frames(data: bytes) -> tuple[list[Frame], list[Loss]]:
    """All files in a chain that begins at 0 with a header, and what is wrong around them."""
    found: list[Frame] = []
    losses: list[Loss] = []
    pos = 0
    while pos < len(data):
        if len(found) == MAX_FILES:
            losses.append(Loss(what="more files in one chain than any watch writes", start=pos, end=len(data)))
            break
        if not is_fit(data, pos):
            following = _next_header(data, pos)
            losses.append(Loss(what="bytes behind the end of the file", start=pos, end=following))
            pos = following
            continue
        frame, loss = _frame(data, pos)
        found.append(frame)
        losses += loss
        pos = frame.end + _CRC
    return found, losses


def _frame(data: bytes, pos: int) -> tuple[Frame, list[Loss]]:
    header = data[pos]
    start = pos + (header if header in {_SHORT_HEADER, _LONG_HEADER} else _LONG_HEADER)
    end = start + int.from_bytes(data[pos + 4 : pos + 8], "little")
    whole = end + _CRC <= len(data)
    if whole and not crc16(memoryview(data)[pos : end + _CRC]):
        return Frame(start=start, end=end, sound=True), []
    if whole and end > start and (end + _CRC == len(data) or is_fit(data, end + _CRC)):
        return Frame(start=start, end=end, sound=False), [Loss(what="the checksum is wrong", start=end, end=end + _CRC)]
    if start < end <= len(data) < end + _CRC:
        return Frame(start=start, end=end, sound=False), [
            Loss(what="the checksum is missing", start=end, end=end + _CRC)
        ]
    # The size in the header does not fit: everything up to the next header, or to the end, may be messages.
    limit = _next_header(data, start)
    what = "the file is cut short" if end > len(data) else "the size in the header is wrong"
    if limit < len(data):
        return Frame(start=start, end=max(limit - _CRC, start), sound=False), [Loss(what=what, start=limit, end=limit)]
    return Frame(start=min(start, limit), end=limit, sound=False), [Loss(what=what, start=limit, end=max(end, limit))]


def _next_header(data: bytes, pos: int) -> int:
    """Where the next FIT header begins at or behind `pos`, the end of the bytes where there is none."""
    at = data.find(SIGNATURE, pos + _SIGNATURE_AT)
    while at >= 0 and data[at - _SIGNATURE_AT] not in {_SHORT_HEADER, _LONG_HEADER}:
        at = data.find(SIGNATURE, at + 1)
    return at - _SIGNATURE_AT if at >= 0 else len(data)


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
