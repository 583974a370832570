"""Whole numbers cut into parts that add up to them.

What belongs here: the arithmetic. What does not: what is cut.
"""

import numpy as np

from dagster_open_platform_local.company.product.columns import Integers

PHASES = 1 << 12
"""Draw a phase below this for `split`."""


def split(amounts: Integers, weights: Integers, phases: Integers) -> Integers:
    """Cut each amount into parts by weights.

    Args:
        amounts: Not negative; one-dimensional.
        weights: A row an amount, a column a part; not negative, at least one of a row positive. Amount times sum of weights stays
            below 2^51.
        phases: In [0, `PHASES`), one an amount: decides which part gets what does not divide.

    Returns:
        A row an amount, a column a part; each row adds up to its amount, and a part of no weight is 0.
    """
    cumulative = np.cumsum(weights, axis=1)
    scaled = amounts[:, None] * cumulative * PHASES // cumulative[:, -1:]
    return np.diff((scaled + phases[:, None]) // PHASES, axis=1, prepend=0)


def split_along(amounts: Integers, counts: Integers) -> Integers:
    """Cut each amount in proportion to counts, such as costs by clicks.

    Args:
        amounts: One-dimensional; 0 where all counts are.
        counts: A row an amount, a column a part. Amount times sum of counts stays below 2^63.

    Returns:
        A row an amount, a column a part; each row adds up to its amount, and a part without count is 0.
    """
    cumulative = np.cumsum(counts, axis=1)
    bounds = amounts[:, None] * cumulative // np.maximum(cumulative[:, -1:], 1)
    return np.diff(bounds, axis=1, prepend=0)
