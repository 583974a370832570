"""The difference between two states, against one that is worked out row by row."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_open_platform_local.company.difference import difference
from dagster_open_platform_local.company.product.state import product_tables
from dagster_open_platform_local.company.product.tables import tables_of
from dagster_open_platform_local.company.product.texts import ODDITIES
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_tests.unit.company_product.relations import by_key

SCHEMA = pa.schema(
    [
        ("id", pa.int64()),
        ("kind", pa.string()),
        ("text", pa.string()),
        ("list", pa.list_(pa.string())),
        ("moment", pa.timestamp("us", tz="UTC")),
        ("amount", pa.decimal128(18, 6)),
        ("number", pa.float64()),
    ]
)
KEY = ("id", "kind")
MOMENT = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
ROWS = st.fixed_dictionaries(
    {
        "text": st.none() | st.sampled_from(ODDITIES),
        "list": st.none() | st.lists(st.none() | st.sampled_from(ODDITIES[:5]), max_size=2),
        "moment": st.none() | st.sampled_from([MOMENT, MOMENT + timedelta(microseconds=1)]),
        "amount": st.none() | st.sampled_from([Decimal("0.000001"), Decimal("0.000002")]),
        "number": st.none() | st.sampled_from([0.1, 0.30000000000000004]),
    }
)
STATES = st.dictionaries(st.tuples(st.integers(1, 6), st.sampled_from(["a", "b"])), ROWS)
State = dict[tuple[int, str], dict[str, Any]]


def table_of(state: State) -> pa.Table:
    rows = [{"id": number, "kind": kind, **row} for (number, kind), row in state.items()]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


@settings(max_examples=40)
@given(before=STATES, after=STATES)
def test_it_is_what_sets_of_keys_say(before: State, after: State) -> None:
    found = difference(table_of(before), table_of(after), KEY)
    assert by_key(found.inserted, KEY) == by_key(
        table_of({key: after[key] for key in after.keys() - before.keys()}), KEY
    )
    changed = {key for key in after.keys() & before.keys() if after[key] != before[key]}
    assert by_key(found.updated, KEY) == by_key(table_of({key: after[key] for key in changed}), KEY)
    assert {tuple(row.values()) for row in found.deleted.to_pylist()} == before.keys() - after.keys()
    assert found.inserted.schema.equals(SCHEMA)
    assert found.updated.schema.equals(SCHEMA)
    assert found.is_empty == (before == after)


@settings(max_examples=40)
@given(state=STATES)
def test_a_new_column_counts_as_null_before(state: State) -> None:
    after = table_of(state)
    found = difference(after.drop_columns(["text"]), after, KEY)
    filled = {key for key, row in state.items() if row["text"] is not None}
    assert by_key(found.updated, KEY).keys() == filled
    assert found.inserted.num_rows == found.deleted.num_rows == 0


def test_of_the_product_from_day_to_day() -> None:
    """Applied to yesterday's rows it gives today's, over the day on which a column comes."""
    company, day = CompanySettings(scale=0.1), date(2026, 9, 13)
    before = product_tables(company, "main", day)
    written = 0
    for _ in range(4):
        day += timedelta(days=1)
        after = product_tables(company, "main", day)
        for declared in tables_of("main"):
            key = declared.primary_key
            found = difference(before[declared.name], after[declared.name], key)
            rows = by_key(before[declared.name], key)
            for gone in found.deleted.to_pylist():
                del rows[tuple(gone.values())]
            updated, inserted = by_key(found.updated, key), by_key(found.inserted, key)
            assert updated.keys() <= rows.keys()
            assert not inserted.keys() & rows.keys()
            names = after[declared.name].column_names
            rows = {each: {name: row.get(name) for name in names} for each, row in rows.items()}
            assert {**rows, **updated, **inserted} == by_key(after[declared.name], key), declared.name
            written += found.inserted.num_rows + found.updated.num_rows + found.deleted.num_rows
        before = after
    assert written > 100
