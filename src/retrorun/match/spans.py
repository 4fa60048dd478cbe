"""Stretches of time."""

from __future__ import annotations


def shared_s(start_s: float, end_s: float, other_start_s: float, other_end_s: float) -> float:
    """How long two stretches `[start_s, end_s)` overlap [s]."""
    return max(0.0, min(end_s, other_end_s) - max(start_s, other_start_s))
