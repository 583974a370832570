"""Indices of one array of things into another, -1 for what has nothing there."""

import numpy as np

from dagster_open_platform_local.company.product.columns import Integers


def looked_up(values: np.ndarray, index: Integers, otherwise: bool | int) -> np.ndarray:
    """What stands at each index, and something else where the index is -1; there may be no values at all.

    Args:
        values: Any number.
        index: Into them, or -1.
        otherwise: For -1.
    """
    found = np.full(index.size, otherwise, dtype=values.dtype)
    known = index >= 0
    found[known] = values[index[known]]
    return found
