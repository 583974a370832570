"""What `dg scaffold defs` asks and writes for a `HightouchSyncComponent`.

What belongs here: that. What does not: asking and writing (`lib/scaffolding`).
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dagster_open_platform.lib.scaffolding.scaffolder import (
    OWNER,
    VARIABLE,
    VARIABLE_EXPECTED,
    HouseScaffolder,
    Param,
    Scaffold,
    named,
)

if TYPE_CHECKING:
    from dagster_open_platform.lib.scaffolding.place import Place


class HightouchScaffolder(HouseScaffolder):
    """A sync of a dbt model."""

    PARAMS = (
        named("model", "The dbt model that is sent, which also names the asset.", "salesforce_account_arr"),
        Param(
            "sync_id_env_var",
            "The environment variable that holds the sync's id.",
            "HIGHTOUCH_SALESFORCE_ACCOUNT_ARR_SYNC_ID",
            pattern=VARIABLE,
            expected=VARIABLE_EXPECTED,
        ),
        Param(
            "description",
            "What is sent where.",
            "What each customer is worth a year, on its Salesforce account.",
        ),
        OWNER,
    )

    def plan(self, given: Mapping[str, str], place: "Place") -> Scaffold:
        """One sync."""
        asset = {
            "key": f"{place.integration}/{given['model']}",
            "deps": [f"{{{{ dbt_asset_key('{given['model']}') }}}}"],
            "group_name": place.integration,
            "owners": [given["owner"]],
            "kinds": ["hightouch"],
            "description": given["description"],
            "freshness_policy": "{{ fresh_within(fail_hours=48, warn_hours=36) }}",
        }
        variable = given["sync_id_env_var"]
        return Scaffold(
            {"sync_id_env_var": variable, "asset": asset},
            given["description"],
            env=("HIGHTOUCH_API_TOKEN", variable),
            template_vars=True,
        )
