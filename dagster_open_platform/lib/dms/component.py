"""``DmsChangeTablesComponent``: the current state of a database's tables, out of the change files that DMS writes.

What belongs here: the component's fields, and what Dagster knows of a change table: its asset, source, op, checks. What does not:
how changes become a table (``apply.py``), and what must hold of it (``table_checks.py``).
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Any

import dagster as dg

from dagster_open_platform.lib.automation import ingest_on_cron
from dagster_open_platform.lib.aws.protocol import ObjectStores
from dagster_open_platform.lib.dms.scaffold import DmsScaffolder
from dagster_open_platform.lib.dms.tables import ChangeTable
from dagster_open_platform.lib.outcomes import RETRIES, raise_failures
from dagster_open_platform.lib.schedule.component import resolve_cron
from dagster_open_platform.lib.warehouse.places import (
    EXPECTED_NAME,
    NAME,
    SchemaPlace,
    SchemaPlaceYaml,
    resolve_place,
)
from dagster_open_platform.lib.warehouse.resource import WarehouseResource
from dagster_open_platform.lib.yaml_component import YamlComponent
from dagster_open_platform.lib.yaml_fields import Timedelta, names, resolve_timedelta
from dagster_open_platform.utils.environment_helpers import get_database_for_environment
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure


class ChangesConfig(dg.Config):
    """What a run may ask for."""

    full_refresh: bool = False
    """Whether the tables are made anew, from all change files that there are."""


class ChangeTableYaml(dg.Model, dg.Resolvable):
    """A table of the source."""

    name: Annotated[
        str,
        dg.Resolver.default(
            description="At the source, in the bucket and in the warehouse.", examples=["users"]
        ),
    ]
    description: Annotated[
        str, dg.Resolver.default(description="What a row is.", examples=["One row per user."])
    ]
    key: Annotated[
        list[str],
        names(description="Columns that identify a row.", examples=[["id"], ["team_id", "user_id"]]),
    ] = ["id"]  # noqa: RUF012 - pydantic copies it
    omit: Annotated[
        list[str],
        names(description="Columns that the warehouse must not have.", examples=[["token_hash"]]),
    ] = []  # noqa: RUF012 - pydantic copies it
    last_change_within: Annotated[
        timedelta | None,
        dg.Resolver(
            resolve_timedelta,
            model_field_type=Timedelta | None,
            description="How long ago the source's last change may be, if not as long as for the others.",
            examples=[{"days": 7}],
        ),
    ] = None


@dg.scaffold_with(DmsScaffolder)
class DmsChangeTablesComponent(YamlComponent):
    """Keeps tables in the state of a source, from the change files that AWS DMS writes to S3.

    It makes one op with an asset for each table, `dms/<table>`, and an external asset for its files, `s3/dms/<table>`. Deleted
    rows stay, marked; beside each table is a view of its live rows, `<table>_current`.
    """

    bucket: Annotated[
        str, dg.Resolver.default(description="Bucket of the change files.", examples=["dop-dms"])
    ]
    prefix: Annotated[
        str,
        dg.Resolver.default(
            description="Below which each table has a folder of its name.", examples=["cloud_product/public"]
        ),
    ]
    tables: Annotated[
        list[ChangeTableYaml],
        dg.Resolver.default(
            description="The tables.",
            examples=[[{"name": "users", "description": "One row per user."}]],
        ),
    ]
    target: Annotated[
        SchemaPlace,
        dg.Resolver(
            resolve_place,
            model_field_type=SchemaPlaceYaml,
            inject_before_resolve=False,
            description="Schema that is written; its name is also the assets' group, and what their keys begin with.",
            examples=[{"database": "purina", "schema": "dms"}],
        ),
    ]
    cron_schedule: Annotated[
        str,
        dg.Resolver(
            resolve_cron, model_field_type=str, description="When it runs, in UTC.", examples=["20 * * * *"]
        ),
    ] = "20 * * * *"
    last_change_within: Annotated[
        timedelta,
        dg.Resolver(
            resolve_timedelta,
            model_field_type=Timedelta,
            description="How long ago the source's last change of a table may be.",
            examples=[{"hours": 72}],
        ),
    ] = timedelta(hours=72)
    owners: Annotated[
        list[str], names(description="Who answers for the tables.", examples=[["team:data-platform"]])
    ] = ["team:data-platform"]  # noqa: RUF012 - pydantic copies it

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """The op with its checks, and its source assets.

        Raises:
            InvalidYaml: A name cannot be one, or a table is declared twice.
        """
        self._validate()
        sources = [
            dg.AssetSpec(
                key=source_key(table.name),
                group_name=self.target.schema,
                owners=self.owners,
                kinds={"s3", "parquet"},
                description=f"Change files of the source's table {table.name}, in s3://{self.bucket}/{self.prefix}/{table.name}/.",
            )
            for table in self.tables
        ]
        return dg.Definitions(assets=[self._asset(), *sources])

    def where_asset(self, key: dg.AssetKey) -> str:
        """``file:line`` of a table."""
        for index, table in enumerate(self.tables):
            if key in (self._key(table.name), source_key(table.name)):
                return self.where("tables", index)
        return super().where_asset(key)

    def _validate(self) -> None:
        if not self.tables:
            raise self.invalid(["tables"], "found none; expected at least one.")
        seen: set[str] = set()
        for index, table in enumerate(self.tables):
            here: list[str | int] = ["tables", index]
            for field, found in (("name", [table.name]), ("key", table.key), ("omit", table.omit)):
                for name in found:
                    if not NAME.fullmatch(name):
                        raise self.invalid([*here, field], f"found {name!r}; {EXPECTED_NAME}")
            if table.name in seen:
                raise self.invalid([*here, "name"], f"the table {table.name!r} is declared twice.")
            if not table.key:
                raise self.invalid([*here, "key"], "found none; expected at least one column.")
            if omitted := sorted({*table.key} & {*table.omit}):
                raise self.invalid([*here, "omit"], f"found {', '.join(omitted)}, which the key needs.")
            seen.add(table.name)

    def _key(self, table: str) -> dg.AssetKey:
        return dg.AssetKey([self.target.schema, table])

    def _specs(self) -> Mapping[str, dg.AssetSpec]:
        database = get_database_for_environment(self.target.database)
        return {
            table.name: dg.AssetSpec(
                key=self._key(table.name),
                deps=[source_key(table.name)],
                group_name=self.target.schema,
                owners=self.owners,
                kinds={"s3", "snowflake"},
                description=f"{table.description} Kept from change files; a deleted row stays, with _dms_deleted. The view {table.name}_current has the live rows.",
                metadata={"dagster/table_name": f"{database}.{self.target.schema}.{table.name}"},
                automation_condition=ingest_on_cron(self.cron_schedule),
            )
            for table in self.tables
        }

    def _asset(self) -> dg.AssetsDefinition:
        # Definitions are read by processes that never open the warehouse, so what needs it is imported in the run.
        from dagster_open_platform.lib.dms.table_checks import DESCRIPTIONS

        specs = self._specs()

        @dg.multi_asset(
            name=f"{self.target.schema}_change_tables",
            specs=list(specs.values()),
            check_specs=[
                dg.AssetCheckSpec(name=check, asset=spec.key, description=description)
                for spec in specs.values()
                for check, description in DESCRIPTIONS.items()
            ],
            can_subset=True,
            pool="warehouse",
            retry_policy=RETRIES,
            description=f"Applies the change files of s3://{self.bucket}/{self.prefix} that are new.",
        )
        def change_tables(
            context: dg.AssetExecutionContext,
            config: ChangesConfig,
            s3: dg.ResourceParam[ObjectStores],
            warehouse: WarehouseResource,
        ) -> Iterator[dg.MaterializeResult]:
            yield from self._run(context, config, s3, warehouse)

        return change_tables

    def _run(
        self,
        context: dg.AssetExecutionContext,
        config: ChangesConfig,
        s3: ObjectStores,
        warehouse: WarehouseResource,
    ) -> Iterator[dg.MaterializeResult]:
        """Apply the changes of the selected tables; one that fails does not keep the others from being made."""
        from dagster_open_platform.lib.aws.errors import STORE_FAILURES
        from dagster_open_platform.lib.dms.apply import ChangeSource

        wanted = [table for table in self.tables if self._key(table.name) in context.selected_asset_keys]
        failures: dict[str, PermanentFailure | RetryableFailure] = {}
        with s3.connect() as store, warehouse.connect() as connection:
            source = ChangeSource(store, self.bucket, self.prefix)
            for declared in wanted:
                key = self._key(declared.name)
                checks = {each.name for each in context.selected_asset_check_keys if each.asset_key == key}
                try:
                    yield self._made(connection, source, declared, warehouse, config, checks)
                except STORE_FAILURES:
                    raise  # all others would fail likewise
                except (PermanentFailure, RetryableFailure) as failure:
                    context.log.error(f"{declared.name}: {failure.description}")
                    failures[declared.name] = failure
        raise_failures(failures, len(wanted))

    def _made(
        self,
        connection: Any,
        source: Any,
        declared: ChangeTableYaml,
        warehouse: WarehouseResource,
        config: ChangesConfig,
        checks: Collection[str],
    ) -> dg.MaterializeResult:
        from dagster_open_platform.lib.dms.apply import apply_changes
        from dagster_open_platform.lib.dms.live import refresh_live_view
        from dagster_open_platform.lib.dms.reporting import metadata_of
        from dagster_open_platform.lib.dms.table_checks import check_table

        table = warehouse.table(self.target.database, self.target.schema, declared.name)
        change_table = ChangeTable(declared.name, tuple(declared.key), tuple(declared.omit))
        applied = apply_changes(connection, source, change_table, table, anew=config.full_refresh)
        refresh_live_view(connection, table)
        within = declared.last_change_within or self.last_change_within
        key, now = self._key(declared.name), dt.datetime.now(dt.UTC)
        results = check_table(key, connection, change_table, table, applied.listed, within, now)
        return dg.MaterializeResult(
            asset_key=key,
            metadata=metadata_of(connection, applied),
            check_results=[result for result in results if result.check_name in checks],
        )


def source_key(table: str) -> dg.AssetKey:
    """The external asset of a table's change files."""
    return dg.AssetKey(["s3", "dms", table])
