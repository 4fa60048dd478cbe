"""Columns of numbers: the array types that the library speaks, and the sums over time that many rooms need."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


def running_total(values: npt.ArrayLike) -> FloatArray:
    """Sums of the first 0, 1, … n values, shape (n + 1,); the sum of `values[a:b]` is `total[b] - total[a]`."""
    values = np.asarray(values, dtype=np.float64)
    total = np.zeros(len(values) + 1)
    np.cumsum(values, out=total[1:])
    return total
