"""What a gait profile may learn from a run: what is known of its direction, and never what was only called."""

from __future__ import annotations

from retrorun.activity.model import Activity
from retrorun.analysis.labels import Labels, said_of
from retrorun.analysis.lap_labels import planned_backward
from retrorun.detection.result import Detection
from retrorun.errors import ProfileError
from retrorun.intervals import covered_s
from retrorun.match.model import Match

# chosen: a called stretch that is labelled so far is confirmed, for borders are not labelled to the second; a planned
# step when half of it is, for then `retrorun label` asks no more.
CONFIRMED, PLAN_CONFIRMED = 0.9, 0.5


def lesson(
    activity: Activity, detection: Detection, match: Match | None, labels: Labels | None
) -> list[tuple[float, float]]:
    """The backward stretches of a run of which all is known: said by somebody, or forward without a doubt.

    Raises:
        ProfileError: not all of it is known; says what is missing.
    """
    said = said_of(activity, labels)
    if any(covered_s(one, said.labels) < CONFIRMED * one.duration_s for one in detection.segments):
        raise ProfileError("what was called backward is not confirmed: label it")
    if any(covered_s(one, said.labels) < PLAN_CONFIRMED * one.duration_s for one in planned_backward(match)):
        raise ProfileError("backward steps were planned, and nobody says how they were run: label them")
    if not said.labels and detection.verdict == "cannot tell":
        raise ProfileError("it cannot be told whether any of it was run backward")
    return said.backward_spans()
