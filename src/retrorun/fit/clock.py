"""When each message was written: full timestamps, and the five bits that compressed headers carry."""

from __future__ import annotations

import numpy as np

from retrorun.fit.definition import COMPRESSED_BIT
from retrorun.fit.profile import TIMESTAMP, Field
from retrorun.fit.table import Block, FloatArray
from retrorun.fit.walk import Positions

_FIELD = Field(TIMESTAMP, "timestamp", "uint32")
_ROUND = 32  # a compressed header counts seconds modulo 32


def block_times(block: Block) -> FloatArray:
    """The full timestamps of the messages of a block [s, FIT clock], shape (rows,); NaN where there is none."""
    place = block.definition.places.get(TIMESTAMP)
    values = None if place is None else block.numbers(place, _FIELD)
    return np.full(len(block), np.nan) if values is None else values


def compressed_times(blocks: list[Block]) -> tuple[Positions, FloatArray]:
    """Positions of all messages with a time of their own, in order, and those times [s, FIT clock].

    A compressed header holds the low five bits of its time, and is never more than 31 s after the one before it.

    Args:
        blocks: all messages that hold a timestamp or have a compressed header, of known and unknown kinds.
    """
    positions, full, offset = [], [], []
    for block in blocks:
        headers = block.rows[:, 0]
        compressed = (headers & COMPRESSED_BIT) != 0
        times = block_times(block)
        times[compressed] = np.nan
        positions.append(block.positions)
        full.append(times)
        offset.append(np.where(compressed, headers.astype(np.int64) % _ROUND, -1))
    joined = np.concatenate(positions)
    order = np.argsort(joined, kind="stable")
    joined, times, offsets = joined[order], np.concatenate(full)[order], np.concatenate(offset)[order]
    timed = np.isfinite(times) | (offsets >= 0)
    return joined[timed], _unroll(times[timed], offsets[timed])


def _unroll(times: FloatArray, offsets: np.ndarray[tuple[int], np.dtype[np.int64]]) -> FloatArray:
    """Full times for messages in order: those that are there, and those that only five bits are known of."""
    whole = np.isfinite(times)
    low = np.where(whole, np.nan_to_num(times) % _ROUND, offsets)
    steps = np.diff(low, prepend=low[:1]) % _ROUND
    steps[whole] = 0
    passed = np.cumsum(steps)
    anchor = np.maximum.accumulate(np.where(whole, np.arange(len(times)), -1))
    known = anchor >= 0
    found = np.full(len(times), np.nan)
    found[known] = times[anchor[known]] + passed[known] - passed[anchor[known]]
    return found
