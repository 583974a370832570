"""What a run that syncs a connector reports, with the warehouse on each engine."""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import dagster as dg
import pyarrow as pa
import pytest

from dagster_open_platform.lib.fivetran.fake import FakeFivetran, FakeSync
from dagster_open_platform.lib.fivetran.state import state_text
from dagster_open_platform.lib.warehouse import TableRef, WarehouseResource
from dagster_open_platform_tests.fixtures import fivetran_fake as fivetran
from dagster_open_platform_tests.fixtures.components import loaded
from dagster_open_platform_tests.fixtures.fivetran_fake import CRM, CRM_SCHEMAS, SHEET, answering_with, schema
from dagster_open_platform_tests.fixtures.fivetran_fake import table as configured

ACCOUNT, CONTACT = (dg.AssetKey(["fivetran", "crm", table]) for table in ("account", "contact"))
# The seam's fake of Snowflake has no database of Fivetran's; the destination is another one of the platform's.
DATABASE = "PURINA"
STATE = state_text(fivetran.state(DATABASE))
Load = Callable[..., Callable[[], None]]


@pytest.fixture
def fake() -> FakeFivetran:
    return fivetran.account(DATABASE)


@pytest.fixture
def loads(warehouse: WarehouseResource) -> Load:
    """What a sync writes: tables of so many rows."""

    def load(**rows: int) -> Callable[[], None]:
        def write() -> None:
            with warehouse.connect() as connection:
                for name, count in rows.items():
                    data = pa.table(
                        {
                            "id": pa.array([str(number) for number in range(count)], pa.string()),
                            "size": pa.array(range(count), pa.int64()),
                        }
                    )
                    connection.replace_table(TableRef("purina", "crm", name), data)

        return write

    return load


class Platform:
    """Runs the op of the connector, in one instance."""

    def __init__(self, defs: dg.Definitions) -> None:
        self._defs = defs
        self.instance = dg.DagsterInstance.ephemeral()

    def run(self, config: dict[str, Any] | None = None, selection: Any = None) -> dg.ExecuteInProcessResult:
        asset = self._defs.resolve_assets_def(ACCOUNT)
        return dg.materialize(
            [asset],
            instance=self.instance,
            run_config={"ops": {"fivetran_crm": {"config": config}}} if config else None,
            selection=selection,
            raise_on_error=False,
        )


@pytest.fixture
def platform(fake: FakeFivetran, warehouse: WarehouseResource) -> Iterator[Platform]:
    files = {"fivetran/defs.yaml": fivetran.YAML, "fivetran/state.json": STATE}
    with loaded(files, {"fivetran": answering_with(fake), "warehouse": warehouse}) as defs:
        yield Platform(defs)


def materialized(result: dg.ExecuteInProcessResult) -> dict[dg.AssetKey, dg.AssetMaterialization]:
    return {
        event.asset_key: event.step_materialization_data.materialization
        for event in result.get_asset_materialization_events()
        if event.asset_key is not None
    }


def evaluations(result: dg.ExecuteInProcessResult) -> dict[dg.AssetKey, dg.AssetCheckEvaluation]:
    return {each.asset_key: each for each in result.get_asset_check_evaluations()}


def failure_of(result: dg.ExecuteInProcessResult) -> str:
    [event] = result.get_step_failure_events()
    found = event.step_failure_data
    text = [
        found.user_failure_data.description if found.user_failure_data else None,
        found.error_display_string,
    ]
    return "\n".join(filter(None, text))


def rows_of(materialization: dg.AssetMaterialization) -> Any:
    return materialization.metadata["dagster/row_count"].value


def test_a_sync_materializes_each_table_with_its_rows_columns_and_types(
    platform: Platform, fake: FakeFivetran, loads: Load
) -> None:
    fake[CRM].syncs = deque([FakeSync(load=loads(account=7, contact=0))])
    result = platform.run()
    assert result.success
    found = materialized(result)
    assert {key: rows_of(each) for key, each in found.items()} == {ACCOUNT: 7, CONTACT: 0}
    columns = found[ACCOUNT].metadata["dagster/column_schema"].value
    assert isinstance(columns, dg.TableSchema)
    assert [column.name for column in columns.columns] == ["id", "size"]
    assert columns.columns[0].constraints.other == ["primary key"]
    assert columns.columns[1].type in ("BIGINT", "NUMBER")
    assert found[ACCOUNT].metadata["synced_at"].value == pytest.approx(fake.clock())
    assert all("no history yet" in (each.description or "") for each in evaluations(result).values())
    assert set(evaluations(result)) == {ACCOUNT, CONTACT}


def test_only_selected_tables_are_reported(platform: Platform, fake: FakeFivetran, loads: Load) -> None:
    fake[CRM].syncs = deque([FakeSync(load=loads(account=7, contact=3))])
    result = platform.run(selection=dg.AssetSelection.assets(CONTACT).without_checks())
    assert result.success
    assert set(materialized(result)) == {CONTACT}
    assert evaluations(result) == {}


@pytest.mark.parametrize("change", [{"paused": True}, {"is_historical_sync": True}])
def test_what_was_not_synced_is_not_materialized_and_what_reads_it_does_not_run(
    platform: Platform, fake: FakeFivetran, change: dict[str, Any]
) -> None:
    fake.change(CRM, **change)
    fake[CRM].syncs = deque([FakeSync(seconds=10_000)])
    result = platform.run()
    assert result.success
    assert materialized(result) == {}
    assert evaluations(result) == {}


def test_a_table_that_is_not_in_the_warehouse_is_not_materialized(
    platform: Platform, fake: FakeFivetran, loads: Load
) -> None:
    fake[CRM].syncs = deque([FakeSync(load=loads(account=7))])
    result = platform.run()
    assert result.success
    assert set(materialized(result)) == {ACCOUNT}


@pytest.mark.parametrize(
    "tables",
    [
        [configured("account", ["id"])],
        [configured("account", ["id"]), configured("contact", ["id"], enabled=False)],
        [configured("account", ["id"]), configured("contact", ["id"])._replace(name="person")],
    ],
    ids=["removed", "disabled", "renamed"],
)
def test_a_table_that_the_connector_does_not_load_any_more_fails_the_run_after_the_others(
    platform: Platform, fake: FakeFivetran, loads: Load, tables: list[Any]
) -> None:
    fake[CRM].syncs = deque([FakeSync(load=loads(account=7, contact=3))])
    found = schema("crm", tables)
    sources = {"person": "CONTACT"}
    renamed = {sources.get(each.name, source): each for source, each in found.tables.items()}
    fake[CRM].schemas = {"CRM": found._replace(tables=renamed)}
    result = platform.run()
    assert not result.success
    assert set(materialized(result)) == {ACCOUNT}
    message = failure_of(result)
    assert "1 of 2 tables failed (1 succeeded)" in message
    assert "crm.contact: Fivetran's connector crm does not load this table any more" in message
    assert "just refresh-state" in message


def test_a_table_that_is_new_in_fivetran_fails_nothing(
    platform: Platform, fake: FakeFivetran, loads: Load
) -> None:
    fake[CRM].syncs = deque([FakeSync(load=loads(account=7, contact=3, invoice=4))])
    more = {"INVOICE": configured("invoice", ["id"]), **CRM_SCHEMAS["CRM"].tables}
    fake[CRM].schemas = {"CRM": CRM_SCHEMAS["CRM"]._replace(tables=more)}
    result = platform.run()
    assert result.success
    assert set(materialized(result)) == {ACCOUNT, CONTACT}


@pytest.mark.parametrize(
    ("config", "tables"),
    [
        ({"resync": True}, None),
        ({"resync_tables": ["contact"]}, {"CRM": ["CONTACT"]}),
        ({"resync": True, "resync_tables": ["crm.account", "contact"]}, {"CRM": ["ACCOUNT", "CONTACT"]}),
    ],
)
def test_a_run_may_have_tables_read_anew(
    platform: Platform, fake: FakeFivetran, loads: Load, config: dict[str, Any], tables: Any
) -> None:
    fake[CRM].syncs = deque([FakeSync(load=loads(account=7, contact=3))])
    assert platform.run(config).success
    assert ("start_resync", CRM, tables) in fake.calls


def test_a_resync_of_unknown_tables_is_refused_before_anything_is_started(
    platform: Platform, fake: FakeFivetran
) -> None:
    result = platform.run({"resync_tables": ["acount", "targets"]})
    assert not result.success
    assert "crm does not load acount, targets. Did you mean 'account'?" in failure_of(result)
    assert fake.calls == []


# The seam's fake of Snowflake does not describe a table that was replaced.
@pytest.mark.parametrize("warehouse", ["duckdb"], indirect=True)
def test_a_count_that_falls_out_of_line_is_told_with_numbers(
    platform: Platform, fake: FakeFivetran, loads: Load
) -> None:
    for day in range(6):
        fake[CRM].syncs = deque([FakeSync(load=loads(account=1000 + 10 * day, contact=50))])
        result = platform.run()
        assert all(each.passed for each in evaluations(result).values())
    fake[CRM].syncs = deque([FakeSync(load=loads(account=300, contact=50))])
    result = platform.run()
    assert result.success
    dropped = evaluations(result)[ACCOUNT]
    assert not dropped.passed
    assert dropped.severity is dg.AssetCheckSeverity.WARN
    assert "A drop: 300 rows; 850 to 1,270 were expected after 6 counts" in (dropped.description or "")
    assert evaluations(result)[CONTACT].passed


def test_a_sync_of_another_connector_is_not_asked_for(
    platform: Platform, fake: FakeFivetran, loads: Load
) -> None:
    fake[CRM].syncs = deque([FakeSync(load=loads(account=1, contact=1))])
    platform.run()
    assert {call[1] for call in fake.calls} == {CRM}
    assert SHEET not in {call[1] for call in fake.calls}
