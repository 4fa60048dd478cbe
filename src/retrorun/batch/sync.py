"""The loop closed: recordings come home, each is laid beside its plan and analysed, and the profile learns from them.

What was done is kept in a small file in the folder, a run at a time, together with the profile that came of it: a sync
that was stopped anywhere and is done again ends as one that was not. Labels that changed, or a run that was taken away,
make the profile anew from the first run on.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from retrorun import documents, files
from retrorun.activity import model, rules
from retrorun.analysis.analyse import Analysis, analyse
from retrorun.analysis.labels import lesson, load_labels
from retrorun.analysis.summary import Summary
from retrorun.batch.learn import with_run
from retrorun.batch.row import DIGEST
from retrorun.detection.profile import GaitProfile
from retrorun.errors import PlanError, ProfileError, RecordingError, RetrorunError
from retrorun.match.identity import SessionIndex
from retrorun.services import fetch, intervals_icu
from retrorun.session.model import Session
from retrorun.workout import deliver, importing

STATE, PROFILE = "retrorun-synced.json", "retrorun-profile.json"
FORMAT, VERSION = "retrorun synced", 1
PLAN_ENDINGS = (".fit", ".yaml", ".yml", ".json", ".txt", ".zwo")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plans:
    """Planned sessions by the identity of their workout, and by the days that a schedule or their files' names say."""

    index: SessionIndex
    days: tuple[tuple[date, Session], ...]

    def of(self, activity: model.Activity) -> tuple[Session, ...]:
        """The sessions that a run may have followed: the one that it names, or those of its day."""
        known = self.index.find(activity.training_file)
        if known is not None:
            return (known,)
        if activity.workout is not None or activity.start_time is None:
            return ()  # a workout that the recording carries says more than a day
        day = (activity.start_time + timedelta(seconds=activity.utc_offset_s or 0.0)).date()
        return tuple(dict.fromkeys(session for on, session in self.days if on == day))


def read_plans(folder: Path) -> Plans:
    """The sessions of a folder such as `retrorun plan -o FOLDER` makes: workouts, their schedule, documents.

    Raises:
        PlanError: there is no such folder, or no session in it.
    """
    if not folder.is_dir():
        raise PlanError("there is no such folder", where=files.printable(str(folder)), hint="name a folder of sessions")
    index = SessionIndex()
    days: list[tuple[date, Session]] = []
    schedules: list[deliver.Scheduled] = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in PLAN_ENDINGS or path.name.startswith("."):
            continue
        try:
            data = files.read_bytes(path)
            if deliver.is_schedule(data):
                schedules += deliver.read_schedule(data)
                continue
            read = importing.import_session(data)
        except RetrorunError:
            continue  # something else lies there, too
        with suppress(PlanError):  # a workout without a serial number
            index = index if read.identity is None else index.remember(read.session, read.identity)
        found = _DAY.search(path.name)
        with suppress(ValueError):  # digits that are no day
            days += [(date.fromisoformat(found[0]), read.session)] if found is not None else []
    scheduled = [(entry.day, index.find(entry.workout)) for entry in schedules]
    plans = Plans(index=index, days=(*((day, one) for day, one in scheduled if one is not None), *days))
    if not plans.index.sessions and not plans.days:
        hint = "give the folder of `retrorun plan -o FOLDER`, or sessions with a day in the name of their file"
        raise PlanError("no planned session can be found in it", where=files.printable(str(folder)), hint=hint)
    return plans


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """One run that came home.

    `number` is the service's, `key` says what the rest was made from, `line` is for the description and `stands` is the
    one that stands there, `plan` is what was done of the plan, `reason` why the profile did not learn from it.
    """

    number: str
    file: str
    key: str
    line: str = ""
    plan: str = ""
    learnt: bool = False
    reason: str = ""
    stands: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a folder's syncs have done: the runs in order, and the profile that came of them."""

    runs: tuple[Synced, ...] = ()
    profile: GaitProfile | None = None


def analyse_home(folder: Path, *, plans: Plans | None = None) -> Iterator[Synced]:
    """Analyse what came home and was not analysed yet, or was labelled anew since; each run is kept when it is done.

    The profile lies in the folder after that. It learns from labelled runs, and from runs that are all forward.

    Raises:
        OutputError: the folder cannot be written, or another sync is at work in it.
        RetrorunError: what an earlier sync kept is damaged.
    """
    with files.locked(folder / STATE, wait_s=fetch.WAIT_S):
        old = load_state(folder)
        homes = [_as_it_is(home, folder) for home in fetch.at_home(folder) if (folder / home.file).exists()]
        present = [(home, _key(home, folder)) for home in homes]
        same = [run.key for run in old.runs] == [key for _, key in present[: len(old.runs)]]
        state = old if same else State()
        known, stands = {run.key for run in old.runs}, {run.number: run.stands for run in old.runs}
        for home, key in present[len(state.runs) :]:
            run, profile = _one(home, key, folder, state, plans)
            run = replace(run, stands=stands.get(run.number, ""))
            state = State(runs=(*state.runs, run), profile=profile)
            _save(state, folder)
            if key not in known:
                yield run
        if state.profile is not None:
            files.write_atomic(folder / PROFILE, (state.profile.to_json() + "\n").encode())
        else:  # one that was made of runs that were taken away since
            (folder / PROFILE).unlink(missing_ok=True)


def describe_home(service: intervals_icu.IntervalsIcu, folder: Path, *, take_out: bool = False) -> Iterator[Synced]:
    """Write each run's line into its description at the service, or take it out again; the runs that were changed.

    Raises:
        DeliveryError: as the service does; what was done is kept.
        OutputError: as `analyse_home`.
    """
    with files.locked(folder / STATE, wait_s=fetch.WAIT_S):
        state = load_state(folder)
        for place, run in enumerate(state.runs):
            line = "" if take_out else run.line
            if not run.line or (run.stands == line and not take_out):
                continue
            changed = service.describe(run.number, line)
            new = replace(run, stands=line)
            state = replace(state, runs=(*state.runs[:place], new, *state.runs[place + 1 :]))
            _save(state, folder)
            if changed:
                yield new


def ran_of(summary: Summary) -> fetch.Ran:
    """What a description says of a run."""
    return fetch.Ran(
        told=summary.verdict != "cannot tell",
        stretches=summary.segments,
        time_s=summary.backward.time_s,
        distance_m=summary.backward.distance_m,
        speed_mps=summary.backward.mean_speed_mps,
    )


def _one(
    home: fetch.Home, key: str, folder: Path, state: State, plans: Plans | None
) -> tuple[Synced, GaitProfile | None]:
    """One run, and the profile after it."""
    run = Synced(number=home.number, file=home.file, key=key)
    try:
        found = _analysed(folder / home.file, state.profile, plans)
    except RetrorunError as error:
        reason = error.what if error.where in ("", str(folder / home.file)) else str(error)  # the labels', perhaps
        return replace(run, reason=reason), state.profile
    run = replace(run, line=fetch.note_line(ran_of(found.summary)), plan=_plan(found))
    try:
        spans = lesson(found.activity, found.detection, found.match, found.labels)
        profile = with_run(state.profile, found.activity, spans, digest=home.sha256[:DIGEST])
    except ProfileError as error:
        return replace(run, reason=error.what), state.profile
    return replace(run, learnt=True), profile


def _analysed(path: Path, profile: GaitProfile | None, plans: Plans | None) -> Analysis:
    found = analyse(path, profile=profile)
    if not rules.spans_on_foot(found.activity):
        raise RecordingError(f"not on foot but {found.activity.sport}")
    with_plan = []
    for planned in () if plans is None else plans.of(found.activity):
        with suppress(PlanError):  # another session was run that day
            with_plan.append(analyse(path, profile=profile, plan=planned))
    return max(with_plan, key=_fit, default=found)


def _fit(found: Analysis) -> float:
    """How well a run has the shape of its plan: the share of the steps that ended as planned."""
    kept = found.adherence
    return kept.outcomes.get("completed", 0) / len(kept.steps) if kept is not None and kept.steps else 0.0


def _plan(found: Analysis) -> str:
    """What was done of the plan, in a few words; empty where there was none."""
    if found.match is None or found.adherence is None:
        return ""
    name, kept, directions = found.match.session.name, found.adherence, found.adherence.directions
    done = f"{name or 'the plan'}: {kept.outcomes.get('completed', 0)} of {len(kept.steps)} steps completed"
    backward = f"{directions.get('run as planned', 0)} of {sum(directions.values())} backward ones run backward"
    return f"{done}, {backward}" if directions else done


def _as_it_is(home: fetch.Home, folder: Path) -> fetch.Home:
    """A recording with the digest of what its file holds now: the runner may have put another one there."""
    try:
        return replace(home, sha256=hashlib.sha256(files.read_bytes(folder / home.file)).hexdigest())
    except RecordingError:
        return home  # its row says so


def _key(home: fetch.Home, folder: Path) -> str:
    try:
        labels = load_labels(folder / home.file)
        said = labels.to_json() if labels.labels else ""
    except RetrorunError:
        said = "damaged"  # the run's row says so
    return hashlib.sha256(f"{home.number}|{home.sha256}|{said}".encode()).hexdigest()[:32]


def load_state(folder: Path) -> State:
    """What a folder's syncs have done, nothing where there was none; a RecordingError where the file is damaged."""
    path = folder / STATE
    if not path.exists():
        return State()
    where, hint = files.printable(str(path)), "delete it: the runs are then analysed anew"
    data = files.read_bytes(path)
    document = documents.Fields.read(data, kind=FORMAT, version=VERSION, error=RecordingError, where=where, hint=hint)
    runs = tuple(
        Synced(
            **{name: row.text(name) for name in ("number", "file", "key", "line", "plan", "reason", "stands")},
            learnt=row.truth("learnt"),
        )
        for row in document.rows("runs")
    )
    text = document.text("profile", "")
    try:
        return State(runs=runs, profile=GaitProfile.from_json(text) if text else None)
    except ProfileError as error:
        raise RecordingError(error.what, where=f"{where}: profile", hint=hint) from None


def _save(state: State, folder: Path) -> None:
    document = {
        "format": FORMAT,
        "version": VERSION,
        "profile": "" if state.profile is None else state.profile.to_json(),
        "runs": [asdict(run) for run in state.runs],
    }
    files.write_atomic(folder / STATE, documents.to_json(document, indent=2).encode())
