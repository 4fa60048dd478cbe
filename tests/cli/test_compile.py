from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from retrorun.cli.app import app
from retrorun.cli.sources import session_of
from retrorun.errors import NotationError, RecordingError, SessionError
from retrorun.fit.workout_message import FileIdentity, RawStep, RawWorkout, write_workout
from retrorun.session.document import save_session
from retrorun.session.library import find_ready_made
from retrorun.session.model import Step
from retrorun.session.notation import parse_session, parse_target
from retrorun.workout.fit import compile_workout, decompile, decompile_workout, identity

NOTATION = "10min warmup; 4x(400m fwd; 400m bwd @ 6:40-7:20/km; 90s rest); 10min cooldown"
LONG = "; ".join(["100m bwd", "100m fwd"] * 60)


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner(env={"COLUMNS": "80"}).invoke(app, ["compile", *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def test_notation_becomes_a_workout(tmp_path: Path) -> None:
    path = tmp_path / "w.fit"
    code, out, err = run(NOTATION, "--name", "Retro", "-o", str(path))
    assert (code, out, err) == (0, f"wrote {path}\n", "")
    assert path.read_bytes() == compile_workout(parse_session(NOTATION, name="Retro"))


def test_time_serial_and_device_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "w.fit"
    words = ["--created", "2026-05-01T07:30:00Z", "--serial", "77", "--device", "fr965"]
    assert run(NOTATION, "-o", str(path), *words)[0] == 0
    made = decompile(path).identity
    assert made is not None
    assert (made.serial, made.time_created) == (77, 1_146_555_000)


@pytest.mark.parametrize("name", ["s.yaml", "s.json", "s.txt", "s.fit"])
def test_a_session_may_be_a_file(tmp_path: Path, name: str) -> None:
    path, session = tmp_path / name, parse_session(NOTATION, name="Retro")
    if name.endswith(".fit"):
        path.write_bytes(compile_workout(session))
    else:
        save_session(session, path)
    assert session_of(str(path)).steps == session.steps


def test_a_session_may_be_a_ready_made_one() -> None:
    assert session_of("hill-regular") == find_ready_made("hill-regular").build()
    with pytest.raises(SessionError, match="did you mean hill-regular"):
        session_of("hill-reguler")


@pytest.mark.parametrize(
    ("argument", "kind"), [("none.yaml", RecordingError), ("5 bananas", NotationError), ("x" * 5000, NotationError)]
)
def test_what_is_no_session_is_said(argument: str, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        session_of(argument)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.txt", b"10min bwdd", "{path}: line 1, column 7: unknown word 'bwdd'; did you mean bwd?"),
        ("a.yaml", b"steps: [{duration: 5}]", "{path}: steps[0].duration: must be text, not 5; put it in quotes"),
        ("a.yaml", b"- 5", "{path}: a session document is a mapping"),
        ("a.bin", bytes(range(256)), "{path}: this is neither a session nor a workout; give YAML, JSON, notation, FIT"),
        ("a.fit", compile_workout(parse_session(NOTATION))[:20], "{path}: byte 14: no workout can be read"),
        ("a.json", b"", "{path}: the file is empty"),
    ],
)
def test_a_file_that_holds_no_session_is_named(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    code, _, err = run(str(path), "--check")
    assert code == 1
    assert err.startswith(f"error: {message.format(path=path)}")


def test_a_folder_is_no_session(tmp_path: Path) -> None:
    assert run(str(tmp_path), "--check") == (
        1,
        "",
        f"error: {tmp_path}: this is a folder, not a file; name a file in it\n",
    )


def test_too_long_a_session_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    code, out, err = run(LONG, "-o", str(tmp_path / "w.fit"))
    assert (code, out) == (1, "")
    assert err.startswith("error: the workout has 120 steps")
    assert list(tmp_path.iterdir()) == []


def test_lowering_writes_the_parts_and_says_so(tmp_path: Path) -> None:
    code, out, err = run(LONG, "--name", "Long", "-o", str(tmp_path / "w.fit"), "--lower", "--serial", "5")
    assert code == 0
    assert out.splitlines() == [f"wrote {tmp_path / f'w-{number}.fit'}" for number in (1, 2, 3)]
    assert "split into 3 sessions" in err
    parts = [decompile(tmp_path / f"w-{number}.fit") for number in (1, 2, 3)]
    assert [part.session.name for part in parts] == ["Long 1/3", "Long 2/3", "Long 3/3"]
    assert [part.identity.serial for part in parts if part.identity] == [5, 6, 7]
    assert sum(len(part.session.steps) for part in parts) == 120


def test_checking_writes_nothing_and_its_exit_code_tells(tmp_path: Path) -> None:
    assert run(NOTATION, "--name", "x", "--check") == (0, "nothing to mend\n", "")
    code, out, err = run(LONG, "--check")
    assert (code, out) == (1, "")
    assert [line.split(":")[0] for line in err.splitlines()] == ["error", "note"]
    code, out, _ = run(LONG, "--check", "--json")
    assert code == 1
    assert [finding["severity"] for finding in json.loads(out)["findings"]] == ["error", "note"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [(NOTATION,), (NOTATION, "--check", "-o", "w.fit"), ()])
def test_wrong_usage(words: tuple[str, ...]) -> None:
    assert run(*words)[0] == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--created", "yesterday"), "'yesterday' is no time"),
        (
            ("--created", "2026-05-01T07:30:00"),
            "'2026-05-01T07:30:00' has no time zone; write e.g. 2026-05-01T07:30:00Z",
        ),
        (("--serial", "0"), "a serial number cannot be 0"),
        (("--device", "casio"), "unknown device 'casio'"),
    ],
)
def test_bad_arguments_are_one_line(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    code, _, err = run(NOTATION, "-o", str(tmp_path / "w.fit"), *words)
    assert code == 1
    assert said in err
    assert err.count("\n") == 1


def test_what_anothers_workout_says_beyond_a_session_is_told(tmp_path: Path) -> None:
    theirs, ours = tmp_path / "theirs.fit", tmp_path / "ours.fit"
    step = RawStep(index=0, duration_type=29, duration_value=12, target_type=2, intensity=0, notes="squats")
    plan = RawWorkout(steps=(step,), name="Gym", sport=1, num_valid_steps=1)
    theirs.write_bytes(write_workout(plan, FileIdentity(type=5, manufacturer=1, serial=3, time_created=1_000_000_000)))
    code, out, err = run(str(theirs), "-o", str(ours))
    assert (code, out) == (0, f"wrote {ours}\n")
    assert err.startswith("warning: steps[0]: the step ends by reps (raw 12)")


def test_what_reading_says_stands_in_the_json_once_and_first(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs.fit"
    step = RawStep(index=0, duration_type=0, duration_value=60_000, target_type=2, intensity=6)
    plan = RawWorkout(steps=(step,), name="Ride", sport=2, num_valid_steps=1)
    theirs.write_bytes(write_workout(plan, FileIdentity(type=5, manufacturer=1, serial=3, time_created=1_000_000_000)))
    _, out, err = run(str(theirs), "--check", "--json")
    whats = [finding["what"] for finding in json.loads(out)["findings"]]
    assert whats[:2] == ["the step's intensity is 6 (other)", "the sport is cycling"]
    assert len(set(whats)) == len(whats)
    assert not err


EFFORT = "10min warmup; 3min bwd @ 90% vpeak; 10min fwd @ 85-90% lthr"


def test_a_squad_gets_a_workout_each(tmp_path: Path) -> None:
    squad = tmp_path / "squad"
    squad.mkdir()
    for name, speed in (("Ada L.", 2.5), ("Bo", 3.0)):
        (squad / f"{name}.yaml").write_text(f"vpeak_backward_mps: {speed}\nthreshold_hr_bpm: 170\n")
    out = tmp_path / "tuesday.fit"
    code, said, _ = run(EFFORT, "--athlete", str(squad), "-o", str(out))
    assert code == 0
    assert said.split() == ["wrote", str(tmp_path / "tuesday-Ada-L.fit"), "wrote", str(tmp_path / "tuesday-Bo.fit")]
    step = decompile_workout(tmp_path / "tuesday-Bo.fit").steps[1]
    assert isinstance(step, Step)
    assert (step.target, step.note) == (parse_target("6:10/km"), "90% vpeak")
    run(EFFORT, "--athlete", str(squad / "Bo.yaml"), "-o", str(out))
    assert decompile_workout(out) == decompile_workout(tmp_path / "tuesday-Bo.fit")


def test_a_number_that_an_athlete_lacks_is_named(tmp_path: Path) -> None:
    athlete = tmp_path / "cy.yaml"
    athlete.write_text("max_hr_bpm: 190")
    code, _, err = run(EFFORT, "--athlete", str(athlete), "-o", str(tmp_path / "w.fit"))
    assert code == 1
    assert err.startswith("error: cy: steps[1]: ")
    for name in ("vpeak_backward_mps", "threshold_hr_bpm"):
        assert name in err
    code, _, err = run(EFFORT, "--check")
    assert code == 1
    assert "vpeak_backward_mps" in err


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    code, _, err = run(NOTATION, "-o", str(tmp_path / "none" / "w.fit"))
    assert code == 1
    assert "folder does not exist" in err


def test_a_workout_may_be_compiled_again(tmp_path: Path) -> None:
    first, second = tmp_path / "a.fit", tmp_path / "b.fit"
    run("hill-regular", "-o", str(first))
    run(str(first), "-o", str(second))
    assert first.read_bytes() == second.read_bytes()
    assert decompile(second).identity == identity(decompile_workout(first))
