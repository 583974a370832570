"""What `dg scaffold defs` asks and writes for a `DmsChangeTablesComponent`.

What belongs here: that. What does not: asking and writing (`lib/scaffolding`).
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dagster_open_platform.lib.scaffolding.scaffolder import (
    OBJECT_STORAGE,
    OWNER,
    WAREHOUSE,
    HouseScaffolder,
    Param,
    Scaffold,
    named,
)

if TYPE_CHECKING:
    from dagster_open_platform.lib.scaffolding.place import Place


class DmsScaffolder(HouseScaffolder):
    """A table whose changes DMS writes to a bucket."""

    PARAMS = (
        Param("bucket", "Bucket of the change files.", "acme-dms"),
        Param("prefix", "Below which each table has a folder of its name.", "orders/public"),
        named("table", "Name of the table.", "users"),
        Param("description", "What a row of it is.", "One row per user."),
        named(
            "schema_name",
            "Schema of the warehouse that is written, which also begins the assets' keys.",
            "orders",
        ),
        named("key_column", "Column that identifies a row.", "user_id", default="id"),
        OWNER,
    )

    def plan(self, given: Mapping[str, str], place: "Place") -> Scaffold:
        """One table."""
        attributes = {
            "bucket": given["bucket"],
            "prefix": given["prefix"].strip("/"),
            "target": {"database": "purina", "schema": given["schema_name"]},
            "owners": [given["owner"]],
            "tables": [
                {"name": given["table"], "description": given["description"], "key": [given["key_column"]]}
            ],
        }
        comment = f"The current state of tables, out of the changes that DMS writes to {given['bucket']}."
        return Scaffold(attributes, comment, env=(*OBJECT_STORAGE, *WAREHOUSE))
