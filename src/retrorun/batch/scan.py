"""Scanning an archive: find the recordings, analyse them in groups, keep what is done, tell how it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from retrorun.activity.archive import Source, find_sources
from retrorun.batch.duplicates import mark_duplicates
from retrorun.batch.journal import Journal
from retrorun.batch.progress import progress_bar
from retrorun.batch.row import Row
from retrorun.batch.table import ScanTable
from retrorun.batch.work import Done, Settings
from retrorun.batch.workers import GROUP_FILES, run_here, run_in_processes, run_on_joblib, usable_cores
from retrorun.detection.profile import GaitProfile

Paths = str | Path | Sequence[str | Path]


def scan(
    paths: Paths,
    *,
    profile: GaitProfile | None = None,
    workers: int | None = None,
    progress: bool = False,
    journal: Path | None = None,
    backend: str | None = None,
    all_sports: bool = False,
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

    Returns:
        The rows, in the order in which the recordings were found.

    Raises:
        RetrorunError: a path that does not exist, a journal that cannot be written, a backend that is not there.
    """
    sources = find_sources([paths] if isinstance(paths, str | Path) else paths)
    settings = Settings(profile=profile, all_sports=all_sports)
    keeper: AbstractContextManager[Journal | None] = nullcontext() if journal is None else Journal(journal)
    done: dict[str, Row] = {}
    complete = True
    with keeper as kept, progress_bar("reading", len(sources), shown=progress) as advance:
        try:
            for group in _run(sources, settings, kept, workers, backend):
                if kept is not None:
                    kept.add(group)
                done |= {result.row.path: result.row for result in group}
                advance(len(group))
        except KeyboardInterrupt:
            complete = False
    found = [done[source.name] for source in sources if source.name in done]
    rows = [row for each in found for row in (each.parts or (each,))]
    return ScanTable(rows=mark_duplicates(rows), complete=complete)


def _run(
    sources: Sequence[Source], settings: Settings, kept: Journal | None, workers: int | None, backend: str | None
) -> Iterator[list[Done]]:
    known = {} if kept is None else kept.known
    cores = usable_cores() if workers is None else max(1, workers)
    # Small archives are cut smaller, so that every worker has something to do and the bar moves.
    size = max(1, min(GROUP_FILES, len(sources) // (4 * cores)))
    groups = [sources[start : start + size] for start in range(0, len(sources), size)]
    if backend is not None:
        return run_on_joblib(groups, settings, known, backend)
    if cores == 1 or len(sources) < 2 * cores:
        return run_here(groups, settings, known)
    return run_in_processes(groups, settings, known, cores)
