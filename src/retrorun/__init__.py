"""Backward (retro) running: define sessions, compile them, read recordings, find backward segments.

Each name is imported from the module that defines it when it is first used, so that importing the package costs
nothing. `__init__.pyi` says the same to type checkers and editors.
"""

from importlib import import_module

__version__ = "0.1.0"

_NAMES = {
    "retrorun.activity.model": (
        "Activity",
        "Damage",
        "Device",
        "Lap",
        "Part",
        "Pause",
    ),
    "retrorun.activity.read": ("read_activity",),
    "retrorun.batch.scan": ("scan",),
    "retrorun.batch.table": ("ScanTable",),
    "retrorun.errors": (
        "DeliveryError",
        "DocumentError",
        "FitError",
        "LabelError",
        "NotationError",
        "OutputError",
        "PlanError",
        "ProfileError",
        "RecordingError",
        "RetrorunError",
        "SessionError",
        "WorkoutError",
    ),
    "retrorun.gait.profile": ("GaitProfile",),
    "retrorun.gait.result": (
        "Detection",
        "Evidence",
        "Segment",
    ),
    "retrorun.analysis.adherence": (
        "Adherence",
        "adherence",
    ),
    "retrorun.analysis.detect": ("detect",),
    "retrorun.analysis.labels": (
        "Label",
        "Labels",
    ),
    "retrorun.match.match": ("match_plan",),
    "retrorun.match.model": (
        "Match",
        "StepMatch",
    ),
    "retrorun.analysis.store": (
        "load_labels",
        "save_labels",
    ),
    "retrorun.report.export": ("save_export",),
    "retrorun.report.html": ("report_html",),
    "retrorun.report.plot": ("figure_run",),
    "retrorun.analysis.summary": (
        "Summary",
        "Totals",
        "summarise",
    ),
    "retrorun.session.document": (
        "load_session",
        "save_session",
    ),
    "retrorun.session.effort": (
        "Athlete",
        "resolve_session",
    ),
    "retrorun.session.model": (
        "Direction",
        "Gait",
        "Intensity",
        "Repeat",
        "Session",
        "Setting",
        "Slope",
        "Step",
    ),
    "retrorun.session.notation": (
        "format_session",
        "parse_session",
    ),
    "retrorun.session.values": (
        "CadenceRange",
        "Calories",
        "Distance",
        "HeartRateAbove",
        "HeartRateBelow",
        "HeartRateRange",
        "HeartRateZone",
        "HeartRateZoneRange",
        "LapButton",
        "Limit",
        "PercentOf",
        "PercentRange",
        "PowerRange",
        "Progression",
        "RpeRange",
        "SpeedRange",
        "Time",
        "Times",
    ),
    "retrorun.workout.check": ("check_session",),
    "retrorun.workout.decode": ("Decompiled",),
    "retrorun.workout.finding": ("Finding",),
    "retrorun.workout.fit": (
        "compile_workout",
        "decompile",
        "decompile_workout",
    ),
    "retrorun.workout.lower": (
        "Lowered",
        "lower_session",
    ),
}
_HOME = {name: module for module, names in _NAMES.items() for name in names}

__all__ = ["__version__", *_HOME]  # noqa: PLE0604 - strings, all of them


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOME[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
