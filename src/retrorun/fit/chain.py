"""The files in a chain of FIT files: where the messages of each lie, and what is wrong with its frame."""

from __future__ import annotations

from dataclasses import dataclass

from retrorun.fit.crc import crc16

SIGNATURE = b".FIT"
_SIGNATURE_AT = 8  # in the header
_SHORT_HEADER, _LONG_HEADER = 12, 14  # the long one ends with a checksum of its own
_CRC = 2  # bytes
# No real file comes near these, so that a hostile one ends in a report and not in a full memory.
MAX_FILES = 256  # in one chain; the longest chain seen holds 2


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
