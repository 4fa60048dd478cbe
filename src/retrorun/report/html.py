"""The report: one HTML page that is whole without a script and asks the network for nothing; and a notebook's piece.

Its answer, tables and pictures stand in the page itself; the pictures are the project's own figures as SVG. A small
script lets a reader move along the run. Zooming needs plotly, which a page carries only if it was asked for, and wakes
only when a reader asks.
"""

import math
import shlex
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

import numpy as np

from retrorun import errors, units
from retrorun.activity.model import Activity
from retrorun.analysis.adherence import Adherence, adherence
from retrorun.analysis.analyse import Analysis, Told, analyse, answered
from retrorun.analysis.summary import Summary, summarise
from retrorun.arrays import FloatArray
from retrorun.detection.profile import GaitProfile
from retrorun.detection.result import Detection, Segment
from retrorun.intervals import mask
from retrorun.match.model import Match
from retrorun.report import tables, template
from retrorun.report.figures import run, session, track
from retrorun.report.figures.style import THEMES, Figure

SMALL_IN = 4.8
WIDE_POINTS, NARROW_POINTS, SMALL_POINTS = 1000, 400, 1500
NOTEBOOK_POINTS, NOTEBOOK_IN = 800, 9.0
READ_POINTS = 800  # of an hour, one every five seconds
ZOOM_POINTS = 7200
MOST_PLANE_POINTS = 2400  # each is a shape of its own to the browser; more of them hide one another
MOST_SPANS = 12  # that are listed one by one in the text of a picture


def report_html(
    activity: Told,
    detection: Detection | None = None,
    *,
    match: Match | None = None,
    profile: GaitProfile | None = None,
    name: str = "",
    per_m: float = 1000.0,
    interactive: bool = False,
    kept: Adherence | None = None,
) -> str:
    """The report on one recording, as the text of an HTML page.

    Args:
        activity: the recording, its path or bytes, or what `retrorun.analyse` answered of it.
        detection: what was found in it, where that is known or to be shown instead.
        match: the plan laid beside the run, likewise.
        profile: not needed any more: a detection carries the forward line that it was made with.
        name: what the recording is called; its file's name where that is known.
        per_m: the distance that a pace is for: 1000, or `units.METRES_PER_MILE`.
        interactive: let readers zoom and pan; the page then carries plotly and is 5 MB larger.
        kept: how well the plan was kept, where that is known already.

    Raises:
        OutputError: `interactive` without plotly installed.
    """
    del profile
    if not isinstance(activity, Activity) or detection is None:
        told = activity if isinstance(activity, Analysis) else analyse(activity, plan=match)
        name, kept = name or told.name, told.adherence if match is None else kept
        activity, detection, match = answered(told, detection, match)
    summary = summarise(activity, detection)
    pictures = _Pictures(activity, detection, summary, per_m)
    columns = {
        "speed": activity.speed_mps,
        "cadence": activity.cadence_spm,
        "heart rate": activity.heart_rate_bpm,
        "altitude": activity.altitude_m,
        "positions": activity.latitude_deg + activity.longitude_deg,
    }
    there = [name for name, column in columns.items() if np.isfinite(column).any()]
    shown = [name for name in there if name != "positions"]
    over_time = pictures.over_time(shown) if shown and len(activity) > 1 else None
    small = list(pictures.small(there))
    data = _page_data(activity, detection, per_m, pictures.places)
    if interactive:
        data |= _zoom_data(activity, detection, match, per_m)
    return template.render(
        "report.html",
        scripts=("script", "plotly", "zoom") if interactive else ("script",),
        title=name or "Run",
        heading=name or "Backward running report",
        facts=tables.facts_of(activity),
        detection=detection,
        answer=tables.answer_of(detection, summary, per_m),
        totals=tables.totals_table(summary, per_m=per_m),
        elapsed=units.format_clock(summary.elapsed_s),
        missing=tables.listed([f"no {name}" for name in columns if name not in there]),
        over_time=over_time,
        small=small,
        end_s=f"{activity.time_s[-1]:.0f}" if len(activity) else "0",
        stretches=tables.stretch_table(detection, per_m=per_m),
        whys=[_why(number, segment, per_m) for number, segment in enumerate(detection.segments, start=1)],
        plan=None if match is None else _plan(match, kept, pictures),
        trust=(
            ("About the answer", detection.reasons if detection.verdict != "cannot tell" else ()),
            ("What was lost of the file", tuple(str(damage) for damage in activity.damage)),
            ("What had to be decided on reading it", activity.decisions),
        ),
        commands=_commands(detection, name),
        data=template.data_block(data),
        step_s=data["step_s"],
        script=template.script(template.own("page.js")),
        interactive=interactive,
        plotly=_plotly() if interactive else "",
        zoom=template.script(template.own("interactive.js")) if interactive else "",
    )


def analysis_html(analysis: Analysis, *, per_m: float = 1000.0) -> str:
    """What a notebook shows of an analysis: the answer, the backward stretches, the run over time.

    Args:
        analysis: what `retrorun.analyse` answered.
        per_m: the distance that a pace is for: 1000, or `units.METRES_PER_MILE`.
    """
    activity, detection, summary = analysis.activity, analysis.detection, analysis.summary
    answer = tables.answer_of(detection, summary, per_m)
    shown = [tables.totals_table(summary, per_m=per_m)]
    if detection.segments:
        shown.append(tables.stretch_table(detection, per_m=per_m))
    picture: str = ""
    if len(activity) > 1:
        thin = run.thinned(activity, NOTEBOOK_POINTS)[0]
        figure = run.figure_run(thin, detection, per_m=per_m, title=None, width_in=NOTEBOOK_IN)
        # Several analyses stand in one notebook, and their pictures must not share names.
        name = f"run-{analysis.fingerprint.digest[:12]}-{len(activity)}-{summary.segments}"
        picture = template.inline_svg(figure, name=name, title="The run over time", text=answer)
    facts, reasons = tables.facts_of(activity), detection.reasons
    return template.notebook_html(analysis.name or "Run", answer, shown, facts=facts, reasons=reasons, picture=picture)


def _why(number: int, segment: Segment, per_m: float) -> dict[str, object]:
    evidence = segment.evidence
    told = (
        f"Observed {units.format_number(evidence.observed_cadence_spm, 'spm')} at "
        f"{units.format_pace(evidence.observed_speed_mps, per_m=per_m)}; running forward at that speed, this runner "
        f"would show {units.format_number(evidence.forward_cadence_spm, 'spm')}. "
        f"That is {units.format_change(evidence.uplift)}. "
        f"Usual pace of the run: {units.format_pace(evidence.usual_speed_mps, per_m=per_m)}."
    )
    if evidence.grade_pct is not None:
        told += f" The slope was {units.format_change(evidence.grade_pct / 100)} on average."
    if evidence.planned:
        told += " The plan meant a backward step here."
    span = f"{units.format_clock(segment.start_s)} to {units.format_clock(segment.end_s)}"
    title = f"{number}. {span}, {units.format_percent(segment.probability)}"
    return {"title": title, "facts": told, "for_it": evidence.for_it, "against_it": evidence.against_it}


def _plan(match: Match, kept: Adherence | None, pictures: "_Pictures") -> dict[str, object]:
    plan: dict[str, object] = {"name": match.session.name, "reasons": match.reasons, "table": None}
    if match.basis != "nothing":
        kept = adherence(match, pictures.activity, pictures.detection) if kept is None else kept
        plan |= {"table": tables.adherence_table(kept, per_m=pictures.per_m), "picture": pictures.plan(match)}
    return plan


def _commands(detection: Detection, name: str) -> list[str]:
    """How to put a wrong answer right, with the name and times of this recording to start from."""
    file = shlex.quote(name or "recording.fit")
    lines = [f"retrorun label {file} --backward 12:30-13:10"]
    if detection.segments:
        wrong = "-".join(map(units.format_clock, (detection.segments[0].start_s, detection.segments[0].end_s)))
        lines.append(f"retrorun label {file} --forward {wrong}")
    return [*lines, f"retrorun report {file} -o report.html"]


def _plotly() -> str:
    try:
        # plotly is slow to import, and nothing of it is needed but its script.
        from plotly.offline import get_plotlyjs
    except ImportError:
        hint = f"{errors.install_hint('plotly')}, or leave --interactive out"
        raise errors.OutputError("pages that can be zoomed need plotly", hint=hint) from None
    return template.script(get_plotlyjs())


@dataclass(slots=True)
class _Pictures:
    """Makes the pictures of one recording; `places` says for the page's script where the axes of each lie.

    A picture of time: left, top, width and height of its panels. Another: where zero lies, and how long one unit is,
    across and down. All in the units of the picture's viewBox.
    """

    activity: Activity
    detection: Detection
    summary: Summary
    per_m: float
    places: dict[str, tuple[float, ...]] = field(default_factory=dict)

    def over_time(self, shown: list[str]) -> template.Picture:
        """The run over time, of the columns that are there."""
        end = units.format_clock(self.summary.elapsed_s)
        title, text = f"{tables.listed(shown).capitalize()} over time", f"From 0:00 to {end}. {self._told()}"
        told = ["shaded and drawn thick: run backward"] if self.detection.segments else []
        told += ["dotted: a lap begins"] if len(self.activity.laps) > 1 else []
        caption = f"{'; '.join(told).capitalize()}." if told else ""

        def draw(width_in: float) -> Figure:
            thin = self._run(width_in)
            figure = run.figure_run(thin, self.detection, per_m=self.per_m, title=None, width_in=width_in)
            first, last = (template.frame_of(figure.axes[at]) for at in (0, -1))
            kind = "wide" if width_in == template.WIDE_IN else "narrow"
            self.places[f"over-time-{kind}"] = (first[0], first[1], first[2], last[1] + last[3] - first[1])
            return figure

        return template.in_both_sizes(draw, "over-time", title=title, text=text, caption=caption)

    def small(self, there: list[str]) -> Iterator[template.Picture]:
        """Speed against cadence, and the way from above, as far as the recording holds them."""
        if "speed" in there and "cadence" in there:
            thin, _ = run.thinned(self.activity, SMALL_POINTS * 3)
            figure = track.figure_gait_plane(thin, self.detection, per_m=self.per_m, width_in=SMALL_IN)
            words = "Speed against cadence. Backward running lies above the runner's own forward line."
            text = "One point for every 5 seconds on the move."
            yield self._small(
                figure, "plane", title="Gait plane", shows="Speed against cadence", words=words, text=text
            )
        if "positions" in there:
            thin, _ = run.thinned(self.activity, SMALL_POINTS)
            figure = track.figure_track(thin, self.detection, per_m=self.per_m, width_in=SMALL_IN)
            words = "The way seen from above, north up, without a map: it does not say where it was."
            yield self._small(figure, "track", title="Track", shows="The track", words=words, text=words)

    def _small(self, figure: Figure, name: str, *, title: str, shows: str, words: str, text: str) -> template.Picture:
        wide = template.inline_svg(figure, name=f"{name}-picture", title=shows, text=f"{text} {self._told()}")
        self.places[f"{name}-picture"] = template.scale_of(figure.axes[0])
        return template.Picture(name=name, wide=wide, title=title, words=words)

    def plan(self, match: Match) -> template.Picture:
        """The plan above what was run of it."""
        ended = [step.outcome for step in match.steps]
        counts = tables.listed([f"{ended.count(each)} {each}" for each in dict.fromkeys(ended)])

        def draw(width_in: float) -> Figure:
            thin = self._run(width_in)
            return session.figure_planned(thin, self.detection, match, per_m=self.per_m, title=None, width_in=width_in)

        text = f"{len(ended)} steps: {counts}. {self._told()}"
        return template.in_both_sizes(draw, "planned", title="Planned and done", text=text)

    def _run(self, width_in: float) -> Activity:
        """The recording with as many points as such a width can show."""
        return run.thinned(self.activity, WIDE_POINTS if width_in == template.WIDE_IN else NARROW_POINTS)[0]

    def _told(self) -> str:
        """What is to be seen, in a sentence or two."""
        segments = self.detection.segments
        spans = [" to ".join(map(units.format_clock, (one.start_s, one.end_s))) for one in segments]
        if not spans:
            return "No stretch is marked as backward."
        where = f"Backward from {tables.listed(spans)}."
        if len(spans) > MOST_SPANS:
            where = f"{len(spans)} backward stretches, the first from {spans[0]}, the last from {spans[-1]}."
        parts = [
            f"{name} at {units.format_pace(part.mean_speed_mps, per_m=self.per_m)}"
            f" with {units.format_number(part.mean_cadence_spm, 'spm')}"
            for name, part in (("forward", self.summary.forward), ("backward", self.summary.backward))
        ]
        return f"{where} On average {tables.listed(parts)}. The tables on this page say the same in numbers."


def _page_data(
    activity: Activity, detection: Detection, per_m: float, places: dict[str, tuple[float, ...]]
) -> dict[str, object]:
    """The numbers that the script for reading needs, thinned and rounded to what a screen can show; null for missing.

    Positions are metres from the middle of the track, so the page does not say where on Earth it was.
    """
    return {
        "per": "mi" if per_m == units.METRES_PER_MILE else "km",
        "per_m": per_m,
        "rest": tables.name_of_rest(detection),
        "axis_s": max(float(activity.time_s[-1]), 1.0) if len(activity) else 1.0,
        "places": {name: [round(value, 4) for value in place] for name, place in places.items()},
        "segments": [[round(segment.start_s, 1), round(segment.end_s, 1)] for segment in detection.segments],
        **_over_time(activity, detection, per_m, READ_POINTS),
    }


def _zoom_data(activity: Activity, detection: Detection, match: Match | None, per_m: float) -> dict[str, object]:
    """What the pictures that can be zoomed need on top of it, or more of."""
    paced = session.target_paces(match, per_m) if match is not None else ()
    targets = [[start, end, round(fast, 1), round(slow, 1), float(back)] for _, start, end, fast, slow, back in paced]
    return {
        "end_s": float(activity.time_s[-1]) if len(activity) else 0.0,
        "laps": [round(lap.start_s, 1) for lap in activity.laps[1:]],
        "targets": targets,
        "plane": _plane(activity, detection),
        "themes": {theme.name: asdict(theme) for theme in THEMES.values()},
        **_over_time(activity, detection, per_m, ZOOM_POINTS),
    }


def _over_time(activity: Activity, detection: Detection, per_m: float, most: int) -> dict[str, object]:
    """One point for each stretch of `step_s`; `gap` holds the points before which a line stops."""
    thin, step_s = run.thinned(activity, most)
    east, north = track.local_metres(thin)
    return {
        "step_s": step_s,
        "time": _plain(thin.time_s, 1),
        "gap": np.flatnonzero(run.breaks(thin.time_s)).tolist(),
        "backward": mask(thin.time_s, detection.segments).astype(int).tolist(),
        "pace": _plain(run.smooth_pace_s(thin, per_m=per_m), 1),
        "cadence": _plain(run.smooth_cadence_spm(thin), 1),
        "heart": _plain(thin.heart_rate_bpm, 0),
        "altitude": _plain(thin.altitude_m, 1),
        "east": _plain(east, 1),
        "north": _plain(north, 1),
    }


def _plane(activity: Activity, detection: Detection) -> dict[str, object]:
    points = track.gait_plane(activity, detection)
    thin = slice(None, None, max(1, -(-len(points.time_s) // MOST_PLANE_POINTS)))
    line = [_plain(points.line_mps, 3), _plain(points.line_spm, 1), points.band_spm] if len(points.line_mps) else None
    return {
        "time": _plain(points.time_s[thin], 1),
        "speed": _plain(points.speed_mps[thin], 2),
        "cadence": _plain(points.cadence_spm[thin], 1),
        "backward": points.backward[thin].astype(int).tolist(),
        "line": line,
    }


def _plain(values: FloatArray, digits: int) -> list[float | None]:
    rounded = np.round(values, digits).tolist()
    return [(value if digits else int(value)) if math.isfinite(value) else None for value in rounded]
