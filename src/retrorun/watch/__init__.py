"""DELIVER: a workout to a watch."""
