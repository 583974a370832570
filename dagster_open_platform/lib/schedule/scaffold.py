"""What `dg scaffold defs` asks and writes for a `ScheduleComponent`.

What belongs here: that. What does not: asking and writing (`lib/scaffolding`).
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dagster_open_platform.lib.scaffolding.scaffolder import HouseScaffolder, Param, Scaffold, named

if TYPE_CHECKING:
    from dagster_open_platform.lib.scaffolding.place import Place


class ScheduleScaffolder(HouseScaffolder):
    """A job, and when it runs."""

    PARAMS = (
        named("name", "Name of the job.", "morning_invoices"),
        Param("target", "The assets that it makes, as a selection; there must be some.", "group:finance"),
        Param(
            "description", "Why they run at these times.", "Invoices of yesterday, before the office opens."
        ),
        Param("cron", "When it runs, in UTC; by default only by hand.", "0 6 * * *", default=""),
    )

    def plan(self, given: Mapping[str, str], place: "Place") -> Scaffold:
        """A job, with a schedule if it has times."""
        timed = {"cron": given["cron"], "environments": ["dogfood", "prod"]} if given["cron"] else {}
        attributes = {
            "name": given["name"],
            "target": given["target"],
            **timed,
            "description": given["description"],
        }
        return Scaffold(attributes, given["description"])
