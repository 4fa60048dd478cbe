"""Pictures of runs, sessions and seasons with matplotlib; every `draw_…` takes an Axes and returns it."""
