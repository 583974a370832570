"""What `dg scaffold defs` asks and writes for a `LastUpdatedObservationComponent`.

What belongs here: that. What does not: asking and writing (`lib/scaffolding`).
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dagster_open_platform.lib.scaffolding.scaffolder import (
    KEY,
    KEY_EXPECTED,
    OWNER,
    TABLE,
    TABLE_EXPECTED,
    WAREHOUSE,
    WAREHOUSE_EU,
    HouseScaffolder,
    Param,
    Scaffold,
    named,
)

if TYPE_CHECKING:
    from dagster_open_platform.lib.scaffolding.place import Place

RESOURCES = {"warehouse": WAREHOUSE, "warehouse_eu": WAREHOUSE_EU}
"""The variables of each warehouse."""


class ObservationScaffolder(HouseScaffolder):
    """A table that others load."""

    PARAMS = (
        named("name", "Name of the sensor.", "stripe_last_updated"),
        Param(
            "table",
            "The table, by the logical name of its database.",
            "stripe.stripe.charges",
            pattern=TABLE,
            expected=TABLE_EXPECTED,
        ),
        Param("description", "What a row of it is.", "One row per attempt to take a customer's money."),
        named(
            "updated_at_column",
            "The column whose greatest value says when it changed last; by default the engine is asked.",
            "updated_at",
            default="",
        ),
        Param(
            "freshness_hours",
            "How long ago its last change may be, in hours; by default nothing checks it.",
            "36",
            default="",
            pattern="[1-9][0-9]*",
            expected="whole hours",
        ),
        Param(
            "key",
            "Key of its asset; by default the table's name.",
            "stripe/charges",
            default="",
            pattern=KEY,
            expected=KEY_EXPECTED,
        ),
        Param(
            "resource_key",
            "Key of the warehouse.",
            "warehouse_eu",
            default="warehouse",
            choices=tuple(RESOURCES),
        ),
        OWNER,
    )

    def plan(self, given: Mapping[str, str], place: "Place") -> Scaffold:
        """One table."""
        column, hours = given["updated_at_column"], given["freshness_hours"]
        table: dict[str, Any] = {
            "key": given["key"] or given["table"].replace(".", "/"),
            "table": given["table"],
            **({"updated_at_columns": [column]} if column else {}),
            **({"freshness": {"hours": int(hours)}} if hours else {}),
            "description": given["description"],
        }
        other = given["resource_key"] != "warehouse"
        attributes = {
            "name": given["name"],
            **({"resource_key": given["resource_key"]} if other else {}),
            "group_name": place.integration,
            "owners": [given["owner"]],
            "kinds": ["snowflake"],
            "tables": [table],
        }
        return Scaffold(attributes, given["description"], env=RESOURCES[given["resource_key"]])
