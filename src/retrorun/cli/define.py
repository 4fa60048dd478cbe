"""`retrorun library`, `pace`, `plan`, `compile`, `export` and `schema`: a session found, dated, compiled, written."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import retrorun as rr
from retrorun import files
from retrorun.cli import options, sources
from retrorun.cli.console import findings_json, say, say_findings, say_json, say_table
from retrorun.session import pace as paces
from retrorun.session import plan as plans
from retrorun.session import wording
from retrorun.session.library import Kind, Level, ReadyMade, find_ready_made, ready_made
from retrorun.units import format_clock, format_pace, parse_clock, parse_distance, parse_speed, parse_time

if TYPE_CHECKING:
    from retrorun.workout.decode import Exported
    from retrorun.workout.zwift import RaceTime

CALENDAR_FILE, SCHEDULE_FILE = "plan.ics", "schedule.fit"
KIND, LEVEL = options.word_option("--kind", "List one kind: ", Kind), options.word_option("--level", "", Level)
SAVED = options.output_option("Save the session here (.yaml, .json, .txt).", ".yaml", ".json", ".txt")
SQUAD = "Whose numbers efforts become: a YAML file, or a folder of them for one workout each."
CREATED = "When the file was made, e.g. 2026-05-01T07:30:00Z; else from the content."
Output = Path | None


class Format(StrEnum):
    """What a session can be exported to."""

    INTERVALS_ICU = "intervals.icu"
    GARMIN_CONNECT = "garmin-connect"
    ZWIFT = "zwo"
    MARKDOWN = "markdown"
    PLAIN = "text"


def library(
    key: options.KeyArgument = None,
    values: Annotated[list[str] | None, typer.Option("--set", help="A parameter, e.g. --set reps=6.")] = None,
    output: Annotated[Output, SAVED] = None,
    kind: Annotated[str | None, KIND] = None,
    level: Annotated[str | None, LEVEL] = None,
    units: options.WrittenUnitsOption = None,
    as_json: options.JsonOption = False,
) -> None:
    """List the ready-made sessions, or show and save one with your own numbers."""
    if key is None:
        options.refuse(values or output, "--set and --output need the key of a session")
        entries = ready_made(kind=kind, level=level)
        if as_json:
            say_json([_entry(entry) for entry in entries])
        else:
            say_table(("key", "session"), [(one.key, one.title) for one in entries], left=("key", "session"))
        return
    entry = find_ready_made(key)
    wanted = dict(map(_pair, values or ()))
    session = options.in_units(entry.build(wanted), units)
    if output is not None:
        rr.save_session(session, output)
    if as_json:
        say_json({**_entry(entry), "notation": rr.format_session(session)})
        return
    say(f"{entry.key}: {entry.title} ({entry.kind.value}, {entry.level.value})")
    say(f"source     {entry.source}", under=11)
    for one in entry.parameters:
        say(f"{one.name:<10} {wanted.get(one.name, one.default) or 'none'}: {one.meaning}", under=11)
    say()
    say(rr.format_session(session), whole=True)
    if output is not None:
        say(f"saved as {output}")


def pace(
    easy: Annotated[str | None, typer.Option(help="Your easy forward pace, e.g. 6:00/km.")] = None,
    race: Annotated[str | None, typer.Option(help="The distance of a forward race, e.g. 10km.")] = None,
    time: Annotated[str | None, typer.Option(help="Your time in that race, e.g. 45:00.")] = None,
    units: options.WrittenUnitsOption = None,
    as_json: options.JsonOption = False,
) -> None:
    """Tell the backward pace that goes with what you run forward."""
    right = (race is None) is (time is None) and (race is None) is not (easy is None)
    options.refuse(not right, "give either --easy, or --race with --time")
    units = units or options.units_in(easy, race)
    if easy is not None:
        advice = paces.backward_pace_from_easy(parse_speed(easy), per_m=units.per_m)
    else:
        advice = paces.backward_pace_from_race(parse_distance(race or ""), parse_time(time or ""), per_m=units.per_m)
    target, ratio = advice.target, advice.ratio
    if units is options.Units.MILE:
        target = replace(target, unit="min/mi")
    if as_json:
        say_json({**asdict(replace(advice, target=target)), "notation": wording.format_target(target)})
        return
    speeds = (target.high_mps, target.low_mps, advice.typical_mps)
    fast, slow, typical = (format_pace(speed, per_m=units.per_m) for speed in speeds)
    say(f"From {advice.basis}:")
    say(f"backward   {fast.partition('/')[0]}-{slow}, usually about {typical}")
    say(f"ratio      {ratio.value:.2f} of the forward speed ({ratio.low:.2f} to {ratio.high:.2f})")
    say(f"source     {ratio.source}", under=11)
    for note in advice.notes:
        say(f"mind       {note}", under=11)


def plan(
    start: Annotated[str, typer.Option(help="The first day, e.g. 2026-03-02, or tomorrow.")],
    weeks: Annotated[int, typer.Option(help="How many weeks.", min=1, max=plans.MOST_WEEKS)] = 8,
    per_week: Annotated[int, typer.Option(help="Sessions a week.", min=1, max=max(plans.DAYS))] = 2,
    level: Annotated[str, LEVEL] = "beginner",
    easy: Annotated[str | None, typer.Option(help="Your easy forward pace, e.g. 6:00/km; gives targets.")] = None,
    weekly: Annotated[
        str | None, typer.Option(help="All you run in a week, e.g. 30km; limits the backward part.")
    ] = None,
    output: Annotated[
        Output, typer.Option("--output", "-o", help="Write workouts, schedule and calendar into this folder.")
    ] = None,
    device: options.DeviceOption = "generic",
    created: Annotated[str | None, typer.Option(help="When the files were made; else now.")] = None,
    units: options.WrittenUnitsOption = None,
    as_json: options.JsonOption = False,
) -> None:
    """Plan weeks of backward running, and say by what rule it grows."""
    units = units or options.units_in(easy, weekly)
    made = plans.make_plan(
        start=options.day(start, "--start"),
        weeks=weeks,
        sessions_a_week=per_week,
        level=level,
        easy_mps=None if easy is None else parse_speed(easy),
        weekly_distance_m=None if weekly is None else parse_distance(weekly),
        per_m=units.per_m,
    )
    dated = tuple(replace(one, session=options.in_units(one.session, units)) for one in made.sessions)
    made = replace(made, sessions=dated)
    written: tuple[Path, ...] = ()
    if output is not None:
        time = options.moment(created, "--created") or datetime.now(UTC)
        written = _write_plan(made, output, device=device, created=time)
    if as_json:
        sessions = [
            {
                "day": one.day.isoformat(),
                "week": one.week,
                "name": one.session.name,
                "backward_s": one.backward_s,
                "notation": rr.format_session(one.session),
            }
            for one in dated
        ]
        say_json({"level": made.level, "rule": made.rule, "sessions": sessions, "files": list(map(str, written))})
        return
    rows = [(str(one.week), f"{one.day:%a %Y-%m-%d}", one.session.name, format_clock(one.backward_s)) for one in dated]
    say_table(("week", "day", "session", "backward"), rows, left=("day", "session"))
    say()
    say(made.rule)
    for path in written:
        say(f"wrote {path}")
    if written:
        from retrorun.workout.deliver import MOST_SCHEDULED

        if len(dated) > MOST_SCHEDULED:
            say(f"The schedule has {len(dated)} entries; watches were seen to take the first {MOST_SCHEDULED}.")


def compile_session(
    session: options.SessionArgument,
    output: Annotated[Output, options.output_option("The FIT file to write.", ".fit")] = None,
    name: options.NameOption = "",
    device: options.DeviceOption = "generic",
    created: Annotated[str | None, typer.Option(help=CREATED)] = None,
    serial: Annotated[int | None, typer.Option(help="The file's serial number; else from the content.")] = None,
    athlete: Annotated[Path | None, typer.Option(help=SQUAD)] = None,
    lower: Annotated[bool, typer.Option("--lower", help="Make it fit the watch first, and say how.")] = False,
    index: Annotated[
        Path | None, typer.Option(help="Remember the session in this file (JSON), for `match --index`.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Only check; write nothing.")] = False,
    as_json: options.JsonOption = False,
) -> None:
    """Compile a session to a FIT workout for a watch, or check whether the watch takes it."""
    from retrorun.workout import deliver

    options.refuse((output is None) is not check, "give either an output file (-o) or --check")
    read = sources.read_session(session, name=name)
    each, findings = _for_athletes(read.session, athlete), [*read.findings]
    if output is None:
        for who, planned in each.items():
            findings += _of(who, rr.check_session(planned, device))
        _tell(findings, [], as_json=as_json)
        raise typer.Exit(any(finding.severity == "error" for finding in findings))
    files.check_ending(output, (".fit",), "a FIT workout")
    time = options.moment(created, "--created")
    written: dict[Path, deliver.Deliverable] = {}
    for who, planned in each.items():
        number = None if serial is None else serial + len(written)
        made = deliver.prepare([planned], device=device, lower=lower, created=time, serial=number)
        for part, one in enumerate(made.files, start=1):
            ending = f"-{who}" * bool(who) + f"-{part}" * (len(made.files) > 1) + output.suffix
            written[output.with_name(output.stem + ending)] = one
        findings += _of(who, made.findings)
    for path, one in written.items():
        files.write_atomic(path, one.data, inputs=[Path(session)])
    if index is not None:
        from retrorun.match.identity import remember_workouts

        remember_workouts([one.session for one in written.values()], [one.data for one in written.values()], index)
    _tell(findings, list(written), as_json=as_json)


def export(
    session: options.SessionArgument,
    to: Annotated[Format, typer.Option("--to", "--format", "-f", help="The format.")],
    output: Annotated[Output, typer.Option("--output", "-o", help="Write to this file instead of printing.")] = None,
    name: options.NameOption = "",
    athlete: options.AthleteOption = None,
    race: Annotated[str, typer.Option(help="For zwo: the runner's race time, e.g. 5km=24:30 or 10km=51:00.")] = "",
    units: options.WrittenUnitsOption = None,
    as_json: options.JsonOption = False,
) -> None:
    """Write a session as intervals.icu text, Garmin Connect JSON, a Zwift run or a coach's sheet.

    Whatever the format cannot hold as planned is said on stderr, each with its place in the session.
    """
    from retrorun.workout import garmin_connect, intervals_icu, sheet, zwift

    writers: dict[Format, Callable[[rr.Session], Exported]] = {
        Format.INTERVALS_ICU: intervals_icu.to_intervals_icu,
        Format.GARMIN_CONNECT: garmin_connect.to_garmin_connect,
        Format.ZWIFT: partial(zwift.to_zwift, race_time=_race_time(race)),
        Format.MARKDOWN: sheet.to_sheet,
        Format.PLAIN: partial(sheet.to_sheet, style="plain"),
    }
    made = writers[to](options.in_units(sources.session_of(session, name=name, athlete=athlete), units))
    if output is not None:
        inputs = [Path(session), *([] if athlete is None else [athlete])]
        files.write_atomic(output, made.text.encode(), inputs=inputs)
    if as_json:
        say_json({"format": to.value, "text": made.text, "findings": findings_json(made.findings)})
        return
    say_findings(made.findings)
    if output is None:
        typer.echo(made.text, nl=False)


def schema() -> None:
    """Print the JSON Schema of session documents, for editors that complete and check."""
    from retrorun.session.shape import json_schema

    say_json(json_schema())


def _entry(entry: ReadyMade) -> dict[str, object]:
    return {
        "key": entry.key,
        "title": entry.title,
        "kind": entry.kind.value,
        "level": entry.level.value,
        "source": entry.source,
        "parameters": [{"name": one.name, "default": one.default, "meaning": one.meaning} for one in entry.parameters],
    }


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    options.refuse(not equals, f"{text!r} is no parameter; write e.g. reps=6")
    return name.strip(), value.strip()


def _write_plan(made: plans.TrainingPlan, folder: Path, *, device: str, created: datetime) -> tuple[Path, ...]:
    """Write each workout once, the schedule that dates them, and the calendar."""
    from retrorun.watch.push import file_name
    from retrorun.workout.deliver import compile_schedule

    sessions = dict.fromkeys(planned.session for planned in made.sessions)
    workouts = {session: rr.compile_workout(session, device=device) for session in sessions}
    contents = {file_name(session.name, data): data for session, data in workouts.items()}
    entries = [(one.day, workouts[one.session]) for one in made.sessions]
    contents[SCHEDULE_FILE] = compile_schedule(entries, created=created)
    contents[CALENDAR_FILE] = plans.to_icalendar(made, created=created).encode()
    # Only now that all is made: what cannot be made leaves no folder behind.
    files.make_folder(folder)
    for name, data in contents.items():
        files.write_atomic(folder / name, data)
    return tuple(folder / name for name in contents)


def _for_athletes(session: rr.Session, path: Path | None) -> dict[str, rr.Session]:
    """The session for each athlete of a file or a folder, by a name that a file can have; empty for one alone."""
    if path is None:
        return {"": session}
    made: dict[str, rr.Session] = {}
    for one in rr.load_squad(path):
        who = (re.sub(r"[^\w-]+", "-", one.name).strip("-") or "athlete") if path.is_dir() else ""
        if who in made:
            what = f"two athletes are called {one.name!r}"
            raise rr.DocumentError(what, where=str(path), hint="tell them apart by name")
        try:
            made[who] = rr.resolve_session(session, one)
        except rr.SessionError as error:
            raise error.within(one.name) from None
    return made


def _of(who: str, findings: tuple[rr.Finding, ...]) -> list[rr.Finding]:
    return [replace(finding, place=f"{who} {finding.place}".strip()) for finding in findings]


def _tell(findings: list[rr.Finding], written: list[Path], *, as_json: bool) -> None:
    if as_json:
        say_json({"files": list(map(str, written)), "findings": findings_json(findings)})
        return
    for path in written:
        say(f"wrote {path}")
    say_findings(findings)
    if not written and not findings:
        say("nothing to mend")


def _race_time(text: str) -> RaceTime | None:
    from retrorun.workout.zwift import Race, RaceTime

    if not text:
        return None
    found = re.fullmatch(r"(?P<race>[^=]+)=(?P<time>[\d:.]+)", text)
    if found is None or found["race"] not in list(Race):
        hint = f"write e.g. 5km=24:30; races: {', '.join(Race)}"
        raise rr.SessionError(f"{text!r} is no race time", where="--race", hint=hint)
    return RaceTime(race=Race(found["race"]), time_s=parse_clock(found["time"]))
