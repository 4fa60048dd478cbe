"""The estimation and the evaluation, end to end on a made-up archive, and their parts against known answers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from docs import draw_detection
from retrorun.gait import corpus
from retrorun.gait.estimate import logistic
from retrorun.gait.estimate import main as estimate
from retrorun.gait.evaluate import main as evaluate
from retrorun.gait.measures import Hit, poisson_interval, recall
from retrorun.gait.synth import synthesise
from tests.gait.test_measures import row


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Three runs each of an estimation athlete and one held out."""
    for athlete in ("athlete01", "athlete02"):
        tables = []
        for number in range(12):
            run, _ = synthesise(duration_s=2400.0, seed=number + 100 * (athlete == "athlete02"))
            n = len(run)
            tables.append(
                pa.table(
                    {
                        "activity": np.full(n, number, dtype=np.int32),
                        "sport": np.ones(n, dtype=np.int8),
                        "sub_sport": np.zeros(n, dtype=np.int16),
                        "t_s": run.time_s.astype(np.int32),
                        "speed_mps": run.speed_mps.astype(np.float32),
                        "cadence_spm": run.cadence_spm.astype(np.float32),
                        "altitude_m": run.altitude_m.astype(np.float32),
                        "heart_rate_bpm": run.heart_rate_bpm.astype(np.float32),
                    }
                )
            )
        pq.write_table(pa.concat_tables(tables), tmp_path / f"{athlete}.parquet")
    return tmp_path


def test_no_athlete_is_on_both_sides(archive: Path) -> None:
    assert corpus.athletes(archive, held_out=False) == ("athlete01",)
    assert corpus.athletes(archive, held_out=True) == ("athlete02",)


def test_an_archive_is_read_as_it_was_written(archive: Path) -> None:
    examples = list(corpus.examples(archive, "athlete01"))
    assert [example.number for example in examples] == list(range(12))
    assert {example.kind for example in examples} == {"road"}
    assert examples[0].hours == pytest.approx(2400 / 3600)


def test_the_evaluation_prints_its_tables(
    archive: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert evaluate(["--data", str(archive), "--json", str(tmp_path / "all.json")]) == 0
    printed = capsys.readouterr().out
    for title in ("False events", "The frontier", "Recall", "Borders", "Calibration", "With a profile"):
        assert title in printed
    records = json.loads((tmp_path / "all.json").read_text())
    assert {outing["athlete"] for outing in records["outings"]} == {"athlete02"}
    long = [r for r in records["recalls"] if r["uplift"] > 0.1 and 29 < r["length_s"] < 130 and not r["rested"]]
    assert np.mean([r["hit"] is not None for r in long]) > 0.9
    monkeypatch.setattr(draw_detection, "OUT", tmp_path)
    draw_detection.main(str(tmp_path / "all.json"))
    assert all((tmp_path / name).stat().st_size > 5000 for name in draw_detection.PICTURES)


def test_the_estimation_reads_only_its_own_athletes_and_repeats_itself(
    archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (archive / "athlete02.parquet").unlink()
    texts = []
    for _ in range(2):
        assert estimate(["--data", str(archive), "--seeds", "1"]) == 0
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1]
    table: dict[str, object] = {}
    exec(texts[0], table)  # noqa: S102  # the text is the module that the estimation would write
    assert np.isfinite(list(table["WEIGHTS"].values())).all()  # type: ignore[attr-defined]


def test_logistic_regression_finds_the_weights_that_made_the_data() -> None:
    noise = np.random.default_rng(0)
    x = noise.normal(size=(40_000, 2))
    labels = (noise.random(40_000) < 1.0 / (1.0 + np.exp(-(0.5 + 1.5 * x[:, 0] - 2.0 * x[:, 1])))).astype(float)
    found = logistic(x, labels, np.ones(40_000), ridge=1e-6)
    assert found == pytest.approx([0.5, 1.5, -2.0], abs=0.08)
    held = logistic(x[:, 1:], labels, np.ones(40_000), ridge=1e-6, offset=1.5 * x[:, 0])
    assert held == pytest.approx([0.5, -2.0], abs=0.08)


@pytest.mark.parametrize(("count", "low", "high"), [(0, 0.0, 3.69), (3, 0.62, 8.77), (10, 4.80, 18.39)])
def test_poisson_intervals_are_those_of_the_tables(count: int, low: float, high: float) -> None:
    assert poisson_interval(count) == pytest.approx((low, high), abs=0.12)


def test_recall_counts_what_reaches_the_threshold() -> None:
    hits = [Hit(log_odds=odds, start_error_s=0.0, end_error_s=0.0) for odds in (-1.0, 2.0, 3.0)]
    rows = [row(hit=hit) for hit in (*hits, None)]
    assert recall(rows, 2.0) == 0.5
    assert np.isnan(recall([], 0.0))
