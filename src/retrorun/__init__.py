"""Backward (retro) running: define sessions, compile them, read recordings, find backward segments."""

from retrorun.activity.model import Activity, Damage, Device, Lap, Part, Pause
from retrorun.activity.read import read_activity
from retrorun.errors import (
    DeliveryError,
    DocumentError,
    FitError,
    NotationError,
    OutputError,
    PlanError,
    ProfileError,
    RecordingError,
    RetrorunError,
    SessionError,
    WorkoutError,
)
from retrorun.gait.profile import GaitProfile
from retrorun.gait.result import Detection, Evidence, Segment
from retrorun.match.detect import detect
from retrorun.match.match import match_plan
from retrorun.match.model import Match, StepMatch
from retrorun.report.summary import Summary, Totals, summarise
from retrorun.session.document import load_session, save_session
from retrorun.session.model import (
    CadenceRange,
    Calories,
    Direction,
    Distance,
    Gait,
    HeartRateAbove,
    HeartRateBelow,
    HeartRateRange,
    HeartRateZone,
    Intensity,
    LapButton,
    PowerRange,
    Repeat,
    Session,
    Setting,
    Slope,
    SpeedRange,
    Step,
    Time,
    Times,
)
from retrorun.session.notation import format_session, parse_session
from retrorun.workout.check import check_session
from retrorun.workout.finding import Finding
from retrorun.workout.fit import compile_workout, decompile_workout

__version__ = "0.1.0"

__all__ = [
    "Activity",
    "CadenceRange",
    "Calories",
    "Damage",
    "DeliveryError",
    "Detection",
    "Device",
    "Direction",
    "Distance",
    "DocumentError",
    "Evidence",
    "Finding",
    "FitError",
    "Gait",
    "GaitProfile",
    "HeartRateAbove",
    "HeartRateBelow",
    "HeartRateRange",
    "HeartRateZone",
    "Intensity",
    "Lap",
    "LapButton",
    "Match",
    "NotationError",
    "OutputError",
    "Part",
    "Pause",
    "PlanError",
    "PowerRange",
    "ProfileError",
    "RecordingError",
    "Repeat",
    "RetrorunError",
    "Segment",
    "Session",
    "SessionError",
    "Setting",
    "Slope",
    "SpeedRange",
    "Step",
    "StepMatch",
    "Summary",
    "Time",
    "Times",
    "Totals",
    "WorkoutError",
    "__version__",
    "check_session",
    "compile_workout",
    "decompile_workout",
    "detect",
    "format_session",
    "load_session",
    "match_plan",
    "parse_session",
    "read_activity",
    "save_session",
    "summarise",
]
