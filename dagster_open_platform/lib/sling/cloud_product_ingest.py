"""``ProdDbReplicationsComponent``: replications of the sharded product databases into the warehouse.

What belongs here: the component's fields, and what Dagster knows of a stream: its asset, source, op, checks. What does not: how
a stream gets into the warehouse (``ingest.py``), and what a replication file may say (``config.py``).
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import dagster as dg

from dagster_open_platform.lib.automation import ingest_on_cron
from dagster_open_platform.lib.automation_sensors import RUNNING_BY_DEFAULT
from dagster_open_platform.lib.outcomes import RETRIES
from dagster_open_platform.lib.postgres.resource import PostgresResource
from dagster_open_platform.lib.schedule.component import resolve_cron
from dagster_open_platform.lib.sling.component import ReplicationsComponent, materialize_streams
from dagster_open_platform.lib.sling.config import Replication, Stream, load_replication
from dagster_open_platform.lib.sling.reporting import (
    WAREHOUSE_KIND,
    logical_database,
    op_name,
    stream_reference,
    table_schema,
)
from dagster_open_platform.lib.sling.resource import SlingResource
from dagster_open_platform.lib.sling.scaffold import IngestScaffolder
from dagster_open_platform.lib.warehouse.resource import WarehouseResource
from dagster_open_platform.lib.yaml_errors import suggestion
from dagster_open_platform.lib.yaml_fields import Timedelta, names, resolve_timedelta
from dagster_open_platform.utils.environment_helpers import (
    get_database_for_environment,
    get_environment,
)

MAIN_SHARD = "main"
"""The shard whose tables have no suffix."""


class IngestConfig(dg.Config):
    """What a run may ask for."""

    full_refresh: bool = False
    """Whether incremental and truncate tables are made anew from all rows of the source."""


class ShardedReplication(dg.Model, dg.Resolvable):
    """One replication, the same on several shards."""

    name: Annotated[
        str,
        dg.Resolver.default(
            description="Name of the replication files: `<config_dir>/<shard>/<name>.yaml`.",
            examples=["runs"],
        ),
    ]
    shards: Annotated[
        list[str],
        names(
            description="The shards that have a file of this name.",
            examples=[["main", "shard1"]],
        ),
    ]
    cron_schedule: Annotated[
        str,
        dg.Resolver(
            resolve_cron, model_field_type=str, description="When it runs, in UTC.", examples=["*/5 * * * *"]
        ),
    ] = "*/5 * * * *"
    last_update_freshness_check: Annotated[
        timedelta | None,
        dg.Resolver(
            resolve_timedelta,
            model_field_type=Timedelta | None,
            description="How long ago the last load of a table may be; a check and the assets' freshness say so.",
            examples=[{"hours": 6}],
        ),
    ] = None
    asset_key_prefix: Annotated[
        list[str],
        names(
            description="What the keys of the assets begin with.",
            examples=[["sling"]],
        ),
    ] = ["sling"]  # noqa: RUF012 - pydantic copies it


@dg.scaffold_with(IngestScaffolder)
class ProdDbReplicationsComponent(ReplicationsComponent):
    """Replicates product databases, shard by shard, into the warehouse with Sling.

    For each replication and shard it reads `<config_dir>/<shard>/<name>.yaml`, a Sling replication, and makes one op with an
    asset for each stream: `sling/cloud_product/<table>` of the shard `main`, `sling/cloud_product_<shard>/<table>` of others.
    """

    replications: Annotated[
        list[ShardedReplication],
        dg.Resolver.default(
            description="What is replicated.",
            examples=[[{"name": "runs", "shards": ["main", "shard1"], "cron_schedule": "*/5 * * * *"}]],
        ),
    ]

    source_key_prefix: Annotated[
        list[str],
        names(
            description="What the keys of the product's own tables begin with; then come the shard and the table.",
            examples=[["postgres"], ["eu", "postgres"]],
        ),
    ] = ["postgres"]  # noqa: RUF012 - pydantic copies it

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """The ops, their source assets, and the freshness checks with the sensor that runs them.

        Raises:
            InvalidYaml: A folder or a file is missing, two replications are one, or a name cannot be one.
            InvalidReplication: A file is wrong.
        """
        folder = self.config_folder(context)
        self._places.clear()
        sources: dict[dg.AssetKey, dg.AssetSpec] = {}
        assets: list[dg.AssetsDefinition] = []
        checks: list[dg.AssetChecksDefinition] = []
        for index, shard, replication in self._files(folder):
            declared = self.replications[index]
            try:
                assets.append(self._asset(declared, shard, replication))
            except dg.DagsterInvalidDefinitionError as error:
                raise self.invalid(["replications", index], str(error)) from error
            self.remember_places({self._key(declared, shard, s): s for s in replication.streams})
            sources |= {spec.key: spec for spec in self._sources(shard, replication)}
            if declared.last_update_freshness_check:
                checks += dg.build_last_update_freshness_checks(
                    # A set has another order in each process.
                    assets=sorted(assets[-1].keys),
                    lower_bound_delta=declared.last_update_freshness_check,
                )
        sensors = [self._sensor(context.path, checks)] if checks else []
        return dg.Definitions(assets=[*assets, *sources.values()], asset_checks=checks, sensors=sensors)

    def _files(self, folder: Path) -> Iterator[tuple[int, str, Replication]]:
        """Index of the replication, shard, and what the file says."""
        seen: set[tuple[str, str]] = set()
        for index, declared in enumerate(self.replications):
            if not declared.shards:
                raise self.invalid(["replications", index, "shards"], "found none; expected at least one.")
            for place, shard in enumerate(declared.shards):
                here: list[str | int] = ["replications", index, "shards", place]
                path = folder / shard / f"{declared.name}.yaml"
                if not re.fullmatch(r"\w+", shard, re.ASCII):
                    raise self.invalid(
                        here,
                        f"found {shard!r}; expected letters, digits and underscores: it names a schema.",
                    )
                if (shard, declared.name) in seen:
                    raise self.invalid(
                        here, f"the replication {declared.name!r} of {shard!r} is declared twice."
                    )
                seen.add((shard, declared.name))
                if not path.is_file():
                    raise self.invalid(
                        here, f"there is no file {path}.{_neighbours(folder, shard, declared.name)}"
                    )
                yield index, shard, load_replication(path, target_schema=schema_of(shard))

    def _asset(
        self, declared: ShardedReplication, shard: str, replication: Replication
    ) -> dg.AssetsDefinition:
        specs = {
            stream.name: self._spec(declared, shard, replication, stream) for stream in replication.streams
        }
        database = logical_database(replication, "target")

        @dg.multi_asset(
            name=op_name([schema_of(shard), declared.name]),
            specs=list(specs.values()),
            can_subset=True,
            pool="warehouse",
            retry_policy=RETRIES,
            description=f"Replicates {declared.name} of {replication.source} with Sling.",
        )
        def replicate(
            context: dg.AssetExecutionContext,
            config: IngestConfig,
            postgres: PostgresResource,
            sling: SlingResource,
            warehouse: WarehouseResource,
        ) -> Iterator[dg.MaterializeResult]:
            from dagster_open_platform.lib.sling.ingest import Ingestion

            run = Ingestion(
                replication,
                database,
                postgres,
                sling,
                warehouse,
                full_refresh=config.full_refresh,
                started_at=start_of(context),
            ).run
            yield from materialize_streams(context, specs, run, metadata_of)

        return replicate

    def _key(self, declared: ShardedReplication, shard: str, stream: Stream) -> dg.AssetKey:
        return dg.AssetKey([*declared.asset_key_prefix, schema_of(shard), stream.table])

    def _source_key(self, shard: str, stream: Stream) -> dg.AssetKey:
        """The external asset of a table in a product database."""
        return dg.AssetKey([*self.source_key_prefix, shard, stream.name.split(".")[1]])

    def _spec(
        self, declared: ShardedReplication, shard: str, replication: Replication, stream: Stream
    ) -> dg.AssetSpec:
        database = get_database_for_environment(logical_database(replication, "target"))
        check = declared.last_update_freshness_check
        return dg.AssetSpec(
            key=self._key(declared, shard, stream),
            deps=[self._source_key(shard, stream)],
            group_name=schema_of(shard) if shard != MAIN_SHARD else f"cloud_product_{MAIN_SHARD}",
            owners=self.owners,
            kinds={"sling", WAREHOUSE_KIND},
            description=f"{stream.description or f'Table {stream.name}.'} Replicated from {replication.source} ({stream.mode.value}).",
            metadata={
                "dagster/table_name": f"{database}.{stream.schema}.{stream.table}",
                **stream_reference(stream),
            },
            automation_condition=ingest_on_cron(declared.cron_schedule),
            freshness_policy=dg.FreshnessPolicy.time_window(fail_window=check) if check else None,
        )

    def _sources(self, shard: str, replication: Replication) -> Iterator[dg.AssetSpec]:
        for stream in replication.streams:
            yield dg.AssetSpec(
                key=self._source_key(shard, stream),
                group_name=f"postgres_{shard}",
                owners=["team:product"],
                kinds={"postgres"},
                description=f"Table {stream.name} of the product's database {shard}. {stream.description}".strip(),
            )

    def _sensor(self, path: Path, checks: list[dg.AssetChecksDefinition]) -> dg.SensorDefinition:
        folder = path if path.is_dir() else path.parent
        running = RUNNING_BY_DEFAULT[get_environment().name]
        return dg.build_sensor_for_freshness_checks(
            freshness_checks=checks,
            name=f"{op_name([folder.name])}_freshness_checks_sensor",
            default_status=running,
        )


def schema_of(shard: str) -> str:
    """The schema in the warehouse, which is also the second part of the assets' keys."""
    return "cloud_product" if shard == MAIN_SHARD else f"cloud_product_{shard}"


def start_of(context: dg.AssetExecutionContext) -> datetime:
    """When the run started (UTC): the same when a step of it is tried again."""
    record = context.instance.get_run_record_by_id(context.run_id)
    if record is None or record.start_time is None:
        return datetime.now(UTC)  # a step without a run, as in a test
    return datetime.fromtimestamp(record.start_time, UTC)


def metadata_of(loaded: Any) -> dict[str, Any]:
    """What a materialization says of a stream that was loaded (an ``ingest.StreamLoaded``)."""
    metadata = {
        "dagster/row_count": loaded.row_count,
        "dagster/column_schema": table_schema(loaded.columns),
        "rows_read": loaded.rows_read,
        "rows_inserted": loaded.written.rows_inserted,
        "rows_updated": loaded.written.rows_updated,
        "rows_deleted": loaded.written.rows_deleted,
        "mode": loaded.stream.mode.value,
        "loaded_at": dg.MetadataValue.timestamp(loaded.loaded_at),
        "load_seconds": loaded.seconds,
    }
    return metadata if loaded.since is None else {**metadata, "read_since": str(loaded.since)}


def _neighbours(folder: Path, shard: str, name: str) -> str:
    """What is there instead of a file that is missing."""
    if not (folder / shard).is_dir():
        return f" There is no shard {shard!r}.{suggestion(shard, [path.name for path in folder.iterdir() if path.is_dir()])}"
    return suggestion(name, [path.stem for path in (folder / shard).glob("*.yaml")])
