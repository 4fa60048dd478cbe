"""Writes reference/detector.md from the detector's own table: python -m docs.write_detector."""

from __future__ import annotations

import re
from pathlib import Path

from retrorun.detection import parameters

PAGE = Path(__file__).parent / "reference" / "detector.md"
HEAD = """\
# Detector

<!-- Written by docs/write_detector.py from the detector's own table. -->

What `rr.detect` does, and every number in it.
Why it is made like this, and how well it does, stands in [Detection](../explanation/detection.md).

## What comes out

| verdict | meaning |
|---|---|
| `found` | at least one stretch is likelier backward than not |
| `none` | the recording could have shown backward running, and does not |
| `cannot tell` | the recording could not have shown it; `reasons` says why |

It cannot tell from another sport, without cadence or speed, with samples more than {coarse:.0f} s apart, with speed
and cadence known in less than {known:.0f} % of the recording, and from less than a minute.
`reasons` also says what lowers trust in an answer (no altitude, a treadmill, coarse samples, damage, missing columns,
cadence that lags far behind speed), and which stretches were possible but too unsure to call.

::: retrorun.detection.detector.detect_gait

::: retrorun.detection.cadence_model.ForwardLine

"""
LINE = re.compile(r"^(?P<names>[A-Z][A-Z_0-9, ]*) = (?P<value>.+?)  # (?P<why>.+)$")


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """The text of the page."""
    return HEAD.format(coarse=parameters.TOO_COARSE_S, known=100 * parameters.KNOWN_LEAST) + _table()


def _table() -> str:
    """Every parameter with its source."""
    sources = (parameters.__doc__ or "").split("\n\n", 1)[1]
    parts = ["## Parameters\n", sources, ""]
    for line in Path(parameters.__file__).read_text(encoding="utf-8").splitlines():
        if line.startswith("# ") and line[2].isupper() and len(line) < 80 and not line.endswith("."):
            parts += ["", f"### {line[2:]}", "", "| name | value | source |", "|---|---|---|"]
        elif found := LINE.match(line):
            value = found["value"].replace("|", "\\|")
            parts.append(f"| `{found['names']}` | `{value}` | {found['why']} |")
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    main()
