"""`retrorun library`, `pace`, `plan` and `schema`: sessions to start from, how fast, week by week, for editors."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from retrorun.cli.console import say, say_json, say_table
from retrorun.cli.options import (
    DeviceOption,
    JsonOption,
    KeyArgument,
    Units,
    WrittenUnitsOption,
    day,
    in_units,
    moment,
    output_option,
    units_in,
)
from retrorun.files import make_folder, write_atomic
from retrorun.session.document import save_session
from retrorun.session.library import Kind, Level, ReadyMade, find_ready_made, ready_made
from retrorun.session.notation import format_session
from retrorun.session.pace import BackwardPace, backward_pace_from_easy, backward_pace_from_race
from retrorun.session.plan import DAYS, MOST_WEEKS, TrainingPlan, make_plan, to_icalendar
from retrorun.session.wording import format_target
from retrorun.units import format_clock, format_pace, parse_distance, parse_speed, parse_time
from retrorun.watch.push import file_name

CALENDAR_FILE, SCHEDULE_FILE = "plan.ics", "schedule.fit"
KIND = typer.Option("--kind", help=f"List one kind: {', '.join(Kind)}.", autocompletion=lambda: list(Kind))
LEVEL = typer.Option("--level", help=f"{', '.join(Level)}.", autocompletion=lambda: list(Level))


def library(
    key: KeyArgument = None,
    values: Annotated[list[str] | None, typer.Option("--set", help="A parameter, e.g. --set reps=6.")] = None,
    output: Annotated[
        Path | None, output_option("Save the session here (.yaml, .json, .txt).", ".yaml", ".json", ".txt")
    ] = None,
    kind: Annotated[str | None, KIND] = None,
    level: Annotated[str | None, LEVEL] = None,
    units: WrittenUnitsOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the ready-made sessions, or show and save one with your own numbers."""
    if key is None:
        if values or output:
            raise typer.BadParameter("--set and --output need the key of a session")
        _list(ready_made(kind=kind, level=level), as_json=as_json)
        return
    entry = find_ready_made(key)
    wanted = dict(map(_pair, values or ()))
    session = in_units(entry.build(wanted), units)
    if output is not None:
        save_session(session, output)
    if as_json:
        say_json({**_entry(entry), "notation": format_session(session)})
        return
    _tell_entry(entry, wanted)
    say(format_session(session), whole=True)
    if output is not None:
        say(f"saved as {output}")


def pace(
    easy: Annotated[str | None, typer.Option(help="Your easy forward pace, e.g. 6:00/km.")] = None,
    race: Annotated[str | None, typer.Option(help="The distance of a forward race, e.g. 10km.")] = None,
    time: Annotated[str | None, typer.Option(help="Your time in that race, e.g. 45:00.")] = None,
    units: WrittenUnitsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell the backward pace that goes with what you run forward."""
    if (race is None) is not (time is None) or (easy is None) is (race is None):
        raise typer.BadParameter("give either --easy, or --race with --time")
    units = units or units_in(easy, race)
    if easy is not None:
        advice = backward_pace_from_easy(parse_speed(easy), per_m=units.per_m)
    else:
        advice = backward_pace_from_race(parse_distance(race or ""), parse_time(time or ""), per_m=units.per_m)
    if units is Units.MILE:
        advice = dataclasses.replace(advice, target=dataclasses.replace(advice.target, unit="min/mi"))
    if as_json:
        say_json({**dataclasses.asdict(advice), "notation": format_target(advice.target)})
        return
    _tell_pace(advice, units)


def plan(
    start: Annotated[str, typer.Option(help="The first day, e.g. 2026-03-02, or tomorrow.")],
    weeks: Annotated[int, typer.Option(help="How many weeks.", min=1, max=MOST_WEEKS)] = 8,
    per_week: Annotated[int, typer.Option(help="Sessions a week.", min=1, max=max(DAYS))] = 2,
    level: Annotated[str, LEVEL] = "beginner",
    easy: Annotated[str | None, typer.Option(help="Your easy forward pace, e.g. 6:00/km; gives targets.")] = None,
    weekly: Annotated[
        str | None, typer.Option(help="All you run in a week, e.g. 30km; limits the backward part.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write workouts, schedule and calendar into this folder.")
    ] = None,
    device: DeviceOption = "generic",
    created: Annotated[str | None, typer.Option(help="When the files were made; else now.")] = None,
    units: WrittenUnitsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Plan weeks of backward running, and say by what rule it grows."""
    units = units or units_in(easy, weekly)
    made = make_plan(
        start=day(start, "--start"),
        weeks=weeks,
        sessions_a_week=per_week,
        level=level,
        easy_mps=None if easy is None else parse_speed(easy),
        weekly_distance_m=None if weekly is None else parse_distance(weekly),
        per_m=units.per_m,
    )
    dated = (dataclasses.replace(one, session=in_units(one.session, units)) for one in made.sessions)
    made = dataclasses.replace(made, sessions=tuple(dated))
    files: tuple[Path, ...] = ()
    if output is not None:
        time = datetime.now(UTC) if created is None else moment(created, "--created")
        files = _write_plan(made, output, device=device, created=time)
    if as_json:
        say_json(_plan_document(made, files))
        return
    rows = [
        (str(one.week), f"{one.day:%a %Y-%m-%d}", one.session.name, format_clock(one.backward_s))
        for one in made.sessions
    ]
    say_table(("week", "day", "session", "backward"), rows, left=("day", "session"))
    say()
    say(made.rule)
    if files:
        _tell_files(files, len(made.sessions))


def schema() -> None:
    """Print the JSON Schema of session documents, for editors that complete and check."""
    from retrorun.session.shape import json_schema

    say_json(json_schema())


# ---- library ---------------------------------------------------------------------------------------------------------


def _list(entries: tuple[ReadyMade, ...], *, as_json: bool) -> None:
    if as_json:
        say_json([_entry(entry) for entry in entries])
        return
    rows = [(entry.key, entry.title) for entry in entries]
    say_table(("key", "session"), rows, left=("key", "session"))


def _entry(entry: ReadyMade) -> dict[str, object]:
    return {
        "key": entry.key,
        "title": entry.title,
        "kind": entry.kind.value,
        "level": entry.level.value,
        "source": entry.source,
        "parameters": [{"name": one.name, "default": one.default, "meaning": one.meaning} for one in entry.parameters],
    }


def _tell_entry(entry: ReadyMade, wanted: Mapping[str, str]) -> None:
    say(f"{entry.key}: {entry.title} ({entry.kind.value}, {entry.level.value})")
    say(f"source     {entry.source}", under=11)
    for one in entry.parameters:
        say(f"{one.name:<10} {wanted.get(one.name, one.default) or 'none'}: {one.meaning}", under=11)
    say()


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise typer.BadParameter(f"{text!r} is no parameter; write e.g. reps=6")
    return name.strip(), value.strip()


# ---- pace ------------------------------------------------------------------------------------------------------------


def _tell_pace(advice: BackwardPace, units: Units) -> None:
    speeds = (advice.target.high_mps, advice.target.low_mps, advice.typical_mps)
    fast, slow, typical = (format_pace(speed, per_m=units.per_m) for speed in speeds)
    say(f"From {advice.basis}:")
    say(f"backward   {fast.partition('/')[0]}-{slow}, usually about {typical}")
    ratio = advice.ratio
    say(f"ratio      {ratio.value:.2f} of the forward speed ({ratio.low:.2f} to {ratio.high:.2f})")
    say(f"source     {ratio.source}", under=11)
    for note in advice.notes:
        say(f"mind       {note}", under=11)


# ---- plan ------------------------------------------------------------------------------------------------------------


def _write_plan(made: TrainingPlan, folder: Path, *, device: str, created: datetime) -> tuple[Path, ...]:
    """Write each workout once, the schedule that dates them, and the calendar."""
    from retrorun.workout.deliver import compile_schedule
    from retrorun.workout.fit import compile_workout

    sessions = dict.fromkeys(planned.session for planned in made.sessions)
    workouts = {session: compile_workout(session, device=device) for session in sessions}
    files = {file_name(session.name, data): data for session, data in workouts.items()}
    files[SCHEDULE_FILE] = compile_schedule(
        [(one.day, workouts[one.session]) for one in made.sessions], created=created
    )
    files[CALENDAR_FILE] = to_icalendar(made, created=created).encode()
    # Only now that all is made: what cannot be made leaves no folder behind.
    make_folder(folder)
    for name, data in files.items():
        write_atomic(folder / name, data)
    return tuple(folder / name for name in files)


def _tell_files(files: tuple[Path, ...], entries: int) -> None:
    from retrorun.workout.deliver import MOST_SCHEDULED

    for file in files:
        say(f"wrote {file}")
    if entries > MOST_SCHEDULED:
        say(f"The schedule has {entries} entries; watches were seen to take the first {MOST_SCHEDULED}.")


def _plan_document(made: TrainingPlan, files: tuple[Path, ...]) -> dict[str, object]:
    return {
        "level": made.level.value,
        "rule": made.rule,
        "sessions": [
            {
                "day": one.day.isoformat(),
                "week": one.week,
                "name": one.session.name,
                "backward_s": one.backward_s,
                "notation": format_session(one.session),
            }
            for one in made.sessions
        ],
        "files": [str(file) for file in files],
    }
