"""What `dg scaffold defs` asks and writes for the components of the warehouse.

What belongs here: that. What does not: asking and writing (`lib/scaffolding`), and what an object may say (`declared.py`).
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import yaml

from dagster_open_platform.lib.observation.scaffold import RESOURCES
from dagster_open_platform.lib.scaffolding.scaffolder import (
    KEY,
    KEY_EXPECTED,
    OBJECT_STORAGE,
    OWNER,
    TABLE,
    WAREHOUSE,
    HouseScaffolder,
    Param,
    Scaffold,
    named,
)
from dagster_open_platform.utils.databases import LOGICAL_DATABASES

if TYPE_CHECKING:
    from dagster_open_platform.lib.scaffolding.place import Place

DESCRIPTION = Param("description", "What it holds.", "Files of the AWS bill.")
TYPES = ("stage", "external table", "view", "dynamic table", "semantic view")
SOURCES = {
    "stage": (
        r"\w+://\S+/",
        "the address of its files, with a slash at the end, such as s3://bucket/prefix/",
    ),
    "external table": (r"@\S+", "the stage and the path below it, such as @billing_exports/aws/"),
    "view": (r"(?s).*\S.*", "its query"),
    "dynamic table": (r"(?s).*\S.*", "its query"),
    "semantic view": (TABLE, "the table that it is about, as database.schema.table"),
}
"""What an object of each type is made from: a pattern, and what it means."""


class ObjectScaffolder(HouseScaffolder):
    """An object of the warehouse."""

    PARAMS = (
        named("name", "Name of the object.", "billing_exports"),
        Param("object_type", "What it is.", "stage", choices=TYPES),
        named("schema_name", "Its schema.", "aws"),
        Param(
            "source",
            f"What it is made from: {'; '.join(f'{kind}: {meaning}' for kind, (_, meaning) in SOURCES.items())}.",
            "s3://bucket/prefix/",
        ),
        Param(
            "dep",
            "Key of the asset that it is made from.",
            "s3/billing_exports",
            pattern=KEY,
            expected=KEY_EXPECTED,
        ),
        DESCRIPTION,
        named("key_column", "Semantic view: column that identifies a row.", "organization_id", default="id"),
        Param("database", "Its database.", "purina", default="purina", choices=LOGICAL_DATABASES),
        OWNER,
    )

    def plan(self, given: Mapping[str, str], place: "Place") -> Scaffold:
        """One object."""
        kind, source = given["object_type"], given["source"]
        _require(kind, source)
        name = given["name"]
        attributes: dict[str, Any] = {
            "name": name,
            "database_name": f"{{{{ database_from_env('{given['database']}') }}}}",
            "schema_name": f"{{{{ schema_from_env('{given['schema_name']}') }}}}",
            "type": kind,
            "role": "{{ role_from_env() }}",
        }
        if kind == "external table":
            attributes["columns"] = [{"name": "file", "type": "varchar", "as": "metadata$filename"}]
        attributes["options"] = _options(kind, source, name, given["description"])
        attributes["asset_attributes"] = {
            "key": f"snowflake/{given['schema_name']}/{name}",
            "deps": [given["dep"]],
            "group_name": place.integration,
            "owners": [given["owner"]],
            "description": given["description"],
        }
        reads_files = kind in ("stage", "external table")
        return Scaffold(
            attributes,
            given["description"],
            env=(*(OBJECT_STORAGE if reads_files else ()), *WAREHOUSE),
            template_vars=True,
            beside={f"{name}.osi.yaml": _model(name, source, given["key_column"], given["description"])}
            if kind == "semantic view"
            else {},
        )


def _require(kind: str, source: str) -> None:
    pattern, meaning = SOURCES[kind]
    if not re.fullmatch(pattern, source):
        raise ValueError(f"--source: found {source!r}; expected for a {kind} {meaning}.")


def _options(kind: str, source: str, name: str, comment: str) -> dict[str, Any]:
    options: Mapping[str, dict[str, Any]] = {
        "stage": {"url": source},
        "external table": {"location": source, "file_format": {"type": "parquet"}},
        "view": {"query": source},
        "dynamic table": {"query": source, "target_lag": "1 hour"},
    }
    return {"osi": f"{name}.osi.yaml"} if kind == "semantic view" else {**options[kind], "comment": comment}


def _model(name: str, table: str, key: str, description: str) -> str:
    """A model of one table in Open Semantic Interchange, with the one metric that every table has."""

    def sql(expression: str) -> dict[str, Any]:
        return {"dialects": [{"dialect": "ANSI_SQL", "expression": expression}]}

    dataset = table.rpartition(".")[2]
    fields = [{"name": key, "expression": sql(key), "description": "Identifies a row."}]
    datasets = [
        {
            "name": dataset,
            "source": table,
            "primary_key": [key],
            "description": description,
            "fields": fields,
        }
    ]
    metric = {
        "name": "row_count",
        "expression": sql(f"COUNT({dataset}.{key})"),
        "description": "How many rows there are.",
    }
    model = {"name": name, "description": description, "datasets": datasets, "metrics": [metric]}
    return yaml.safe_dump({"version": "0.1.1", "semantic_model": [model]}, sort_keys=False, width=120)


class SchemaReplicationScaffolder(HouseScaffolder):
    """A table that is copied from another warehouse."""

    PARAMS = (
        named("source_schema", "Schema that is read.", "orders"),
        named("target_schema", "Schema that is written.", "orders_eu"),
        named("table", "One of its tables.", "customers"),
        Param("description", "What a row of that is.", "One row per customer in the EU."),
        Param(
            "source_resource",
            "Key of the warehouse that is read.",
            "warehouse_eu",
            default="warehouse_eu",
            choices=tuple(RESOURCES),
        ),
        Param(
            "database",
            "Database that is read and written.",
            "purina",
            default="purina",
            choices=LOGICAL_DATABASES,
        ),
        OWNER,
    )

    def plan(self, given: Mapping[str, str], place: "Place") -> Scaffold:
        """One table."""
        resource, database = given["source_resource"], given["database"]
        attributes = {
            "source": {"resource": resource, "database": database, "schema": given["source_schema"]},
            "target": {"database": database, "schema": given["target_schema"]},
            "asset_key_prefix": [place.integration],
            "source_key_prefix": [resource.replace("warehouse", "snowflake"), given["source_schema"]],
            "cron_schedule": "40 3 * * *",
            "owners": [given["owner"]],
            "tables": [{"name": given["table"], "description": given["description"]}],
        }
        return Scaffold(
            attributes,
            f"Tables of {given['source_schema']}, copied from {resource}.",
            env=tuple(dict.fromkeys((*WAREHOUSE, *RESOURCES[resource]))),
        )
