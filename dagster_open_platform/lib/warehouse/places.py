"""Schemas of the warehouse as YAML names them.

What belongs here: the value, and its shape in YAML. What does not: tables (``protocol.py``).
"""

import re
from dataclasses import dataclass
from typing import Any

import dagster as dg
from pydantic import BaseModel, ConfigDict, Field

from dagster_open_platform.lib.yaml_component import invalid_value
from dagster_open_platform.lib.yaml_errors import suggestion
from dagster_open_platform.utils.databases import WRITTEN_DATABASES

NAME = re.compile(r"[a-z_][a-z0-9_]{0,127}", re.ASCII)
EXPECTED_NAME = "expected lower-case letters, digits and underscores, not starting with a digit."


@dataclass(frozen=True)
class SchemaPlace:
    """A schema of the warehouse.

    Args:
        database: Logical name.
        schema: The same in every environment.
        resource: Key of the resource that opens the warehouse.
    """

    database: str
    schema: str
    resource: str = "warehouse"


class SchemaPlaceYaml(BaseModel):
    """A schema of the platform's warehouse."""

    model_config = ConfigDict(extra="forbid")

    database: str = Field(description="Logical database.", examples=list(WRITTEN_DATABASES))
    schema_name: str = Field(alias="schema", description="Schema.", examples=["cloud_product"])


class OtherSchemaPlaceYaml(SchemaPlaceYaml):
    """A schema of any warehouse that the platform has a resource for."""

    resource: str = Field(
        default="warehouse", description="Key of the warehouse's resource.", examples=["warehouse_eu"]
    )


def resolve_place(context: dg.ResolutionContext, value: Any) -> SchemaPlace:
    """A schema that there may be.

    Raises:
        InvalidYaml: It is no mapping, the database is none of the warehouse's, or a name is no plain one.
    """
    if isinstance(value, str):
        raise invalid_value(
            context, f"found {value!r}; expected a place such as {{database: purina, schema: dms}}."
        )
    given = {
        "database": value.database,
        "schema": value.schema_name,
        "resource": getattr(value, "resource", "warehouse"),
    }
    database, schema, resource = (
        str(context.at_path(field).resolve_value(name)) for field, name in given.items()
    )
    if database not in WRITTEN_DATABASES:
        problem = f"{database!r} is no database of the warehouse.{suggestion(database, WRITTEN_DATABASES)}"
        raise invalid_value(context, problem, "database")
    for field, name in (("schema", schema), ("resource", resource)):
        if not NAME.fullmatch(name):
            raise invalid_value(context, f"found {name!r}; {EXPECTED_NAME}", field)
    return SchemaPlace(database, schema, resource)
