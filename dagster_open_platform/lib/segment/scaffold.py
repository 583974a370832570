"""What `dg scaffold defs` asks and writes for a `SegmentComponent`.

What belongs here: that. What does not: asking and writing (`lib/scaffolding`).
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import yaml

from dagster_open_platform.lib.scaffolding.scaffolder import (
    OWNER,
    WAREHOUSE,
    HouseScaffolder,
    Param,
    Scaffold,
    named,
)

if TYPE_CHECKING:
    from dagster_open_platform.lib.scaffolding.place import Place


class SegmentScaffolder(HouseScaffolder):
    """A source and one of its tables."""

    PARAMS = (
        named("source", "The source's slug in Segment, which is its schema in the warehouse.", "website"),
        Param("description", "What sends its calls.", "The website sends it; Segment loads it each hour."),
        named("table", "One of its tables.", "signed_up"),
        Param("table_description", "What a row of that is.", "One row per person who signed up."),
        named("category", "The category of the table.", "acquisition", default="calls"),
        OWNER,
    )

    def plan(self, given: Mapping[str, str], place: "Place") -> Scaffold:
        """One source."""
        source, table = given["source"], given["table"]
        attributes = {
            "name": f"segment_{source}",
            "group_name": f"segment_{source}",
            "description": given["description"],
            "kinds": ["segment"],
            "owners": [given["owner"]],
            "keys": {source: {given["category"]: [table]}},
        }
        described = yaml.safe_dump(
            {table: {"description": given["table_description"]}},
            sort_keys=False,
            width=120,
            allow_unicode=True,
        )
        head = f"# What a row of each table of the source `{source}` is, and the columns that only that table has.\n"
        return Scaffold(
            attributes,
            given["description"],
            env=("SEGMENT_API_TOKEN", *WAREHOUSE),
            beside={f"tables/{source}.yaml": head + described},
        )
