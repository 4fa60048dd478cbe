"""FIT bytes made by hand with struct, so that the reader's tests share no code with reader or writer."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

START = 1_100_000_000  # FIT seconds, November 2024

ENUM, U8, U16, U32, S8, S16, S32, TEXT, F32, U32Z = 0x00, 0x02, 0x84, 0x86, 0x01, 0x83, 0x85, 0x07, 0x88, 0x8C
LETTERS = {ENUM: "B", U8: "B", U16: "H", U32: "I", S8: "b", S16: "h", S32: "i", F32: "f", U32Z: "I", 0x0D: "B"}


def crc(data: bytes) -> int:
    """The checksum bit by bit, as its definition says."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ (0xA001 if value & 1 else 0)
    return value


@dataclass
class Kind:
    """A definition: fields are (number, base type code, width in bytes)."""

    local: int
    number: int
    fields: list[tuple[int, int, int]]
    developer: list[tuple[int, int, int]] = field(default_factory=list)  # number, width, index
    big_endian: bool = False

    def define(self) -> bytes:
        order = ">" if self.big_endian else "<"
        flag = 0x20 if self.developer else 0
        head = struct.pack(f"{order}BBBHB", 0x40 | flag | self.local, 0, self.big_endian, self.number, len(self.fields))
        body = b"".join(bytes((number, width, code)) for number, code, width in self.fields)
        if self.developer:
            body += bytes([len(self.developer)]) + b"".join(bytes(each) for each in self.developer)
        return head + body

    def payload(self, *values: object, extra: bytes = b"") -> bytes:
        order = ">" if self.big_endian else "<"
        out = b""
        for value, (_, code, width) in zip(values, self.fields, strict=True):
            if isinstance(value, bytes):
                out += value.ljust(width, b"\0")
            else:
                out += struct.pack(order + LETTERS[code], value)
        return out + extra

    def data(self, *values: object, extra: bytes = b"") -> bytes:
        return bytes([self.local]) + self.payload(*values, extra=extra)

    def compressed(self, offset: int, *values: object) -> bytes:
        return bytes([0x80 | self.local << 5 | offset & 31]) + self.payload(*values)


def fit(*messages: bytes, header_size: int = 14, header_crc: bool = True) -> bytes:
    body = b"".join(messages)
    header = struct.pack("<BBHI4s", header_size, 0x10, 2100, len(body), b".FIT")
    if header_size == 14:
        header += struct.pack("<H", crc(header) if header_crc else 0)
    return header + body + struct.pack("<H", crc(header + body))


FILE_ID = Kind(0, 0, [(0, ENUM, 1), (1, U16, 2), (3, U32Z, 4), (4, U32, 4)])
RECORD = Kind(1, 20, [(253, U32, 4), (3, U8, 1), (4, U8, 1), (5, U32, 4), (6, U16, 2)])
LAP = Kind(2, 19, [(253, U32, 4), (2, U32, 4), (7, U32, 4), (8, U32, 4), (9, U32, 4), (24, ENUM, 1), (71, U16, 2)])
UNKNOWN = Kind(3, 65_000, [(0, U8, 1), (1, U16, 2)])


def file_id(kind: int = 4) -> bytes:
    return FILE_ID.define() + FILE_ID.data(kind, 1, 12345, START)


def records(n: int, *, start: int = START, kind: Kind = RECORD) -> list[bytes]:
    """`n` samples at 1 Hz: 3 m/s, 80 strides a minute, 140 bpm."""
    return [kind.data(start + at, 140, 80, 300 * at, 3000) for at in range(n)]


def recording(n: int = 60) -> bytes:
    """A plain run: file_id, one sample a second, one lap."""
    lap = LAP.define() + LAP.data(START + n, START, 1000 * n, 1000 * n, 300 * n, 0, 0xFFFF)
    return fit(file_id(), RECORD.define(), *records(n), lap)
