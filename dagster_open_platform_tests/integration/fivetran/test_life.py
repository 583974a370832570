"""Syncs as the days pass: what lands, what is told of it, and what changes at the source."""

import datetime as dt

import dagster as dg
import duckdb

from dagster_open_platform_local.company.fivetran.layouts import DELETED, SYNCED
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_tests.fixtures.fivetran import (
    CRM,
    CRM_TABLES,
    SHEET,
    FivetranServer,
    crm_rows,
    made_up,
)
from dagster_open_platform_tests.fixtures.fivetran_platform import (
    FivetranPlatform,
    failure_of,
    for_server,
    materialized,
    op_of,
)

TABLES = {f"crm.{name}" for name in CRM_TABLES}


def source_rows(fivetran: FivetranServer, table: str) -> list[dict[str, object]]:
    """What the source has today, in the order of its columns."""
    names = [name for name in CRM_TABLES[table] if name != DELETED]
    rows = crm_rows(fivetran.settings, fivetran.today).get(table, [])
    return sorted(
        [{name: row.get(name) for name in names} for row in rows], key=lambda row: str([*row.values()])
    )


def landed(fivetran: FivetranServer, table: str) -> list[dict[str, object]]:
    """What the destination has that lives, without Fivetran's own columns."""
    own = {SYNCED, DELETED}
    rows = [row for row in fivetran.rows(f"crm.{table}") if not row.get(DELETED)]
    return sorted(
        [{name: value for name, value in row.items() if name not in own} for row in rows],
        key=lambda row: str([*row.values()]),
    )


def count(fivetran: FivetranServer, table: str) -> int:
    return len(fivetran.rows(table))


def test_a_first_sync_lands_every_table_and_tells_what_is_there(
    fivetran: FivetranServer, platform: FivetranPlatform, instance: dg.DagsterInstance
) -> None:
    result = platform.run("crm", instance)
    assert result.success, failure_of(result)
    found = materialized(result)
    assert found.keys() == TABLES
    for name in CRM_TABLES:
        assert landed(fivetran, name) == source_rows(fivetran, name)
        told = found[f"crm.{name}"]
        assert told["dagster/row_count"] == count(fivetran, f"crm.{name}")
        with duckdb.connect(str(fivetran.warehouse / "fivetran.duckdb"), read_only=True) as connection:
            described = connection.execute(f"DESCRIBE crm.{name}").fetchall()
        assert [(column.name, column.type) for column in told["dagster/column_schema"].columns] == [
            (row[0], row[1]) for row in described
        ]
    checks = {each.asset_key.path[-1]: each.passed for each in result.get_asset_check_evaluations()}
    assert checks == dict.fromkeys(CRM_TABLES, True)


def test_a_sheet_is_an_op_of_its_own(
    fivetran: FivetranServer, platform: FivetranPlatform, instance: dg.DagsterInstance
) -> None:
    assert materialized(platform.run("google_sheets.targets", instance)).keys() == {"google_sheets.targets"}
    assert fivetran.details(CRM)["succeeded_at"] is None
    assert fivetran.details(SHEET)["succeeded_at"] is not None


def test_a_second_day_follows_the_source_and_the_same_day_again_changes_nothing(
    fivetran: FivetranServer, platform: FivetranPlatform, instance: dg.DagsterInstance
) -> None:
    assert platform.run("crm", instance).success
    fivetran.advance()
    assert platform.run("crm", instance).success
    for name in CRM_TABLES:
        assert landed(fivetran, name) == source_rows(fivetran, name)
    # What the source deleted stays, marked.
    assert sum(bool(row[DELETED]) for row in fivetran.rows("crm.account")) == 1
    before = fivetran.tables("crm", CRM_TABLES)
    result = platform.run("crm", instance)
    assert materialized(result).keys() == TABLES
    assert fivetran.tables("crm", CRM_TABLES) == before


def test_some_tables_are_materialized_alone(
    fivetran: FivetranServer, platform: FivetranPlatform, instance: dg.DagsterInstance
) -> None:
    result = platform.run("crm", instance, tables=["crm.contact", "crm.task"])
    assert materialized(result).keys() == {"crm.contact", "crm.task"}
    assert instance.get_latest_materialization_event(dg.AssetKey(["fivetran", "crm", "account"])) is None


def test_the_instances_own_op_does_the_same(
    fivetran: FivetranServer, platform: FivetranPlatform, instance: dg.DagsterInstance
) -> None:
    """As Dagster runs it: with pool and retries, and with what depends on it."""
    with platform.definitions() as defs:
        real = op_of(defs, "crm")
        assert (real.op.pool, real.op.retry_policy is not None) == ("warehouse", True)
        result = defs.resolve_implicit_global_asset_job_def().execute_in_process(
            instance=instance,
            asset_selection=[*real.keys, dg.AssetKey("downstream")],
        )
    assert result.success
    keys = {event.asset_key for event in result.get_asset_materialization_events()}
    assert keys == {*real.keys, dg.AssetKey("downstream")}
    assert landed(fivetran, "account") == source_rows(fivetran, "account")


def test_a_table_and_a_column_that_the_source_adds_arrive_with_the_next_state(
    fivetran: FivetranServer, platform: FivetranPlatform, instance: dg.DagsterInstance
) -> None:
    assert platform.run("crm", instance).success
    tables = {**CRM_TABLES, "lead": {"id": "STRING pk", "email": "STRING"}}
    tables["contact"] = {**tables["contact"], "nickname": "STRING"}

    def rows(settings: CompanySettings, today: dt.date):
        found = crm_rows(settings, today)
        contacts = [{**row, "nickname": f"Nick {row['id']}"} for row in found["contact"]]
        return {**found, "contact": contacts, "lead": [{"id": "00Q1", "email": "a@example.test"}]}

    fivetran.account.sources[CRM] = made_up(CRM, "crm", tables, rows)
    result = platform.run("crm", instance)
    assert result.success, failure_of(result)
    # The column is told at once, since types are those of the warehouse; the table needs the new state.
    found = materialized(result)
    assert "nickname" in [each.name for each in found["crm.contact"]["dagster/column_schema"].columns]
    assert found.keys() == TABLES
    assert fivetran.rows("crm.contact")[0]["nickname"].startswith("Nick ")
    assert materialized(for_server(fivetran).run("crm", instance)).keys() == {*TABLES, "crm.lead"}


def test_a_table_that_is_not_synced_any_more_is_named_and_the_others_are_made(
    fivetran: FivetranServer, platform: FivetranPlatform, instance: dg.DagsterInstance
) -> None:
    assert platform.run("crm", instance).success
    off = {"schemas": {"crm": {"tables": {"task": {"enabled": False}}}}}
    fivetran.data("PATCH", f"/v1/connections/{CRM}/schemas", json=off)
    result = platform.run("crm", instance)
    kind, text = failure_of(result)
    assert kind == "TablesFailed"
    assert "crm.task" in text
    assert "just refresh-state" in text
    assert materialized(result).keys() == TABLES - {"crm.task"}
    assert materialized(for_server(fivetran).run("crm", instance)).keys() == TABLES - {"crm.task"}


def test_a_resync_writes_all_rows_anew_and_one_of_some_tables_only_those(
    fivetran: FivetranServer, platform: FivetranPlatform, instance: dg.DagsterInstance
) -> None:
    assert platform.run("crm", instance).success

    def moments() -> dict[str, dt.datetime | None]:
        return {
            name: max((row[SYNCED] for row in fivetran.rows(f"crm.{name}")), default=None)
            for name in CRM_TABLES
        }

    first = moments()
    assert platform.run("crm", instance, resync_tables=["contact"]).success
    second = moments()
    assert {name for name in CRM_TABLES if second[name] != first[name]} == {"contact"}
    assert platform.run("crm", instance, resync=True).success
    third = moments()
    assert {name for name in CRM_TABLES if third[name] != second[name]} == set(
        crm_rows(fivetran.settings, fivetran.today)
    )
    kind, text = failure_of(platform.run("crm", instance, resync_tables=["contacts"]))
    assert (kind, "contacts" in text, "contact" in text) == ("UnknownTables", True, True)
    assert moments() == third


def test_a_drop_of_rows_warns_after_five_syncs(
    fivetran: FivetranServer, platform: FivetranPlatform, instance: dg.DagsterInstance
) -> None:
    amounts = iter((1000, 1010, 1020, 1030, 1040, 1050, 100))

    def rows(_settings: CompanySettings, _today: dt.date):
        return {"contact": [{"id": f"{each:06}"} for each in range(next(amounts))]}

    fivetran.account.sources[CRM] = made_up(CRM, "crm", CRM_TABLES, rows)
    checks = []
    for _ in range(7):
        result = platform.run("crm", instance)
        assert result.success
        (check,) = [
            each for each in result.get_asset_check_evaluations() if each.asset_key.path[-1] == "contact"
        ]
        assert check.severity == dg.AssetCheckSeverity.WARN
        checks.append(check)
    assert [check.passed for check in checks] == [True] * 6 + [False]
    assert "100" in str(checks[-1].description)
