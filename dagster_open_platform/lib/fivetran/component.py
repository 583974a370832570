"""`FivetranComponent`: the tables of an account's connectors, as assets that sync when Dagster says so.

What belongs here: the definitions that YAML and the state make. What does not: the fields (`declared.py`), what an asset is (`specs.py`),
what its op does (`materialize.py`), what watches the connectors (`monitoring.py`).

Dagster's component, which this one extends, loads its state from where Dagster manages it, and gives no definitions and no error if there
is none. Here the state is a file that is committed beside the instance, and a missing one is an error; if `defs_state` names another
management than `LOCAL_FILESYSTEM`, it is Dagster's. Its client has no way to a server of one's own, and shows what it asks with no
reason for what went wrong; so Fivetran is asked through `protocol.py`.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import dagster as dg
from dagster.components.utils.defs_state import DefsStateConfig
from dagster_fivetran import FivetranConnectorTableProps
from dagster_shared.serdes.objects.models.defs_state_info import (
    LOCAL_STATE_VERSION,
    DefsStateManagementType,
)
from pydantic import PrivateAttr

from dagster_open_platform.lib.fivetran import monitoring, specs
from dagster_open_platform.lib.fivetran.declared import DeclaredAccount
from dagster_open_platform.lib.fivetran.errors import REFRESH, InvalidState, UnknownTables
from dagster_open_platform.lib.fivetran.fields import account_name
from dagster_open_platform.lib.fivetran.resource import FivetranResource, value_of
from dagster_open_platform.lib.fivetran.row_counts import ROW_COUNT_ANOMALY, ROW_COUNT_ANOMALY_DESCRIPTION
from dagster_open_platform.lib.fivetran.run_config import SyncConfig
from dagster_open_platform.lib.fivetran.scaffold import FivetranScaffolder
from dagster_open_platform.lib.fivetran.state import AccountState, ConnectorState, read_state, write_state
from dagster_open_platform.lib.outcomes import RETRIES
from dagster_open_platform.lib.schedule.component import STATUS_BY_ENVIRONMENT
from dagster_open_platform.lib.warehouse.resource import WarehouseResource
from dagster_open_platform.utils.environment_helpers import get_environment


@dg.scaffold_with(FivetranScaffolder)
class FivetranComponent(DeclaredAccount):
    """Syncs the connectors of a Fivetran account, and has an asset `fivetran/<schema>/<table>` for each table.

    It loads from a state file, which `just refresh-state` fetches; one op syncs one connector. A connector that is paused or put off by
    Fivetran materializes nothing; one that is broken or deleted fails and says so.
    """

    _settings: dict[str, specs.Settings] = PrivateAttr(default_factory=dict)
    _texts: Mapping[str, Mapping[str, str]] = PrivateAttr(default_factory=dict)
    _tables: dict[tuple[str, str], specs.Table] = PrivateAttr(default_factory=dict)
    _synced: dict[str, tuple[ConnectorState, dict[dg.AssetKey, specs.Table]]] = PrivateAttr(
        default_factory=dict
    )

    @property
    def defs_state_config(self) -> DefsStateConfig:
        """Where the state is managed, by default here; its key names the account without looking at it."""
        return DefsStateConfig.from_args(
            self.defs_state, default_key=f"{type(self).__name__}[{account_name(self.workspace)}]"
        )

    @property
    def _own_state(self) -> bool:
        return self.defs_state_config.management_type == DefsStateManagementType.LOCAL_FILESYSTEM

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """The definitions that the state makes.

        Raises:
            InvalidYaml: A field is wrong, there is no state, or it is none.
        """
        self.stand_in(context)
        if not self._own_state:
            return super().build_defs(context)
        return self.build_defs_from_state(context, self.state_path if self.state_path.exists() else None)

    def build_defs_from_state(
        self, context: dg.ComponentLoadContext, state_path: Path | None
    ) -> dg.Definitions:
        """The assets of every connector, what they read, and what watches them (see `build_defs`)."""
        if state_path is None:
            missing = (
                f"there is no state {self.state_path}. Make it with `{REFRESH}`."
                if self._own_state
                else "Dagster has no state of this account yet. Make it with `dg utils refresh-defs-state`."
            )
            raise self.invalid(["state" if self._own_state else "defs_state"], missing)
        try:
            state = read_state(state_path)
        except InvalidState as error:
            raise self.invalid(["state"], str(error.description)) from error
        connectors = self.selected(state)
        self._settings = {each.id: self.settings_of(each) for each in connectors}
        self._texts = self.row_descriptions()
        self._tables.clear()
        self._synced.clear()
        assets: list[dg.AssetsDefinition | dg.AssetSpec] = []
        for connector in connectors:
            assets.append(specs.source_spec(connector, self._settings[connector.id]))
            if definition := self._definition(state, connector):
                assets.append(definition)
        return dg.Definitions.merge(dg.Definitions(assets=assets), self._watch(connectors))

    def _definition(self, state: AccountState, connector: ConnectorState) -> dg.AssetsDefinition | None:
        """The op that syncs a connector; None: it has no tables."""
        found = list(specs.tables_of(state, connector))
        if not found:
            return None
        self._tables.update(((connector.id, str(table)), table) for table in found)
        every_props = specs.props_of(connector, state.destinations[connector.group_id], found)
        made = [self.translator.get_asset_spec(props) for props in every_props]
        name = specs.op_name(connector)
        self._synced[name] = (connector, {spec.key: table for spec, table in zip(made, found, strict=True)})

        @dg.multi_asset(
            name=name,
            specs=made,
            check_specs=[
                dg.AssetCheckSpec(
                    ROW_COUNT_ANOMALY, asset=spec.key, description=ROW_COUNT_ANOMALY_DESCRIPTION
                )
                for spec in made
            ],
            can_subset=True,
            pool="warehouse",
            retry_policy=RETRIES,
            description=f"Has Fivetran sync its connector {connector.name}, and waits for the end.",
        )
        def sync_tables(
            context: dg.AssetExecutionContext,
            config: SyncConfig,
            fivetran: FivetranResource,
            warehouse: WarehouseResource,
        ) -> Iterator[dg.MaterializeResult]:
            yield from self.execute(context, fivetran, warehouse, config)

        return sync_tables

    def _watch(self, connectors: Sequence[ConnectorState]) -> dg.Definitions:
        """The checks of freshness and the tests of connections, with the schedules that this environment has."""
        if not connectors:
            return dg.Definitions()
        freshness = {id_: settings.freshness for id_, settings in self._settings.items()}
        loads = {connector.id: min(tables) for connector, tables in self._synced.values()}
        checks = monitoring.freshness_checks(self.workspace, connectors, freshness, loads)
        job = dg.define_asset_job(
            monitoring.FRESHNESS_JOB,
            selection=dg.AssetSelection.checks(checks),
            description="Checks that Fivetran's connectors have synced of late.",
        )
        timed: list[tuple[dg.JobDefinition | dg.UnresolvedAssetJobDefinition, str]] = [
            (job, monitoring.FRESHNESS_CRON)
        ]
        if self.connection_setup_tests_schedule:
            tests = monitoring.setup_tests_job(self.workspace, connectors)
            timed.append((tests, self.connection_setup_tests_schedule))
        environment = get_environment().name
        schedules = [
            dg.ScheduleDefinition(
                name=f"{each.name}_schedule",
                job=each,
                cron_schedule=cron,
                default_status=STATUS_BY_ENVIRONMENT[environment],
                description=each.description,
            )
            for each, cron in timed
            if environment in self.environments
        ]
        return dg.Definitions(asset_checks=[checks], jobs=[each for each, _ in timed], schedules=schedules)

    async def write_state_to_path(self, state_path: Path) -> None:
        """Fetch the state into a file."""
        write_state(state_path, self.fetch(FivetranResource()))

    async def refresh_state(self, project_root: Path) -> str:
        """Fetch the state to where it is managed (`dg utils refresh-defs-state`)."""
        if not self._own_state:
            return await super().refresh_state(project_root)
        await self.write_state_to_path(self.state_path)
        return LOCAL_STATE_VERSION

    def fetch(self, fivetran: FivetranResource) -> AccountState:
        """The state as Fivetran has it now."""
        from dagster_open_platform.lib.fivetran.fetch import fetch_state

        account_id = value_of(self.workspace, "account_id")
        with fivetran.open(self.workspace) as api:
            return fetch_state(api, account_id)

    def get_asset_spec(self, props: FivetranConnectorTableProps) -> dg.AssetSpec:
        """A table's asset before `translation`.

        Raises:
            UnknownTables: The state has no such table.
        """
        table = self._tables.get((props.connector_id, props.table))
        if table is None:
            raise UnknownTables(
                f"The state has no table {props.table} of the connector {props.connector_id}."
            )
        text = self._texts.get(table.schema, {}).get(table.name)
        return specs.table_spec(table, self._settings[props.connector_id], text)

    def execute(  # pyright: ignore[reportIncompatibleMethodOverride]  # asks through our own client
        self,
        context: dg.AssetExecutionContext,
        fivetran: FivetranResource,
        warehouse: WarehouseResource,
        config: SyncConfig,
    ) -> Iterator[dg.MaterializeResult]:
        """Syncs the connector of the op that runs, and reports its selected tables."""
        from dagster_open_platform.lib.fivetran.materialize import report, resync_of
        from dagster_open_platform.lib.fivetran.sync import sync_connector

        connector, tables = self._synced[context.op_execution_context.op.name]
        with fivetran.open(self.workspace) as api:
            outcome = sync_connector(
                api,
                connector.id,
                fivetran.limits,
                fivetran.clock,
                fivetran.sleep,
                resync=resync_of(config, connector, tables.values()),
                log=context.log,
            )
            yield from report(context, api, warehouse, outcome, connector, tables)
