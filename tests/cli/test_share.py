from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from retrorun.activity.read import read_activity
from retrorun.demo import demo_recording
from retrorun.fit.writer import Message, write_fit
from tests.command import run
from tests.evaluation.packets import packets, read_packet
from tests.recordings import START


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "Anna in Aarau 2026.fit"
    path.write_bytes(demo_recording())
    return path


def test_a_packet_is_read_as_labelled_truth(recording: Path, tmp_path: Path) -> None:
    run("label", recording, "--backward", "12:30-13:10", "--forward", "0:00-5:00")
    (tmp_path / "given").mkdir()
    result = run("share", recording, "-o", tmp_path / "given" / "one.zip")
    assert result.exit_code == 0
    assert "backward   12:30-13:10" in result.stdout
    assert "left out   positions, date" in result.stdout
    assert "Nothing was sent" in result.stdout
    (found,) = packets(tmp_path / "given")
    assert [(span.start_s, span.end_s) for span in found.backward] == [(750.0, 790.0)]
    assert [(span.start_s, span.end_s) for span in found.forward] == [(0.0, 300.0)]
    source, given = read_activity(recording), found.example.activity
    assert (found.example.athlete, found.example.running) == ("one", True)
    for name, off in (("time_s", 0.006), ("speed_mps", 0.0006), ("cadence_spm", 0.06), ("distance_m", 0.06)):
        before, after = getattr(source, name), getattr(given, name)
        first = 0.0 if name in ("speed_mps", "cadence_spm") else before[np.isfinite(before)][0]
        np.testing.assert_allclose(after, before - first, atol=off)
    assert [lap.end_s for lap in given.laps] == pytest.approx([lap.end_s - source.time_s[0] for lap in source.laps])


def secretive() -> bytes:
    """A recording with everything that a packet must not hold."""
    messages = [
        Message(
            kind="file_id", values={"type": 4, "manufacturer": 1, "serial_number": 3456789012, "time_created": START}
        ),
        *(
            Message(
                kind="record",
                values={
                    "timestamp": START + second,
                    "position_lat": 565_000_000 + 50 * second,
                    "position_long": 95_000_000,
                    "enhanced_altitude": 432.0 + 0.01 * second,
                    "enhanced_speed": 2.75,
                    "cadence": 85,
                    "heart_rate": 147,
                },
            )
            for second in range(300)
        ),
        Message(kind="session", values={"message_index": 0, "timestamp": START + 300, "start_time": START, "sport": 1}),
    ]
    return write_fit(messages)


def test_a_packet_holds_no_place_date_serial_heart_rate_or_name(tmp_path: Path) -> None:
    path = tmp_path / "Anna in Aarau.fit"
    path.write_bytes(secretive())
    activity = read_activity(path)
    assert np.isfinite(activity.latitude_deg).all()
    assert run("label", path, "--forward", "all").exit_code == 0
    assert run("share", path, "-o", tmp_path / "p.zip").exit_code == 0
    with zipfile.ZipFile(tmp_path / "p.zip") as archive:
        assert sorted(archive.namelist()) == ["CONSENT.txt", "columns.csv", "packet.json"]
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    text = texts["columns.csv"] + texts["packet.json"]
    assert texts["columns.csv"].startswith("time_s,speed_mps,cadence_spm,distance_m,altitude_m\n0.00,")
    assert activity.start_time is not None
    place = [f"{activity.latitude_deg[0]:.2f}", f"{activity.longitude_deg[0]:.2f}"]
    hidden = ["Anna", "Aarau", "3456789012", str(START), "432", "garmin", f"{activity.start_time.year}", *place]
    assert not [word for word in hidden if word.lower() in text.lower()]


def test_the_same_run_gives_the_same_bytes(recording: Path, tmp_path: Path) -> None:
    run("label", recording, "--forward", "all")
    for name in ("a.zip", "b.zip"):
        run("share", recording, "-o", tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_what_nobody_labelled_cannot_be_given(recording: Path, tmp_path: Path) -> None:
    result = run("share", recording, "-o", tmp_path / "p.zip")
    assert result.exit_code == 1
    assert "nothing is labelled in this run; say first" in result.stderr
    assert not (tmp_path / "p.zip").exists()


def test_a_preview_writes_nothing(recording: Path, tmp_path: Path) -> None:
    run("label", recording, "--backward", "12:30-13:10")
    assert "nothing was written" in run("share", recording, "-o", tmp_path / "p.zip", "--dry-run").stdout
    assert not (tmp_path / "p.zip").exists()
    assert run("share", recording, "-o", tmp_path / "p.fit").exit_code == 1


def test_gaps_stay_gaps(tmp_path: Path) -> None:
    data = b"time_s,speed_mps,cadence_spm,distance_m,altitude_m\n0.00,2.500,,0.0,\n1.00,,170.0,,\n"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("columns.csv", data)
        archive.writestr(
            "packet.json",
            '{"format": "retrorun packet", "version": 1, "sport": "running", "sub_sport": "trail", '
            '"labels": [], "laps": []}',
        )
    (tmp_path / "p.zip").write_bytes(buffer.getvalue())
    found = read_packet(tmp_path / "p.zip")
    assert not found.example.running
    assert np.isnan(found.example.activity.cadence_spm[0])
    assert np.isnan(found.example.activity.altitude_m).all()
