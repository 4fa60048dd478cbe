"""A watch that executes a plan: laps as Garmin watches write them, with the truth about each step.

It runs the raw steps of a workout file with a program counter and a counter for each repeat, as a watch does, and so
knows nothing of the code under test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from retrorun.activity.model import Activity, Lap
from retrorun.fit.workout_message import RawStep, RawWorkout
from retrorun.session.model import Repeat, Session, Step
from retrorun.session.values import Distance, Time, Times

TIME, DISTANCE, OPEN, REPEAT_TIMES, REPEAT_TIME, REPEAT_DISTANCE = 0, 1, 5, 6, 7, 8  # durations of a FIT step


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """One message of a workout file: a step, or a repeat that jumps back to `first`."""

    step: Step | None = None
    place: str = ""
    first: int = 0
    repeat: Repeat | None = None


def flatten(session: Session) -> list[Raw]:
    """A session as messages: a repeat stands after its body."""
    found: list[Raw] = []

    def add(steps: tuple[Step | Repeat, ...], place: str) -> None:
        for index, step in enumerate(steps):
            here = f"{place}[{index}]"
            if isinstance(step, Step):
                found.append(Raw(step=step, place=here))
            else:
                first = len(found)
                add(step.steps, f"{here}.repeat")
                found.append(Raw(first=first, repeat=step))

    add(session.steps, "steps")
    return found


def workout_of(session: Session) -> RawWorkout:
    """The plan as it stands in a recording."""
    steps = []
    for index, raw in enumerate(flatten(session)):
        if raw.step is not None:
            steps.append(_plan_step(index, raw.step))
        else:
            steps.append(_plan_repeat(index, raw))
    return RawWorkout(steps=tuple(steps), name=session.name, sport=1, num_valid_steps=len(steps), embedded=True)


def _plan_step(index: int, step: Step) -> RawStep:
    notes = "BACKWARD" if step.direction == "backward" else ""
    if isinstance(step.duration, Time):
        kind, value = TIME, round(step.duration.time_s * 1000)
    elif isinstance(step.duration, Distance):
        kind, value = DISTANCE, round(step.duration.distance_m * 100)
    else:
        return RawStep(index=index, notes=notes, intensity=0, duration_type=OPEN, target_type=2)
    return RawStep(index=index, notes=notes, intensity=0, duration_type=kind, duration_value=value, target_type=2)


def _plan_repeat(index: int, raw: Raw) -> RawStep:
    assert raw.repeat is not None
    until = raw.repeat.until
    if isinstance(until, Times):
        kind, value = REPEAT_TIMES, until.count
    elif isinstance(until, Time):
        kind, value = REPEAT_TIME, round(until.time_s * 1000)
    else:
        assert isinstance(until, Distance)
        kind, value = REPEAT_DISTANCE, round(until.distance_m * 100)
    return RawStep(
        index=index, duration_type=kind, duration_value=raw.first, target_value=value, skip_last=raw.repeat.skip_last
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """The truth about one step: its place, the rounds around it, and its laps."""

    place: str
    repetition: tuple[int, ...]
    start_s: float
    end_s: float
    whole: bool
    laps: tuple[int, ...]


@dataclass(slots=True, kw_only=True)
class Watch:
    """Executes a plan.

    `speed_mps` gives the speed in a step, `open_s` how long the runner takes for a step without an end. `auto_lap_m`
    cuts laps inside steps. `press_after_s` presses the lap button after so long in the n-th executed step. `stop_at_s`
    stops the watch, `pause` stops its timer for (at, for) seconds, `home_s` is the way home after the workout.
    """

    session: Session
    speed_mps: Callable[[Step], float] = lambda step: 2.0 if step.direction == "backward" else 3.0
    open_s: float = 47.0
    auto_lap_m: float | None = None
    press_after_s: dict[int, float] = field(default_factory=dict)
    stop_at_s: float = 1e9
    pause: tuple[float, float] | None = None
    home_s: float = 0.0
    laps: list[Lap] = field(default_factory=list)
    truth: list[Executed] = field(default_factory=list)
    clock_s: float = 0.0

    def run(self) -> Activity:
        """Execute the plan from its first message to its last; the recording without samples."""
        raws = flatten(self.session)
        rounds: dict[int, int] = {}
        began: dict[int, tuple[float, float]] = {}
        counter = 0
        while counter < len(raws) and self.clock_s < self.stop_at_s - 1e-6:
            raw = raws[counter]
            around = [k for k in range(counter, len(raws)) if raws[k].repeat is not None and raws[k].first <= counter]
            for k in around:
                began.setdefault(k, (self.clock_s, self._covered_m()))
            cut = next((k for k in reversed(around) if self._skips(raws, k, counter, rounds)), None)
            if cut is not None:
                self._leave(raws, cut, rounds, began)
                counter = cut + 1
            elif raw.step is not None:
                self._step(counter, raw, tuple(rounds.get(k, 0) + 1 for k in reversed(around)))
                counter += 1
            elif self._again(raws, counter, rounds, began):
                counter = raw.first
            else:
                self._leave(raws, counter, rounds, began)
                counter += 1
        if self.home_s and self.clock_s < self.stop_at_s:
            self._lap(self.home_s, 2.5, None, "session_end")
        return self.recording()

    def _covered_m(self) -> float:
        return sum(lap.distance_m or 0.0 for lap in self.laps)

    def _skips(self, raws: list[Raw], k: int, counter: int, rounds: dict[int, int]) -> bool:
        """Whether the last element of repeat k begins here, and this is the round that leaves it out."""
        repeat = raws[k].repeat
        if repeat is None or not repeat.skip_last or not isinstance(repeat.until, Times):
            return False
        before = raws[k - 1]
        last = before.first if before.repeat is not None else k - 1
        return counter == last and rounds.get(k, 0) == repeat.until.count - 1 and self._fresh(raws, k, last, rounds)

    def _fresh(self, raws: list[Raw], k: int, last: int, rounds: dict[int, int]) -> bool:
        """Whether the inner repeats that begin here have not begun: else this is their second round."""
        return not any(rounds.get(j, 0) for j in range(last, k) if raws[j].repeat is not None)

    def _again(self, raws: list[Raw], k: int, rounds: dict[int, int], began: dict[int, tuple[float, float]]) -> bool:
        repeat = raws[k].repeat
        assert repeat is not None
        rounds[k] = rounds.get(k, 0) + 1
        if isinstance(repeat.until, Times):
            return rounds[k] < repeat.until.count
        start_s, start_m = began[k]
        if isinstance(repeat.until, Time):
            return self.clock_s - start_s < repeat.until.time_s - 1e-6
        assert isinstance(repeat.until, Distance)
        return self._covered_m() - start_m < repeat.until.distance_m - 1e-6

    def _leave(self, raws: list[Raw], k: int, rounds: dict[int, int], began: dict[int, tuple[float, float]]) -> None:
        for j in range(raws[k].first, k + 1):
            rounds.pop(j, None)
            began.pop(j, None)

    def _step(self, index: int, raw: Raw, repetition: tuple[int, ...]) -> None:
        assert raw.step is not None
        speed, duration = self.speed_mps(raw.step), raw.step.duration
        if isinstance(duration, Time):
            needed_s, trigger = duration.time_s, "time"
        elif isinstance(duration, Distance):
            needed_s, trigger = duration.distance_m / speed, "distance"
        else:
            needed_s, trigger = self.open_s, "manual"
        start_s, first, whole = self.clock_s, len(self.laps), True
        press_s = self.press_after_s.get(len(self.truth))
        if press_s is not None and press_s < needed_s:
            needed_s, trigger, whole = press_s, "manual", False
        if self.clock_s + needed_s >= self.stop_at_s:
            whole = whole and self.clock_s + needed_s == self.stop_at_s
            needed_s, trigger = self.stop_at_s - self.clock_s, "session_end"
        left_s = needed_s
        while self.auto_lap_m is not None and left_s * speed > self.auto_lap_m + 1e-6:
            piece_s = self.auto_lap_m / speed
            self._lap(piece_s, speed, index, "distance")
            left_s -= piece_s
        self._lap(left_s, speed, index, trigger)
        self.truth.append(
            Executed(
                place=raw.place,
                repetition=repetition,
                start_s=start_s,
                end_s=self.clock_s,
                whole=whole,
                laps=tuple(range(first, len(self.laps))),
            )
        )

    def _lap(self, timer_s: float, speed_mps: float, index: int | None, trigger: str) -> None:
        start_s = self.clock_s
        self.clock_s += timer_s
        if self.pause is not None and start_s <= self.pause[0] < self.clock_s:
            self.clock_s += self.pause[1]
        self.laps.append(
            Lap(
                start_s=start_s,
                end_s=self.clock_s,
                timer_s=timer_s,
                distance_m=timer_s * speed_mps,
                trigger=trigger,
                planned_step_index=index,
            )
        )

    def recording(self, *, plan: bool = True) -> Activity:
        """What the watch wrote: the speed of each lap second by second, the laps, and the plan."""
        time_s = np.arange(np.floor(self.clock_s) + 1.0)
        ends = np.array([lap.end_s for lap in self.laps])
        speeds = np.array([(lap.distance_m or 0.0) / max(lap.timer_s or 0.0, 1e-9) for lap in self.laps])
        at = np.minimum(np.searchsorted(ends, time_s, side="right"), len(self.laps) - 1)
        bare = Activity.from_columns(time_s=time_s, speed_mps=speeds[at], cadence_spm=np.full(len(time_s), 170.0))
        return Activity(
            **{name: getattr(bare, name) for name in bare.__dataclass_fields__ if name not in ("laps", "workout")},
            laps=tuple(self.laps),
            workout=workout_of(self.session) if plan else None,
        )
