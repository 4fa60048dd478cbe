"""`retrorun scan` and `retrorun profile`: a whole archive, and what is usual for its runner."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

import retrorun as rr
from retrorun import files
from retrorun.activity import archive, rules
from retrorun.analysis import labels
from retrorun.analysis.season import SeasonRun
from retrorun.batch import learn, table
from retrorun.batch import scan as batch
from retrorun.batch.row import Row
from retrorun.batch.story import Story
from retrorun.batch.work import Settings
from retrorun.cli import options, sources
from retrorun.cli.console import say, say_json, say_table
from retrorun.errors import install_hint
from retrorun.report import season_page
from retrorun.report.figures.style import picture_bytes, picture_kind

MONTHS = ("month", "runs", "backward", "distance", "share", "pace", "cadence", "plan kept")
BESTS = ("best effort", "result", "pace", "chance", "day", "recording")
SCHEDULER_WAIT_S = 10.0  # a scheduler in the next room answers within one
STOPPED = 130  # what a shell calls a command that Ctrl-C ended
LEARN = "Let the profile learn from labelled runs and forward ones, once each; make it first."
GO_ON = "Go on from the profile that is there; what it has learnt from counts no second time."
PathsArgument = Annotated[
    list[str], typer.Argument(help="Folders, zips, exports of Garmin Connect or Strava, files, or URLs (s3://…).")
]


def scan(
    paths: PathsArgument,
    *,
    output: Annotated[
        Path | None, options.output_option("Write the table: .parquet, .csv, .json or .jsonl.", *table.SUFFIXES)
    ] = None,
    profile: options.ProfileOption = None,
    update_profile: Annotated[bool, typer.Option("--update-profile", help=LEARN)] = False,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; one per processor by default.")] = None,
    scheduler: Annotated[str | None, typer.Option(help="The address of a running dask scheduler.")] = None,
    all_sports: Annotated[bool, typer.Option("--all-sports", help="Analyse walks and rides too.")] = False,
    athletes: Annotated[
        bool, typer.Option("--athletes", help="Each folder or zip in PATHS is another runner's, with own duplicates.")
    ] = False,
    plot: Annotated[Path | None, options.picture_option("Draw the season into this picture")] = None,
    report: Annotated[Path | None, typer.Option(help="Write the season as a page (.html).")] = None,
    pages: Annotated[
        Path | None, typer.Option(help="With --report: a folder for a page of each run with backward running.")
    ] = None,
    units: options.UnitsOption = options.Units.KM,
    as_json: options.JsonOption = False,
) -> None:
    """Analyse a whole archive of recordings, and tell its runner's story.

    With -o, what is done is kept in a journal beside the table: after Ctrl-C, or with new recordings, the same command
    goes on from there. Several recordings of one activity are counted once; only runs are analysed.
    """
    inputs = _inputs(paths, profile, output)
    _check(output, plot, report, pages, inputs)
    options.refuse(update_profile and profile is None, "--update-profile needs --profile, the file that learns")
    shared = "a profile is one runner's: --update-profile and --athletes exclude each other"
    options.refuse(update_profile and athletes, shared)
    learns = profile if update_profile else None
    if learns is not None:
        files.check_ending(learns, (".json",), "a gait profile")
    if scheduler is not None:
        _connect(scheduler)
    begun = learns is not None and not learns.exists()
    usual = None if begun else sources.profile_of(profile)
    under_way = batch.Scan(
        paths,
        settings=Settings(profile=usual, all_sports=all_sports),
        workers=workers,
        progress=True,
        journal=None if output is None else output.with_name(f"{output.name}.journal"),
        backend=None if scheduler is None else "dask",
        athletes=athletes,
    )
    totals, story, lessons = table.Totals(), Story(keep_runs=plot is not None or report is not None), list[Row]()
    rows = _seen(under_way, totals.add, story.add, *[lessons.append] * update_profile)
    per_m = units.per_m
    written: tuple[Path, ...] = ()
    if output is not None:
        written = table.write_rows(output, rows, lambda: under_way.complete, inputs=inputs)
    deque(rows, maxlen=0)  # where no table asked for them
    if plot is not None:
        files.write_atomic(plot, picture_bytes(story.figure(per_m=per_m), picture_kind(plot)), inputs=inputs)
        written += (plot,)
    if report is not None:
        runs = story.runs if pages is None else _with_pages(story.runs, pages, report, usual, per_m)
        page = season_page.season_html(runs, per_m=per_m, undated=story.undated)
        files.write_atomic(report, page.encode(), inputs=inputs)
        written += (report,)
    if as_json:
        say_json({"format": 1, "complete": under_way.complete, **story.to_dict()})
    else:
        _tell(totals.to_text(per_m=per_m, complete=under_way.complete), story, per_m)
        for path in written:
            say(f"wrote {path}")
    if not under_way.complete:
        raise typer.Exit(STOPPED)
    if learns is not None:
        _refine(learns, rr.ScanTable(rows=tuple(lessons)), paths, shown=not as_json)


def profile(
    paths: PathsArgument,
    output: Annotated[Path, typer.Option("-o", "--output", help="Where the profile is written (JSON).")],
    update: Annotated[bool, typer.Option("--update", help=GO_ON)] = False,
) -> None:
    """Learn what is usual for one runner, so that `analyze` and `scan` with --profile see more and err less."""
    files.check_ending(output, (".json",), "a gait profile")
    inputs = _inputs(paths, None, output)
    files.refuse_inputs(output, inputs)
    with files.locked(output) if update else nullcontext():
        learnt = learn.learn_profile(paths, start=sources.profile_of(output if update else None), progress=True)
        files.write_atomic(output, (learnt.profile.to_json() + "\n").encode(), inputs=inputs)
    left_out = rules.counted(len(learnt.left_out), "recording")
    runs = rules.counted(learnt.runs, "run")
    say(f"learnt from {runs} ({learnt.profile.hours:.1f} h in all), {left_out} left out")
    for place, reason in learnt.left_out[:5]:
        say(f"{place}: {reason}", indent=2, under=4)
    if len(learnt.left_out) > 5:
        say(f"and {len(learnt.left_out) - 5} more", indent=2)
    say(f"wrote {output}")


def _inputs(paths: Sequence[str], profile: Path | None, output: Path | None) -> list[Path]:
    """What a command over an archive reads, and must therefore not write over; in its folders labels and listings."""
    inputs = [Path(path) for path in (*paths, profile) if path is not None]
    if output is not None and (output.name == archive.LISTING or output.name.endswith(labels.ENDING)):
        inputs += [output for folder in paths if output.resolve().is_relative_to(Path(folder).resolve())]
    return inputs


def _check(
    output: Path | None, plot: Path | None, report: Path | None, pages: Path | None, inputs: Sequence[Path]
) -> None:
    """Refuse what cannot be written before hours are spent on it."""
    options.refuse(pages is not None and report is None, "--pages needs --report, the page that links to them")
    if output is not None:
        files.check_ending(output, table.SUFFIXES, "a table")
    if plot is not None:
        picture_kind(plot)
    if report is not None:
        files.check_ending(report, (".html", ".htm"), "a page")
    for each in filter(None, (output, plot, report)):
        files.refuse_inputs(each, inputs)


def _refine(path: Path, found: rr.ScanTable, paths: Sequence[str], *, shown: bool) -> None:
    """Let the profile in a file learn from a scan, and say what became of it; the file stays as it is otherwise."""
    with files.locked(path):
        learnt = learn.refine_profile(found, paths, sources.profile_of(path) if path.exists() else None)
        if learnt is not None and learnt.runs:
            files.write_atomic(path, (learnt.profile.to_json() + "\n").encode(), inputs=map(Path, paths))
    if shown and learnt is None:
        say("no profile yet: no run here is labelled, or forward without a doubt")
    elif shown and learnt is not None:
        say(f"runs in the profile: {learnt.profile.activities}, of them new: {learnt.runs} ({path})")
        for reason, count in Counter(reason for _, reason in learnt.left_out).most_common():
            say(f"not from {count}: {reason}", indent=2, under=4)


def _with_pages(
    runs: Sequence[SeasonRun], folder: Path, season: Path, usual: rr.GaitProfile | None, per_m: float
) -> list[SeasonRun]:
    """Write the page of each run with backward running that is a file of its own; the runs, with where theirs is."""
    files.make_folder(folder)
    linked = []
    with batch.progress_bar("writing pages", lambda: len(runs)) as advance:
        for run in runs:
            recording, page = Path(run.name), ""
            if run.backward_s > 0 and recording.is_file():
                text = rr.report_html(rr.analyse(recording, profile=usual), per_m=per_m)
                # Recordings of one name in several folders are told apart by when they were.
                path = folder / f"{run.start:%Y-%m-%d-%H%M%S}-{recording.name}.html"
                files.write_atomic(path, text.encode(), inputs=[recording])
                page = quote(Path(os.path.relpath(path, season.parent)).as_posix())
            linked.append(replace(run, page=page))
            advance(1)
    return linked


def _seen(rows: Iterable[Row], *see: Callable[[Row], object]) -> Iterator[Row]:
    for row in rows:
        for each in see:
            each(row)
        yield row


def _tell(totals: str, story: Story, per_m: float) -> None:
    for line in totals.split("\n"):
        say(line, under=4)
    for heads, rows in ((MONTHS, story.month_rows(per_m=per_m)), (BESTS, story.best_rows(per_m=per_m))):
        if rows:
            say()
            say_table(heads, rows, left=heads[:1])
    if story.undated:
        say(f"in no month, because the date is not known: {rules.counted(story.undated, 'run')}")


def _connect(scheduler: str) -> None:
    try:
        from distributed import Client
    except ImportError:
        hint = install_hint("dask[distributed]")
        raise rr.RetrorunError("a dask scheduler needs the package distributed", hint=hint) from None
    try:
        Client(scheduler, timeout=SCHEDULER_WAIT_S, set_as_default=True)  # type: ignore[no-untyped-call]  # dask is half typed
    except OSError as error:
        what, hint = f"the scheduler does not answer ({error})", "check the address, and that it runs"
        raise rr.RetrorunError(what, where=scheduler, hint=hint) from error
