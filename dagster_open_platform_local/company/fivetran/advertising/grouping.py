"""Sums of measures by key.

What belongs here: that. What does not: which keys a report has.
"""

from collections.abc import Sequence

import numpy as np

from dagster_open_platform_local.company.fivetran.advertising.performance import Measures
from dagster_open_platform_local.company.product.columns import Integers


def grouped(keys: Sequence[Integers], measures: Measures) -> tuple[Integers, Measures]:
    """Sum measures over the rows that share a key.

    Args:
        keys: The parts of the key, an array each.
        measures: One-dimensional, a number a row.

    Returns:
        The index of one row of each key, in the order of the keys, and the sums in the same order.
    """
    order = np.lexsort(list(keys)[::-1])
    if not order.size:
        return order, measures
    changes = [np.diff(key[order], prepend=key[order][0] - 1) != 0 for key in keys]
    begins = np.flatnonzero(np.logical_or.reduce(changes))
    return order[begins], measures.apply(lambda values: np.add.reduceat(values[order], begins))
