"""Which exports there are.

What belongs here: their names and how each is asked for its objects. What does not: the objects.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from dagster_open_platform_local.company.exports import (
    billing,
    changes,
    community,
    stream,
    telemetry,
    workspace,
)
from dagster_open_platform_local.company.exports.objects import Objects
from dagster_open_platform_local.company.settings import CompanySettings


def _never(_day: date, _last: date) -> bool:
    return False


@dataclass(frozen=True)
class Export:
    """Somebody who puts objects into a bucket every day.

    Args:
        name: For the ledger and for messages.
        objects_of_day: What is put there on a day (UTC), in the order in which it is.
        is_superseded: Whether everything that is put there on a day is put there anew by the end of a later one; whoever
            catches up may leave such a day out.
    """

    name: str
    objects_of_day: Callable[[CompanySettings, date], Objects]
    is_superseded: Callable[[date, date], bool] = _never


EXPORTS = (
    Export("workspace", workspace.objects_of_day),
    Export("billing", billing.objects_of_day, billing.is_superseded),
    Export("community", community.objects_of_day),
    Export("telemetry", telemetry.objects_of_day),
    Export("stream", stream.objects_of_day),
    Export("changes", changes.objects_of_day),
)
