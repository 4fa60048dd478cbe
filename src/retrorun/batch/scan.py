"""Scanning an archive: find the recordings, analyse them in groups, keep what is done, tell how it stands."""

from __future__ import annotations

import sys
from array import array
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain, groupby, islice
from pathlib import Path

import numpy as np

from retrorun.activity.archive import Source, each_source
from retrorun.batch.duplicates import SAME_AS, Outline, counting, outline
from retrorun.batch.journal import Journal
from retrorun.batch.row import Row
from retrorun.batch.table import ScanTable
from retrorun.batch.work import Done, Settings
from retrorun.batch.workers import GROUP_FILES, run_here, run_in_processes, run_on_joblib, usable_cores
from retrorun.detection.profile import GaitProfile

Paths = str | Path | Sequence[str | Path]
Advance = Callable[[int], None]
Answer = tuple[str, int, Row]  # a recording's name, where its row stands in the journal, the row


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
        settings=Settings(profile=profile, all_sports=all_sports),
        workers=workers,
        progress=progress,
        journal=journal,
        backend=backend,
        athletes=athletes,
    )
    rows = tuple(under_way)
    return ScanTable(rows=rows, complete=under_way.complete)


class Scan:
    """A scan as `scan` does it, which gives its rows one by one and keeps none: a platform's archive in little memory.

    Rows of a runner come when all of his recordings are analysed, because only then it is known which are duplicates.
    After the last row `complete` says whether Ctrl-C ended it before.
    """

    def __init__(
        self,
        paths: Paths,
        *,
        settings: Settings,
        workers: int | None = None,
        progress: bool = False,
        journal: Path | None = None,
        backend: str | None = None,
        athletes: bool = False,
    ) -> None:
        self.complete = True
        self._paths = [paths] if isinstance(paths, str | Path) else list(paths)
        self._sources = each_source(self._paths)
        self._settings = settings
        self._cores = usable_cores() if workers is None else max(1, workers)
        self._progress = progress
        self._journal = journal
        self._backend = backend
        self._athletes = athletes

    def __iter__(self) -> Iterator[Row]:
        with Journal(self._journal) as kept:
            for _, answers in groupby(self._answers(kept), key=self._athlete):
                yield from _settled(kept, answers)

    def _answers(self, kept: Journal) -> Iterator[Answer]:
        first = list(islice(self._sources, 4 * self._cores * GROUP_FILES))
        with progress_bar("reading", lambda: sum(1 for _ in each_source(self._paths)), shown=self._progress) as advance:
            try:
                for group in self._run(first, kept):
                    for done, (place, row) in zip(group, kept.add(group), strict=True):
                        yield done.name, place, row
                    advance(len(group))
            except KeyboardInterrupt:
                self.complete = False

    def _run(self, first: Sequence[Source], kept: Journal) -> Iterator[list[Done]]:
        # Small archives are cut smaller, so that every worker has something to do and the bar moves.
        size = max(1, min(GROUP_FILES, len(first) // (4 * self._cores)))
        tasks = ((group, kept.keys(group)) for group in _groups(chain(first, self._sources), size))
        if self._backend is not None:
            return run_on_joblib(tasks, self._settings, self._backend)
        if self._cores == 1 or len(first) < 2 * self._cores:
            return run_here(tasks, self._settings)
        return run_in_processes(tasks, self._settings, self._cores)

    def _athlete(self, answer: Answer) -> str:
        """The folder or zip right under the path in which a recording was found."""
        if not self._athletes:
            return ""
        places = [str(path).removeprefix("./").rstrip("/.") for path in self._paths]
        root = max((place for place in places if answer[0].startswith(place)), key=len, default="")
        return root + "/" + answer[0].removeprefix(root).lstrip("/").partition("/")[0]


def _groups(sources: Iterator[Source], size: int) -> Iterator[list[Source]]:
    while group := list(islice(sources, size)):
        yield group


def _settled(kept: Journal, answers: Iterator[Answer]) -> Iterator[Row]:
    """The rows of one runner, all but one of each activity marked as duplicates that name the one that counts.

    Only the outlines are held, 64 bytes a row.
    """
    outlines, places, firsts = array("d"), array("Q"), array("Q")
    for _, place, row in answers:
        places.append(place)
        firsts.append(len(outlines) // len(Outline._fields))
        for part in row.parts or (row,):
            outlines.extend(outline(part))
    counts = counting(np.asarray(outlines).reshape(-1, len(Outline._fields)))
    for place, first in zip(places, firsts, strict=True):
        row = kept.row(place)
        for number, part in enumerate(row.parts or (row,), start=first):
            counted = int(counts[number])
            if counted == number:
                yield part
                continue
            line = bisect(firsts, counted) - 1
            other = kept.row(places[line])
            path = (other.parts or (other,))[counted - firsts[line]].path
            yield replace(part, status="duplicate", reason=f"{SAME_AS}{path}")


@contextmanager
def progress_bar(words: str, total: Callable[[], int], *, shown: bool = True) -> Iterator[Advance]:
    """A bar on stderr that counts what is done, for work of more than a second or two; it goes when the work ends.

    Args:
        words: what is being done, in a word.
        total: counts how many there are to do, where that is asked.
        shown: False for no bar anywhere. Where stderr is no terminal and no notebook there is none either.
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
