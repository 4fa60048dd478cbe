"""`retrorun label` and `share`: the runner says which stretches were backward, and can give that away."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

import retrorun as rr
from retrorun import files, units
from retrorun.analysis import labels as words
from retrorun.cli import options, sources
from retrorun.cli.console import say, say_table
from retrorun.detection.resample import stretch_means
from retrorun.intervals import Interval, Span, covered_s, overlap_s
from retrorun.match.model import timer_s

SAME = 0.5  # chosen: a stretch of which half is labelled, or called already, is not asked about again
_KEYS = {"y": rr.Direction.BACKWARD, "n": rr.Direction.FORWARD, "s": None, "\r": None, "\n": None}
_ENOUGH = ("q", "\x03", "\x04", "\x1b")
_SPAN = re.compile(r"\s*(.+?)\s*[-–]\s*(.+?)\s*")
_HEADS = ("lap", "start", "time", "pace", "cadence", "called", "labelled")

Spans = list[str] | None


def label(
    recording: options.RecordingArgument,
    backward: Annotated[
        Spans, typer.Option(help="Run backward: 12:30-13:10, laps:even, lap:3,5-7, all or steps; may come again.")
    ] = None,
    forward: Annotated[Spans, typer.Option(help="Run forward, whatever the analysis says.")] = None,
    forget: Annotated[Spans, typer.Option(help="Take back what was said about this stretch.")] = None,
    show_laps: Annotated[bool, typer.Option("--laps", help="List labels and laps, with pace and cadence.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be said; write nothing.")] = False,
) -> None:
    """Correct a result: say which stretches were run backward or forward, in time since the start.

    Labels are kept beside the recording, in FILE.labels.json, and win over every analysis. Without an option, what was
    called or planned backward is asked about in the terminal, one key each, and shown before it is written.
    """
    run = rr.analyse(recording, labels=None)
    said = {rr.Direction.BACKWARD: backward or [], rr.Direction.FORWARD: forward or []}
    answers: tuple[rr.Label, ...] = ()
    if not (backward or forward or forget or show_laps):
        answers = _asked(run, recording, dry_run=dry_run)
        if not answers:
            say("nothing was written")
            return
    with words.changing_labels(recording) as labels:
        _must_belong(labels, run, recording)
        changed = _with(answers, _changed(labels, run, said, forget or []))
        if changed != labels and not dry_run:
            path = rr.save_labels(replace(changed, recording=run.fingerprint), recording)
            say(f"labels     {path}", whole=True)
    if not answers:
        _say_labels(changed.labels)
    if show_laps or (dry_run and any(words.speaks_of_laps(text) for texts in said.values() for text in texts)):
        _say_laps(run, changed)
    if dry_run:
        say("nothing was written")


def share(
    recording: options.RecordingArgument,
    output: Annotated[Path, typer.Option("-o", "--output", help="The packet (.zip).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be in it.")] = False,
) -> None:
    """Make an anonymous packet of a labelled run, to give to the project; nothing is sent.

    It holds numbers and labels: no position, date, heart rate, name, note, or number of a device.
    """
    from retrorun.analysis.packet import make_packet

    files.check_ending(output, (".zip",), "a packet")
    activity = rr.read_activity(recording)
    sources.must_be_on_foot(activity, recording)
    packet = make_packet(activity, rr.load_labels(recording))
    held = f"{packet.samples} samples over {units.format_clock(packet.length_s)}: {', '.join(packet.columns)}"
    say(f"in it      {held}", under=11)
    _say_labels(packet.labels)
    say("left out   positions, date and time of day, heart rate, device, workout, names, notes", under=11)
    if dry_run:
        say("nothing was written")
        return
    files.write_atomic(output, packet.data, inputs=[recording])
    say(f"wrote {output}", whole=True)
    say("Read CONSENT.txt in it. Nothing was sent: give it to the project yourself, if you want to.")


def _changed(labels: rr.Labels, run: rr.Analysis, said: dict[rr.Direction, list[str]], forget: list[str]) -> rr.Labels:
    for start_s, end_s in _spans(forget, run):
        labels = labels.forget(start_s, end_s)
    for way, texts in said.items():
        labels = _with((rr.Label(start_s=a, end_s=b, direction=way) for a, b in _spans(texts, run)), labels)
    return labels


def _with(new: Iterable[rr.Label], labels: rr.Labels) -> rr.Labels:
    for one in new:
        labels = labels.add(one)
    return labels


def _must_belong(labels: rr.Labels, run: rr.Analysis, recording: Path) -> None:
    here = run.fingerprint
    if labels.labels and not labels.recording.same_run(here):
        what, hint = "the labels beside it belong to another run", "move the .labels.json file away"
        raise rr.LabelError(what, where=str(recording), hint=hint)
    if labels.recording.digest not in ("", here.digest):
        say("the file has changed since it was labelled; the run in it is the same")


def _say_labels(labels: Iterable[rr.Label]) -> None:
    lines = [
        f"{one.direction.value:<10} {units.format_clock(one.start_s)}-{units.format_clock(one.end_s)}" for one in labels
    ]
    say("\n".join(lines) or "no labels")


def _say_laps(run: rr.Analysis, labels: rr.Labels) -> None:
    """Each lap with what tells backward from forward and what is said of it, so that a runner sees which are meant."""
    if not run.activity.laps:
        return
    rows = [_lap_row(number, lap, run, labels) for number, lap in enumerate(run.activity.laps, start=1)]
    shown = len(_HEADS) - (not labels.labels)
    say()
    say_table(_HEADS[:shown], [row[:shown] for row in rows], left=_HEADS[5:shown])
    called = ",".join(row[0] for row in rows if row[5]) or "2,4"
    say(f"Say which laps you ran backward: retrorun label FILE --backward lap:{called}", whole=True)


def _lap_row(number: int, lap: rr.Lap, run: rr.Analysis, labels: rr.Labels) -> tuple[str, ...]:
    speed, cadence, _ = stretch_means(run.activity, lap.start_s, lap.end_s)
    time_s = timer_s(lap)
    if lap.distance_m is not None and time_s > 0:
        speed = lap.distance_m / time_s  # as the watch showed it, and as `retrorun show` does
    said = (way.value for way in rr.Direction if _mostly(lap, [one for one in labels.labels if one.direction is way]))
    return (
        str(number),
        units.format_clock(lap.start_s),
        units.format_clock(lap.end_s - lap.start_s),
        units.format_pace(speed) if speed > 0 else "",
        f"{cadence:.0f} spm" if cadence > 0 else "",
        rr.Direction.BACKWARD.value if _mostly(lap, run.detection.segments) else "",
        next(said, ""),
    )


def _mostly(lap: rr.Lap, spans: Iterable[Span]) -> bool:
    return covered_s(lap, spans) > 0.5 * (lap.end_s - lap.start_s)


def _spans(texts: Iterable[str], run: rr.Analysis) -> Iterable[tuple[float, float]]:
    for text in texts:
        if words.speaks_of_laps(text):
            laps = words.spans_of_laps(run.activity, text, match=run.match)
            yield from ((span.start_s, span.end_s) for span in laps)
        else:
            yield _span(text, run.fingerprint.length_s)


def _span(text: str, length_s: float) -> tuple[float, float]:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise rr.LabelError(f"{text!r} is no stretch of time", hint=words.LAPS_HINT)
    try:
        start_s, end_s = units.parse_time(found[1]), units.parse_time(found[2])
    except rr.SessionError as error:
        raise rr.LabelError(error.what, where=text, hint=words.LAPS_HINT) from None
    if end_s <= start_s:
        raise rr.LabelError("a stretch ends before it starts", where=text, hint=f"did you mean {found[2]}-{found[1]}?")
    if end_s > length_s + 1.0:
        raise rr.LabelError(
            f"the recording ends at {units.format_clock(length_s)}", where=text, hint="count from its start"
        )
    return start_s, min(end_s, length_s)


# ---- questions at a terminal, one key each ---------------------------------------------------------------------------


def _asked(run: rr.Analysis, recording: Path, *, dry_run: bool) -> tuple[rr.Label, ...]:
    """What the runner says at the terminal and wants to be written; nobody else waits for the answers."""
    must_be_a_terminal()
    labels = rr.load_labels(recording)
    _must_belong(labels, run, recording)
    _say_laps(run, labels)
    answers = tuple(_answers(run, labels))
    if answers:
        _say_labels(_with(answers, labels).labels)
    if not answers or dry_run:
        return ()
    typer.echo("Write these labels? y yes, n no  ", nl=False)
    return answers if _key() == "y" else ()


def must_be_a_terminal() -> None:
    """Refuse to ask where nobody could answer."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        hint = "say it with --backward, --forward or --forget; --laps lists what there is"
        raise rr.LabelError("this is no terminal, where questions could be asked", hint=hint)


def _candidates(run: rr.Analysis, labels: rr.Labels) -> list[Interval]:
    """What may have been run backward, and neither runner nor recording says: what was called, and planned steps."""
    said = words.said_of(run.activity, labels).labels
    found: list[Interval] = []
    called = [Interval(start_s=one.start_s, end_s=one.end_s) for one in run.detection.segments]
    for one in (*called, *words.planned_backward(run.match)):
        known = max(covered_s(one, said), *(overlap_s(one, other) for other in found), 0.0)
        if known < SAME * one.duration_s:
            found.append(one)
    return sorted(found, key=lambda one: one.start_s)


def _answers(run: rr.Analysis, labels: rr.Labels) -> Iterator[rr.Label]:
    """What the runner says of each candidate."""
    asked = _candidates(run, labels)
    nothing = "there is nothing to ask: whatever was called or planned backward is labelled, or said by the recording"
    say("Was it run backward? y yes, n no, s skip, q enough" if asked else nothing)
    for number, one in enumerate(asked, start=1):
        typer.echo(f"{number} of {len(asked)}  {_shown(run, one)}  ", nl=False)
        key = _key()
        if key in _ENOUGH:
            return
        direction = _KEYS[key]
        if direction is not None:
            yield rr.Label(start_s=one.start_s, end_s=one.end_s, direction=direction)


def _key() -> str:
    """The next key that means something, which is shown."""
    while True:
        try:
            key = typer.getchar().lower()
        except EOFError:  # how a terminal tells Ctrl-D
            key = "\x04"
        if key in _KEYS or key in _ENOUGH:
            typer.echo(key if key.isalpha() else "")
            return key


def _shown(run: rr.Analysis, one: Interval) -> str:
    speed, cadence, _ = stretch_means(run.activity, one.start_s, one.end_s)
    parts = [f"{units.format_clock(one.start_s)}-{units.format_clock(one.end_s)}"]
    parts += [units.format_pace(speed)] * (speed > 0) + [f"{cadence:.0f} spm"] * (cadence > 0)
    called = max(run.detection.segments, key=lambda segment: overlap_s(segment, one), default=None)
    chance = 0.0 if called is None or overlap_s(called, one) <= 0 else called.probability
    return ", ".join([*parts, f"chance {units.format_percent(chance)}" if chance else "planned, not called"])
