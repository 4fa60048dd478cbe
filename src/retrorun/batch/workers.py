"""Running groups of recordings side by side: processes on this machine, or a cluster through joblib.

Results come in the order of the groups. Only a few groups are under way at once, so that memory does not grow with the
archive. A recording that kills its worker (out of memory, a crash below Python) costs itself one error row and nobody
else.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import warnings
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from itertools import chain, islice, zip_longest

from retrorun.activity.archive import Source
from retrorun.batch.work import Done, Settings, failed, scan_group
from retrorun.errors import RecordingError, RetrorunError, install_hint

NO_WORKERS = (
    "the worker processes could not start, so one process did it all; "
    'put the call under `if __name__ == "__main__":`, or use workers=1'
)

Group = Sequence[Source]
Task = tuple[Group, Mapping[str, str]]  # some recordings, and the keys of those that are known

GROUP_FILES = 64  # measured on 3,484 recordings: 1 file a task is slower by half, more than 64 gains nothing
AHEAD = 6  # groups under way for each worker, so that none stands idle while another has a long one


def usable_cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_here(tasks: Iterable[Task], settings: Settings) -> Iterator[list[Done]]:
    """One group after the other in this process."""
    for group, known in tasks:
        yield scan_group(group, settings, known)


def run_in_processes(tasks: Iterable[Task], settings: Settings, workers: int) -> Iterator[list[Done]]:
    """Groups in `workers` processes; one after the other here, with a warning, where none can start."""
    waiting = iter(tasks)
    finished_any = False
    while True:
        under_way: deque[Task] = deque()
        futures: deque[Future[list[Done]]] = deque()
        with _pool(workers) as pool:
            try:
                while True:
                    for task in islice(waiting, workers * AHEAD - len(futures)):
                        under_way.append(task)
                        futures.append(pool.submit(scan_group, task[0], settings, task[1]))
                    if not futures:
                        return
                    yield futures[0].result()
                    finished_any = True
                    futures.popleft()
                    under_way.popleft()
            except BrokenProcessPool:
                pass
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        if not finished_any and not _can_start():
            # A new process begins with the main script once more, which only one with the usual guard lives through.
            warnings.warn(NO_WORKERS, RuntimeWarning, stacklevel=2)
            yield from run_here(chain(under_way, waiting), settings)
            return
        whole = [future.done() and not future.exception() for future in futures]
        lost = [task for task, done in zip_longest(under_way, whole) if not done]
        with closing(_one_by_one(lost, settings)) as again:
            for future, done in zip(futures, whole, strict=True):
                yield future.result() if done else next(again)
            yield from again  # what could not be handed out any more


def run_on_joblib(tasks: Iterable[Task], settings: Settings, backend: str) -> Iterator[list[Done]]:
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
            runner = Parallel(n_jobs=-1, return_as="generator", batch_size=1)
            yield from runner(delayed(scan_group)(group, settings, known) for group, known in tasks)
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


def _one_by_one(tasks: Iterable[Task], settings: Settings) -> Generator[list[Done]]:
    """After a worker died: every recording that was under way, in a process that may die alone."""
    pool = _pool(1)
    try:
        for group, known in tasks:
            done: list[Done] = []
            for source in group:
                try:
                    done += pool.submit(scan_group, [source], settings, known).result()
                except BrokenProcessPool:
                    pool.shutdown()
                    pool = _pool(1)
                    error = RecordingError("reading it killed the worker process", where=source.name)
                    done.append(Done(name=source.name, key="", row=failed(source, error)))
            yield done
    finally:
        pool.shutdown(cancel_futures=True)
