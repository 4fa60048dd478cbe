"""Pictures of runs, sessions and seasons with matplotlib, on Axes that are given or in figures of their own."""
