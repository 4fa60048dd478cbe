"""Draws the pictures of these pages and of the README: python -m docs.draw_pictures.

They show the synthetic recording that `retrorun demo` runs on.
"""

from __future__ import annotations

from pathlib import Path

from retrorun.activity.read import read_activity
from retrorun.demo import demo_recording
from retrorun.match.detect import detect
from retrorun.report.picture import picture_bytes
from retrorun.report.plot import figure_run

OUT = Path(__file__).parent / "assets"


def main() -> None:
    """Write every picture."""
    activity = read_activity(demo_recording())
    figure = figure_run(
        activity, detect(activity), title="A synthetic session: four times 400 m forward, 400 m backward"
    )
    OUT.mkdir(exist_ok=True)
    data = picture_bytes(figure)
    (OUT / "demo-run.png").write_bytes(data)
    print(f"assets/demo-run.png: {len(data)} bytes")


if __name__ == "__main__":
    main()
