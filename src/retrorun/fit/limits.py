"""Bounds that no real file comes near, so that a hostile one ends in a report and not in a full memory."""

from __future__ import annotations

MAX_FILES = 256  # in one chain; the longest chain seen holds 2
MAX_DEFINITIONS = 10_000  # different ones in one file; the most seen are 59
MAX_ROWS = 100_000  # messages of any kind but record; the most seen are 4,000 in a file of 12 h
MAX_RESTARTS = 5_000  # searches for the next message in one file
MAX_LOSSES = 100  # losses that are told one by one
MAX_MESSAGES = 20_000_000  # that are kept; 5 days at 10 Hz with four messages for each sample
