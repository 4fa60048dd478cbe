"""What a scan has done so far, on disk: one line of JSON a recording, added as groups finish.

A line that was cut off (the machine went down in the middle of writing it) is left out and its recording done again, so
that a scan that was killed and run again ends with the same rows as one that was not.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from retrorun.batch.row import Row
from retrorun.batch.work import Done
from retrorun.documents import Fields, parse_json
from retrorun.errors import OutputError
from retrorun.files import locked, read_bytes, write_atomic

MOST_BYTES = 4 << 30  # of a journal: some ten million rows


class Journal:
    """The rows of earlier and present scans, by the recording's name.

    Use it as a context manager. Of several lines for one recording the last holds.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[str, tuple[str, Row]] | None = None
        self._file: int | None = None
        self._lock = ExitStack()

    def __enter__(self) -> Self:
        # Another scan that writes here would lose its rows to this one.
        self._lock.enter_context(locked(self.path, wait_s=2.0))
        self._known = known = _read(self.path)
        # Written anew first: lines that were overtaken or cut off go, and what is added starts on a line of its own.
        lines = "".join(_line(name, key, row) for name, (key, row) in known.items())
        write_atomic(self.path, lines.encode())
        try:
            self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND)
        except OSError as error:
            raise OutputError(f"cannot be written ({error.strerror})", where=str(self.path)) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
        self._lock.close()

    @property
    def known(self) -> dict[str, tuple[str, Row]]:
        """The key and the row of each recording done so far, by its name."""
        if self._known is None:
            self._known = _read(self.path)
        return self._known

    def add(self, rows: Iterable[Done]) -> None:
        """Keep the fresh ones of a finished group; they are on the disk when this returns."""
        fresh = [done for done in rows if done.fresh and done.key]
        if not fresh or self._file is None:
            return
        data = "".join(_line(done.row.path, done.key, done.row) for done in fresh).encode()
        try:
            while data:
                data = data[os.write(self._file, data) :]
            os.fsync(self._file)
        except OSError as error:
            raise OutputError(
                f"cannot be written ({error.strerror})",
                where=str(self.path),
                hint="make room and run the same command again: it goes on where it stopped",
            ) from error
        self.known.update({done.row.path: (done.key, done.row) for done in fresh})


def _line(name: str, key: str, row: Row) -> str:
    return json.dumps({"name": name, "key": key, "row": row.to_dict()}, ensure_ascii=False) + "\n"


def _read(path: Path) -> dict[str, tuple[str, Row]]:
    try:
        if not path.exists():
            return {}
        lines = read_bytes(path, most=MOST_BYTES, error=OutputError).split(b"\n")
    except OSError as error:
        raise OutputError(f"cannot be read ({error.strerror})", where=str(path), hint="check its rights") from error
    known = {}
    for line in lines:
        try:
            entry = Fields.of(parse_json(line, error=OutputError), error=OutputError)
            known[entry.text("name")] = (entry.text("key"), Row.from_dict(dict(entry.fields("row").values)))
        except (OutputError, ValueError, KeyError, TypeError, AttributeError, OverflowError):
            continue  # cut off, or of another shape: that recording is done again
    return known
