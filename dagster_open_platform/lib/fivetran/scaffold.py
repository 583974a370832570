"""What `dg scaffold defs` asks and writes for a `FivetranComponent`.

What belongs here: that. What does not: asking and writing (`lib/scaffolding`), and the state (`refresh.py`).
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from dagster_open_platform.lib.scaffolding.scaffolder import (
    OWNER,
    VARIABLE,
    VARIABLE_EXPECTED,
    HouseScaffolder,
    Param,
    Scaffold,
)

if TYPE_CHECKING:
    from dagster_open_platform.lib.scaffolding.place import Place


class FivetranScaffolder(HouseScaffolder):
    """An account, with a state that has no connectors yet."""

    PARAMS = (
        Param("account_id", "Fivetran's id of the account.", "dutiful_harbor"),
        Param(
            "variables",
            "What the names of the variables begin with that hold the account's id, key and secret.",
            "FIVETRAN_EU",
            default="FIVETRAN",
            pattern=VARIABLE,
            expected=VARIABLE_EXPECTED,
        ),
        OWNER,
    )

    def plan(self, given: Mapping[str, str], place: "Place") -> Scaffold:
        """One account."""
        names = {
            field: f"{given['variables']}_{field.upper()}"
            for field in ("account_id", "api_key", "api_secret")
        }
        attributes = {
            "workspace": {field: f"{{{{ env('{name}') }}}}" for field, name in names.items()},
            "state": "state.json",
            "translation": {"group_name": "{{ group_from_db_and_schema(props) }}"},
            "default_owners": [given["owner"]],
        }
        empty = {"account_id": given["account_id"], "connectors": {}, "destinations": {}}
        return Scaffold(
            attributes,
            "An account of Fivetran. `just refresh-state` fetches its connectors into state.json.",
            env=tuple(names.values()),
            beside={"state.json": json.dumps(empty, indent=1) + "\n"},
        )
