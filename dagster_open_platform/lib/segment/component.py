"""`SegmentComponent`: the tables that Segment fills in the warehouse, as assets that are observed and checked.

What belongs here: the definitions that YAML makes. What does not: the fields (`declared.py`), how tables are observed
(`lib/observation`), how loads are checked (`checks.py`).

The column that tells what is new is `uuid_ts`, the time of the load: a call that comes days late is new to whoever reads the table, but
not the newest of it.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import dagster as dg

from dagster_open_platform.lib.automation_sensors import RUNNING_BY_DEFAULT
from dagster_open_platform.lib.columns import table_schema
from dagster_open_platform.lib.observation.lookup import Watched
from dagster_open_platform.lib.observation.watch import Watch
from dagster_open_platform.lib.schedule.component import STATUS_BY_ENVIRONMENT
from dagster_open_platform.lib.segment.checks import CheckedTable, Limits, load_checks
from dagster_open_platform.lib.segment.declared import DeclaredEvents
from dagster_open_platform.lib.segment.scaffold import SegmentScaffolder
from dagster_open_platform.lib.segment.tables import LOADED, Described, read_tables
from dagster_open_platform.lib.warehouse.errors import InvalidIdentifier
from dagster_open_platform.lib.warehouse.identifiers import validated
from dagster_open_platform.lib.yaml_errors import suggestion
from dagster_open_platform.utils.environment_helpers import get_database_for_environment, get_environment

DATABASE = PREFIX = "segment"
WAREHOUSE = "warehouse"


@dg.scaffold_with(SegmentScaffolder)
class SegmentComponent(DeclaredEvents):
    """Observes the tables that Segment loads into the warehouse, so that staging models run when events arrive, and checks the loads.

    Each table is an asset `segment/<source>/<category>/<table>`. A sensor reports what has arrived, without a run. A job compares, every
    day, how long loads took and how many rows came with what Segment says that it has delivered.
    """

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """The assets, the sensor that observes them, the checks, and the job that makes these.

        Raises:
            InvalidYaml: A name is not one, a table is there twice, or nobody describes it.
        """
        if not re.fullmatch(r"[A-Za-z0-9_]+", self.name):
            raise self.invalid(["name"], f"found {self.name!r}; expected letters, digits and underscores.")
        specs = {spec.key: spec for spec in self._specs(context.path)}
        watched = self._watched()
        watch = Watch(f"{self.name}_last_loaded", tuple(watched.values()), WAREHOUSE)
        checks = load_checks(self.name, self._checked(), self._limits())
        job = dg.define_asset_job(
            f"{self.name}_load_checks",
            selection=dg.AssetSelection.checks(checks),
            description="Compares what Segment has loaded with what it says that it has delivered.",
        )
        environment = get_environment().name
        schedules = [
            dg.ScheduleDefinition(
                name=f"{self.name}_load_checks_schedule",
                job=job,
                cron_schedule=self.checks_schedule,
                default_status=STATUS_BY_ENVIRONMENT[environment],
                description="Daily: loads are compared by whole days.",
            )
        ]
        try:
            return dg.Definitions(
                assets=[watch.assets([specs[key] for key in watched])],
                asset_checks=[checks],
                sensors=[watch.sensor(self.interval, RUNNING_BY_DEFAULT[environment])],
                jobs=[job],
                schedules=schedules if environment in self.environments else [],
            )
        except dg.DagsterError as error:
            raise self.invalid([], str(error)) from error

    def where_asset(self, key: dg.AssetKey) -> str:
        """``file:line`` of an asset's source and category."""
        if len(key.path) == 4 and key.path[0] == PREFIX:
            return self.where("keys", *key.path[1:3])
        return super().where_asset(key)

    def _limits(self) -> Limits:
        return Limits(self.longest_lag, self.tolerance, self.days)

    def _tables(self) -> Mapping[dg.AssetKey, tuple[str, str, str]]:
        """Source, category and table of each asset."""
        found: dict[dg.AssetKey, tuple[str, str, str]] = {}
        tables: dict[tuple[str, str], str] = {}
        for source, categories in self.keys.items():
            for category, names in categories.items():
                for place, table in enumerate(names):
                    path: list[str | int] = ["keys", source, category, place]
                    for name, what in ((source, "schema"), (category, "category"), (table, "table")):
                        self._plain(path, name, what)
                    if (source, table) in tables:
                        told = f"{table!r} is there twice, also as {tables[source, table]!r}."
                        raise self.invalid(path, told)
                    tables[source, table] = category
                    found[dg.AssetKey([PREFIX, source, category, table])] = (source, category, table)
        known = {category for categories in self.keys.values() for category in categories}
        for category in self.freshness:
            if category not in known:
                told = f"there is no category {category!r}.{suggestion(category, known)}"
                raise self.invalid(["freshness", category], told)
        return found

    def _plain(self, path: list[str | int], name: str, what: str) -> None:
        try:
            validated(name, what)
        except InvalidIdentifier as error:
            raise self.invalid(path, str(error.description)) from error

    def _watched(self) -> dict[dg.AssetKey, Watched]:
        return {
            key: Watched(key, DATABASE, source, table, (LOADED.name,), self.freshness.get(category))
            for key, (source, category, table) in self._tables().items()
        }

    def _checked(self) -> list[CheckedTable]:
        return [
            CheckedTable(key, DATABASE, source, table) for key, (source, _, table) in self._tables().items()
        ]

    def _specs(self, folder: Path) -> list[dg.AssetSpec]:
        database = get_database_for_environment(DATABASE)
        described = {source: read_tables(folder / self.tables / f"{source}.yaml") for source in self.keys}
        return [
            dg.AssetSpec(
                key=key,
                group_name=self.group_name,
                owners=self.owners,
                kinds=set(self.kinds),
                description=f"{self._of(described[source], source, category, table).description} {self.description}",
                metadata={
                    "dagster/table_name": f"{database}.{source}.{table}",
                    "dagster/column_schema": table_schema(
                        self._of(described[source], source, category, table).columns
                    ),
                },
            )
            for key, (source, category, table) in self._tables().items()
        ]

    def _of(self, described: Mapping[str, Described], source: str, category: str, table: str) -> Described:
        if table not in described:
            told = f"{self.tables}/{source}.yaml does not describe {table!r}.{suggestion(table, described)}"
            raise self.invalid(["keys", source, category], told)
        return described[table]
