from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from retrorun.errors import DeliveryError
from retrorun.session.model import Direction, Session, Step
from retrorun.session.values import Distance
from retrorun.watch.find import Watch, find_watches
from retrorun.watch.push import Package, crowding, deliver, file_name
from retrorun.workout.fit import compile_workout, decompile_workout
from tests.strategies import texts
from tests.watch.watches import everything_in, make_watch, manifest, mounted, pull_the_plug, remount_read_only

STEP = Step(duration=Distance(distance_m=400), direction=Direction.BACKWARD)
SESSION = Session(name="Retro 🏃 400s", steps=(STEP,) * 50)
PACKAGE = Package(name=SESSION.name, data=compile_workout(SESSION))


def watch_at(root: Path) -> Watch:
    (watch,) = find_watches([root])
    return watch


def fill(path: Path) -> None:
    """Write until the storage is full."""
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 1024)
    assert shutil.disk_usage(path.parent).free == 0


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    return watch_at(make_watch(tmp_path / "WATCH", text=manifest()))


def test_a_workout_arrives_whole_and_reads_back(watch: Watch) -> None:
    (made,) = deliver(watch, [PACKAGE])
    assert made.state == "written"
    assert made.path.parent == watch.inbox
    assert made.path.read_bytes() == PACKAGE.data
    assert decompile_workout(made.path) == SESSION
    assert len(everything_in(watch.root)) == 2  # the workout and the manifest: nothing else is left


def test_the_file_and_its_name_are_flushed(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed = []
    flush = os.fsync

    def spy(number: int) -> None:
        flushed.append(stat.S_IFMT(os.fstat(number).st_mode))
        flush(number)

    monkeypatch.setattr(os, "fsync", spy)
    deliver(watch, [PACKAGE])
    assert flushed == [stat.S_IFREG, stat.S_IFDIR]


def test_a_dry_run_changes_nothing(watch: Watch) -> None:
    before = everything_in(watch.root)
    (made,) = deliver(watch, [PACKAGE], dry_run=True)
    assert (made.state, made.size) == ("would be written", len(PACKAGE.data))
    assert everything_in(watch.root) == before


def test_the_same_workout_is_not_written_twice(watch: Watch) -> None:
    deliver(watch, [PACKAGE])
    written = everything_in(watch.root)
    (again,) = deliver(watch, [PACKAGE])
    assert again.state == "already there"
    assert everything_in(watch.root) == written


def test_a_workout_that_the_watch_took_in_under_another_name_is_known(watch: Watch) -> None:
    (taken,) = (folder / "17.FIT" for folder in watch.stores)
    taken.write_bytes(PACKAGE.data)
    (made,) = deliver(watch, [PACKAGE])
    assert (made.state, made.path) == ("already there", taken)
    assert list(watch.inbox.iterdir()) == []


def test_another_workout_of_the_same_name_and_size_is_written(watch: Watch) -> None:
    other = Package(name=PACKAGE.name, data=PACKAGE.data[:-1] + b"\0")
    assert [made.state for made in deliver(watch, [PACKAGE, other, PACKAGE])] == ["written", "written", "already there"]
    assert len(list(watch.inbox.iterdir())) == 2


def test_the_same_workout_twice_in_one_go_is_one_file_also_in_a_dry_run(watch: Watch) -> None:
    made = deliver(watch, [PACKAGE, PACKAGE], dry_run=True)
    assert [one.state for one in made] == ["would be written", "already there"]


def test_too_many_workouts_are_warned_about(watch: Watch) -> None:
    for number in range(20):
        (watch.stores[0] / f"{number}.fit").touch()
    for number in range(4):
        (watch.inbox / f"{number}.FIT").touch()
    (watch.inbox / "other.txt").touch()
    one = deliver(watch, [PACKAGE], dry_run=True)
    assert crowding(watch, one) == ""  # 25
    two = deliver(watch, [PACKAGE, Package(name="b", data=b"b")], dry_run=True)
    assert "would hold 26 workouts" in crowding(watch, two)
    assert "would hold 25 workouts" in crowding(watch, one, most=24)


# ---- storage that fails, for real ------------------------------------------------------------------------------------


def test_a_full_watch(tmp_path: Path) -> None:
    root = tmp_path / "WATCH"
    root.mkdir()
    with mounted(root, "size=64k"):
        watch = watch_at(make_watch(root, text=manifest()))
        fill(root / "music")
        before = everything_in(root)
        with pytest.raises(DeliveryError, match="the watch is full") as raised:
            deliver(watch, [PACKAGE])
        assert "Forerunner 965" in str(raised.value)
        assert everything_in(root) == before


def test_a_read_only_watch(tmp_path: Path) -> None:
    root = tmp_path / "WATCH"
    root.mkdir()
    with mounted(root, "size=1m"):
        watch = watch_at(make_watch(root, text=manifest()))
        remount_read_only(root)
        before = everything_in(root)
        with pytest.raises(DeliveryError, match=r"read-only: Retro-400s-\w+\.fit was not written; unlock"):
            deliver(watch, [PACKAGE])
        assert everything_in(root) == before


@pytest.mark.parametrize("kind", ["mass storage", "MTP"])
def test_a_watch_that_vanishes_while_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    root = tmp_path / ("gvfs" if kind == "MTP" else "media") / "WATCH"
    root.mkdir(parents=True)
    with mounted(root, "size=1m"):
        watch = watch_at(make_watch(root, text=manifest()))
        assert watch.kind == kind
        flush = os.fsync

        def cut(number: int) -> None:
            flush(number)
            pull_the_plug(root)

        monkeypatch.setattr(os, "fsync", cut)
        with pytest.raises(
            DeliveryError, match=r"the watch went away while Retro-400s-\w+\.fit was written; plug it in"
        ):
            deliver(watch, [PACKAGE])
        assert list(root.iterdir()) == []  # the empty folder where it was mounted


def test_a_watch_that_went_away_before(watch: Watch) -> None:
    moved = watch.root.rename(watch.root.with_name("GONE"))
    before = everything_in(moved)
    with pytest.raises(DeliveryError, match="went away"):
        deliver(watch, [PACKAGE])
    assert everything_in(moved) == before


def test_what_went_before_a_failure_stays_delivered(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    (first,) = deliver(watch, [Package(name="first", data=b"one")])

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DeliveryError, match="full"):
        deliver(watch, [PACKAGE])
    assert [path.name for path in watch.inbox.iterdir()] == [first.path.name]


# ---- storage that fails, made up where no system can be brought to it ------------------------------------------------

FAILURES = [
    (errno.ENOSPC, "the watch is full"),
    (errno.EDQUOT, "the watch is full"),
    (errno.EROFS, "read-only"),
    (errno.EPERM, "read-only"),
    (errno.EIO, "went away"),
    (errno.ENODEV, "went away"),
    (errno.EMSGSIZE, "cannot be written"),
]


@pytest.mark.parametrize(("number", "said"), FAILURES)
@pytest.mark.parametrize("kind", ["mass storage", "MTP"])
def test_every_failure_is_said_and_leaves_nothing(
    watch: Watch, monkeypatch: pytest.MonkeyPatch, number: int, said: str, kind: str
) -> None:
    def fail(_: int) -> None:
        raise OSError(number, os.strerror(number))

    target = replace(watch, kind="MTP") if kind == "MTP" else watch
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(DeliveryError, match=said) as raised:
        deliver(target, [PACKAGE])
    assert raised.value.where.startswith("Forerunner 965 at ")
    assert raised.value.hint
    assert list(watch.inbox.iterdir()) == []


def test_mtp_needs_no_rename_and_no_flush(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOTSUP, "Operation not supported")

    for name in ("replace", "rename", "chmod", "fsync"):
        monkeypatch.setattr(os, name, refuse)
    (made,) = deliver(replace(watch, kind="MTP"), [PACKAGE])
    assert made.path.read_bytes() == PACKAGE.data


def takes_no_writing(monkeypatch: pytest.MonkeyPatch, watch: Watch) -> None:
    """The mount refuses what a program writes into it, as MTP mounts of many watches do."""
    real = Path.open

    def open_(self: Path, mode: str = "r", *rest: Any, **named: Any) -> Any:  # noqa: ANN401 - as open itself
        if "w" in mode and watch.root in self.parents:
            raise OSError(errno.ENOTSUP, "Operation not supported")
        return real(self, mode, *rest, **named)

    monkeypatch.setattr(Path, "open", open_)


@pytest.mark.skipif(shutil.which("gio") is None, reason="gio is not installed")
def test_where_an_mtp_mount_takes_no_writing_gio_sends_the_file(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    takes_no_writing(monkeypatch, watch)
    (made,) = deliver(replace(watch, kind="MTP"), [PACKAGE])
    assert made.state == "written"
    assert made.path.read_bytes() == PACKAGE.data


@pytest.mark.parametrize("gio", ["", "#!/bin/sh\nexit 1\n", '#!/bin/sh\nhead -c 9 "$2" >"$3"; exit 1\n'])
def test_where_nothing_can_be_sent_that_is_said_and_nothing_left(
    watch: Watch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, gio: str
) -> None:
    takes_no_writing(monkeypatch, watch)
    if gio:
        (tmp_path / "gio").write_text(gio)
        (tmp_path / "gio").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin" if gio else str(tmp_path))
    with pytest.raises(DeliveryError, match=r"cannot be written \(.*\); nothing was left on it; copy the file with"):
        deliver(replace(watch, kind="MTP"), [PACKAGE])
    assert list(watch.inbox.iterdir()) == []


def test_the_rest_of_an_earlier_try_is_written_over(watch: Watch) -> None:
    (planned,) = deliver(watch, [PACKAGE], dry_run=True)
    planned.path.write_bytes(PACKAGE.data[:100])
    for kind in (watch, replace(watch, kind="MTP")):
        planned.path.write_bytes(PACKAGE.data[:100])
        (made,) = deliver(kind, [PACKAGE])
        assert made.path.read_bytes() == PACKAGE.data


def test_a_watch_that_keeps_other_bytes_is_found_out(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.replace

    def zeroed(self: Path, target: Path) -> Path:
        self.write_bytes(bytes(len(PACKAGE.data)))  # some MTP mounts were seen to copy files full of zeros
        return real(self, target)

    monkeypatch.setattr(Path, "replace", zeroed)
    with pytest.raises(DeliveryError, match="reads back otherwise"):
        deliver(watch, [PACKAGE])
    assert list(watch.inbox.iterdir()) == []


# ---- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Retro 400s", "Retro-400s"),
        ("🏃‍♀️🔙", "workout"),
        ("", "workout"),
        ("Rückwärts à la plage", "Ruckwarts-a-la-plage"),
        ("../../etc/passwd", "etc-passwd"),
        ("100% #1? a b", "100-1-a-b"),
        ("漢字 run", "run"),
        ("-_-", "workout"),
        ("x" * 300, "x" * 32),
    ],
)
def test_names_are_safe_everywhere(name: str, stem: str) -> None:
    assert file_name(name, b"data") == f"{stem}-3a6eb079.fit"  # printf data | sha256sum


@given(texts())
def test_any_name_gives_a_name_of_safe_signs(name: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,31}-[0-9a-f]{8}\.fit", file_name(name, name.encode()))


def test_different_workouts_never_share_a_name() -> None:
    assert file_name("A", b"one") != file_name("A", b"two")
    assert file_name("A", b"one") == file_name("A", b"one")
