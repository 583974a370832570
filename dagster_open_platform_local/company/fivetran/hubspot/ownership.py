"""How contacts and companies passed from one of sales to the next.

What belongs here: every handover, for the tables of history. What does not: who has what now (`commercial/staff.py`).
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import numpy as np

from dagster_open_platform_local.company.commercial.staff import owners, sales_people
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import NEVER
from dagster_open_platform_local.company.product.columns import Integers
from dagster_open_platform_local.company.settings import CompanySettings


def handovers(
    settings: CompanySettings, today: date, role: str, draws: Draws, since: Integers
) -> Iterator[tuple[int, Integers]]:
    """What passed on when somebody left, a leaver at a time.

    Args:
        settings: The company's.
        today: Nothing of this date has happened yet.
        role: Whose things they are.
        draws: Of the things, as those who know who has them now drew it.
        since: When each came to be, in Unix seconds.

    Yields:
        The moment in Unix seconds, and for each thing the number of who got it then; -1 if it did not pass on.
    """
    people = sales_people(settings, today)
    for moment in sorted(each.left for each in people if each.role == role and each.left < NEVER):
        # As it looked then: nobody who left later had left.
        as_of = tuple(replace(each, left=int(NEVER)) if each.left > moment else each for each in people)
        owned = owners(as_of, role, draws, since)
        yield moment, np.where((owned.since == moment) & (since < moment), owned.owner, -1)
