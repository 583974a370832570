"""``SchemaReplicationComponent``: tables of a schema in one warehouse, copied into another.

What belongs here: the component's fields, and what Dagster knows of a copied table: its asset, source, op, checks. What does not: how
a table is copied (``schema_copy.py``).

Between Snowflake accounts in different regions, sharing needs replication of whole databases, and a branch deployment and a laptop
have neither; reading and writing through the seam needs no more than a role on each side.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack
from datetime import timedelta
from typing import Annotated

import dagster as dg

from dagster_open_platform.lib.automation import ingest_on_cron, on_inputs_updated
from dagster_open_platform.lib.outcomes import RETRIES, raise_failures
from dagster_open_platform.lib.schedule.component import resolve_cron
from dagster_open_platform.lib.snowflake.scaffold import SchemaReplicationScaffolder
from dagster_open_platform.lib.snowflake.schema_copy import CopiedTable, TableCopy, copy_table
from dagster_open_platform.lib.warehouse.places import (
    EXPECTED_NAME,
    NAME,
    OtherSchemaPlaceYaml,
    SchemaPlace,
    resolve_place,
)
from dagster_open_platform.lib.warehouse.resource import WarehouseResource
from dagster_open_platform.lib.yaml_component import YamlComponent
from dagster_open_platform.lib.yaml_fields import Timedelta, names, resolve_timedelta
from dagster_open_platform.utils.environment_helpers import get_database_for_environment
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure

KEYS_UNIQUE, COUNT_EQUALS_SOURCE = "keys_unique", "row_count_equals_source"
DESCRIPTIONS = {
    KEYS_UNIQUE: "No key stands in the copy twice.",
    COUNT_EQUALS_SOURCE: (
        "The copy has as many rows as the source. Of an incremental copy, which keeps rows that were deleted at the source, it warns."
    ),
}


class CopyConfig(dg.Config):
    """What a run may ask for."""

    full_refresh: bool = False
    """Whether incremental copies are made anew, from all rows of the source."""


class ReplicatedTableYaml(dg.Model, dg.Resolvable):
    """A table of the schema."""

    name: Annotated[
        str, dg.Resolver.default(description="In the source and in the copy.", examples=["organizations"])
    ]
    description: Annotated[
        str, dg.Resolver.default(description="What a row is.", examples=["One row per organization."])
    ]
    key: Annotated[
        list[str],
        names(description="Columns that identify a row.", examples=[["id"], ["team_id", "user_id"]]),
    ] = ["id"]  # noqa: RUF012 - pydantic copies it
    incremental_column: Annotated[
        str | None,
        dg.Resolver.default(
            description="Grows when a row is written, so that only new rows are read. Without it the table is copied whole.",
            examples=["updated_at"],
        ),
    ] = None


@dg.scaffold_with(SchemaReplicationScaffolder)
class SchemaReplicationComponent(YamlComponent):
    """Copies tables of a schema in one warehouse into a schema of another, such as from one region's account to another's.

    It makes one op with an asset for each table, `<asset_key_prefix>/<target schema>/<table>`, which depends on
    `<source_key_prefix>/<table>`. A table that fails does not keep the others from being copied.
    """

    source: Annotated[
        SchemaPlace,
        dg.Resolver(
            resolve_place,
            model_field_type=OtherSchemaPlaceYaml,
            inject_before_resolve=False,
            description="Where the tables are read.",
            examples=[{"resource": "warehouse_eu", "database": "purina", "schema": "cloud_product"}],
        ),
    ]
    target: Annotated[
        SchemaPlace,
        dg.Resolver(
            resolve_place,
            model_field_type=OtherSchemaPlaceYaml,
            inject_before_resolve=False,
            description="Where they are written; the schema is also the assets' group.",
            examples=[{"database": "purina", "schema": "cloud_product_eu"}],
        ),
    ]
    tables: Annotated[
        list[ReplicatedTableYaml],
        dg.Resolver.default(
            description="The tables.",
            examples=[[{"name": "users", "description": "One row per user."}]],
        ),
    ]
    source_key_prefix: Annotated[
        list[str],
        names(
            description="What the keys of the source's assets begin with.",
            examples=[["snowflake_eu", "cloud_product"]],
        ),
    ]
    declare_sources: Annotated[
        bool,
        dg.Resolver.default(
            description="Whether the source's assets are declared here. Not if they are elsewhere, for example because they are observed.",
            examples=[False],
        ),
    ] = True
    asset_key_prefix: Annotated[
        list[str], names(description="What the keys of the assets begin with.", examples=[["sling"]])
    ]
    cron_schedule: Annotated[
        str,
        dg.Resolver(
            resolve_cron,
            model_field_type=str,
            description="When it runs at the latest, in UTC; also as soon as a source is observed to have changed.",
            examples=["40 3 * * *"],
        ),
    ]
    owners: Annotated[
        list[str], names(description="Who answers for the tables.", examples=[["team:data-platform"]])
    ] = ["team:data-platform"]  # noqa: RUF012 - pydantic copies it
    freshness: Annotated[
        timedelta | None,
        dg.Resolver(
            resolve_timedelta,
            model_field_type=Timedelta | None,
            description="How long ago the last copy of a table may be.",
            examples=[{"hours": 24}],
        ),
    ] = None

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """The op with its checks, and the source's assets.

        Raises:
            InvalidYaml: A name cannot be one, a table is declared twice, or it would be copied onto itself.
        """
        self._validate()
        sources = [
            dg.AssetSpec(
                key=self._source_key(table.name),
                group_name=self.source_key_prefix[0],
                owners=self.owners,
                kinds={"snowflake"},
                description=f"{table.description} In {self.source.database}.{self.source.schema} of {self.source.resource}.",
            )
            for table in self.tables
        ]
        return dg.Definitions(assets=[self._asset(), *(sources if self.declare_sources else [])])

    def where_asset(self, key: dg.AssetKey) -> str:
        """``file:line`` of a table."""
        for index, table in enumerate(self.tables):
            if key in (self._key(table.name), self._source_key(table.name)):
                return self.where("tables", index)
        return super().where_asset(key)

    def _validate(self) -> None:
        if self.source == self.target:
            raise self.invalid(["target"], "found the place of the source; expected another one.")
        for field in ("tables", "source_key_prefix"):
            if not getattr(self, field):
                raise self.invalid([field], "found none; expected at least one.")
        seen: set[str] = set()
        for index, table in enumerate(self.tables):
            here: list[str | int] = ["tables", index]
            incremental = [table.incremental_column] if table.incremental_column else []
            fields = {"name": [table.name], "key": table.key, "incremental_column": incremental}
            for field, found in fields.items():
                for name in found:
                    if not NAME.fullmatch(name):
                        raise self.invalid([*here, field], f"found {name!r}; {EXPECTED_NAME}")
            if table.name in seen:
                raise self.invalid([*here, "name"], f"the table {table.name!r} is declared twice.")
            if not table.key:
                raise self.invalid([*here, "key"], "found none; expected at least one column.")
            if table.incremental_column in table.key:
                raise self.invalid(
                    [*here, "incremental_column"],
                    "found a column of the key, which says nothing of what is newer.",
                )
            seen.add(table.name)

    def _key(self, table: str) -> dg.AssetKey:
        return dg.AssetKey([*self.asset_key_prefix, self.target.schema, table])

    def _source_key(self, table: str) -> dg.AssetKey:
        return dg.AssetKey([*self.source_key_prefix, table])

    def _spec(self, table: ReplicatedTableYaml) -> dg.AssetSpec:
        how = f"what is new by {table.incremental_column}" if table.incremental_column else "whole"
        database = get_database_for_environment(self.target.database)
        return dg.AssetSpec(
            key=self._key(table.name),
            deps=[self._source_key(table.name)],
            group_name=self.target.schema,
            owners=self.owners,
            kinds={"snowflake"},
            description=f"{table.description} Copied from {self.source.database}.{self.source.schema} of {self.source.resource}, {how}.",
            metadata={"dagster/table_name": f"{database}.{self.target.schema}.{table.name}"},
            automation_condition=ingest_on_cron(self.cron_schedule) | on_inputs_updated(),
            freshness_policy=dg.FreshnessPolicy.time_window(fail_window=self.freshness)
            if self.freshness
            else None,
        )

    def _asset(self) -> dg.AssetsDefinition:
        specs = [self._spec(table) for table in self.tables]

        @dg.multi_asset(
            name=f"{self.target.schema}_from_{self.source.resource}",
            specs=specs,
            check_specs=[
                dg.AssetCheckSpec(name=check, asset=spec.key, description=description)
                for spec in specs
                for check, description in DESCRIPTIONS.items()
            ],
            can_subset=True,
            pool="warehouse",
            retry_policy=RETRIES,
            required_resource_keys={self.source.resource, self.target.resource},
            description=f"Copies tables of {self.source.schema} of {self.source.resource} into {self.target.schema}.",
        )
        def replicate_schema(
            context: dg.AssetExecutionContext, config: CopyConfig
        ) -> Iterator[dg.MaterializeResult]:
            yield from self._run(context, config)

        return replicate_schema

    def _run(self, context: dg.AssetExecutionContext, config: CopyConfig) -> Iterator[dg.MaterializeResult]:
        """Copy the selected tables; one that fails does not keep the others from being copied."""
        reader: WarehouseResource = getattr(context.resources, self.source.resource)
        writer: WarehouseResource = getattr(context.resources, self.target.resource)
        wanted = [table for table in self.tables if self._key(table.name) in context.selected_asset_keys]
        failures: dict[str, PermanentFailure | RetryableFailure] = {}
        with ExitStack() as opened:
            source = opened.enter_context(reader.connect())
            # A laptop's file is opened once.
            same = self.source.resource == self.target.resource
            target = source if same else opened.enter_context(writer.connect())
            for table in wanted:
                copy = TableCopy(
                    reader.table(self.source.database, self.source.schema, table.name),
                    writer.table(self.target.database, self.target.schema, table.name),
                    tuple(table.key),
                    table.incremental_column,
                )
                key = self._key(table.name)
                checks = {each.name for each in context.selected_asset_check_keys if each.asset_key == key}
                try:
                    copied = copy_table(source, target, copy, anew=config.full_refresh)
                    yield _result(key, copied, checks)
                except (PermanentFailure, RetryableFailure) as failure:
                    context.log.error(f"{table.name}: {failure.description}")
                    failures[table.name] = failure
        raise_failures(failures, len(wanted))


def _result(key: dg.AssetKey, copied: CopiedTable, checks: Collection[str]) -> dg.MaterializeResult:
    results = [_keys_unique(key, copied), _count_equals_source(key, copied)]
    return dg.MaterializeResult(
        asset_key=key,
        metadata=_metadata(copied),
        check_results=[result for result in results if result.check_name in checks],
    )


def _metadata(copied: CopiedTable) -> Mapping[str, dg.TableSchema | str | int]:
    columns = [dg.TableColumn(name, kind) for name, kind in copied.columns.items()]
    metadata = {
        "dagster/row_count": copied.target_rows,
        "dagster/column_schema": dg.TableSchema(columns=columns),
        "rows_read": copied.rows_read,
        "rows_inserted": copied.written.rows_inserted,
        "rows_updated": copied.written.rows_updated,
        "rows_deleted": copied.written.rows_deleted,
    }
    return metadata if copied.since is None else {**metadata, "read_since": str(copied.since)}


def _keys_unique(key: dg.AssetKey, copied: CopiedTable) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=KEYS_UNIQUE,
        passed=not copied.repeated_keys,
        metadata={"repeated_keys": copied.repeated_keys},
        description=f"{copied.repeated_keys} values of {', '.join(copied.copy.key)} stand in {copied.copy.target} more than once.",
    )


def _count_equals_source(key: dg.AssetKey, copied: CopiedTable) -> dg.AssetCheckResult:
    incremental = copied.copy.incremental_column is not None
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=COUNT_EQUALS_SOURCE,
        passed=copied.source_rows == copied.target_rows,
        severity=dg.AssetCheckSeverity.WARN if incremental else dg.AssetCheckSeverity.ERROR,
        metadata={"source_rows": copied.source_rows, "rows": copied.target_rows},
        description=f"{copied.copy.source} has {copied.source_rows:,} rows and {copied.copy.target} has {copied.target_rows:,}.",
    )
