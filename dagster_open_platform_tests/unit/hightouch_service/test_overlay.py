"""How written values show in the rows that Fivetran loads: the simulated company's, at a small size."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from dagster_open_platform_local.company.clock import CompanyClock
from dagster_open_platform_local.company.fivetran.connectors import CONNECTORS
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.services.saas.crm.objects import (
    ACCOUNT,
    COMPANIES,
    CONTACT,
    CONTACTS,
    OBJECTS,
)
from dagster_open_platform_local.services.saas.crm.overlay import written_into
from dagster_open_platform_local.services.saas.crm.store import CrmStore
from dagster_open_platform_local.services.saas.fivetran.sources import Source, sources_of

CLOCK = CompanyClock(CompanySettings(scale=0.05), dt.date(2026, 7, 6))
FIRST = dt.datetime(2026, 7, 6, 9, tzinfo=dt.UTC)
SECOND = FIRST + dt.timedelta(hours=2)
VALUES: Mapping[Any, Mapping[str, Any]] = {
    ACCOUNT: {
        "dagster_arr_c": 12.5,
        "dagster_last_run_at_c": "2026-07-05T01:00:00+00:00",
        "dagster_plan_c": "PRO",
    },
    CONTACT: {"dagster_last_active_c": "2026-07-01", "dagster_events_28_d_c": 3},
    COMPANIES: {"property_dagster_is_customer": True, "property_dagster_arr": 1200.0},
    CONTACTS: {"property_dagster_lifecycle": "FREE", "property_dagster_is_guest": None},
}


@pytest.fixture
def store(tmp_path: Path) -> CrmStore:
    return CrmStore(tmp_path)


@pytest.fixture
def sources(store: CrmStore) -> dict[str, Source]:
    chosen = [each for each in CONNECTORS if each.schema in ("salesforce", "hubspot")]
    return {each.connector.schema: each for each in sources_of(chosen, written_into(store)).values()}


def rows_of(table: pa.Table) -> dict[str, dict[str, Any]]:
    return {str(row["id"]): row for row in table.to_pylist()}


def test_where_nothing_was_written_the_rows_are_the_companys(sources: dict[str, Source]) -> None:
    for source in sources.values():
        rows, found = source.connector.rows(CLOCK.settings, CLOCK.today), source.rows(CLOCK)
        assert found.keys() == rows.keys()
        assert all(found[name].equals(table) for name, table in rows.items())


@pytest.mark.parametrize("thing", OBJECTS, ids=lambda each: f"{each.vendor} {each.name}")
def test_values_show_in_their_records_alone(thing: Any, store: CrmStore, sources: dict[str, Source]) -> None:
    source = sources[thing.vendor]
    before = source.rows(CLOCK)
    record, *others = rows_of(before[thing.table])
    store.write(thing, {record: VALUES[thing], "1": VALUES[thing]}, FIRST)
    after = source.rows(CLOCK)
    found, old = rows_of(after[thing.table])[record], rows_of(before[thing.table])[record]
    for name, value in VALUES[thing].items():
        shown = found[name]
        assert (shown.isoformat() if isinstance(shown, dt.date) else shown) == value
    for name in thing.modified:
        assert found[name] == FIRST > old[name]
    changed = {*VALUES[thing], *thing.modified, "last_modified_by_id"}
    assert {name: value for name, value in found.items() if name not in changed} == {
        name: value for name, value in old.items() if name not in changed
    }
    untouched = rows_of(after[thing.table].select(before[thing.table].column_names))
    assert {each: untouched[each] for each in others} == {
        each: rows_of(before[thing.table])[each] for each in others
    }
    assert {name for name in before if not after[name].equals(before[name])} <= {thing.table, thing.history}


def test_a_later_write_is_a_change_in_the_history(store: CrmStore, sources: dict[str, Source]) -> None:
    source = sources["salesforce"]
    before = rows_of(source.rows(CLOCK)["account_history"])
    record = next(iter(rows_of(source.rows(CLOCK)["account"])))
    for plan, moment in (("PRO", FIRST), ("SOLO", SECOND)):
        store.write(ACCOUNT, {record: {"dagster_plan_c": plan, "dagster_region_c": plan}}, moment)
    after = rows_of(source.rows(CLOCK)["account_history"])
    assert {each: after[each] for each in before} == before
    added = sorted(
        (after[each] for each in after.keys() - before.keys()), key=lambda row: row["created_date"]
    )
    assert [
        (row["account_id"], row["field"], row["old_value"], row["new_value"], row["created_date"])
        for row in added
    ] == [
        (record, "Dagster_Plan__c", None, "PRO", FIRST),
        (record, "Dagster_Plan__c", "PRO", "SOLO", SECOND),
    ]


def test_in_hubspots_history_one_value_follows_the_other(store: CrmStore, sources: dict[str, Source]) -> None:
    source = sources["hubspot"]
    record = next(iter(rows_of(source.rows(CLOCK)["company"])))
    for arr, moment in ((1200.0, FIRST), (None, SECOND)):
        store.write(COMPANIES, {record: {"property_dagster_arr": arr}}, moment)
    spans = sorted(
        (
            row
            for row in source.rows(CLOCK)["company_property_history"].to_pylist()
            if row["name"] == "dagster_arr"
        ),
        key=lambda row: row["_fivetran_start"],
    )
    assert [(row["company_id"], row["value"], row["_fivetran_active"]) for row in spans] == [
        (int(record), "1200", False),
        (int(record), "", True),
    ]
    assert spans[0]["_fivetran_end"] + dt.timedelta(milliseconds=1) == spans[1]["_fivetran_start"] == SECOND
    keys = ["company_id", "name", "_fivetran_start"]
    history = source.rows(CLOCK)["company_property_history"]
    assert history.group_by(keys).aggregate([]).num_rows == history.num_rows
