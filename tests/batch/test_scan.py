from __future__ import annotations

import datetime as dt
import gc
import gzip
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from retrorun.activity.archive import Source
from retrorun.activity.read import read_activity
from retrorun.analysis.labels import Fingerprint, Label, Labels, save_labels
from retrorun.batch.row import Row
from retrorun.batch.scan import Journal, Scan, scan
from retrorun.batch.table import ScanTable
from retrorun.batch.work import Done, Settings, scan_group
from retrorun.detection.profile import GaitProfile
from retrorun.errors import RetrorunError
from retrorun.session.model import Direction
from tests.batch.made import CYCLING, SPANS, made
from tests.batch.rows import row


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs of four days, one of them twice; a ride; a page; an empty file."""
    folder = tmp_path_factory.mktemp("archive")
    runs = [made(seed=day, day=day, spans=SPANS if day % 2 else ()) for day in range(4)]
    for day, data in enumerate(runs):
        (folder / f"run{day}.fit").write_bytes(data)
    (folder / "again").mkdir()
    (folder / "again" / "run1.fit.gz").write_bytes(gzip.compress(runs[1]))
    (folder / "ride.fit").write_bytes(made(seed=9, day=9, spans=(), sport=CYCLING))
    (folder / "page.gpx").write_bytes(b"<!DOCTYPE html><html><body>Please log in</body></html>")
    (folder / "empty.fit").write_bytes(b"")
    return folder


def by_name(table: ScanTable, folder: Path) -> dict[str, str]:
    return {row.path.removeprefix(f"{folder}/"): row.status for row in table}


def test_a_path_is_no_profile() -> None:
    with pytest.raises(RetrorunError, match="a gait profile is needed here, not str"):
        scan("archive", profile="me.json")  # type: ignore[arg-type]


def test_every_recording_has_one_row_whatever_is_wrong_with_it(archive: Path) -> None:
    table = scan(archive, workers=1)
    assert by_name(table, archive) == {
        "again/run1.fit.gz": "duplicate",
        "empty.fit": "failed",
        "page.gpx": "failed",
        "ride.fit": "skipped",
        "run0.fit": "read",
        "run1.fit": "read",
        "run2.fit": "read",
        "run3.fit": "read",
    }
    assert table.complete
    reasons = {Path(row.path).name: row.reason for row in table}
    assert reasons["ride.fit"] == "not a run but cycling"
    assert reasons["run1.fit.gz"] == f"the same activity as {archive}/run1.fit"
    assert reasons["empty.fit"]
    assert "HTML" in reasons["page.gpx"] or "page" in reasons["page.gpx"]


def test_the_rows_hold_what_was_run(archive: Path) -> None:
    rows = {Path(row.path).name: row for row in scan(archive, workers=1)}
    forward, both = rows["run0.fit"], rows["run3.fit"]
    assert (forward.verdict, forward.backward_s, forward.segments) == ("none", 0.0, ())
    assert both.verdict == "found"
    truth_s = sum(end - start for start, end in SPANS)
    assert both.backward_s == pytest.approx(truth_s, rel=0.15)
    assert both.elapsed_s == pytest.approx(1800, abs=3)
    assert [segment.start_s for segment in both.segments] == pytest.approx([start for start, _ in SPANS], abs=10)
    assert both.start_time is not None
    assert both.start_time.isoformat() == "2026-03-05T07:00:00+00:00"


def test_processes_and_this_process_agree(archive: Path) -> None:
    assert scan(archive, workers=2) == scan(archive, workers=1)


def test_a_ride_is_read_when_asked_for(archive: Path) -> None:
    table = scan([archive / "ride.fit"], workers=1, all_sports=True)
    assert [(row.status, row.verdict) for row in table] == [("read", "cannot tell")]


def test_a_second_scan_takes_over_what_is_unchanged(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = tmp_path / "journal"
    first = scan(archive, workers=1, journal=journal)
    fresh: list[str] = []

    def spy(done: Done) -> None:
        if done.row is not None:
            fresh.append(Path(done.name).name)

    watch_groups(monkeypatch, spy)
    assert scan(archive, workers=1, journal=journal) == first
    assert fresh == []

    # another profile: every recording is done again
    profile = GaitProfile.from_json(profile_text())
    scan(archive, workers=1, journal=journal, profile=profile)
    assert len(fresh) == len(first)


def test_a_changed_recording_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for day in range(3):
        (tmp_path / f"run{day}.fit").write_bytes(made(seed=day, day=day, duration_s=900, spans=()))
    journal = tmp_path / "journal"
    scan(tmp_path, workers=1, journal=journal)
    (tmp_path / "run1.fit").write_bytes(made(seed=7, day=1, duration_s=600, spans=()))
    fresh: list[str] = []
    watch_groups(monkeypatch, lambda done: fresh.extend([Path(done.name).name] if done.row else []))
    table = scan(tmp_path, workers=1, journal=journal)
    assert fresh == ["run1.fit"]
    assert {Path(row.path).name: round(row.elapsed_s or 0) for row in table}["run1.fit"] == 600


def test_what_the_runner_said_wins_and_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "run.fit"
    path.write_bytes(made(seed=3))
    journal = tmp_path / "journal"
    (before,) = scan(path, workers=1, journal=journal)
    data = path.read_bytes()
    label = Label(start_s=0.0, end_s=1800.0, direction=Direction.FORWARD)
    save_labels(Labels(labels=(label,), recording=Fingerprint.of(read_activity(data), data)), path)
    (after,) = scan(path, workers=1, journal=journal)
    assert (before.verdict, after.verdict) == ("found", "none")
    (tmp_path / "run.fit.labels.json").write_text("{")
    (broken,) = scan(path, workers=1, journal=journal)
    assert broken.status == "failed"
    assert "run.fit.labels.json" in broken.reason


def test_rows_do_not_wait_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(800):
        (tmp_path / f"{number:04}.fit").touch()
    start = dt.datetime(2026, 3, 2)  # noqa: DTZ001 - `row` makes it UTC

    def made_up(sources: Sequence[Source], settings: Settings, known: Mapping[str, str]) -> list[Done]:  # noqa: ARG001
        hours = {each.name: int(Path(each.path).stem) for each in sources}
        return [
            Done(name=name, key="k", row=None if name in known else row(name, f"{start + dt.timedelta(hours=hour)}"))
            for name, hour in hours.items()
        ]

    monkeypatch.setattr("retrorun.batch.work.scan_group", made_up)
    for _ in range(2):  # the second time all are known
        under_way = Scan(tmp_path, settings=Settings(), workers=1, journal=tmp_path / "journal")
        names, held = [], 0
        for number, each in enumerate(under_way):
            names.append(Path(each.path).name)
            if number % 250 == 0:
                held = max(held, sum(type(thing) is Row for thing in gc.get_objects()))
        assert names == [f"{number:04}.fit" for number in range(800)]
        assert held < 200  # a group or two, and those of the tests beside this one


def test_runs_of_two_athletes_are_never_one(tmp_path: Path) -> None:
    run = made(seed=1, duration_s=600, spans=())
    for name in ("ann/a.fit", "ann/deep/again.fit", "ben/a.fit"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(run)
    with zipfile.ZipFile(tmp_path / "cid.zip", "w") as archive:
        archive.writestr("a.fit", run)
    names = ("ann/a.fit", "ann/deep/again.fit", "ben/a.fit", "cid.zip/a.fit")
    assert by_name(scan(tmp_path, workers=1), tmp_path) == dict.fromkeys(names, "duplicate") | {"cid.zip/a.fit": "read"}
    apart = by_name(scan(tmp_path, workers=1, athletes=True), tmp_path)
    assert apart == dict.fromkeys(names, "read") | {"ann/deep/again.fit": "duplicate"}


def test_ctrl_c_leaves_what_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for day in range(12):
        (tmp_path / f"run{day:02}.fit").write_bytes(made(seed=day, day=day, duration_s=300, spans=()))
    journal = tmp_path / "journal"
    seen = 0

    def press(_: Done) -> None:
        nonlocal seen
        seen += 1
        if seen == 6:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        watch_groups(patch, press)
        part = scan(tmp_path, workers=1, journal=journal)
    assert not part.complete
    assert 0 < len(part) < 12
    assert "run the same again" in part.to_text()
    assert scan(tmp_path, workers=1, journal=journal) == scan(tmp_path, workers=1)


SCRIPT = """
import sys
from pathlib import Path
from retrorun.activity.archive import Source
from retrorun.activity.read import read_activity
from retrorun.batch.row import Row
from retrorun.batch.scan import scan
if __name__ == "__main__":
    scan(sys.argv[1], workers=2, journal=Path(sys.argv[2]))
"""


def test_killed_in_the_middle_and_run_again_equals_undisturbed(tmp_path: Path) -> None:
    folder, journal = tmp_path / "runs", tmp_path / "journal"
    folder.mkdir()
    for day in range(40):
        (folder / f"run{day:02}.fit").write_bytes(made(seed=day, day=day, duration_s=600, step_s=4.0))
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(folder), str(journal)], start_new_session=True, cwd=Path(__file__).parents[2]
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (journal.exists() and journal.stat().st_size):
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    part = journal.read_bytes()
    assert 0 < part.count(b"\n") <= 40
    journal.write_bytes(part[:-20])  # and the last line was cut as it was written
    assert scan(folder, workers=1, journal=journal) == scan(folder, workers=1)


def test_a_worker_that_is_killed_costs_only_the_recording_in_its_hands(tmp_path: Path) -> None:
    for day in range(8):
        (tmp_path / f"run{day}.fit").write_bytes(made(seed=day, day=day, duration_s=300, spans=()))
    # Ninety megabytes of blanks: long enough in the hands of a reader to be killed there.
    (tmp_path / "run3.fit").write_bytes(b" " * (90 << 20))
    over = threading.Event()

    def kill_whoever_reads() -> None:
        while not over.wait(0.005):
            for reader in children():
                with suppress(OSError):  # it went away while it was looked at
                    held = [str(link.readlink()) for link in Path(f"/proc/{reader}/fd").iterdir()]
                    if str(tmp_path / "run3.fit") in held:
                        os.kill(reader, signal.SIGKILL)

    killer = threading.Thread(target=kill_whoever_reads, daemon=True)
    killer.start()
    table = scan(tmp_path, workers=2)
    over.set()
    killer.join(timeout=10)
    statuses = by_name(table, tmp_path)
    assert statuses.pop("run3.fit") == "failed"
    assert set(statuses.values()) == {"read"}


def test_a_pipe_is_no_recording_and_nothing_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "run.fit")
    [row] = scan([tmp_path / "run.fit"], workers=1)
    assert (row.status, row.reason) == ("failed", "this is a pipe, not a file")


def test_where_no_worker_can_start_one_process_does_it_all(archive: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"  # without the guard that a script needs that starts processes
    script.write_text(f"import retrorun as rr\nprint(rr.scan({str(archive)!r}, workers=2).to_text())\n")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0
    assert done.stdout.strip() == scan(archive, workers=1).to_text()
    assert "the worker processes could not start" in done.stderr
    assert "workers=1" in done.stderr


def test_a_backend_that_is_not_there_is_named(archive: Path) -> None:
    with pytest.raises(RetrorunError, match="nosuch"):
        scan(archive, backend="nosuch")


@pytest.mark.filterwarnings("default")  # dask's own deprecations are none of our business
def test_a_cluster_answers_the_same(archive: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="the dask extra is not installed")
    with (
        distributed.LocalCluster(n_workers=2, processes=False, dashboard_address=None) as cluster,
        distributed.Client(cluster),
    ):
        assert scan(archive, backend="dask") == scan(archive, workers=1)


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_a_cluster_that_loses_one_of_two_workers_in_mid_run_answers_the_same(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    distributed = pytest.importorskip("distributed", reason="the dask extra is not installed")
    undisturbed = scan(archive, workers=1)
    keep = Journal.add
    killed: list[int] = []
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster),
    ):

        def kill_one_first(journal: Journal, group: Sequence[Done]) -> list[tuple[int, Row]]:
            if not killed:
                killed.append(cluster.workers[0].pid)
                os.kill(killed[0], signal.SIGKILL)
            return keep(journal, group)

        monkeypatch.setattr(Journal, "add", kill_one_first)
        assert scan(archive, backend="dask") == undisturbed
    assert killed


def test_progress_is_seen_in_a_terminal_and_nowhere_else(
    archive: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = scan(archive, workers=1, progress=True)
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert table == scan(archive, workers=1, progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert f"{len(table)}/{len(table)}" in err


def watch_groups(monkeypatch: pytest.MonkeyPatch, see: Callable[[Done], None]) -> None:
    """Show each result of an in-process scan to `see` before it is kept."""

    def spied(sources: Sequence[Source], settings: Settings, known: Mapping[str, int]) -> list[Done]:
        done = scan_group(sources, settings, known)
        for one in done:
            see(one)
        return done

    monkeypatch.setattr("retrorun.batch.work.scan_group", spied)


def children() -> list[int]:
    """The process ids of this process's spawned workers."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            if parent == os.getpid() and b"spawn_main" in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except (OSError, ValueError):
            continue
    return found


def profile_text() -> str:
    import json
    from dataclasses import fields

    values: dict[str, float | None] = dict.fromkeys((field.name for field in fields(GaitProfile)), 1.0)
    values |= {"level_spm": 170.0, "slope_spm_per_mps": 6.0, "usual_speed_mps": 2.9, "uplift": None, "ratio": None}
    return json.dumps({"format": 1, **values})
