"""``EgressReplicationComponent``: tables of the warehouse, published to a reporting database.

What belongs here: the component's fields, and what Dagster knows of a published table. What does not: how it is published
(``publication.py``).
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import dagster as dg

from dagster_open_platform.lib.automation import on_inputs_settled
from dagster_open_platform.lib.dbt.asset_keys import dbt_asset_key_finder
from dagster_open_platform.lib.outcomes import RETRIES
from dagster_open_platform.lib.postgres.resource import PostgresResource
from dagster_open_platform.lib.sling.component import ReplicationsComponent, materialize_streams
from dagster_open_platform.lib.sling.config import Mode, Replication, Stream, load_replication
from dagster_open_platform.lib.sling.errors import InvalidReplication
from dagster_open_platform.lib.sling.reporting import (
    logical_database,
    op_name,
    stream_reference,
    table_schema,
)
from dagster_open_platform.lib.sling.resource import SlingResource
from dagster_open_platform.lib.sling.scaffold import EgressScaffolder
from dagster_open_platform.lib.warehouse.resource import WarehouseResource
from dagster_open_platform.lib.yaml_errors import suggestion
from dagster_open_platform.lib.yaml_fields import names


class EgressReplication(dg.Model, dg.Resolvable):
    """One replication out of the warehouse."""

    name: Annotated[
        str,
        dg.Resolver.default(
            description="Name of the replication file: `<config_dir>/<name>.yaml`.",
            examples=["product_usage"],
        ),
    ]
    deps: Annotated[
        list[str],
        names(
            description=(
                "Keys of the assets that it reads; `dbt_asset_key('model')` gives that of a dbt model. A stream that has the schema"
                " and table of one of them depends on that alone, any other stream on all."
            ),
            examples=[["{{ dbt_asset_key('dim_organizations') }}"]],
        ),
    ]
    asset_key_prefix: Annotated[
        list[str],
        names(
            description="What the keys of the assets begin with.",
            examples=[["reporting"]],
        ),
    ] = ["reporting"]  # noqa: RUF012 - pydantic copies it


@dg.scaffold_with(EgressScaffolder)
class EgressReplicationComponent(ReplicationsComponent):
    """Publishes tables of the warehouse to a reporting Postgres with Sling; readers never see one half-written.

    For each replication it reads `<config_dir>/<name>.yaml`, a Sling replication, and makes one op with an asset for each stream.
    """

    replications: Annotated[
        list[EgressReplication],
        dg.Resolver.default(
            description="What is published.",
            examples=[[{"name": "product_usage", "deps": ["{{ dbt_asset_key('dim_organizations') }}"]}]],
        ),
    ]

    @classmethod
    def get_additional_scope(cls) -> Mapping[str, Any]:
        """What YAML may write between braces besides Dagster's own."""
        return {"dbt_asset_key": dbt_asset_key_finder()}

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """The ops.

        Raises:
            InvalidYaml: A folder or a file is missing, a mode cannot be published, or a name cannot be one.
            InvalidReplication: A file is wrong.
        """
        folder = self.config_folder(context)
        self._places.clear()
        assets: list[dg.AssetsDefinition] = []
        for index, declared in enumerate(self.replications):
            if not declared.deps:
                raise self.invalid(
                    ["replications", index, "deps"],
                    "found none; expected at least one: tables are published when an input has new data.",
                )
            replication = self._file(index, folder / f"{declared.name}.yaml")
            try:
                assets.append(self._asset(declared, replication))
            except dg.DagsterInvalidDefinitionError as error:
                raise self.invalid(["replications", index], str(error)) from error
            self.remember_places({self._key(declared, s): s for s in replication.streams})
        return dg.Definitions(assets=assets)

    def _file(self, index: int, path: Path) -> Replication:
        here: list[str | int] = ["replications", index, "name"]
        if not path.is_file():
            names = [found.stem for found in path.parent.glob("*.yaml")]
            raise self.invalid(here, f"there is no file {path}.{suggestion(path.stem, names)}")
        replication = load_replication(path, target_schema="public")
        for stream in replication.streams:
            _check_stream(stream)
        return replication

    def _asset(self, declared: EgressReplication, replication: Replication) -> dg.AssetsDefinition:
        specs = {stream.name: self._spec(declared, replication, stream) for stream in replication.streams}
        database = logical_database(replication, "source")

        @dg.multi_asset(
            name=op_name(["publish", declared.name]),
            specs=list(specs.values()),
            can_subset=True,
            pool="warehouse",
            retry_policy=RETRIES,
            description=f"Publishes {declared.name} to {replication.target} with Sling.",
        )
        def publish(
            context: dg.AssetExecutionContext,
            postgres: PostgresResource,
            sling: SlingResource,
            warehouse: WarehouseResource,
        ) -> Iterator[dg.MaterializeResult]:
            from dagster_open_platform.lib.sling.publication import Publication

            run = Publication(replication, database, postgres, sling, warehouse).run
            yield from materialize_streams(context, specs, run, metadata_of)

        return publish

    def _key(self, declared: EgressReplication, stream: Stream) -> dg.AssetKey:
        return dg.AssetKey([*declared.asset_key_prefix, stream.table])

    def _spec(self, declared: EgressReplication, replication: Replication, stream: Stream) -> dg.AssetSpec:
        return dg.AssetSpec(
            key=self._key(declared, stream),
            deps=dependencies(declared.deps, stream),
            group_name="reporting",
            owners=self.owners,
            kinds={"sling", "postgres"},
            description=f"{stream.description or f'Table {stream.name}.'} Published to {replication.target}, replaced as a whole.",
            metadata={
                "dagster/table_name": f"{stream.schema}.{stream.table}",
                **stream_reference(stream),
            },
            automation_condition=on_inputs_settled(),
        )


def dependencies(keys: Sequence[str], stream: Stream) -> list[dg.AssetKey]:
    """The assets that a stream reads: the one with its schema and table, or else all that the replication names."""
    declared = [dg.AssetKey.from_user_string(key) for key in keys]
    own = [key for key in declared if list(key.path[-2:]) == stream.name.split(".")]
    return own or declared


def _check_stream(stream: Stream) -> None:
    """Refuse what a publication would not honour."""
    if stream.mode is not Mode.FULL_REFRESH:
        raise InvalidReplication(
            f"{stream.place}: streams.{stream.name}: found the mode {stream.mode.value}; expected full-refresh: a published table is"
            " always replaced as a whole, in one transaction."
        )
    if stream.update_key or stream.columns:
        field = "update_key" if stream.update_key else "columns"
        raise InvalidReplication(
            f"{stream.place}: streams.{stream.name}: {field} means nothing where a table is published: all rows are, with the types"
            " that they have in the warehouse. Remove it."
        )


def metadata_of(outcome: Any) -> dict[str, Any]:
    """What a materialization says of a stream that was published (a ``publication.StreamPublished``)."""
    published = outcome.published
    return {
        "dagster/row_count": published.rows,
        "dagster/column_schema": table_schema(published.columns),
        "rows_before": published.rows_before,
        "publish_seconds": outcome.seconds,
        "changes": ", ".join(published.changes) or "none",
    }
