"""An anonymous packet of one labelled run, which its runner may give to those who measure the detector.

In it are time, speed, cadence, distance and height as numbers, the sport, the laps, and the labels. Time, distance and
height count from the first sample. Nothing else of the recording is looked at, so that nothing else can get in.
"""

import io
import zipfile
from dataclasses import asdict, dataclass
from importlib import resources

import numpy as np

from retrorun.activity.model import Activity
from retrorun.analysis.labels import Label, Labels, said_of
from retrorun.arrays import FloatArray
from retrorun.documents import to_json
from retrorun.errors import LabelError

FORMAT, VERSION = "retrorun packet", 1
DOCUMENT, COLUMNS, CONSENT = "packet.json", "columns.csv", "CONSENT.txt"
DECIMALS = {"time_s": 2, "speed_mps": 3, "cadence_spm": 1, "distance_m": 1, "altitude_m": 1}
_NO_DATE = (1980, 1, 1, 0, 0, 0)  # the first that a zip can hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """A packet's bytes, a zip, and what is in them: the columns that have values, the labels on the packet's clock."""

    data: bytes
    samples: int
    length_s: float
    columns: tuple[str, ...]
    labels: tuple[Label, ...]


def make_packet(activity: Activity, labels: Labels) -> Packet:
    """The packet of a recording and what its runner says of it, or the recording itself; the same bytes each time.

    Raises:
        LabelError: nobody says anything of it, or the labels belong to another run.
    """
    said = said_of(activity, labels)
    if not said.labels or not len(activity):
        hint = "say first what was backward: retrorun label FILE --backward 12:30-13:10; or --forward all"
        raise LabelError("nothing is labelled in this run", hint=hint)
    start_s = float(activity.time_s[0])
    columns = {
        "time_s": activity.time_s - start_s,
        "speed_mps": activity.speed_mps,
        "cadence_spm": activity.cadence_spm,
        "distance_m": _from_first(activity.distance_m),
        "altitude_m": _from_first(activity.altitude_m),
    }
    moved = said.within(start_s).labels
    document = {
        "format": FORMAT,
        "version": VERSION,
        "sport": activity.sport,
        "sub_sport": activity.sub_sport,
        "labels": [asdict(one) for one in moved],
        "laps": [[lap.start_s - start_s, lap.end_s - start_s] for lap in activity.laps],
    }
    consent = (resources.files("retrorun") / "analysis" / "consent.txt").read_text(encoding="utf-8")
    held = {DOCUMENT: to_json(document, indent=2) + "\n", COLUMNS: _csv(columns), CONSENT: consent}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in held.items():
            archive.writestr(zipfile.ZipInfo(name, _NO_DATE), text, zipfile.ZIP_DEFLATED)
    return Packet(
        data=buffer.getvalue(),
        samples=len(activity),
        length_s=float(columns["time_s"][-1]),
        columns=tuple(name for name, values in columns.items() if np.isfinite(values).any()),
        labels=moved,
    )


def _from_first(values: FloatArray) -> FloatArray:
    known = values[np.isfinite(values)]
    return values - known[0] if len(known) else values


def _csv(columns: dict[str, FloatArray]) -> str:
    """One row a sample; a missing value is an empty cell."""
    texts = [
        ["" if np.isnan(value) else f"{value:.{DECIMALS[name]}f}" for value in values.tolist()]
        for name, values in columns.items()
    ]
    return "\n".join([",".join(columns), *map(",".join, zip(*texts, strict=True)), ""])
