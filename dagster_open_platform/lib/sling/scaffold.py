"""What `dg scaffold defs` asks and writes for the components of Sling.

What belongs here: that. What does not: asking and writing (`lib/scaffolding`), and what a replication may say (`config.py`).
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import yaml

from dagster_open_platform.lib.scaffolding.scaffolder import (
    NAME,
    OWNER,
    TABLE,
    TABLE_EXPECTED,
    VARIABLE,
    VARIABLE_EXPECTED,
    WAREHOUSE,
    HouseScaffolder,
    Param,
    Scaffold,
    named,
)

if TYPE_CHECKING:
    from dagster_open_platform.lib.scaffolding.place import Place

REPLICATION = named("name", "Name of the replication.", "orders")
PRIMARY_KEY = named("primary_key", "Column that identifies a row.", "order_id", default="id")
DESCRIPTION = Param("description", "What a row of the table is.", "One row per order.")


def connection(what: str, example: str) -> Param:
    """The variable of a connection."""
    return Param(
        "connection",
        f"The environment variable that holds the connection of the {what}.",
        example,
        pattern=VARIABLE,
        expected=VARIABLE_EXPECTED,
    )


class IngestScaffolder(HouseScaffolder):
    """A table of a product database."""

    PARAMS = (
        REPLICATION,
        connection("database", "ORDERS_MAIN"),
        Param(
            "table",
            "The table, with its schema.",
            "public.orders",
            pattern=rf"{NAME}\.{NAME}",
            expected="schema.table, in lower case",
        ),
        DESCRIPTION,
        PRIMARY_KEY,
        named("shard", "The shard that the database is.", "shard1", default="main"),
        OWNER,
    )

    def plan(self, given: Mapping[str, str], place: "Place") -> Scaffold:
        """One replication of one shard; another shard is one more file that extends the first."""
        name, shard = given["name"], given["shard"]
        attributes = {
            "config_dir": "configs",
            "owners": [given["owner"]],
            "replications": [{"name": name, "shards": [shard], "asset_key_prefix": [place.integration]}],
        }
        stream = {"meta": {"description": given["description"]}}
        common = {
            "target": "PURINA",
            "defaults": {"mode": "full-refresh", "primary_key": given["primary_key"]},
            "streams": {given["table"]: stream},
        }
        own = {"extends": f"../{name}.yaml", "source": given["connection"]}
        return Scaffold(
            attributes,
            "Tables of product databases. configs/<shard>/<name>.yaml says where from, and extends configs/<name>.yaml, which says what.",
            env=(given["connection"], *WAREHOUSE),
            beside={f"configs/{name}.yaml": _yaml(common), f"configs/{shard}/{name}.yaml": _yaml(own)},
        )


class EgressScaffolder(HouseScaffolder):
    """A model that is published to a reporting database."""

    PARAMS = (
        REPLICATION,
        named("model", "The dbt model that is published.", "dim_organizations"),
        Param(
            "table",
            "Its table, by the logical name of its database.",
            "dwh_reporting.core.dim_organizations",
            pattern=TABLE,
            expected=TABLE_EXPECTED,
        ),
        connection("reporting database", "PRODUCT_REPORTING"),
        DESCRIPTION,
        PRIMARY_KEY,
        OWNER,
    )

    def plan(self, given: Mapping[str, str], place: "Place") -> Scaffold:
        """One replication of one model."""
        name = given["name"]
        attributes = {
            "config_dir": "configs",
            "owners": [given["owner"]],
            "replications": [
                {
                    "name": name,
                    "deps": [f"{{{{ dbt_asset_key('{given['model']}') }}}}"],
                    "asset_key_prefix": [place.integration],
                }
            ],
        }
        database, _, table = given["table"].partition(".")
        stream = {"primary_key": given["primary_key"], "meta": {"description": given["description"]}}
        file = {"source": database.upper(), "target": given["connection"], "streams": {table: stream}}
        return Scaffold(
            attributes,
            "Marts that are published to a reporting database.",
            env=(given["connection"], *WAREHOUSE),
            beside={f"configs/{name}.yaml": _yaml(file)},
        )


def _yaml(file: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(file), sort_keys=False, width=120, allow_unicode=True)
