"""Labels beside their recording and the index of sessions, on the disk: the only place here that touches files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from retrorun.analysis.labels import Labels
from retrorun.errors import LabelError, PlanError, RecordingError
from retrorun.files import locked, printable, read_bytes, write_atomic

if TYPE_CHECKING:  # labels beside a recording need neither
    from retrorun.match.identity import SessionIndex
    from retrorun.session.model import Session

ENDING = ".labels.json"


def labels_path(recording: str | PathLike[str]) -> Path:
    """Where the labels of a recording lie: `run.fit` has `run.fit.labels.json`."""
    path = Path(recording)
    return path.with_name(path.name + ENDING)


def load_labels(recording: str | PathLike[str]) -> Labels:
    """The labels of a recording; none where nobody has made any.

    Raises:
        LabelError: the file of labels is damaged.
    """
    path = labels_path(recording)
    text = _text(path)
    if text is None:
        return Labels()
    try:
        return Labels.from_json(text)
    except LabelError as error:
        raise error.within(printable(str(path))) from None


def save_labels(labels: Labels, recording: str | PathLike[str]) -> Path:
    """Write the labels of a recording beside it, in one step; the path that was written.

    Raises:
        OutputError: the file cannot be written.
    """
    path = labels_path(recording)
    write_atomic(path, labels.to_json().encode())
    return path


def load_index(path: str | PathLike[str]) -> SessionIndex:
    """The index of compiled sessions; an empty one where there is no file yet.

    Raises:
        PlanError: the file is no index.
    """
    from retrorun.match.identity import SessionIndex

    text = _text(Path(path))
    if text is None:
        return SessionIndex()
    try:
        return SessionIndex.from_json(text)
    except PlanError as error:
        raise error.within(printable(str(path))) from None


def save_index(index: SessionIndex, path: str | PathLike[str]) -> None:
    """Write an index of compiled sessions, in one step.

    Raises:
        OutputError: the file cannot be written.
    """
    write_atomic(Path(path), index.to_json().encode())


def remember_workouts(sessions: Iterable[Session], files: Iterable[bytes], path: str | PathLike[str]) -> None:
    """Add compiled sessions to an index on the disk, each under the identity of its workout file.

    Raises:
        PlanError: the file is no index.
        WorkoutError: a file is no workout.
        OutputError: the index cannot be written.
    """
    from retrorun.workout.fit import decompile

    with locked(Path(path)):
        index = load_index(path)
        for session, data in zip(sessions, files, strict=True):
            made = decompile(data).identity
            if made is not None:
                index = index.remember(session, made)
        save_index(index, path)


@contextmanager
def changing_labels(recording: str | PathLike[str]) -> Iterator[Labels]:
    """The labels of a recording, for changing them: nobody else changes them meanwhile.

    Raises:
        LabelError: the file of labels is damaged.
        OutputError: another process holds it for a minute.
    """
    with locked(labels_path(recording)):
        yield load_labels(recording)


def _text(path: Path) -> str | None:
    """The text of a file, None where there is none."""
    try:
        if not path.exists():
            return None
    except OSError:  # a name so long that nothing can lie beside it
        return None
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecordingError(f"byte {error.start} is no UTF-8", where=printable(str(path))) from None
