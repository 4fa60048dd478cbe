"""Writes reference/detector.md from the detector's own tables: python -m docs.write_detector."""

from __future__ import annotations

import re
from pathlib import Path

from retrorun.gait import priors, weights

PAGE = Path(__file__).parent / "reference" / "detector.md"
HEAD = """\
# Detector

<!-- Written by docs/write_detector.py from the detector's own tables. -->

What `rr.detect` does, and every number in it.
Why it is made like this, and how well it does, stands in [Detection](../explanation/detection.md).

## What comes out

| verdict | meaning |
|---|---|
| `found` | at least one segment reached the probability at which segments are called |
| `none` | the recording could have shown backward running, and does not |
| `cannot tell` | the recording could not have shown it; `reasons` says why |

It cannot tell from another sport, without cadence or speed, with samples more than {coarse:.0f} s apart, with speed
and cadence known in less than {known:.0f} % of the recording, and from less than a minute.
`reasons` also says what lowers trust in an answer (no altitude, a treadmill, coarse samples, damage, missing columns),
what was put right (cadence of one foot), and which stretches were possible but too unsure to call.
A segment is called from a probability of {call:g} on.
A segment of less than {unaided:.0f} s is called only where a plan or a lap supports it.

The probability of a segment holds for a runner who runs one segment an hour backward.
Who never does should ask for more; who has planned it has told the plan, which changes the odds.

::: retrorun.gait.detector.detect_gait

::: retrorun.gait.detector.forward_line

::: retrorun.gait.line.ForwardLine

## How it goes

1. **Grid.** Speed, cadence and altitude become means over bins of {bin:.0f} s, weighted by time, whatever the sampling.
   Zeros of cadence in motion and sensors that are stuck are set aside.
2. **Forward line.** Cadence on speed of this runner, robust, drawn towards the population or the runner's profile.
3. **Candidates.** Every stretch up to half a minute, and longer ones between clear borders, that is slower than its
   neighbourhood.
4. **Score.** The terms below, weighted and added: the log-odds among hard cases.
5. **Calibration.** The score becomes log-odds, together with how often weak look-alikes occur in this recording and in
   the runner's profile: {calibration}.
6. **Support.** Laps, a plan, and the runner's own labelled gait add their log-odds; long stretches and steep descents
   lose some.
7. **Best set.** The best set of stretches that do not overlap (Viterbi), pieces of one stretch joined.
   What was found is left out of line and neighbourhood, and all is done again from 2 on, up to {looks} times.
8. **Probability.** The log-odds of each stretch are shared out among all placements of its borders, and summed over all
   sets (forward–backward).

"""
SOURCE = Path(priors.__file__)
LINE = re.compile(r"^(?P<names>[A-Z][A-Z_0-9, ]*) = (?P<value>.+?)  # (?P<why>.+)$")


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """The text of the page."""
    constant, slope, rate = weights.CALIBRATION
    head = HEAD.format(
        coarse=priors.TOO_COARSE_S,
        known=100 * priors.KNOWN_LEAST,
        unaided=priors.UNAIDED_S,
        bin=priors.BIN_S,
        looks=priors.LOOKS,
        call=priors.CALL_PROBABILITY,
        calibration=f"{constant:+.2f} {slope:+.2f} · score {rate:+.2f} · ln(look-alikes per hour)",
    )
    return head + _parameters() + _terms()


def _parameters() -> str:
    """The table of the population numbers and decisions, each with its source."""
    text = SOURCE.read_text(encoding="utf-8")
    sources = (priors.__doc__ or "").split("\n\n", 1)[1]
    parts = ["## Parameters\n", sources, ""]
    for line in text.splitlines():
        if line.startswith("# ") and line[2].isupper() and len(line) < 80 and not line.endswith("."):
            parts += ["", f"### {line[2:]}", "", "| name | value | source |", "|---|---|---|"]
        elif found := LINE.match(line):
            value = found["value"].replace("|", "\\|")
            parts.append(f"| `{found['names']}` | `{value}` | {found['why']} |")
    return "\n".join(parts) + "\n\n"


def _terms() -> str:
    rows = "\n".join(f"| {name} | {value:+.2f} |" for name, value in weights.WEIGHTS.items())
    return f"""\
## Terms and weights

Estimated by `python -m retrorun.gait.estimate`.
The terms' shapes stand in `retrorun/gait/score.py`, scaled to the order of one.
Terms overlap, so a single weight says little: *uplift*, *rise* and *fall* share one story.

| term | weight |
|---|---|
| (bias) | {weights.BIAS:+.2f} |
{rows}
"""


if __name__ == "__main__":
    main()
