"""Backward segments of an activity, with the plan and the labels at hand: what `retrorun.detect` does."""

from __future__ import annotations

from dataclasses import replace

from retrorun.activity.model import Activity
from retrorun.analysis.apply import apply_labels
from retrorun.analysis.direction import planned_spans
from retrorun.analysis.labels import Labels
from retrorun.errors import PlanError
from retrorun.gait.detector import detect_gait
from retrorun.gait.profile import GaitProfile
from retrorun.gait.result import Detection
from retrorun.match.match import match_plan
from retrorun.match.model import Match
from retrorun.session.model import Session


def detect(
    activity: Activity,
    *,
    profile: GaitProfile | None = None,
    plan: Session | Match | None = None,
    labels: Labels | None = None,
) -> Detection:
    """Backward segments of an activity.

    A plan is strong evidence and never proof: planned backward steps become callable where they are short, and are not
    called where the recording shows forward running. A plan without any backward step says nothing about direction.

    Args:
        activity: a recording with speed and cadence.
        profile: what is usual for the runner.
        plan: what was planned, as a session or already matched; None takes the plan that the recording carries, if any.
        labels: what the runner says about this recording; wins over everything else.

    Returns:
        The verdict, the segments and the reasons; `cannot tell` where the recording could not have shown any.
    """
    match, reasons = _matched(activity, plan)
    spans = () if match is None else planned_spans(match)
    detection = detect_gait(activity, profile=profile, planned=spans)
    detection = replace(detection, reasons=(*detection.reasons, *reasons))
    return detection if labels is None else apply_labels(detection, activity, labels, profile=profile)


def _matched(activity: Activity, plan: Session | Match | None) -> tuple[Match | None, tuple[str, ...]]:
    if plan is None and activity.workout is None:
        return None, ()
    try:
        match = plan if isinstance(plan, Match) else match_plan(activity, plan)
    except PlanError as error:
        return None, (f"the plan was left unused: {error}",)
    backward = any(found.step.direction == "backward" for found in match.steps)
    return match, match.reasons if backward else ()
