"""What `dg scaffold defs` asks and writes for an `ExecutableComponent`.

What belongs here: that. What does not: asking and writing (`lib/scaffolding`).
"""

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from dagster_open_platform.lib.scaffolding.scaffolder import (
    KEY,
    KEY_EXPECTED,
    OWNER,
    HouseScaffolder,
    Param,
    Scaffold,
)

if TYPE_CHECKING:
    from dagster_open_platform.lib.scaffolding.place import Place

FUNCTION = '''"""What makes `{key}`."""

import dagster as dg

from dagster_open_platform.utils.failures import PermanentFailure


def {name}(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """{description}

    A parameter that is called as a resource, such as `warehouse`, is given that resource.
    """
    # Until it is written it fails: a materialization says that the data is there.
    raise PermanentFailure(
        f"Nobody has written yet what makes {{context.asset_key.to_user_string()}}: see {{__file__}}."
    )
'''


class ExecutableScaffolder(HouseScaffolder):
    """An asset, with the function that makes it."""

    PARAMS = (
        Param("key", "Key of the asset.", "purina/finance/invoices", pattern=KEY, expected=KEY_EXPECTED),
        Param("description", "What a row of it is.", "One row per invoice."),
        OWNER,
        Param(
            "partitions",
            "How it is partitioned.",
            "daily",
            default="none",
            choices=("none", "hourly", "daily", "weekly", "monthly"),
        ),
        Param(
            "start_date",
            "Start of its first partition; by default today.",
            "2026-06-01",
            default="",
            pattern=r"\d{4}-\d\d-\d\d",
            expected="a date",
        ),
    )

    def plan(self, given: Mapping[str, str], place: "Place") -> Scaffold:
        """One op with one asset."""
        name = given["key"].rpartition("/")[2]
        start = given["start_date"] or dt.datetime.now(dt.UTC).date().isoformat()
        partitions = {"partitions_def": {"type": given["partitions"], "start_date": start}}
        asset = {
            "key": given["key"],
            "group_name": place.integration,
            "owners": [given["owner"]],
            "kinds": ["python"],
            "description": given["description"],
        }
        attributes = {
            "name": name,
            "execute_fn": place.dotted(name, name),
            **({} if given["partitions"] == "none" else partitions),
            "assets": [asset],
        }
        function = FUNCTION.format(key=given["key"], name=name, description=given["description"])
        return Scaffold(attributes, given["description"], functions={name: function})
