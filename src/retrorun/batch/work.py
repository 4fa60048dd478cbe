"""What one worker does with one recording: read, analyse, keep one row. It never raises for a bad file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from retrorun import __version__
from retrorun.activity.archive import Source, load
from retrorun.activity.model import Activity
from retrorun.activity.read import read_activity
from retrorun.analysis.detect import detect_with, matched
from retrorun.analysis.labels import Labels, lesson, load_labels
from retrorun.batch.row import Row, digest_of, lesson_of, row_about, row_of
from retrorun.detection.profile import GaitProfile, check_profile
from retrorun.errors import ProfileError, RecordingError, RetrorunError
from retrorun.fit.workout_message import is_workout

# What does not say its sport is mostly a run that an app wrote as GPX; detection answers for itself on the rest.
RUNNING = frozenset({"running", "generic"})


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
    """The row of the recording of this name, with the key that says what it was made from.

    None for a row that is known already, from the same key.
    """

    name: str
    key: str
    row: Row | None


def scan_group(sources: Sequence[Source], settings: Settings, known: Mapping[str, str]) -> list[Done]:
    """The rows of a group of recordings, one each, in order.

    `known` holds the key of what an earlier scan found under the same name.
    """
    version = settings.version
    return [_scan_one(source, settings, version, known.get(source.name)) for source in sources]


def _scan_one(source: Source, settings: Settings, version: str, known: str | None) -> Done:
    try:
        data = load(source)
        labels = labels_of(source)
    except (RetrorunError, OSError, MemoryError) as error:
        # Not kept under a key that can come again: what could not be fetched is tried anew each time.
        return Done(name=source.name, key="", row=failed(source, error))
    content = hashlib.blake2b(data, digest_size=16)
    if labels is not None:
        content.update(labels.to_json().encode())
    key = f"{version}:{content.hexdigest()}"
    row = None if known == key else analyse(source, data, labels, settings)
    return Done(name=source.name, key=key, row=row)


def labels_of(source: Source) -> Labels | None:
    """What the runner said of a recording, in the file beside it; None where nothing was said or nothing can lie there.

    Raises:
        RetrorunError: the file of labels is damaged. To pass it over would undo the runner's corrections.
    """
    if source.members or "://" in source.path:
        return None
    labels = load_labels(source.path)
    return labels if labels.labels else None


def analyse(source: Source, data: bytes, labels: Labels | None, settings: Settings) -> Row:
    """The row of one recording's bytes."""
    try:
        activity = read_activity(data)
        if len(activity.parts) > 1:
            whole = row_about(source.name, source.title, activity, "read", "")
            return replace(whole, parts=_parts(source, activity, labels, settings))
        return replace(_answer(source.name, source.title, activity, labels, settings), digest=digest_of(data))
    except (RetrorunError, MemoryError) as error:
        if isinstance(error, RecordingError) and _is_workout(data):
            reason = "a workout, not a recording"
            return Row(path=source.name, status="skipped", title=source.title, reason=reason)
        return failed(source, error)
    except Exception as error:  # noqa: BLE001 - a bug that one file brings out must not cost the other ten thousand
        return Row(path=source.name, status="failed", title=source.title, reason=f"a bug in retrorun: {error!r}")


def _answer(name: str, title: str, activity: Activity, labels: Labels | None, settings: Settings) -> Row:
    if activity.sport not in RUNNING and not settings.all_sports:
        return row_about(name, title, activity, "skipped", f"not a run but {activity.sport}")
    match, reasons = matched(activity, None)
    detection = detect_with(activity, match, profile=settings.profile, labels=labels, reasons=reasons)
    row = row_of(name, title, activity, detection, match)
    try:
        return replace(row, lesson=lesson_of(lesson(activity, detection, match, labels)))
    except ProfileError as error:
        return replace(row, unsure=error.what)


def _parts(source: Source, activity: Activity, labels: Labels | None, settings: Settings) -> tuple[Row, ...]:
    """The rows of a file's activities, each with its number behind the path, and with the labels that lie in it."""
    said = () if labels is None else labels.in_force(activity).labels
    rows = []
    for number, part in enumerate(activity.parts, start=1):
        # What the runner said is on the clock of the whole file.
        own = tuple(
            replace(
                label,
                start_s=max(label.start_s, part.start_s) - part.start_s,
                end_s=min(label.end_s, part.end_s) - part.start_s,
            )
            for label in said
            if label.start_s < part.end_s and label.end_s > part.start_s
        )
        name = f"{source.name}#{number}"
        rows.append(_answer(name, source.title, activity.part(number - 1), Labels(labels=own), settings))
    return tuple(rows)


def _is_workout(data: bytes) -> bool:
    try:
        return is_workout(data)
    except RetrorunError:
        return False


def failed(source: Source, error: Exception) -> Row:
    """The row of a recording that could not be read; its place is the row's own, so the reason does not repeat it."""
    if isinstance(error, RetrorunError):
        reason = error.what if error.where == source.name else str(error)
    else:
        reason = "there is not enough memory for it" if isinstance(error, MemoryError) else f"cannot be read ({error})"
    return Row(path=source.name, status="failed", title=source.title, reason=reason)
