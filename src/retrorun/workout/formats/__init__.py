"""Workouts in the formats of other tools."""
