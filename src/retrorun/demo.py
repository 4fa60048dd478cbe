"""Both halves of the library on one session and one recording, end to end.

The recording is synthetic: the script `fixtures/make_demo.py` of the project made it, and no runner ran it.
"""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import retrorun as rr
from retrorun.files import make_folder, write_atomic
from retrorun.intervals import Interval, overlap_s
from retrorun.report.export import analysis_json
from retrorun.report.figures.style import picture_bytes

SESSION_NAME = "Retro 400s"
SESSION_TEXT = "10min warmup; 4x(400m fwd @ 5:00/km; 400m bwd @ 6:40-7:20/km; 90s rest); 10min cooldown"
CREATED = dt.datetime(2026, 1, 3, 18, 0, tzinfo=dt.UTC)  # fixed, so that the demo writes the same bytes every time
SERIAL = 400_400

Span = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Demo:
    """What a demo made: the session, the recording read and analysed, and the truth about it.

    `truth` are the stretches `[start_s, end_s)` that were made backward. `files` are the files that were written, with
    a few words about each.
    """

    session: rr.Session
    run: rr.Analysis
    truth: tuple[Span, ...]
    files: tuple[tuple[Path, str], ...]


def demo_session() -> rr.Session:
    """The session of the demo."""
    return rr.parse_session(SESSION_TEXT, name=SESSION_NAME)


def demo_recording() -> bytes:
    """The synthetic recording, a FIT file."""
    return (files("retrorun") / "demo_data" / "recording.fit").read_bytes()


def demo_truth() -> tuple[Span, ...]:
    """The stretches `[start_s, end_s)` of the synthetic recording that were made backward."""
    document = json.loads((files("retrorun") / "demo_data" / "truth.json").read_text(encoding="utf-8"))
    return tuple((float(start), float(end)) for start, end in document["backward_spans_s"])


def write_demo(folder: Path) -> Demo:
    """Compile the session, analyse the recording, and write all of it into a folder, which is made if need be.

    Raises:
        OutputError: the folder cannot be made or written to.
    """
    make_folder(folder)
    session, recording = demo_session(), demo_recording()
    run = rr.analyse(recording)
    rr.save_session(session, folder / "session.yaml")
    write_atomic(folder / "workout.fit", rr.compile_workout(session, created=CREATED, serial=SERIAL))
    write_atomic(folder / "recording.fit", recording)
    write_atomic(folder / "analysis.json", analysis_json(run.activity, run.detection))
    write_atomic(folder / "run.png", picture_bytes(rr.figure_run(run)))
    written = {
        "session.yaml": "the session, as a document to edit",
        "workout.fit": "the session compiled to a FIT workout, for a watch",
        "recording.fit": "a SYNTHETIC recording of that session: made by a script, run by nobody",
        "analysis.json": "what was found in the recording",
        "run.png": "the same as a picture",
    }
    return Demo(
        session=session,
        run=run,
        truth=demo_truth(),
        files=tuple((folder / name, words) for name, words in written.items()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How a detection agrees with the truth, in time: true backward, called backward, and both [s]."""

    true_s: float
    called_s: float
    both_s: float


def agreement(detection: rr.Detection, truth: Iterable[Span]) -> Agreement:
    """How what was found agrees with what was made."""
    made = [Interval(start_s=start_s, end_s=end_s) for start_s, end_s in truth]
    return Agreement(
        true_s=sum(one.duration_s for one in made),
        called_s=sum(segment.duration_s for segment in detection.segments),
        both_s=sum(overlap_s(one, segment) for one in made for segment in detection.segments),
    )
