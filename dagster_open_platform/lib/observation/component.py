"""``LastUpdatedObservationComponent``: when tables that others load changed last, as observations of their assets.

What belongs here: the component's fields and its assets' specs. What does not: the op and the sensor (`watch.py`), asking the
warehouse (`lookup.py`), and the events (`events.py`).

The assets are observable ones, and an observation carries a data version, because nothing else moves what depends on them.
Measured with Dagster 1.13.27, on an ephemeral instance and on SQLite, by `dg.evaluate_automation_conditions` on an asset
downstream with `any_deps_updated()`, `eager()` and the platform's `on_inputs_updated()`; whether it was requested after

    declared as            | observation, new version | same version again | observation without one | materialization
    external `AssetSpec`   | no                       | no                 | no                      | yes
    observable (both ways) | yes                      | no                 | no                      | no

and with a real daemon, whose sensor told seven observations of four versions: downstream ran three times (the first version had
been there before the condition was first evaluated). A tick that skips with a reason still reports its events.

Dagster's freshness policies look at materializations alone, so an observed table would never be fresh. It has a check
instead, which the sensor evaluates with each observation, and again when a table grows stale.

The sensor opens the warehouse outside a run, where there are no pools, and of it only the databases that its tables are in. On
DuckDB it waits for a file for ten seconds at most, of the sixty that Dagster gives a tick, and skips if it is held longer; a
run that wants the file meanwhile waits as it does for any other process.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import dagster as dg

from dagster_open_platform.lib.automation_sensors import RUNNING_BY_DEFAULT
from dagster_open_platform.lib.observation.lookup import Watched
from dagster_open_platform.lib.observation.scaffold import ObservationScaffolder
from dagster_open_platform.lib.observation.table_columns import read_columns
from dagster_open_platform.lib.observation.watch import Watch
from dagster_open_platform.lib.warehouse.errors import InvalidIdentifier
from dagster_open_platform.lib.warehouse.identifiers import validated
from dagster_open_platform.lib.yaml_component import YamlComponent, invalid_value
from dagster_open_platform.lib.yaml_fields import Timedelta, names, resolve_timedelta
from dagster_open_platform.utils.environment_helpers import (
    InvalidEnvironment,
    get_database_for_environment,
    get_environment,
)

OWN = "warehouse"
"""Key of the platform's own warehouse."""


def resolve_truth(context: dg.ResolutionContext, value: Any) -> bool:
    """Yes or no.

    Raises:
        InvalidYaml: It is something else: Dagster lets any string through, for it could be a template.
    """
    found = context.resolve_value(value)
    if not isinstance(found, bool):
        raise invalid_value(context, f"found {found!r}; expected true or false.")
    return found


class ObservedTable(dg.Model, dg.Resolvable):
    """A table that others load."""

    key: Annotated[
        str,
        dg.Resolver.default(description="Key of its asset.", examples=["snowflake/account_usage/users"]),
    ]
    table: Annotated[
        str,
        dg.Resolver.default(
            description="The table as `database.schema.table`, by the logical name of the database.",
            examples=["snowflake.account_usage.users"],
        ),
    ]
    updated_at_columns: Annotated[
        list[str],
        names(
            description=(
                "Columns whose greatest value is the time of the last change: times (in UTC, unless they say otherwise) or days."
                " Without any the engine is asked: Snowflake knows of tables, not of views; DuckDB only of tables that the"
                " platform writes."
            ),
            examples=[["updated_at"], ["created_on", "deleted_on"]],
        ),
    ] = []  # noqa: RUF012 - pydantic copies it
    freshness: Annotated[
        timedelta | None,
        dg.Resolver(
            resolve_timedelta,
            model_field_type=Timedelta | None,
            description="How long ago its last change may be; a check says so. Tables change at paces of their own.",
            examples=[{"hours": 36}],
        ),
    ] = None
    description: Annotated[
        str | None,
        dg.Resolver.default(description="What a row is.", examples=["One row per user of the account."]),
    ] = None


@dg.scaffold_with(ObservationScaffolder)
class LastUpdatedObservationComponent(YamlComponent):
    """Observes when tables that others load changed last, so that what depends on them runs then.

    It declares the tables as observable assets, with a sensor that asks the warehouse and reports an observation, without a run,
    for each table that changed. An observation can be made by hand, too.
    """

    name: Annotated[
        str,
        dg.Resolver.default(
            description="Name of the sensor, and with `observe_` before it of the op: letters, digits and underscores.",
            examples=["account_usage_last_updated"],
        ),
    ]
    tables: Annotated[
        list[ObservedTable],
        dg.Resolver.default(
            description="What is observed.",
            examples=[[{"key": "snowflake/account_usage/users", "table": "snowflake.account_usage.users"}]],
        ),
    ]
    group_name: Annotated[
        str, dg.Resolver.default(description="Group of the assets.", examples=["account_usage"])
    ]
    owners: Annotated[
        list[str],
        names(description="Who is asked about the tables.", examples=[["team:data-platform"]]),
    ]
    kinds: Annotated[list[str], names(description="Kinds of the assets.", examples=[["snowflake"]])]
    resource_key: Annotated[
        str,
        dg.Resolver.default(
            description="Key of the warehouse that has the tables.", examples=["warehouse_eu"]
        ),
    ] = OWN
    interval: Annotated[
        timedelta,
        dg.Resolver(
            resolve_timedelta,
            model_field_type=Timedelta,
            description="How often the warehouse is asked.",
            examples=[{"minutes": 10}],
        ),
    ] = timedelta(minutes=10)
    declared_elsewhere: Annotated[
        bool,
        dg.Resolver(
            resolve_truth,
            model_field_type=bool,
            description=(
                "Whether the assets are declared by somebody else. If those are not observable, their observations are"
                " shown, but nothing runs because of them."
            ),
            examples=[True],
        ),
    ] = False
    columns: Annotated[
        str | None,
        dg.Resolver.default(
            description=(
                "A YAML file beside this one with the columns of the tables: by the table's name, the columns with what they hold."
            ),
            examples=["columns.yaml"],
        ),
    ] = None
    description: Annotated[
        str | None,
        dg.Resolver.default(
            description="Who loads the tables, and how often.",
            examples=["Stripe delivers it every three hours."],
        ),
    ] = None

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """The assets with the op that observes them, and the sensor.

        Raises:
            InvalidYaml: A name is not one, a table is there twice, or there is none; the file of columns is wrong.
        """
        watched = self._watched()
        status = RUNNING_BY_DEFAULT[get_environment().name]
        watch = Watch(self.name, tuple(watched.values()), self.resource_key)
        try:
            return dg.Definitions(
                assets=[] if self.declared_elsewhere else [watch.assets(self._specs(watched, context.path))],
                sensors=[watch.sensor(self.interval, status)],
            )
        except dg.DagsterError as error:
            raise self.invalid([], str(error)) from error

    def where_asset(self, key: dg.AssetKey) -> str:
        """``file:line`` of an asset's key."""
        for index, table in enumerate(self.tables):
            if dg.AssetKey.from_user_string(table.key) == key:
                return self.where("tables", index, "key")
        return super().where_asset(key)

    def _watched(self) -> dict[dg.AssetKey, Watched]:
        if not re.fullmatch(r"[A-Za-z0-9_]+", self.name):
            raise self.invalid(["name"], f"found {self.name!r}; expected letters, digits and underscores.")
        if not self.tables:
            raise self.invalid(["tables"], "found none; expected at least one.")
        found: dict[dg.AssetKey, Watched] = {}
        for index, table in enumerate(self.tables):
            key = dg.AssetKey.from_user_string(table.key)
            if key in found:
                raise self.invalid(["tables", index, "key"], f"{table.key!r} is there twice.")
            found[key] = self._one(index, table, key)
        return found

    def _one(self, index: int, table: ObservedTable, key: dg.AssetKey) -> Watched:
        here: list[str | int] = ["tables", index]
        if self.declared_elsewhere and table.freshness is not None:
            problem = "a check stands with its asset, which is declared elsewhere; leave this to whoever declares it."
            raise self.invalid([*here, "freshness"], problem)
        parts = table.table.split(".")
        if len(parts) != 3:
            raise self.invalid([*here, "table"], f"found {table.table!r}; expected database.schema.table.")
        database, schema, name = (self._plain([*here, "table"], part, "table") for part in parts)
        columns = [
            self._plain([*here, "updated_at_columns", place], column, "column")
            for place, column in enumerate(table.updated_at_columns)
        ]
        return Watched(key, database, schema, name, tuple(columns), table.freshness)

    def _plain(self, place: list[str | int], name: str, what: str) -> str:
        try:
            return validated(name, what)
        except InvalidIdentifier as error:
            raise self.invalid(place, str(error.description)) from error

    def _specs(self, watched: Mapping[dg.AssetKey, Watched], path: Path) -> list[dg.AssetSpec]:
        schemas = self._schemas(path)
        return [
            dg.AssetSpec(
                key=key,
                group_name=self.group_name,
                owners=self.owners,
                kinds=set(self.kinds),
                description=" ".join(
                    text for text in (table.description or f"Table {table.table}.", self.description) if text
                ),
                metadata={
                    "dagster/table_name": self._physical(index, watched[key]),
                    **({"dagster/column_schema": schemas[watched[key].name]} if schemas else {}),
                },
            )
            for index, (key, table) in enumerate(zip(watched, self.tables, strict=True))
        ]

    def _schemas(self, path: Path) -> dict[str, dg.TableSchema]:
        """The columns of every table; none if nobody wrote them down."""
        if self.columns is None:
            return {}
        folder = path if path.is_dir() else path.parent
        schemas = read_columns(folder / self.columns)
        names = {table.table.rpartition(".")[2] for table in self.tables}
        if missing := sorted(names - set(schemas)):
            raise self.invalid(["columns"], f"{self.columns} has no columns of {', '.join(missing)}.")
        if unknown := sorted(set(schemas) - names):
            raise self.invalid(
                ["columns"], f"{self.columns} has columns of {', '.join(unknown)}, which is no table here."
            )
        return schemas

    def _physical(self, index: int, table: Watched) -> str:
        """The table's name in this environment: another warehouse than the platform's own has no other names."""
        try:
            database = (
                get_database_for_environment(table.database) if self.resource_key == OWN else table.database
            )
        except InvalidEnvironment as error:
            raise self.invalid(["tables", index, "table"], str(error.description)) from error
        return f"{database}.{table.schema}.{table.name}"
