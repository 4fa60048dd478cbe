"""What a scan has done so far, on disk: one line of JSON a recording, added as groups finish.

The rows stay on the disk and are read again from their place there, so that memory does not grow with them. A line that
was cut off (the machine went down in the middle of writing it) is left out and its recording done again, so that a scan
that was killed and run again ends with the same rows as one that was not.
"""

from __future__ import annotations

import json
import os
import tempfile
from array import array
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from retrorun.activity.archive import Source
from retrorun.batch.row import Row
from retrorun.batch.work import Done
from retrorun.documents import Fields, parse_json
from retrorun.errors import OutputError
from retrorun.files import locked, open_regular, writing

LONGEST_LINE = 64 << 20  # bytes; a file of thousands of activities is one line
READ_AT_ONCE = 1 << 14  # bytes; most lines are shorter


class Journal:
    """The rows of earlier and present scans, each found by the place where it stands in the file.

    Use it as a context manager. Of several lines for one recording the last holds. Without a path it is a nameless file
    that is gone at the end.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._open = ExitStack()
        self._file = -1
        self._names = self._places = np.zeros(0, dtype=np.uint64)  # the names' hashes in order, and where each stands

    def __enter__(self) -> Self:
        where = "the folder for temporary files" if self.path is None else str(self.path)
        try:
            if self.path is None:
                self._file = self._open.enter_context(tempfile.TemporaryFile()).fileno()
                return self
            # Another scan that writes here would lose its rows to this one.
            self._open.enter_context(locked(self.path, wait_s=2.0))
            if self.path.exists() and not self._read(self.path):
                # Lines that were overtaken or cut off go, and what is added starts on a line of its own.
                with open_regular(self.path, error=OutputError) as old, writing(self.path) as new:
                    for place in np.sort(self._places).tolist():
                        old.seek(place)
                        new.write(old.readline())
                self._read(self.path)
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o666)
            self._open.callback(os.close, self._file)
        except OSError as error:
            self._open.close()
            raise OutputError(f"cannot be written ({error.strerror})", where=where, hint="check its rights") from error
        except BaseException:
            self._open.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def keys(self, group: Iterable[Source]) -> dict[str, str]:
        """What the known ones of these recordings were made from, by their names."""
        known = ((source.name, self._find(source.name)) for source in group)
        entries = {name: json.loads(self._line(place)) for name, place in known if place is not None}
        return {name: entry["key"] for name, entry in entries.items() if entry["row"]["path"] == name}

    def add(self, group: Sequence[Done]) -> list[tuple[int, Row]]:
        """Keep the fresh rows of a finished group; the place and row of each, on the disk when this returns."""
        place, data = os.lseek(self._file, 0, os.SEEK_END), b""
        added: list[tuple[int, Row]] = []
        for done in group:
            if done.row is None:
                known = self._find(done.name) or 0
                added.append((known, self.row(known)))
            else:
                added.append((place + len(data), done.row))
                line = json.dumps({"key": done.key, "row": done.row.to_dict()}, ensure_ascii=False)
                data += line.encode("utf-8", "backslashreplace") + b"\n"
        try:
            while data:
                data = data[os.write(self._file, data) :]
            if self.path is not None:
                os.fsync(self._file)
        except OSError as error:
            raise OutputError(
                f"cannot be written ({error.strerror})",
                where="the folder for temporary files" if self.path is None else str(self.path),
                hint="make room and run the same command again: with -o it goes on where it stopped",
            ) from error
        return added

    def row(self, place: int) -> Row:
        """The row that stands at a place."""
        return Row.from_dict(json.loads(self._line(place))["row"])

    def _line(self, place: int) -> bytes:
        os.lseek(self._file, place, os.SEEK_SET)
        data = b""
        while b"\n" not in data:
            more = os.read(self._file, READ_AT_ONCE)
            if not more:
                hint = "run the same command again: it goes on where it stopped"
                raise OutputError("was cut while a scan was at work", where=str(self.path), hint=hint)
            data += more
        return data.partition(b"\n")[0]

    def _find(self, name: str) -> int | None:
        """Where the row of a recording stands, from an earlier scan."""
        mark = np.uint64(_hash(name))
        at = int(np.searchsorted(self._names, mark))
        return int(self._places[at]) if at < len(self._names) and self._names[at] == mark else None

    def _read(self, path: Path) -> bool:
        """Learn where each row stands; False where some lines are of no use."""
        names, places, place, good = array("Q"), array("Q"), 0, True
        with open_regular(path, error=OutputError) as file:
            while line := file.readline(LONGEST_LINE):
                if len(line) == LONGEST_LINE:
                    raise OutputError("this is no journal of a scan", where=str(path), hint="remove it")
                name = _name_in(line)
                if name is None:
                    good = False
                else:
                    names.append(_hash(name))
                    places.append(place)
                place += len(line)
        marks = np.asarray(names)
        order = np.argsort(marks, kind="stable")
        last = order[np.append(marks[order][1:] != marks[order][:-1], True)[: len(order)]]
        self._names, self._places = marks[last], np.asarray(places)[last]
        return good and len(last) == len(order)


def _hash(name: str) -> int:
    """Eight bytes for a name; of ten million names two agree once in 400,000 times, and are then done again."""
    return int.from_bytes(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest())


def _name_in(line: bytes) -> str | None:
    """The recording that a line is about; None where it was cut off, or is of another shape."""
    try:
        entry = Fields.of(parse_json(line, error=OutputError), error=OutputError)
        entry.text("key")
        row = Row.from_dict(dict(entry.fields("row").values))
    except (OutputError, ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return None
    return row.path if line.endswith(b"\n") else None
