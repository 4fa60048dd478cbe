"""`retrorun share`: a labelled run as an anonymous packet that its runner can give away."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from retrorun.activity.read import read_activity
from retrorun.analysis.labels import load_labels
from retrorun.analysis.packet import make_packet
from retrorun.cli.console import say
from retrorun.cli.options import RecordingArgument
from retrorun.cli.sources import must_be_on_foot
from retrorun.files import check_ending, write_atomic
from retrorun.units import format_clock


def share(
    recording: RecordingArgument,
    output: Annotated[Path, typer.Option("-o", "--output", help="The packet (.zip).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be in it.")] = False,
) -> None:
    """Make an anonymous packet of a labelled run, to give to the project; nothing is sent.

    It holds numbers and labels: no position, date, heart rate, name, note, or number of a device.
    """
    check_ending(output, (".zip",), "a packet")
    activity = read_activity(recording)
    must_be_on_foot(activity, recording)
    packet = make_packet(activity, load_labels(recording))
    say(
        f"in it      {packet.samples} samples over {format_clock(packet.length_s)}: {', '.join(packet.columns)}",
        under=11,
    )
    for one in packet.labels:
        say(f"{one.direction.value:<10} {format_clock(one.start_s)}-{format_clock(one.end_s)}")
    say("left out   positions, date and time of day, heart rate, device, workout, names, notes", under=11)
    if dry_run:
        say("nothing was written")
        return
    write_atomic(output, packet.data, inputs=[recording])
    say(f"wrote {output}", whole=True)
    say("Read CONSENT.txt in it. Nothing was sent: give it to the project yourself, if you want to.")
