"""`retrorun analyze`: what was run backward in a recording."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from retrorun.activity.model import Activity
from retrorun.activity.read import read_activity
from retrorun.activity.rules import spans_on_foot
from retrorun.analysis.detect import detect
from retrorun.analysis.store import load_labels
from retrorun.analysis.summary import summarise
from retrorun.cli.console import say, say_json, say_table
from retrorun.cli.options import JsonOption, ProfileOption, RecordingArgument
from retrorun.cli.sources import profile_of
from retrorun.detection.result import Detection
from retrorun.errors import RecordingError
from retrorun.files import write_atomic
from retrorun.report.document import analysis_document
from retrorun.report.figures.run import figure_run
from retrorun.report.figures.style import picture_bytes, picture_kind
from retrorun.report.words import when
from retrorun.units import format_clock, format_distance, format_pace, format_percent

HEADINGS = ("start", "end", "time", "distance", "pace", "cadence", "forward", "chance")


def analyze(
    recording: RecordingArgument,
    profile: ProfileOption = None,
    plot: Annotated[Path | None, typer.Option(help="Also draw the run into this picture (.png, .svg, .pdf).")] = None,
    why: Annotated[bool, typer.Option("--why", help="Say for each segment why it was called.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Find the stretches of a recording that were run backward.

    The verdict is `found`, `none`, or `cannot tell` with the reason: a recording without cadence, for one, cannot
    show backward running.
    """
    activity = read_activity(recording)
    must_be_on_foot(activity, recording)
    usual = profile_of(profile)
    detection = detect(activity, profile=usual, labels=load_labels(recording))
    if plot is not None:
        draw(activity, detection, plot, recording=recording)
    if as_json:
        say_json(analysis_document(activity, detection))
        return
    tell(activity, detection, title=recording.name, why=why)
    if plot is not None:
        say(f"picture    {plot}")


def tell(activity: Activity, detection: Detection, *, title: str, why: bool = False) -> None:
    """Print an analysis for a person: the recording, the segments, the totals."""
    tell_recording(activity, title=title)
    say()
    if detection.segments:
        rows = [
            (
                format_clock(segment.start_s),
                format_clock(segment.end_s),
                format_clock(segment.duration_s),
                format_distance(segment.distance_m),
                format_pace(segment.mean_speed_mps),
                f"{segment.mean_cadence_spm:.0f} spm",
                f"{segment.evidence.forward_cadence_spm:.0f} spm",
                format_percent(segment.probability),
            )
            for segment in detection.segments
        ]
        say_table(HEADINGS, rows)
        say()
    if why:
        _tell_why(detection)
    say(summarise(activity, detection).to_text(), under=11)


def tell_recording(activity: Activity, *, title: str) -> None:
    """Print what a recording is, and what was lost of it."""
    say(title)
    kind = activity.sport if activity.sub_sport in ("", "generic") else f"{activity.sport} ({activity.sub_sport})"
    device = activity.device.name if activity.device is not None else ""
    say(", ".join(part for part in (kind, when(activity), device) if part))
    for damage in activity.damage:
        say(f"damaged    {damage}", under=11)


def draw(activity: Activity, detection: Detection, path: Path, *, recording: Path) -> None:
    """Draw the run over time into a picture; the ending of the name says which kind.

    Raises:
        OutputError: the picture cannot be written, or its name has an ending that is no picture's.
    """
    kind = picture_kind(path)
    write_atomic(path, picture_bytes(figure_run(activity, detection), kind), inputs=[recording])


def _tell_why(detection: Detection) -> None:
    for number, segment in enumerate(detection.segments, start=1):
        say(f"{number}. {format_clock(segment.start_s)} to {format_clock(segment.end_s)}")
        for sentence in segment.evidence.for_it:
            say(f"+ {sentence}", indent=3, under=5)
        for sentence in segment.evidence.against_it:
            say(f"- {sentence}", indent=3, under=5)
        say()


def must_be_on_foot(activity: Activity, recording: Path) -> None:
    """Refuse a recording that holds nothing on foot.

    Raises:
        RecordingError: it is a ride, a swim, …
    """
    if not spans_on_foot(activity):
        sports = [part.sport for part in activity.parts] or [activity.sport]
        raise RecordingError(
            f"this is {' and '.join(dict.fromkeys(sports))}, not running",
            where=str(recording),
            hint="give a recording of a run",
        )
