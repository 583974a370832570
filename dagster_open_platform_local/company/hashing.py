"""Deterministic column values: f(seed, table, id, column), vectorised over the ids.

What belongs here: the hash and the few distributions that columns are drawn from. What does not: anything that knows
a table. Only integer arithmetic and comparisons decide a value, so the same seed gives the same value on every
machine and with every version of numpy.

The mixer is splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014; constants
from Vigna's public-domain C version).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
Bits = NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_RESOLUTION = 1 << 32


def splitmix64(state: Bits) -> Bits:
    """Mix 64-bit states into 64 well-distributed bits each; overflow wraps, as the algorithm wants."""
    with np.errstate(over="ignore"):
        mixed = state + _GOLDEN
        mixed = (mixed ^ (mixed >> np.uint64(30))) * _MIX_1
        mixed = (mixed ^ (mixed >> np.uint64(27))) * _MIX_2
    return mixed ^ (mixed >> np.uint64(31))


def column_key(seed: int, table: str, column: str) -> np.uint64:
    """The 64-bit key of one column of one table under one seed."""
    digest = blake2b(f"{seed}\x1f{table}\x1f{column}".encode(), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))


def thresholds(weights: Sequence[float] | NDArray[np.float64]) -> NDArray[np.int64]:
    """Cumulative weights as integers in [0, 2^32], for `Draws.pick`.

    Args:
        weights: Non-negative weights, at least one of them positive; they need not sum to one.
    """
    cumulative = np.cumsum(np.asarray(weights, dtype=np.float64))
    scaled = np.floor(cumulative / cumulative[-1] * _RESOLUTION).astype(np.int64)
    scaled[-1] = _RESOLUTION
    return scaled


@dataclass(frozen=True)
class Draws:
    """The columns of one table for some ids.

    Args:
        seed: The company's seed.
        table: Name of the table; part of every hash.
        ids: The rows' ids, one-dimensional.
    """

    seed: int
    table: str
    ids: Ids

    def bits(self, column: str) -> Bits:
        """64 uniform bits a row."""
        with np.errstate(over="ignore"):
            state = self.ids.astype(np.uint64) * _GOLDEN + column_key(self.seed, self.table, column)
        # Twice: ids that differ by one are neighbours in the sequence of the generator.
        return splitmix64(splitmix64(state))

    def below(self, column: str, bound: int) -> NDArray[np.int64]:
        """A uniform integer in [0, bound) a row; `bound` at most 2^32."""
        high = self.bits(column) >> np.uint64(32)
        return ((high * np.uint64(bound)) >> np.uint64(32)).astype(np.int64)

    def below_each(self, column: str, bounds: NDArray[np.int64]) -> NDArray[np.int64]:
        """A uniform integer in [0, bounds[i]) for row i; each bound at least 1 and at most 2^32."""
        high = self.bits(column) >> np.uint64(32)
        return ((high * bounds.astype(np.uint64)) >> np.uint64(32)).astype(np.int64)

    def chance(self, column: str, probability: float) -> NDArray[np.bool_]:
        """True with the given probability."""
        return self.below(column, _RESOLUTION) < int(probability * _RESOLUTION)

    def pick(self, column: str, cumulative: NDArray[np.int64]) -> NDArray[np.int64]:
        """An index into the weights from which `thresholds` made `cumulative`."""
        return np.searchsorted(cumulative, self.below(column, _RESOLUTION), side="right").astype(np.int64)

    def quantile(self, column: str, table: Sequence[int]) -> NDArray[np.int64]:
        """A value from a distribution given by its equally spaced quantiles, linear in between.

        Args:
            column: Name of the column.
            table: The quantiles from the minimum to the maximum, ascending, at least two.
        """
        points = np.asarray(table, dtype=np.int64)
        raw = self.bits(column)
        step = ((raw >> np.uint64(32)) * np.uint64(len(points) - 1) >> np.uint64(32)).astype(np.int64)
        fraction = (raw & np.uint64(0xFFFF)).astype(np.int64)
        return points[step] + ((points[step + 1] - points[step]) * fraction >> 16)
