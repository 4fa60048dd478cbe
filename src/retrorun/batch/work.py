"""The work of a scan: what becomes of one recording, and groups of them side by side.

A bad file becomes a row with its reason, never an error. Groups run in processes on this machine, or on a cluster
through joblib; results come in their order. Only a few are under way at once, so that memory does not grow with the
archive. A recording that kills its worker (out of memory, a crash below Python) costs itself one row and nobody else.
"""

import hashlib
import multiprocessing
import os
import signal
import warnings
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from itertools import chain, islice, zip_longest

from retrorun import __version__
from retrorun.activity import archive, model, read
from retrorun.analysis.analyse import detect_with, matched
from retrorun.analysis.labels import Labels, lesson, load_labels
from retrorun.batch.row import DIGEST, Row, lesson_of, row_about, row_of
from retrorun.detection.profile import GaitProfile, check_profile
from retrorun.errors import ProfileError, RecordingError, RetrorunError, install_hint
from retrorun.fit.workout_message import is_workout

# What does not say its sport is mostly a run that an app wrote as GPX; detection answers for itself on the rest.
RUNNING = frozenset({"running", "generic"})
GROUP_FILES = 64  # measured on 3,484 recordings: 1 file a task is slower by half, more than 64 gains nothing
AHEAD = 6  # groups under way for each worker, so that none stands idle while another has a long one
NO_WORKERS = (
    "the worker processes could not start, so one process did it all; "
    'put the call under `if __name__ == "__main__":`, or use workers=1'
)

Task = tuple[Sequence[archive.Source], Mapping[str, int]]  # some recordings, and the marks of those that are known


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What, beside a recording's bytes, its row depends on."""

    profile: GaitProfile | None = None
    all_sports: bool = False

    def __post_init__(self) -> None:
        check_profile(self.profile)

    @property
    def version(self) -> str:
        """A short text that changes whenever rows of the same recording could."""
        profile = "" if self.profile is None else self.profile.to_json()
        text = f"{__version__}|{self.all_sports}|{profile}"
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The row of the recording of this name, None where it is known already; `key` says what it was made from."""

    name: str
    key: str
    row: Row | None


def hash_of(*texts: str) -> int:
    """Eight bytes for a name, or for a name and a key, which is the mark of a row.

    Of ten million names two agree once in 400,000 times, and are then done again, for their marks are others.
    """
    text = "\n".join(texts).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest())


def scan_group(sources: Sequence[archive.Source], settings: Settings, known: Mapping[str, int]) -> list[Done]:
    """The rows of a group of recordings, in order; `known` holds the mark of what an earlier scan found of a name."""
    version = settings.version
    return [_scan_one(source, settings, version, known.get(source.name)) for source in sources]


def _scan_one(source: archive.Source, settings: Settings, version: str, known: int | None) -> Done:
    try:
        data = archive.load(source)
        labels = labels_of(source)
    except (RetrorunError, OSError, MemoryError) as error:
        # Not kept under a key that can come again: what could not be fetched is tried anew each time.
        return Done(name=source.name, key="", row=failed(source, error))
    content = hashlib.sha256(data)
    digest = content.hexdigest()[:DIGEST]
    if labels.labels:
        content.update(labels.to_json().encode())
    key = f"{version}:{content.hexdigest()[:DIGEST]}"
    same = known is not None and known == hash_of(source.name, key)
    return Done(name=source.name, key=key, row=None if same else analyse(source, data, digest, labels, settings))


def labels_of(source: archive.Source) -> Labels:
    """What the runner said of a recording, in the file beside it.

    That it is damaged is an error: to pass it over would undo the runner's corrections.
    """
    nothing_beside = source.members or "://" in source.path
    return Labels() if nothing_beside else load_labels(source.path)


def analyse(source: archive.Source, data: bytes, digest: str, labels: Labels, settings: Settings) -> Row:
    """The row of one recording's bytes."""
    try:
        activity = read.read_activity(data)
        if len(activity.parts) > 1:
            whole = row_about(source.name, source.title, activity, "read", "")
            return replace(whole, parts=_parts(source, activity, labels, settings))
        return replace(_answer(source.name, source.title, activity, labels, settings), digest=digest)
    except (RetrorunError, MemoryError) as error:
        with suppress(RetrorunError):
            if isinstance(error, RecordingError) and is_workout(data):
                reason = "a workout, not a recording"
                return Row(path=source.name, status="skipped", title=source.title, reason=reason)
        return failed(source, error)
    except Exception as error:  # noqa: BLE001 - a bug that one file brings out must not cost the other ten thousand
        return Row(path=source.name, status="failed", title=source.title, reason=f"a bug in retrorun: {error!r}")


def _answer(name: str, title: str, activity: model.Activity, labels: Labels, settings: Settings) -> Row:
    if activity.sport not in RUNNING and not settings.all_sports:
        return row_about(name, title, activity, "skipped", f"not a run but {activity.sport}")
    match, reasons = matched(activity, None)
    detection = detect_with(activity, match, profile=settings.profile, labels=labels, reasons=reasons)
    row = row_of(name, title, activity, detection, match)
    try:
        return replace(row, lesson=lesson_of(lesson(activity, detection, match, labels)))
    except ProfileError as error:
        return replace(row, unsure=error.what)


def _parts(source: archive.Source, activity: model.Activity, labels: Labels, settings: Settings) -> tuple[Row, ...]:
    """The rows of a file's activities, each with its number behind the path, and with the labels that lie in it."""
    said = labels.in_force(activity)
    rows = []
    for number, part in enumerate(activity.parts, start=1):
        own = said.within(part.start_s, part.end_s)  # what the runner said is on the clock of the whole file
        rows.append(_answer(f"{source.name}#{number}", source.title, activity.part(number - 1), own, settings))
    return tuple(rows)


def failed(source: archive.Source, error: Exception) -> Row:
    """The row of a recording that could not be read; its place is the row's own, so the reason does not repeat it."""
    if isinstance(error, RetrorunError):
        reason = error.what if error.where == source.name else str(error)
    else:
        reason = "there is not enough memory for it" if isinstance(error, MemoryError) else f"cannot be read ({error})"
    return Row(path=source.name, status="failed", title=source.title, reason=reason)


# ---- side by side ----------------------------------------------------------------------------------------------------


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
    """Groups on a joblib backend (`dask`, `loky`, …) that the caller has connected, or a RetrorunError."""
    packages = ("dask[distributed]",) if backend == "dask" else ()
    try:
        from joblib import Parallel, delayed, parallel_config
    except ImportError:
        raise RetrorunError("a cluster needs joblib", hint=install_hint("joblib", *packages)) from None
    try:
        with parallel_config(backend=backend):
            runner = Parallel(n_jobs=-1, return_as="generator", batch_size=1)
            yield from runner(delayed(scan_group)(group, settings, known) for group, known in tasks)
    except (ImportError, ValueError) as error:
        hint = f"{install_hint(*packages)} and connect to it" if packages else "check its name"
        raise RetrorunError(f"joblib cannot use the backend {backend!r} ({error})", hint=hint) from error


def _pool(workers: int) -> ProcessPoolExecutor:
    """Processes that leave Ctrl-C, which goes to all of a terminal, to the one that keeps the journal."""
    # A process forked from one with threads (numpy starts some) may hang; a spawned one may not.
    spawning = multiprocessing.get_context("spawn")
    ignored = (signal.SIGINT, signal.SIG_IGN)
    return ProcessPoolExecutor(workers, mp_context=spawning, initializer=signal.signal, initargs=ignored)


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
