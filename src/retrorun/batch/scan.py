"""Scanning an archive: find the recordings, analyse them in groups, keep what is done, tell how it stands."""

import json
import os
import sys
import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import KW_ONLY, dataclass, field, replace
from functools import lru_cache
from itertools import chain, groupby, islice
from pathlib import Path
from typing import Self

import numpy as np

from retrorun import documents, files
from retrorun.activity.archive import Source, each_source
from retrorun.batch import work
from retrorun.batch.row import SAME_AS, Outline, Row, counting, outline
from retrorun.batch.table import ScanTable
from retrorun.detection.profile import GaitProfile
from retrorun.errors import OutputError, expect

LONGEST_LINE = 64 << 20  # bytes; a file of thousands of activities is one line
READ_AT_ONCE = 1 << 14  # bytes; most lines are shorter

Paths = str | Path | Sequence[str | Path]
Advance = Callable[[int], None]
Answer = tuple[str, int, Row]  # a recording's name, where its row stands in the journal, the row


class Journal:
    """What scans have done so far, on disk: one line of JSON a recording, added as groups finish.

    The rows stay on the disk and are read again from their place there, so that memory does not grow with them. Of
    several lines for one recording the last holds. A line that was cut off (the machine went down in the middle of
    writing it) is left out and its recording done again, so that a scan that was killed and run again ends with the
    same rows as one that was not. Without a path it is a nameless file that is gone at the end.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._where = "the folder for temporary files" if path is None else str(path)
        self._open = ExitStack()
        self._file = -1
        self._known = np.zeros((3, 0), dtype=np.uint64)  # hash of the name, mark and place of each row, by the hash

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            try:
                self._file = self._ready(opening)
            except OSError as error:
                what = f"cannot be written ({error.strerror})"
                raise OutputError(what, where=self._where, hint="check its rights") from error
            self._open = opening.pop_all()
        return self

    def _ready(self, opening: ExitStack) -> int:
        if self.path is None:
            return opening.enter_context(tempfile.TemporaryFile()).fileno()
        # Another scan that writes here would lose its rows to this one.
        opening.enter_context(files.locked(self.path, wait_s=2.0))
        if self.path.exists() and not self._read(self.path):
            # Lines that were overtaken or cut off go, and what is added starts on a line of its own.
            with files.open_regular(self.path, error=OutputError) as old, files.writing(self.path) as new:
                for place in np.sort(self._known[2]).tolist():
                    old.seek(place)
                    new.write(old.readline())
            self._read(self.path)
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o666)
        opening.callback(os.close, file)
        return file

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def keys(self, group: Iterable[Source]) -> dict[str, int]:
        """The marks of what the known ones of these recordings were made from, by their names."""
        found = ((source.name, self._find(source.name)) for source in group)
        return {name: known[0] for name, known in found if known is not None}

    def add(self, group: Sequence[work.Done]) -> list[tuple[int, Row]]:
        """Keep the fresh rows of a finished group; the place and row of each, on the disk when this returns."""
        place, data = os.lseek(self._file, 0, os.SEEK_END), b""
        added: list[tuple[int, Row]] = []
        for done in group:
            if done.row is None:
                _, known = self._find(done.name) or (0, 0)
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
            hint = "make room and run the same command again: with -o it goes on where it stopped"
            raise OutputError(f"cannot be written ({error.strerror})", where=self._where, hint=hint) from error
        return added

    def row(self, place: int) -> Row:
        """The row that stands at a place."""
        os.lseek(self._file, place, os.SEEK_SET)
        data = b""
        while b"\n" not in data:
            more = os.read(self._file, READ_AT_ONCE)
            if not more:
                hint = "run the same command again: it goes on where it stopped"
                raise OutputError("was cut while a scan was at work", where=str(self.path), hint=hint)
            data += more
        return Row.from_dict(json.loads(data.partition(b"\n")[0])["row"])

    def _find(self, name: str) -> tuple[int, int] | None:
        """The mark of a recording's row from an earlier scan, and where it stands."""
        names, marks, places = self._known
        own = np.uint64(work.hash_of(name))
        at = int(np.searchsorted(names, own))
        return (int(marks[at]), int(places[at])) if at < len(names) and names[at] == own else None

    def _read(self, path: Path) -> bool:
        """Learn what is known; False where some lines are of no use."""
        lines, place, good = array("Q"), 0, True
        with files.open_regular(path, error=OutputError) as file:
            while line := file.readline(LONGEST_LINE):
                if len(line) == LONGEST_LINE:
                    raise OutputError("this is no journal of a scan", where=str(path), hint="remove it")
                said = _said_in(line)
                if said is not None:
                    lines.extend((work.hash_of(said[0]), work.hash_of(*said), place))
                good &= said is not None
                place += len(line)
        known = np.asarray(lines).reshape(-1, 3)[::-1]
        self._known = known[np.unique(known[:, 0], return_index=True)[1]].T.copy()
        return good and self._known.shape[1] == len(known)


def _said_in(line: bytes) -> tuple[str, str] | None:
    """The recording that a line is about, and its key; None where it was cut off, or is of another shape."""
    try:
        entry = documents.Fields.of(documents.parse_json(line, error=OutputError), error=OutputError)
        row = Row.from_dict(dict(entry.fields("row").values))
        return (row.path, entry.text("key")) if line.endswith(b"\n") else None
    except (OutputError, ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return None


@dataclass
class Scan:
    """A scan as `scan` does it, which gives its rows one by one and keeps none: a platform's archive in little memory.

    Rows of a runner come when all of his recordings are analysed, because only then it is known which are duplicates.
    After the last row `complete` says whether Ctrl-C ended it before.
    """

    paths: Paths
    _: KW_ONLY
    settings: work.Settings
    workers: int | None = None
    progress: bool = False
    journal: Path | None = None
    backend: str | None = None
    athletes: bool = False
    complete: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        expect(self.paths, str | os.PathLike | Iterable, "a path or a list of paths")
        self._paths = [self.paths] if isinstance(self.paths, str | Path) else list(self.paths)
        self._sources = each_source(self._paths)
        self._cores = work.usable_cores() if self.workers is None else max(1, self.workers)

    def __iter__(self) -> Iterator[Row]:
        with Journal(self.journal) as kept:
            for _, answers in groupby(self._answers(kept), key=self._athlete):
                yield from _settled(kept, answers)

    def _answers(self, kept: Journal) -> Iterator[Answer]:
        first = list(islice(self._sources, 4 * self._cores * work.GROUP_FILES))
        with progress_bar("reading", lambda: sum(1 for _ in each_source(self._paths)), shown=self.progress) as advance:
            try:
                for group in self._run(first, kept):
                    for done, (place, row) in zip(group, kept.add(group), strict=True):
                        yield done.name, place, row
                    advance(len(group))
            except KeyboardInterrupt:
                self.complete = False

    def _run(self, first: Sequence[Source], kept: Journal) -> Iterator[list[work.Done]]:
        # Small archives are cut smaller, so that every worker has something to do and the bar moves.
        size = max(1, min(work.GROUP_FILES, len(first) // (4 * self._cores)))
        sources = chain(first, self._sources)
        tasks = ((group, kept.keys(group)) for group in iter(lambda: list(islice(sources, size)), []))
        if self.backend is not None:
            return work.run_on_joblib(tasks, self.settings, self.backend)
        if self._cores == 1 or len(first) < 2 * self._cores:
            return work.run_here(tasks, self.settings)
        return work.run_in_processes(tasks, self.settings, self._cores)

    def _athlete(self, answer: Answer) -> str:
        """The folder or zip right under the path in which a recording was found."""
        if not self.athletes:
            return ""
        places = [str(path).removeprefix("./").rstrip("/.") for path in self._paths]
        root = max((place for place in places if answer[0].startswith(place)), key=len, default="")
        return root + "/" + answer[0].removeprefix(root).lstrip("/").partition("/")[0]


def scan(
    paths: Paths,
    *,
    profile: GaitProfile | None = None,
    workers: int | None = None,
    progress: bool = False,
    journal: Path | None = None,
    backend: str | None = None,
    all_sports: bool = False,
    athletes: bool = False,
) -> ScanTable:
    """Analyse every recording under the paths: folders, zips, exports of services, files and fsspec URLs.

    A recording that cannot be read becomes a row with its reason, never an error of the scan. Several recordings of one
    activity are counted once, several activities in one file are a row each. Stopped by Ctrl-C, the scan answers what
    is done, with `complete` false.

    Args:
        paths: one path or several.
        profile: what is usual for the runner, where that is known.
        workers: processes; None for one per processor, 1 for none but this one.
        progress: show a bar with recordings per second and time left, where stderr is a terminal or a notebook.
        journal: a file that keeps what is done. A scan with the same journal takes over each recording whose bytes,
            profile and version of this library are still the same.
        backend: a joblib backend (`dask`) to use instead of processes on this machine.
        all_sports: analyse rides and walks too, instead of skipping all but runs.
        athletes: each folder or zip right under a path is another runner's; activities of two are never taken for one.

    Returns:
        The rows, in the order in which the recordings were found.

    Raises:
        RetrorunError: a path that does not exist, a journal that cannot be written, a backend that is not there.
    """
    under_way = Scan(
        paths,
        settings=work.Settings(profile=profile, all_sports=all_sports),
        workers=workers,
        progress=progress,
        journal=journal,
        backend=backend,
        athletes=athletes,
    )
    rows = tuple(under_way)
    return ScanTable(rows=rows, complete=under_way.complete)


def _settled(kept: Journal, answers: Iterator[Answer]) -> Iterator[Row]:
    """The rows of one runner, all but one of each activity marked as duplicates that name the one that counts.

    Only the outlines are held, and where each row stands: 64 bytes a row.
    """
    outlines, places, numbers = array("d"), array("Q"), array("Q")
    for _, place, row in answers:
        for number, part in enumerate(row.parts or (row,)):
            outlines.extend(outline(part))
            places.append(place)
            numbers.append(number)
    row_at = lru_cache(maxsize=2)(kept.row)

    def part_at(index: int) -> Row:
        row = row_at(places[index])
        return (row.parts or (row,))[numbers[index]]

    counts = counting(np.asarray(outlines).reshape(-1, len(Outline._fields)))
    for index, counted in enumerate(map(int, counts)):
        if counted == index:
            yield part_at(index)
        else:
            yield replace(part_at(index), status="duplicate", reason=f"{SAME_AS}{part_at(counted).path}")


@contextmanager
def progress_bar(words: str, total: Callable[[], int], *, shown: bool = True) -> Iterator[Advance]:
    """A bar on stderr for work of more than a second or two, which counts what is done and goes when the work ends.

    `words` say what is being done, `total` counts how many there are to do. It is not shown where stderr is no terminal
    and no notebook.
    """
    if not (shown and (sys.stderr.isatty() or "ipykernel" in sys.modules)):
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    with Progress(TextColumn(words), *columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(words, total=total(), rate="")

        def advance(count: int) -> None:
            bar.advance(task, count)
            speed = bar.tasks[0].speed
            bar.update(task, rate="" if speed is None else f"{speed:.0f} files/s")

        yield advance
