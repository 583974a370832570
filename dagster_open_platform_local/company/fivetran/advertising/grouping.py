"""Sums by key.

What belongs here: that. What does not: which keys a report has.
"""

from collections.abc import Sequence

import numpy as np

from dagster_open_platform_local.company.fivetran.advertising.performance import Measures
from dagster_open_platform_local.company.product.columns import Integers


class Grouping:
    """Rows put together that share a key.

    Args:
        keys: The parts of the key, an array each.
    """

    def __init__(self, *keys: Integers) -> None:
        self._order = np.lexsort(keys[::-1])
        ordered = [key[self._order] for key in keys]
        changes = [np.diff(key, prepend=key[:1] - 1) != 0 for key in ordered]
        self._begins = np.flatnonzero(np.logical_or.reduce(changes))
        self.rows: Integers = self._order[self._begins]
        """Index of one row of each key, in the order of the keys."""

    def sums(self, values: Integers) -> Integers:
        """The sum of each key's values, in the order of the keys."""
        if not self._begins.size:
            return values[:0]
        return np.add.reduceat(values[self._order], self._begins)


def grouped(keys: Sequence[Integers], measures: Measures) -> tuple[Integers, Measures]:
    """Sum measures over the rows that share a key.

    Args:
        keys: The parts of the key, an array each.
        measures: One-dimensional, a number a row.

    Returns:
        The index of one row of each key, in the order of the keys, and the sums in the same order.
    """
    grouping = Grouping(*keys)
    return grouping.rows, measures.apply(grouping.sums)
