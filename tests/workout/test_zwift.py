from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings

from retrorun.errors import SessionError
from retrorun.session.model import Direction, Gait, Intensity, Repeat, Session, Setting, Step
from retrorun.session.values import (
    Distance,
    HeartRateZone,
    LapButton,
    PercentOf,
    PercentRange,
    Progression,
    SpeedRange,
    Time,
    Times,
)
from retrorun.workout.zwift import Race, RaceTime, from_zwift, to_zwift
from tests.conftest import Golden
from tests.strategies import sessions
from tests.workout.plans import BACKWARD, EVERYTHING, FORWARD, REST, RETRO_400S, done, is_countable

FIVE_KM_IN_25 = RaceTime(race=Race.FIVE_KM, time_s=1500)  # 5:00/km


def read(session: Session, race_time: RaceTime | None = FIVE_KM_IN_25) -> ET.Element:
    return ET.fromstring(to_zwift(session, race_time=race_time).text)  # noqa: S314 - what was just written


def steps(root: ET.Element) -> list[ET.Element]:
    workout = root.find("workout")
    assert workout is not None
    return list(workout)


def message(element: ET.Element) -> str:
    events = element.findall("textevent")
    assert len(events) == 1
    return events[0].attrib["message"]


@pytest.mark.parametrize(("name", "session"), [("retro-400s", RETRO_400S), ("everything", EVERYTHING)])
def test_golden(golden: Golden, name: str, session: Session) -> None:
    golden.exported(f"{name}.zwo", "", to_zwift(session, race_time=FIVE_KM_IN_25))


@settings(max_examples=60, deadline=None)
@given(sessions(max_depth=2, max_steps=4).filter(is_countable))
def test_every_step_stands_in_order_with_its_direction_first(session: Session) -> None:
    planned, made = done(session.steps), steps(read(session))
    assert len(made) == len(planned)
    for step, element in zip(planned, made, strict=True):
        backward = step.direction is Direction.BACKWARD
        rests = step.intensity is Intensity.REST and not backward
        assert message(element).startswith(("BACKWARD ", "BACKWARD? ") if backward else "rest" if rests else "forward ")
        if isinstance(step.duration, Time):
            assert float(element.attrib["Duration"]) == pytest.approx(step.duration.time_s)


def test_a_run_says_so_in_the_head() -> None:
    root = read(RETRO_400S)
    assert [root.findtext(tag) for tag in ("name", "sportType", "durationType")] == ["Retro 400s", "run", "time"]


def test_metres_throughout_stay_metres() -> None:
    root = read(Session(steps=(FORWARD, BACKWARD)))
    assert root.findtext("durationType") == "distance"
    assert [element.attrib["Duration"] for element in steps(root)] == ["400", "400"]
    assert steps(root)[0].find("textevent[@distoffset='0']") is not None


def test_metres_among_seconds_become_seconds_by_the_target_and_are_told() -> None:
    session = Session(steps=(FORWARD, REST))  # 400 m at 5:00/km are 120 s
    root = read(session)
    assert root.findtext("durationType") == "time"
    assert float(steps(root)[0].attrib["Duration"]) == pytest.approx(120, abs=0.1)
    told = [str(finding) for finding in to_zwift(session, race_time=FIVE_KM_IN_25).findings]
    assert any("400m became 120 s by its target" in line for line in told)


def test_metres_without_a_target_become_seconds_by_a_usual_speed_and_are_told() -> None:
    session = Session(steps=(Step(duration=Distance(distance_m=190), direction=Direction.BACKWARD), REST))
    assert float(steps(read(session))[0].attrib["Duration"]) == pytest.approx(100)
    assert "by 1.9 m/s" in to_zwift(session).findings[0].what


@pytest.mark.parametrize(
    ("race", "time_s", "number", "power"),
    [
        (Race.MILE, 360.0, "0", 0.7456),  # 6:00 a mile is 4.4704 m/s
        (Race.FIVE_KM, 1500.0, "1", 1.0),
        (Race.TEN_KM, 3000.0, "2", 1.0),
        (Race.HALF_MARATHON, 7200.0, "3", 1.1375),
        (Race.MARATHON, 15000.0, "4", 1.185),
    ],
)
def test_a_pace_is_a_part_of_a_race_pace(race: Race, time_s: float, number: str, power: float) -> None:
    session = Session(steps=(FORWARD,))  # 5:00/km is 3.333 m/s
    element = steps(read(session, RaceTime(race=race, time_s=time_s)))[0]
    assert element.tag == "SteadyState"
    assert element.attrib["pace"] == number
    assert float(element.attrib["Power"]) == pytest.approx(power, abs=2e-4)


def test_which_number_is_which_race_is_said_to_be_inferred() -> None:
    findings = to_zwift(Session(steps=(FORWARD, BACKWARD)), race_time=FIVE_KM_IN_25).findings
    assert sum("inferred" in finding.what for finding in findings) == 1


def test_the_middle_of_a_range_is_run_and_the_range_shown() -> None:
    session = Session(steps=(replace(BACKWARD, target=SpeedRange(low_mps=2.0, high_mps=3.0)),))
    element = steps(read(session))[0]
    assert float(element.attrib["Power"]) == pytest.approx(2.5 / (5000 / 1500), abs=1e-4)
    assert "5:33.3-8:20/km" in message(element)


def test_without_a_race_time_a_pace_is_only_shown_and_told() -> None:
    exported = to_zwift(Session(steps=(FORWARD,)))
    assert [element.tag for element in steps(ET.fromstring(exported.text))] == ["FreeRide"]  # noqa: S314 - our own
    assert "5:00/km" in exported.text
    assert exported.findings[0].hint == "give the runner's race time"


def test_repeats_are_written_out_so_that_each_message_stays_with_its_step() -> None:
    session = Session(steps=(Repeat(until=Times(count=2), steps=(BACKWARD, REST), skip_last=True),))
    made = steps(read(session))
    assert [element.tag for element in made] == ["SteadyState", "FreeRide", "SteadyState"]
    assert "IntervalsT" not in {element.tag for element in made}


def test_ends_that_zwift_does_not_know_are_told() -> None:
    session = Session(steps=(Step(duration=LapButton(), target=HeartRateZone(zone=2)),))
    exported = to_zwift(session)
    assert steps(read(session))[0].attrib["Duration"] == "300"
    assert "until the lap button" in exported.text
    told = sorted(finding.what for finding in exported.findings)
    assert [what.split(":")[0] for what in told] == [
        "Zwift cannot end a step 'until the lap button'",
        "Zwift has no such target for a run",
    ]


def test_awkward_texts_survive_xml() -> None:
    session = Session(
        steps=(replace(BACKWARD, note='a < b & "c"\nnew line \ufffe 😀'),), name="<R&B>", setting=Setting.TREADMILL
    )
    exported = to_zwift(session, race_time=FIVE_KM_IN_25)
    root = ET.fromstring(exported.text)  # noqa: S314 - what was just written
    assert root.findtext("name") == "<R&B>"
    assert message(steps(root)[0]).endswith('a < b & "c" new line  😀')
    assert any("U+FFFE" in finding.what for finding in exported.findings)


@pytest.mark.parametrize(
    ("direction", "gait", "speed_mps"),
    [
        (Direction.FORWARD, Gait.RUN, 2.8),
        (Direction.FORWARD, Gait.WALK, 1.4),
        (Direction.BACKWARD, Gait.RUN, 1.9),
        (Direction.BACKWARD, Gait.WALK, 1.0),
    ],
)
def test_usual_speeds_are_those_of_the_reference_page(direction: Direction, gait: Gait, speed_mps: float) -> None:
    step = Step(duration=Distance(distance_m=1000), direction=direction, gait=gait)
    element = steps(read(Session(steps=(step, REST))))[0]
    assert float(element.attrib["Duration"]) == pytest.approx(1000 / speed_mps, abs=0.05)


def test_only_a_range_is_said_to_become_its_middle() -> None:
    for step, told in ((FORWARD, 0), (BACKWARD, 1)):
        findings = to_zwift(Session(steps=(step,)), race_time=FIVE_KM_IN_25).findings
        assert sum("the middle of" in finding.what for finding in findings) == told


@pytest.mark.parametrize(
    ("race", "distance_m"),
    [
        (Race.MILE, 1609.344),
        (Race.FIVE_KM, 5000),
        (Race.TEN_KM, 10_000),
        (Race.HALF_MARATHON, 21_097.5),
        (Race.MARATHON, 42_195),
    ],
)
def test_races_have_their_lengths_and_bounds(race: Race, distance_m: float) -> None:
    assert RaceTime(race=race, time_s=distance_m / 4).speed_mps == pytest.approx(4, abs=1e-9)
    RaceTime(race=race, time_s=distance_m / 1.0)
    RaceTime(race=race, time_s=distance_m / 12.5)
    for speed_mps in (0.99, 12.51):
        with pytest.raises(SessionError, match="nobody runs"):
            RaceTime(race=race, time_s=distance_m / speed_mps)


@pytest.mark.parametrize("time_s", [0.0, -1.0, 60.0, 1e6, float("nan")])
def test_a_race_time_that_cannot_be_is_refused(time_s: float) -> None:
    with pytest.raises(SessionError, match="nobody runs"):
        RaceTime(race=Race.FIVE_KM, time_s=time_s)


RIDE = """<workout_file>
  <name>Ramps</name><sportType>{sport}</sportType><durationType>time</durationType>
  <workout>
    <Warmup Duration="600" PowerLow="0.5" PowerHigh="0.7" pace="2"/>
    <IntervalsT Repeat="4" OnDuration="60" OffDuration="90" OnPower="1.05" OffPower="0.6" pace="2">
      <textevent timeoffset="0" message="run backward"/>
    </IntervalsT>
    <FreeRide Duration="300"/>
  </workout>
</workout_file>"""


def pct(low: int, of: PercentOf) -> PercentRange:
    return PercentRange(low_pct=low, high_pct=low, of=of)


@pytest.mark.parametrize(("sport", "of"), [("run", PercentOf.PACE_10K), ("bike", PercentOf.CRITICAL_POWER)])
def test_what_zwift_itself_writes_is_read(sport: str, of: PercentOf) -> None:
    found = from_zwift(RIDE.format(sport=sport))
    warm, repeat, free = found.session.steps
    assert isinstance(repeat, Repeat)
    on, off = repeat.steps
    assert warm == Step(
        duration=Time(time_s=600),
        intensity=Intensity.WARMUP,
        target=Progression(start=pct(50, of), end=pct(70, of)),
    )
    assert repeat.until == Times(count=4)
    assert isinstance(on, Step)
    assert isinstance(off, Step)
    assert (on.direction, on.direction_guessed, on.target) == (Direction.BACKWARD, True, pct(105, of))
    assert (off.direction, off.intensity, off.target) == (Direction.FORWARD, Intensity.RECOVERY, pct(60, of))
    assert free == Step(duration=Time(time_s=300))
    told = " | ".join(finding.what for finding in found.findings)
    assert "guessed" in told
    assert ("inferred" in told, "cycling" in told) == (sport == "run", sport == "bike")


def test_a_share_of_a_race_pace_needs_no_race_time() -> None:
    step = replace(FORWARD, target=PercentRange(low_pct=95, high_pct=105, of=PercentOf.PACE_5K))
    exported = to_zwift(Session(steps=(step,)))
    element = steps(ET.fromstring(exported.text))[0]  # noqa: S314 - our own
    assert (element.attrib["Power"], element.attrib["pace"]) == ("1.0000", "1")
    (back,) = from_zwift(exported.text).session.steps
    assert back == step
