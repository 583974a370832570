"""Which version of Dagster somebody has.

What belongs here: that, from the releases that the company's package index knows. What does not: the releases themselves.
"""

from functools import lru_cache

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.moments import DAY_SECONDS
from dagster_open_platform_local.company.product.columns import Integers, Mask
from dagster_open_platform_local.company.pypi_releases import packages

_UNIX_EPOCH_ORDINAL = 719_163


@lru_cache(maxsize=4)
def _releases(seed: int) -> tuple[Integers, pa.Array]:
    found = next(package for package in packages(seed) if package.name == "dagster")
    return np.array(found.release_days, dtype=np.int64), pa.array(found.versions)


def versions_at(seed: int, moment: Integers, absent: Mask, lag_days: Integers | int = 0) -> pa.Array:
    """The newest version on the index some days before each moment (the oldest one before all releases).

    Args:
        seed: The company's.
        moment: Unix seconds, a row.
        absent: Rows without a version.
        lag_days: By how much somebody is behind, a row.
    """
    days, versions = _releases(seed)
    day = np.where(absent, 0, moment) // DAY_SECONDS + _UNIX_EPOCH_ORDINAL - lag_days
    index = np.maximum(np.searchsorted(days, day, side="right") - 1, 0)
    return versions.take(pa.array(index, mask=absent))
