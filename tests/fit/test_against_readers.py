"""Every message of every kind that we know, in real files, against two other readers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fitparse.utils import FitParseError

from retrorun.fit.profile import MESSAGES, TIMESTAMP, Field
from retrorun.fit.reader import FitFile, read_fit
from tests.fit import oracles
from tests.fit.oracles import Rows
from tests.shared_data import shared_files

FILES = shared_files("activities", "*.fit")
SAMPLE = sorted(FILES, key=lambda path: path.stat().st_size)[:12:2]
# What another reader says differently, and why it is not us who are wrong.
REFUSED = {
    # Their timer events have a field of type uint32 that is one byte wide; a byte to us, fatal to fitparse.
    "fitparse": {"athlete01_3e6b4ffb", "athlete01_f6c1e7cf"},
    "fitdecode": set[str](),
}
READERS: dict[str, Callable[[bytes], Rows]] = {"fitparse": oracles.by_fitparse, "fitdecode": oracles.by_fitdecode}


def our_values(file: FitFile, name: str, field: Field) -> list[Any]:
    """A column of ours in the shape of theirs: raw integers, texts, or times."""
    table = file.table(name)
    if field.number == TIMESTAMP:
        return [None if time != time else int(time) for time in file.times(name).tolist()]  # noqa: PLR0124 - NaN
    return table.texts(field.name) if field.base == "string" else table.integers(field.name)


def same(ours: Any, theirs: Any) -> bool:  # noqa: ANN401 - values of any field
    if isinstance(theirs, (tuple, list)):
        theirs = theirs[0] if theirs else None
    if isinstance(ours, str):
        return ours == (theirs or "")
    if isinstance(theirs, float) and isinstance(ours, int):
        return abs(theirs - ours) < 1e-9
    return bool(ours == theirs)


def differences(data: bytes, theirs: Rows) -> list[str]:
    file = read_fit(data)
    found = []
    for message in MESSAGES:
        rows = theirs.get(message.number, [])
        if len(file.table(message.name)) != len(rows):
            found.append(f"{message.name}: {len(file.table(message.name))} messages, theirs {len(rows)}")
            continue
        for field in message.fields:
            if field.name == "compressed_speed_distance":
                ours: list[Any] = file.table(message.name).packed(field.name).tolist()
                other: list[Any] = [_pack(row.get(field.number)) for row in rows]
            else:
                ours, other = our_values(file, message.name, field), [row.get(field.number) for row in rows]
            wrong = [index for index, (a, b) in enumerate(zip(ours, other, strict=True)) if not same(a, b)]
            if wrong:
                at = wrong[0]
                found.append(
                    f"{message.name}.{field.name}: {len(wrong)} of {len(rows)}, {ours[at]!r} and {other[at]!r}"
                )
    return found


def _pack(raw: Any) -> int:  # noqa: ANN401 - None, or three bytes
    return -1 if not raw or set(raw) == {0xFF} else int.from_bytes(bytes(raw), "little")


def check(path: Path, reader: str) -> None:
    data = path.read_bytes()
    if path.stem in REFUSED[reader]:
        with pytest.raises(FitParseError, match="Invalid field size"):
            READERS[reader](data)
        assert read_fit(data).losses == ()
        return
    assert differences(data, READERS[reader](data)) == []


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("path", SAMPLE, ids=lambda path: path.name)
def test_a_few_real_files(path: Path, reader: str) -> None:
    check(path, reader)


@pytest.mark.slow
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_real_file(path: Path, reader: str) -> None:
    check(path, reader)
