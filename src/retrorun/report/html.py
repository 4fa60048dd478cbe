"""The report: one HTML page that holds everything it needs and asks the network for nothing.

The page carries plotly.js, its own script and style, and a policy that forbids every request; scripts run only if their
hash stands in that policy. Words and tables come first and say all that the pictures say.
"""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files

import numpy as np

from retrorun.activity.model import Activity
from retrorun.analysis.summary import summarise
from retrorun.gait.profile import GaitProfile
from retrorun.gait.result import Detection
from retrorun.match.model import Match
from retrorun.report.markup import Markup, data_block, join, tag, trusted
from retrorun.report.page_data import MOST_POINTS, page_data
from retrorun.report.page_parts import correction_part, segments_part, totals_part, trust_part, verdict_part
from retrorun.report.page_plan import plan_part
from retrorun.report.plane import Plane, gait_plane
from retrorun.report.words import when
from retrorun.units import format_clock

NOTHING = ("no speed", "no cadence", "no heart rate", "no altitude", "no positions")


def report_html(
    activity: Activity,
    detection: Detection,
    *,
    match: Match | None = None,
    profile: GaitProfile | None = None,
    name: str = "",
    per_m: float = 1000.0,
) -> str:
    """The report on one recording, as the text of an HTML page.

    Args:
        activity: the recording.
        detection: what was found in it.
        match: the plan laid beside the run, where there is a plan.
        profile: the runner's gait profile that `detection` was made with.
        name: what the recording is called, e.g. its file name.
        per_m: the distance that a pace is for: 1000, or `units.METRES_PER_MILE`.
    """
    # plotly is slow to import, and nothing of it is needed but its script.
    from plotly.offline import get_plotlyjs

    summary = summarise(activity, detection)
    plane = gait_plane(activity, detection, profile=profile)
    scripts = [_script(get_plotlyjs()), _script(_own("page.js"))]
    main = tag(
        "main",
        _heading(activity, name),
        verdict_part(detection, summary, per_m=per_m),
        totals_part(summary, per_m=per_m),
        _pictures_part(activity, detection, plane),
        segments_part(detection, per_m=per_m),
        plan_part(match, activity, detection, per_m=per_m),
        trust_part(activity, detection),
        correction_part(detection, name),
        id="main",
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy([code for code, _ in scripts])),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", f"{name or 'Run'} – retrorun"),
        tag("style", trusted(_own("page.css"))),
    )
    body = tag(
        "body",
        tag("a", "Skip to the report", href="#main", class_="skip"),
        main,
        _footer(activity),
        data_block("data", page_data(activity, detection, plane, match, per_m=per_m)),
        *(element for _, element in scripts),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def _heading(activity: Activity, name: str) -> Markup:
    kind = activity.sport if activity.sub_sport in ("", "generic") else f"{activity.sport} ({activity.sub_sport})"
    device = activity.device.name if activity.device is not None else ""
    facts = [fact for fact in (when(activity), kind, device) if fact]
    return tag("header", tag("h1", name or "Backward running report"), tag("p", " · ".join(facts), class_="quiet"))


def _pictures_part(activity: Activity, detection: Detection, plane: Plane) -> Markup:
    missing = _missing(activity)
    shown = [word for word in ("speed", "cadence", "heart rate", "altitude") if f"no {word}" not in missing]
    parts: list[str] = [tag("h2", "The run over time")]
    if missing:
        parts.append(tag("p", f"This recording holds {_listed(missing)}.", class_="quiet"))
    if shown and len(activity) > 1:
        parts += [_controls(activity, detection), _picture("over-time", f"{_listed(shown)} over time", detection)]
    small = []
    if len(plane.time_s):
        words = "Speed against cadence. Backward running lies above the runner's own forward line."
        small.append(
            tag("div", tag("h3", "Gait plane"), tag("p", words), _picture("plane", "Speed against cadence", detection))
        )
    if "no positions" not in missing:
        words = "The way seen from above, north up, without a map: it does not say where it was."
        small.append(tag("div", tag("h3", "Track"), tag("p", words), _picture("track", "The track", detection)))
    return tag("section", *parts, tag("div", *small, class_="small"), id="pictures")


def _controls(activity: Activity, detection: Detection) -> Markup:
    """What moves through the run without a mouse: a slider for the moment, buttons for the stretch of time."""
    end_s = f"{activity.time_s[-1]:.0f}"
    buttons = [
        ("whole", "Whole run"),
        ("closer", "Closer"),
        ("wider", "Wider"),
        ("earlier", "Earlier"),
        ("later", "Later"),
    ]
    if detection.segments:
        buttons += [("previous", "Previous backward stretch"), ("next", "Next backward stretch")]
    return tag(
        "div",
        tag("div", *(tag("button", text, type="button", id=f"go-{key}") for key, text in buttons), class_="buttons"),
        tag("label", "Moment of the run", for_="moment"),
        tag("input", type="range", id="moment", min="0", max=end_s, step="1", value="0"),
        tag("output", "Move along the run to read its values.", id="reading", for_="moment", aria_live="polite"),
        class_="controls",
    )


def _picture(identity: str, name: str, detection: Detection) -> Markup:
    spans = [f"{format_clock(one.start_s)} to {format_clock(one.end_s)}" for one in detection.segments]
    told = f"Backward from {_listed(spans)}." if spans else "No stretch is marked as backward."
    label = f"{name[0].upper()}{name[1:]}. {told} The tables on this page say the same in numbers."
    return tag("figure", tag("div", "", id=identity, class_="plot", role="img", aria_label=label))


def _footer(activity: Activity) -> Markup:
    end_s = float(activity.time_s[-1]) if len(activity) else 0.0
    every_s = max(1, -(-int(end_s) // MOST_POINTS))
    rule = (
        "Every sample is drawn."
        if every_s == 1
        else f"The pictures show one point for every {every_s} seconds: the mean of the samples in them."
    )
    words = f"{rule} Pace and cadence are smoothed over 10 seconds. This page asks the network for nothing."
    return tag("footer", tag("p", words), tag("noscript", "The pictures need JavaScript; words and tables do not."))


def _missing(activity: Activity) -> list[str]:
    columns = (
        activity.speed_mps,
        activity.cadence_spm,
        activity.heart_rate_bpm,
        activity.altitude_m,
        activity.latitude_deg,
    )
    return [words for words, column in zip(NOTHING, columns, strict=True) if not np.isfinite(column).any()]


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _own(name: str) -> str:
    return files("retrorun.report").joinpath("page", name).read_text(encoding="utf-8")


def _script(code: str) -> tuple[str, Markup]:
    # The one thing that may not stand inside a script element is its own end.
    code = code.replace("</script", "<\\/script")
    return code, join(trusted("<script>"), trusted(code), trusted("</script>"))


def _policy(codes: list[str]) -> str:
    """Nothing may be fetched from anywhere; only these very scripts run; plotly sets styles and draws images itself."""
    hashes = [base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() for code in codes]
    scripts = " ".join(f"'sha256-{digest}'" for digest in hashes)
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )
