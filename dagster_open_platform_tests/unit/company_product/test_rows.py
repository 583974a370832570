"""The rows at one date: keys that resolve, shards that do not overlap, nothing that has not happened yet."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_open_platform_local.company.organizations import organizations_table
from dagster_open_platform_local.company.product.schema import DATABASES
from dagster_open_platform_local.company.product.state import product_tables
from dagster_open_platform_local.company.product.tables import TABLE_BY_NAME, TABLES, tables_of
from dagster_open_platform_local.company.product.texts import ODDITIES
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.company.users import users_table
from dagster_open_platform_tests.unit.company_product.relations import (
    DIRECTORY_OF,
    REFERENCES,
    State,
    moment,
    state,
)

SETTINGS = CompanySettings()
TODAY = date(2026, 11, 24)
ODD_COLUMNS = {
    "users": ["display_name"],
    "teams": ["name", "description"],
    "customer_info": ["notes"],
    "catalog_views": ["name", "description"],
    "alert_policies": ["name", "description"],
    "notifications": ["body"],
    "run_tags": ["value"],
}


@pytest.fixture(scope="module")
def found() -> State:
    return state(SETTINGS, TODAY)


def values(found: State, database: str, column: str) -> set[Any]:
    table, name = column.split(".")
    holder = database if table in found[database] else DIRECTORY_OF[database]
    return set(found[holder][table][name].to_pylist())


def check_references(found: State) -> int:
    """Every value that refers to something; how many were looked at."""
    checked = 0
    for database, tables in found.items():
        for table, columns in REFERENCES.items():
            for column, target in columns.items() if table in tables else ():
                used = set(tables[table][column].drop_null().to_pylist())
                known = values(found, database, target)
                assert used <= known, (database, table, column, sorted(used - known)[:3])
                checked += len(used)
    return checked


def test_every_reference_resolves(found: State) -> None:
    assert check_references(found) > 30_000


def test_what_belongs_to_an_organization_belongs_to_it_throughout(found: State) -> None:
    """A run's job, deployment and organization agree, and so do those of everything else."""
    for tables in found.values():
        for table, columns in REFERENCES.items():
            for column, target in columns.items() if table in tables else ():
                other, key = target.split(".")
                if other not in tables or "organization_id" not in tables[other].column_names:
                    continue
                if "organization_id" not in tables[table].column_names:
                    continue
                owner = dict(
                    zip(
                        tables[other][key].to_pylist(),
                        tables[other]["organization_id"].to_pylist(),
                        strict=True,
                    )
                )
                for reference, organization in zip(
                    tables[table][column].to_pylist(),
                    tables[table]["organization_id"].to_pylist(),
                    strict=True,
                ):
                    assert reference is None or owner[reference] == organization, (table, column)


def test_the_directories_are_the_company(found: State) -> None:
    organizations = {row["id"]: row for row in organizations_table(SETTINGS, TODAY).to_pylist()}
    directories = {name: found[name]["organizations"].to_pylist() for name in ("main", "xregion")}
    assert {row["id"] for rows in directories.values() for row in rows} == organizations.keys()
    for database, region in (("main", "us"), ("xregion", "eu")):
        for row in directories[database]:
            assert row["region"] == region
            shared = row.keys() & organizations[row["id"]].keys()
            assert {name: row[name] for name in shared} == {
                name: organizations[row["id"]][name] for name in shared
            }
    users = {row["id"]: row for row in users_table(SETTINGS, TODAY).to_pylist()}
    members = [row for name in ("main", "xregion") for row in found[name]["users_organizations"].to_pylist()]
    own = {row["user_id"]: row["organization_id"] for row in members if not row["is_guest"]}
    assert own == {number: user["organization_id"] for number, user in users.items()}
    guests = [row for row in members if row["is_guest"]]
    assert guests
    assert all(own[row["user_id"]] != row["organization_id"] for row in guests)


def test_the_shards_share_the_american_organizations(found: State) -> None:
    american = set(found["main"]["organizations"]["id"].to_pylist())
    planes = {name: set(found[name]["deployments"]["organization_id"].to_pylist()) for name in DATABASES}
    assert planes["main"] | planes["shard1"] <= american
    assert not planes["main"] & planes["shard1"]
    assert not planes["xregion"] & american
    assert 0.8 < len(planes["main"]) / len(planes["shard1"]) < 1.25
    for table in tables_of("shard1"):
        for database in ("main", "shard1"):
            held = set(found[database][table.name]["organization_id"].to_pylist())
            assert held <= planes[database], (database, table.name)


def test_ids_are_unique_over_all_databases(found: State) -> None:
    for table in TABLES:
        columns = ["id"] if "id" in table.primary_key else [*table.primary_key]
        held = [
            tuple(row.values())
            for database in table.databases
            # What the product shares of its European database.
            if database != "xregion"
            for row in found[database][table.name].select(columns).to_pylist()
        ]
        assert len(set(held)) == len(held), table.name


def check_nothing_is_later(found: State, today: date) -> None:
    for database, tables in found.items():
        for name, rows in tables.items():
            for column in TABLE_BY_NAME[name].columns:
                if column.name in rows.column_names:
                    check_column(rows[column.name], column.name, today, (database, name))


def check_column(column: pa.ChunkedArray, name: str, today: date, where: tuple[str, str]) -> None:
    if name == "expires_at" or column.null_count == len(column):
        return
    if pa.types.is_timestamp(column.type):
        assert max(column.cast(pa.timestamp("us")).drop_null().to_pylist()) < moment(today), (*where, name)
    elif pa.types.is_date(column.type):
        assert max(column.drop_null().to_pylist()) < today, (*where, name)
    elif name in ("start_time", "end_time"):
        latest = moment(today) - datetime(1970, 1, 1)  # noqa: DTZ001 - UTC, as all here
        assert max(column.drop_null().to_pylist()) < latest.total_seconds(), (*where, name)


def test_nothing_has_happened_later(found: State) -> None:
    check_nothing_is_later(found, TODAY)


@settings(max_examples=8)
@given(
    seed=st.sampled_from([1, 2, 3]),
    scale=st.sampled_from([0.004, 0.02, 0.05]),
    age=st.integers(0, 240),
)
def test_any_company_at_any_date_holds_together(seed: int, scale: float, age: int) -> None:
    company = CompanySettings(seed=seed, scale=scale)
    today = company.epoch + timedelta(days=age)
    found = state(company, today)
    check_references(found)
    check_nothing_is_later(found, today)
    for database, tables in found.items():
        for declared in tables_of(database):
            assert tables[declared.name].schema.equals(declared.arrow_schema(company, today))
            for column in declared.columns_at(company, today):
                if not column.nullable:
                    assert tables[declared.name][column.name].null_count == 0


def test_nothing_ran_before_the_epoch() -> None:
    for table in ("runs", "run_tags", "event_logs", "user_events_counts", "alerts", "notifications"):
        assert product_tables(SETTINGS, "main", SETTINGS.epoch)[table].num_rows == 0


def test_runs_grow_and_rest_on_weekends(found: State) -> None:
    created = [
        each.date() for name in ("main", "shard1") for each in found[name]["runs"]["created_at"].to_pylist()
    ]
    days = [created.count(SETTINGS.epoch + timedelta(days=n)) for n in range(176)]
    weeks = [sum(days[7 * n : 7 * n + 7]) for n in range(25)]
    assert sum(weeks[-4:]) > 1.4 * sum(weeks[:4])
    assert all(max(days[7 * n + 5 : 7 * n + 7]) < min(days[7 * n : 7 * n + 5]) for n in range(25))


def test_sizes_at_scale_one(found: State) -> None:
    def total(table: str) -> int:
        american = (tables for database, tables in found.items() if database != "eu")
        return sum(tables[table].num_rows for tables in american if table in tables)

    assert 20_000 < total("runs") < 25_000
    assert 8 < total("event_logs") / total("runs") < 10
    assert 2.5 < total("run_tags") / total("runs") < 3.5
    assert 600 < total("organizations") < 760
    for table in TABLES:
        assert total(table.name) > 250, table.name
        assert 0.05 < found["eu"][table.name].num_rows / total(table.name) < 0.6, table.name


def test_scale_and_seed_change_it(found: State) -> None:
    double = product_tables(CompanySettings(scale=2), "shard1", TODAY)
    for table in ("runs", "event_logs", "jobs", "alert_policies"):
        assert 1.5 < double[table].num_rows / found["shard1"][table].num_rows < 2.7, table
    other = product_tables(CompanySettings(seed=8), "main", TODAY)
    for name, rows in other.items():
        assert not rows.equals(found["main"][name]), name


def test_texts_hold_what_is_read_wrongly(found: State) -> None:
    met: set[str] = set()
    for table, columns in ODD_COLUMNS.items():
        for column in columns:
            here = {
                text
                for tables in found.values()
                if table in tables
                for text in tables[table][column].to_pylist()
            }
            assert here & {*ODDITIES}, (table, column)
            met |= here
    assert {*ODDITIES} <= met
    assert {"", "\\N", "NULL", '"', "two\nlines", "carriage\r\nreturn", "back\\slash"} < {*ODDITIES}


def test_events_of_a_run_tell_its_story(found: State) -> None:
    """In the order of happening: one beginning, an end that fits the run's status, steps in between."""
    ends = {"SUCCESS": "RUN_SUCCESS", "FAILURE": "RUN_FAILURE", "CANCELED": "RUN_CANCELED"}
    tables = found["shard1"]
    stories: dict[str, list[tuple[Any, int, str]]] = {}
    for row in tables["event_logs"].select(["run_id", "timestamp", "id", "event_type"]).to_pylist():
        stories.setdefault(row["run_id"], []).append((row["timestamp"], row["id"], row["event_type"]))
    complete = 0
    for run in tables["runs"].to_pylist():
        story = [kind for _, _, kind in sorted(stories[run["run_id"]])]
        assert story[0] == "RUN_ENQUEUED"
        finish = set(story) & set(ends.values())
        assert finish <= {ends.get(run["status"])}
        if finish:
            complete += 1
            assert story[-1] in finish
            assert story.count("STEP_START") == sum(
                story.count(f"STEP_{kind}") for kind in ("SUCCESS", "FAILURE")
            )
    assert complete > 0.97 * tables["runs"].num_rows


def test_alerts_are_of_runs_that_failed(found: State) -> None:
    for database in ("main", "shard1"):
        runs = {row["run_id"]: row for row in found[database]["runs"].to_pylist()}
        for alert in found[database]["alerts"].to_pylist():
            assert runs[alert["run_id"]]["status"] == "FAILURE"
            assert runs[alert["run_id"]]["updated_at"] < alert["created_at"]


def test_session_tokens_have_not_expired(found: State) -> None:
    tokens = found["main"]["session_tokens"].to_pylist()
    assert all(row["expires_at"].replace(tzinfo=None) >= moment(TODAY) for row in tokens)
    assert len({row["token_hash"] for row in tokens}) == len(tokens)
    assert all(len(row["token_hash"]) == 64 for row in tokens)


def test_rows_written_together_share_their_time(found: State) -> None:
    for table, column in (
        ("permissions", "updated_at"),
        ("onboarding_checklist", "created_at"),
        ("run_tags", "created_at"),
        ("event_logs", "timestamp"),
    ):
        times = found["main"][table][column].to_pylist()
        assert len(set(times)) < 0.9 * len(times), table
    backfilled = found["main"]["deployments"]["updated_at"].to_pylist()
    assert backfilled.count(max(set(backfilled), key=backfilled.count)) > 3


def test_the_same_again_is_the_same(found: State) -> None:
    again = product_tables(CompanySettings(), "shard1", TODAY)
    assert all(again[name].equals(rows) for name, rows in found["shard1"].items())
    assert all(earlier < later for earlier, later in pairwise(again["event_logs"]["id"].to_pylist()))


def test_what_the_regions_share_is_what_the_eu_has(found: State) -> None:
    for name, rows in found["xregion"].items():
        assert rows.equals(found["eu"][name]), name


def test_a_region_has_rows_of_its_own_organizations_only(found: State) -> None:
    european = {*found["eu"]["organizations"]["id"].to_pylist()}
    for database, tables in found.items():
        for name, rows in tables.items():
            if "organization_id" in rows.column_names:
                mentioned = {*rows["organization_id"].to_pylist()}
                if database in ("eu", "xregion"):
                    assert mentioned <= european, (database, name)
                else:
                    assert mentioned.isdisjoint(european), (database, name)
