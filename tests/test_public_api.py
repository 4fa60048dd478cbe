"""Pins what `import retrorun` offers: a change here is a change for everyone who uses the library."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

import retrorun as rr

NAMES = {
    "functions": {
        "adherence",
        "analyse",
        "load_labels",
        "save_labels",
        "check_session",
        "compile_workout",
        "decompile",
        "decompile_workout",
        "detect",
        "figure_gait_plane",
        "figure_planned",
        "figure_run",
        "figure_season",
        "figure_session",
        "figure_track",
        "format_session",
        "import_session",
        "load_athlete",
        "load_session",
        "load_squad",
        "lower_session",
        "match_plan",
        "parse_session",
        "read_activity",
        "report_html",
        "resolve_session",
        "save_export",
        "save_session",
        "scan",
        "summarise",
    },
    "sessions": {
        "Athlete",
        "CadenceRange",
        "Decompiled",
        "Lowered",
        "Calories",
        "Direction",
        "Distance",
        "Finding",
        "Gait",
        "HeartRateAbove",
        "HeartRateBelow",
        "HeartRateRange",
        "HeartRateZone",
        "HeartRateZoneRange",
        "Intensity",
        "LapButton",
        "Limit",
        "PercentOf",
        "PercentRange",
        "PowerRange",
        "Progression",
        "Repeat",
        "RpeRange",
        "Session",
        "Setting",
        "Slope",
        "SpeedRange",
        "Step",
        "Time",
        "Times",
    },
    "activities": {"Activity", "Analysis", "Damage", "Device", "Lap", "Part", "Pause"},
    "answers": {
        "Adherence",
        "ScanTable",
        "Detection",
        "Evidence",
        "Label",
        "Labels",
        "GaitProfile",
        "Match",
        "Segment",
        "StepMatch",
        "Summary",
        "Totals",
    },
    "errors": {
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
    },
    "version": {"__version__"},
}

PARAMETERS = {
    "parse_session": "(text, *, name)",
    "format_session": "(session)",
    "import_session": "(source, *, name)",
    "load_session": "(path)",
    "save_session": "(session, path)",
    "resolve_session": "(session, athlete)",
    "load_athlete": "(path)",
    "load_squad": "(path)",
    "compile_workout": "(session, *, device, created, serial, skip_last_field)",
    "decompile_workout": "(data)",
    "check_session": "(session, device)",
    "read_activity": "(source, *, engine)",
    "detect": "(activity, *, profile, plan, labels)",
    "match_plan": "(activity, session)",
    "adherence": "(match, activity, detection, *, labels)",
    "analyse": "(source, *, profile, plan, labels)",
    "load_labels": "(recording)",
    "save_labels": "(labels, recording)",
    "summarise": "(activity, detection)",
    "figure_run": "(activity, detection, *, ax, theme, per_m, title, width_in)",
    "report_html": "(activity, detection, *, match, profile, name, per_m, interactive, kept)",
    "save_export": "(path, activity, detection, *, recording, rows, per_m, inputs)",
    "scan": "(paths, *, profile, workers, progress, journal, backend, all_sports, athletes)",
}

EXPORTED: list[str] = [*vars(rr)["__all__"], "__version__"]  # type checkers read the stub, which has no such list

HEAVY = {
    "dask",
    "fit_tool",
    "fitparse",
    "garminconnect",
    "gpxpy",
    "joblib",
    "matplotlib",
    "plotly",
    "pyarrow",
    "pydantic",
    "rich",
    "stravalib",
    "typer",
    "yaml",
}


def parameters(function: object) -> str:
    """The names of a function's parameters, with the star before the keyword-only ones."""
    parts: list[str] = []
    for parameter in inspect.signature(function).parameters.values():  # type: ignore[arg-type]  # a callable, by name
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in parts:
            parts.append("*")
        parts.append(parameter.name)
    return f"({', '.join(parts)})"


def test_exports_exactly_these_names() -> None:
    assert set(EXPORTED) == set().union(*NAMES.values())
    assert len(EXPORTED) == len(set(EXPORTED))


@pytest.mark.parametrize("name", sorted(set().union(*NAMES.values())))
def test_every_name_is_there_and_documented(name: str) -> None:
    value = getattr(rr, name)
    assert name == "__version__" or inspect.getdoc(value)


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_functions_take_exactly_these_parameters(name: str) -> None:
    assert parameters(getattr(rr, name)) == PARAMETERS[name]


def test_every_error_is_a_retrorun_error() -> None:
    for name in NAMES["errors"]:
        assert issubclass(getattr(rr, name), rr.RetrorunError)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="attribute parse_sessions"):
        rr.parse_sessions  # type: ignore[attr-defined]  # noqa: B018 - that is the point


def loaded_by(code: str) -> set[str]:
    """The packages that are loaded after this code ran in a fresh interpreter."""
    code += "; import sys; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stdout.split())


def test_importing_loads_not_even_numpy() -> None:
    assert not (HEAVY | {"numpy"}) & loaded_by("import retrorun")


def test_touching_every_name_loads_no_heavy_dependency() -> None:
    assert not HEAVY & loaded_by("from retrorun import *; scan")
