"""The pictures of the report: the figures as SVG, each with what it shows in words, and where its axes lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from retrorun.activity.model import Activity
from retrorun.analysis.summary import Summary
from retrorun.detection.result import Detection
from retrorun.match.model import Match
from retrorun.report.figures.plane import figure_gait_plane
from retrorun.report.figures.planned import figure_planned
from retrorun.report.figures.run import figure_run
from retrorun.report.figures.series import thinned
from retrorun.report.figures.svg import frame_of, inline_svg, scale_of
from retrorun.report.figures.track import figure_track
from retrorun.report.tables import listed
from retrorun.report.template import Picture, trusted
from retrorun.units import format_clock, format_number, format_pace

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDE_IN, NARROW_IN, SMALL_IN = 10.5, 4.6, 4.8
WIDE_POINTS, NARROW_POINTS, SMALL_POINTS = 1000, 400, 1500
MOST_SPANS = 12  # that are listed one by one in the text of a picture


def in_both_sizes(draw: Callable[[float], Figure], name: str, *, title: str, text: str, caption: str = "") -> Picture:
    """A picture for a wide window and for a phone; `draw` makes the figure of a width [inches]."""
    wide, narrow = (
        trusted(inline_svg(draw(width_in), name=f"{name}-{kind}", title=title, text=text))
        for kind, width_in in (("wide", WIDE_IN), ("narrow", NARROW_IN))
    )
    return Picture(name=name, wide=wide, narrow=narrow, title=title, caption=caption)


@dataclass(slots=True)
class Pictures:
    """Makes the pictures of one recording; `places` says for the page's script where the axes of each lie.

    A picture of time: left, top, width and height of its panels. Another: where zero lies, and how long one unit is,
    across and down. All in the units of the picture's viewBox.
    """

    activity: Activity
    detection: Detection
    summary: Summary
    per_m: float
    places: dict[str, tuple[float, ...]] = field(default_factory=dict)

    def over_time(self, shown: list[str]) -> Picture:
        """The run over time, of the columns that are there."""
        end = format_clock(self.summary.elapsed_s)
        title, text = f"{listed(shown).capitalize()} over time", f"From 0:00 to {end}. {self._told()}"

        def draw(width_in: float) -> Figure:
            run = self._run(width_in)
            figure = figure_run(run, self.detection, per_m=self.per_m, title=None, width_in=width_in)
            first, last = (frame_of(figure.axes[at]) for at in (0, -1))
            kind = "wide" if width_in == WIDE_IN else "narrow"
            self.places[f"over-time-{kind}"] = (first[0], first[1], first[2], last[1] + last[3] - first[1])
            return figure

        return in_both_sizes(draw, "over-time", title=title, text=text, caption=self._caption())

    def plane(self) -> Picture:
        """Speed against cadence."""
        figure = figure_gait_plane(
            thinned(self.activity, SMALL_POINTS * 3)[0], self.detection, per_m=self.per_m, width_in=SMALL_IN
        )
        words = "Speed against cadence. Backward running lies above the runner's own forward line."
        text = f"One point for every 5 seconds on the move. {self._told()}"
        svg = inline_svg(figure, name="plane-picture", title="Speed against cadence", text=text)
        self.places["plane-picture"] = scale_of(figure.axes[0])
        return Picture(name="plane", wide=trusted(svg), title="Gait plane", words=words)

    def track(self) -> Picture:
        """The way from above."""
        run, _ = thinned(self.activity, SMALL_POINTS)
        figure = figure_track(run, self.detection, per_m=self.per_m, width_in=SMALL_IN)
        words = "The way seen from above, north up, without a map: it does not say where it was."
        text = f"{words} {self._told()}"
        svg = inline_svg(figure, name="track-picture", title="The track", text=text)
        self.places["track-picture"] = scale_of(figure.axes[0])
        return Picture(name="track", wide=trusted(svg), title="Track", words=words)

    def plan(self, match: Match) -> Picture:
        """The plan above what was run of it."""
        ended = [step.outcome for step in match.steps]
        counts = listed([f"{ended.count(each)} {each}" for each in dict.fromkeys(ended)])
        title, text = "Planned and done", f"{len(ended)} steps: {counts}. {self._told()}"
        return in_both_sizes(
            lambda width_in: figure_planned(
                self._run(width_in), self.detection, match, per_m=self.per_m, title=None, width_in=width_in
            ),
            "planned",
            title=title,
            text=text,
        )

    def _run(self, width_in: float) -> Activity:
        """The recording with as many points as such a width can show."""
        return thinned(self.activity, WIDE_POINTS if width_in == WIDE_IN else NARROW_POINTS)[0]

    def _told(self) -> str:
        """What is to be seen, in a sentence or two."""
        segments = self.detection.segments
        if not segments:
            return "No stretch is marked as backward."
        spans = [f"{format_clock(one.start_s)} to {format_clock(one.end_s)}" for one in segments]
        if len(spans) > MOST_SPANS:
            where = f"{len(spans)} backward stretches, the first from {spans[0]}, the last from {spans[-1]}."
        else:
            where = f"Backward from {listed(spans)}."
        parts = [
            f"{name} at {format_pace(part.mean_speed_mps, per_m=self.per_m)}"
            f" with {format_number(part.mean_cadence_spm, 'spm')}"
            for name, part in (("forward", self.summary.forward), ("backward", self.summary.backward))
        ]
        return f"{where} On average {listed(parts)}. The tables on this page say the same in numbers."

    def _caption(self) -> str:
        told = []
        if self.detection.segments:
            told.append("shaded and drawn thick: run backward")
        if len(self.activity.laps) > 1:
            told.append("dotted: a lap begins")
        return f"{'; '.join(told).capitalize()}." if told else ""


def missing_of(activity: Activity) -> tuple[list[str], list[str]]:
    """What the recording holds of what can be drawn, and what it does not hold."""
    columns = {
        "speed": activity.speed_mps,
        "cadence": activity.cadence_spm,
        "heart rate": activity.heart_rate_bpm,
        "altitude": activity.altitude_m,
        "positions": activity.latitude_deg + activity.longitude_deg,
    }
    there = {name: bool(np.isfinite(column).any()) for name, column in columns.items()}
    return [name for name in columns if there[name]], [f"no {name}" for name in columns if not there[name]]
