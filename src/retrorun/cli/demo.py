"""`retrorun demo`: both halves of the library, on a recording that is known to be synthetic."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from retrorun.analysis.summary import summarise
from retrorun.cli.analyze import tell
from retrorun.cli.console import say
from retrorun.demo import agreement, write_demo
from retrorun.units import format_clock


def demo(
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write into.")] = Path("retrorun-demo"),
) -> None:
    """Compile a session and analyse a synthetic recording of it, into a folder."""
    made = write_demo(output)
    say(f"Wrote into {output}:")
    for path, words in made.files:
        say(f"{path.name:<14} {words}", indent=2, under=17)
    say()
    summary = summarise(made.activity, made.detection)
    tell(made.activity, made.detection, summary, title="recording.fit (synthetic)")
    say()
    truth = agreement(made)
    say(
        f"The recording is synthetic, so the truth is known: {format_clock(truth.true_s)} were backward, in "
        f"{len(made.truth)} stretches. Called backward were {format_clock(truth.called_s)}, and "
        f"{format_clock(truth.both_s)} of that rightly, with the help of the workout and the laps in the recording. "
        "This shows that the code works, not how well it does on runners."
    )
