"""What passes between two dates: late rows, changes with and without a word, deletes, and nothing else."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_open_platform_local.company.product.state import product_tables
from dagster_open_platform_local.company.product.tables import TABLES, tables_of
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_tests.unit.company_product.relations import by_key, moment, state

SETTINGS = CompanySettings(scale=0.5)
DATES = (date(2026, 8, 13), date(2026, 10, 22), date(2026, 11, 24))
DELETING = {"session_tokens", "users_permissions", "teams_users", "alert_policies"}
SILENT = {"deployments": {"name"}, "teams": {"name"}, "alerts": {"alert_policy_id"}}
"""Table to the columns that change without `updated_at`."""
Rows = dict[tuple[Any, ...], dict[str, Any]]


def check_step(name: str, before: Rows, after: Rows, start: date) -> tuple[int, int, int]:
    """What changed in a table from one date on; numbers of changed, silently changed and deleted rows."""
    changed = silent = 0
    gone = before.keys() - after.keys()
    assert not gone or name in DELETING, name
    for key in before.keys() & after.keys():
        old, new = before[key], {column: after[key][column] for column in before[key]}
        if old == new:
            continue
        differing = {column for column in old if old[column] != new[column]}
        assert "updated_at" in old, (name, differing)
        assert "created_at" not in differing
        if "updated_at" in differing:
            changed += 1
            assert (
                old["updated_at"].replace(tzinfo=None)
                < moment(start)
                <= new["updated_at"].replace(tzinfo=None)
            )
        else:
            silent += 1
            assert differing <= SILENT.get(name, set()), (name, differing)
    return changed, silent, len(gone)


def check_new_rows(name: str, before: Rows, after: Rows, start: date) -> int:
    """Whatever is new was created since then, or arrived late; the number of those that arrived late."""
    late = 0
    for key in after.keys() - before.keys():
        row = after[key]
        column = "timestamp" if name == "event_logs" else "created_at"
        if row[column].replace(tzinfo=None) < moment(start):
            assert name == "event_logs"
            assert key > max(before)
            assert moment(start) - row[column].replace(tzinfo=None) < timedelta(days=3, hours=5)
            late += 1
    return late


def test_a_quarter_changes_only_what_it_should() -> None:
    company = CompanySettings(scale=0.4)
    changed: Counter[str] = Counter()
    silent: Counter[str] = Counter()
    gone: Counter[str] = Counter()
    late = 0
    for start, end in pairwise(DATES):
        before, after = state(company, start), state(company, end)
        for database, tables in before.items():
            for declared in tables_of(database):
                old = by_key(tables[declared.name], declared.primary_key)
                new = by_key(after[database][declared.name], declared.primary_key)
                counts = check_step(declared.name, old, new, start)
                late += check_new_rows(declared.name, old, new, start)
                for counter, count in zip((changed, silent, gone), counts, strict=True):
                    counter[declared.name] += count
    assert late > 0
    assert {name for name in gone if gone[name]} == DELETING
    assert {name for name in silent if silent[name]} == SILENT.keys()
    with_time = {each.name for each in TABLES if "updated_at" in {column.name for column in each.columns}}
    assert {name for name in changed if changed[name]} == with_time - {"permissions"}


@settings(max_examples=8)
@given(seed=st.sampled_from([1, 2, 3]), age=st.integers(0, 200), days=st.integers(1, 9))
def test_any_step_changes_only_what_it_should(seed: int, age: int, days: int) -> None:
    company = CompanySettings(seed=seed, scale=0.03)
    start = company.epoch + timedelta(days=age)
    before, after = state(company, start), state(company, start + timedelta(days=days))
    for database, tables in before.items():
        for declared in tables_of(database):
            old = by_key(tables[declared.name], declared.primary_key)
            new = by_key(after[database][declared.name], declared.primary_key)
            check_step(declared.name, old, new, start)
            check_new_rows(declared.name, old, new, start)


def test_ids_are_never_given_again() -> None:
    """What is created later has a higher id than everything before, also than what was deleted."""
    highest: dict[str, int] = {}
    seen: dict[str, set[int]] = {}
    for day in range(60, 75):
        tables = product_tables(SETTINGS, "main", SETTINGS.epoch + timedelta(days=day))
        for name in ("session_tokens", "alert_policies", "event_logs", "runs", "deployments", "audit_log"):
            ids = set(tables[name]["id"].to_pylist())
            assert min(ids - seen.get(name, set()), default=1 << 62) > highest.get(name, 0), name
            highest[name] = max(highest.get(name, 0), *ids)
            seen[name] = seen.get(name, set()) | ids
    assert len(seen["session_tokens"]) > len(ids_of("session_tokens", 74))


def ids_of(table: str, day: int) -> set[int]:
    rows = product_tables(SETTINGS, "main", SETTINGS.epoch + timedelta(days=day))[table]
    return set(rows["id"].to_pylist())


def test_one_in_a_hundred_events_arrives_days_later() -> None:
    """Measured as whoever reads daily would: which ids are new, and how old they are then."""
    late = total = 0
    before: set[int] = set()
    for day in range(110, 128):
        today = SETTINGS.epoch + timedelta(days=day)
        rows = product_tables(SETTINGS, "shard1", today)["event_logs"].select(["id", "timestamp"])
        times = dict(zip(rows["id"].to_pylist(), rows["timestamp"].to_pylist(), strict=True))
        new = times.keys() - before
        if before:
            total += len(new)
            late += sum(times[each].replace(tzinfo=None) < moment(today) - timedelta(days=1) for each in new)
        before |= times.keys()
    assert 0.003 < late / total < 0.02


def test_a_column_is_null_for_weeks_and_then_filled() -> None:
    def enrolled(day: int) -> int:
        column = product_tables(SETTINGS, "main", SETTINGS.epoch + timedelta(days=day))["users"][
            "mfa_enrolled_at"
        ]
        return len(column) - column.null_count

    assert [enrolled(day) for day in (0, 21, 42)] == [0, 0, 0]
    assert 0 < enrolled(60) < enrolled(120)


def test_agent_versions_are_reported_bit_by_bit() -> None:
    def reported(day: int) -> int:
        column = product_tables(SETTINGS, "main", SETTINGS.epoch + timedelta(days=day))["deployments"][
            "agent_version"
        ]
        return len(column) - column.null_count

    counts = [reported(day) for day in (106, 108, 120, 170)]
    assert counts[0] == 0
    assert counts == sorted(set(counts))


def test_hand_made_renames_are_as_many_as_said() -> None:
    later = state(SETTINGS, DATES[-1])
    named = [name for tables in later.values() for name in tables["deployments"]["name"].to_pylist()]
    assert 0.03 < sum(name.endswith(" (do not use)") for name in named) / len(named) < 0.08
