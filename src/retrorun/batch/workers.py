"""Running groups of recordings side by side: processes on this machine, or a cluster through joblib.

Results come as groups finish. Only a few groups are under way at once, so that memory does not grow with the archive. A
recording that kills its worker (out of memory, a crash below Python) costs itself one error row and nobody else.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice

from retrorun.activity.archive import Source
from retrorun.batch.row import Row
from retrorun.batch.work import Done, Settings, failed, scan_group
from retrorun.errors import RecordingError, RetrorunError, install_hint

NO_WORKERS = (
    "the worker processes could not start, so one process did it all; "
    'put the call under `if __name__ == "__main__":`, or use workers=1'
)

Group = Sequence[Source]
Known = Mapping[str, tuple[str, Row]]

GROUP_FILES = 64  # measured on 3,484 recordings: 1 file a task is slower by half, more than 64 gains nothing
AHEAD = 3  # groups waiting for each worker, so that none stands idle while results are written


def usable_cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_here(groups: Sequence[Group], settings: Settings, known: Known) -> Iterator[list[Done]]:
    """One group after the other in this process."""
    for group in groups:
        yield scan_group(group, settings, _of(known, group))


def run_in_processes(groups: Sequence[Group], settings: Settings, known: Known, workers: int) -> Iterator[list[Done]]:
    """Groups in `workers` processes, as they finish; one after the other here, with a warning, where none can start."""
    waiting = iter(groups)
    lost: list[Group] = []
    finished_any = False
    with _pool(workers) as pool:
        under_way: dict[Future[list[Done]], Group] = {}
        try:
            for group in islice(waiting, workers * AHEAD):
                under_way[pool.submit(scan_group, group, settings, _of(known, group))] = group
            while under_way:
                done, _ = wait(under_way, return_when=FIRST_COMPLETED)
                for future in done:
                    group = under_way.pop(future)
                    yield future.result()
                    finished_any = True
                    for more in islice(waiting, 1):
                        under_way[pool.submit(scan_group, more, settings, _of(known, more))] = more
        except BrokenProcessPool:
            lost = [group, *under_way.values(), *waiting]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    if lost and not finished_any and not _can_start():
        # A new process begins with the main script once more, which only one with the usual guard lives through.
        warnings.warn(NO_WORKERS, RuntimeWarning, stacklevel=2)
        yield from run_here(lost, settings, known)
    else:
        yield from _one_by_one(lost, settings, known)


def run_on_joblib(groups: Sequence[Group], settings: Settings, known: Known, backend: str) -> Iterator[list[Done]]:
    """Groups on a joblib backend (`dask`, `loky`, …) that the caller has connected.

    Raises:
        RetrorunError: joblib or the backend is not installed.
    """
    try:
        from joblib import Parallel, delayed, parallel_config
    except ImportError:
        raise RetrorunError("a cluster needs joblib", hint=install_hint("joblib", *_packages(backend))) from None
    try:
        with parallel_config(backend=backend):
            runner = Parallel(n_jobs=-1, return_as="generator_unordered", batch_size=1)
            yield from runner(delayed(scan_group)(group, settings, _of(known, group)) for group in groups)
    except (ImportError, ValueError) as error:
        packages = _packages(backend)
        raise RetrorunError(
            f"joblib cannot use the backend {backend!r} ({error})",
            hint=f"{install_hint(*packages)} and connect to it" if packages else "check its name",
        ) from error


def _packages(backend: str) -> tuple[str, ...]:
    return ("dask[distributed]",) if backend == "dask" else ()


def _pool(workers: int) -> ProcessPoolExecutor:
    # A process forked from one with threads (numpy starts some) may hang; a spawned one may not.
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=_ignore_interrupt)


def _ignore_interrupt() -> None:
    """Ctrl-C goes to every process of the terminal; the one that keeps the journal decides what happens."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _can_start() -> bool:
    with _pool(1) as pool:
        try:
            return pool.submit(os.getpid).result() > 0
        except BrokenProcessPool:
            return False


def _one_by_one(groups: Sequence[Group], settings: Settings, known: Known) -> Iterator[list[Done]]:
    """After a worker died: every recording not done yet in a process that may die alone."""
    sources = [source for group in groups for source in group]
    while sources:
        with _pool(1) as pool:
            for place, source in enumerate(sources):
                try:
                    yield pool.submit(scan_group, [source], settings, _of(known, [source])).result()
                except BrokenProcessPool:
                    error = RecordingError("reading it killed the worker process", where=source.name)
                    yield [Done(key="", row=failed(source, error), fresh=True)]
                    sources = sources[place + 1 :]
                    break
            else:
                return


def _of(known: Known, group: Group) -> dict[str, tuple[str, Row]]:
    return {source.name: known[source.name] for source in group if source.name in known}
