"""What a load leaves in the destination, compared with a model of plain dictionaries."""

import datetime as dt
import threading
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from dagster_open_platform_local.company.fivetran.layouts import layout_names, layouts
from dagster_open_platform_local.services.saas.fivetran.destination import DATABASE, Destination
from dagster_open_platform_local.services.saas.fivetran.errors import SyncError
from dagster_open_platform_local.services.saas.fivetran.loading import Load, Loaded, destination_type, load
from dagster_open_platform_local.services.warehouse_file import database_file
from dagster_open_platform_tests.fixtures.fivetran import Tables, layouts_of, rows_in

NOW = dt.datetime(2026, 9, 17, 6, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
TABLES: Tables = {
    "marked": {"a": "STRING pk", "b": "INT pk", "value": "STRING", "_fivetran_deleted": "BOOLEAN"},
    "plain": {"a": "STRING pk", "value": "DOUBLE"},
}
EVERY_TYPE: Tables = {
    "types": {
        "id": "LONG pk",
        "string": "STRING",
        "flag": "BOOLEAN",
        "short": "SHORT",
        "int": "INT",
        "float": "FLOAT",
        "double": "DOUBLE",
        "money": "DECIMAL(18,2)",
        "day": "LOCALDATE",
        "local": "LOCALDATETIME",
        "instant": "INSTANT",
        "json": "JSON",
    }
}
Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def load_rows(
    directory: Path,
    tables: Tables,
    rows: Rows,
    now: dt.datetime = NOW,
    rewritten: Iterable[str] = (),
) -> Loaded:
    """One load of tables that are all enabled."""
    found = layouts_of(tables)
    arrow = {
        name: pa.Table.from_pylist([dict(row) for row in content], schema=found[name].schema)
        for name, content in rows.items()
    }
    wanted = Load("crm", list(found.values()), arrow, {*rewritten}, now)
    with Destination(database_file(directory, DATABASE), 0.0).transaction(threading.Event()) as connection:
        return load(connection, wanted, lambda: None)


marked_rows = st.dictionaries(
    st.tuples(st.sampled_from(["x", "y", "", "ü"]), st.integers(0, 2)),
    st.none() | st.sampled_from(["1", "2"]),
    max_size=6,
)
plain_rows = st.dictionaries(
    st.sampled_from("xyz"), st.none() | st.floats(allow_nan=True, allow_infinity=False), max_size=3
)


# Shrinking would open a database hundreds of times.
@settings(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.lists(st.tuples(marked_rows, plain_rows), min_size=1, max_size=5))
def test_any_course_of_days_ends_as_a_model_of_it(days: list[tuple[dict[Any, Any], dict[Any, Any]]]) -> None:
    marked: dict[Any, tuple[Any, bool, dt.datetime]] = {}
    plain: dict[Any, tuple[Any, dt.datetime]] = {}
    with TemporaryDirectory() as directory:
        for number, (wanted_marked, wanted_plain) in enumerate(days):
            now = NOW + number * HOUR
            for key, value in wanted_marked.items():
                if marked.get(key, (None, True))[:2] != (value, False) or key not in marked:
                    marked[key] = (value, False, now)
            for key in marked.keys() - wanted_marked.keys():
                if not marked[key][1]:
                    marked[key] = (marked[key][0], True, now)
            plain = {
                key: plain[key] if key in plain and _same(plain[key][0], value) else (value, now)
                for key, value in wanted_plain.items()
            }
            load_rows(
                Path(directory),
                TABLES,
                {
                    "marked": [{"a": a, "b": b, "value": value} for (a, b), value in wanted_marked.items()],
                    "plain": [{"a": a, "value": value} for a, value in wanted_plain.items()],
                },
                now,
            )
        found = {
            (row["a"], row["b"]): (row["value"], row["_fivetran_deleted"], row["_fivetran_synced"])
            for row in rows_in(Path(directory), "crm.marked")
        }
        assert found == marked
        found_plain = {
            row["a"]: (row["value"], row["_fivetran_synced"]) for row in rows_in(Path(directory), "crm.plain")
        }
        assert found_plain.keys() == plain.keys()
        assert all(
            _same(found_plain[key][0], value) and found_plain[key][1] == at
            for key, (value, at) in plain.items()
        )


def _same(left: float | None, right: float | None) -> bool:
    return left == right or (left is not None and right is not None and left != left and right != right)


ROW = {
    "id": 1,
    "string": 'it\'s "quoted"',
    "flag": False,
    "short": -5,
    "int": 7,
    "float": 0.25,
    "double": 0.1,
    "money": Decimal("-12.30"),
    "day": dt.date(2026, 2, 28),
    "local": dt.datetime.fromisoformat("2026-03-29T02:30:00.000001"),
    "instant": dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC),
    "json": '{"b": [1, null],  "a": "x"}',
}


def test_every_type_comes_as_it_was_and_a_null_stays_one(tmp_path: Path) -> None:
    empty = {**dict.fromkeys(ROW), "id": 2}
    assert load_rows(tmp_path, EVERY_TYPE, {"types": [ROW, empty]}) == Loaded(inserted=2)

    found = rows_in(tmp_path, "crm.types")

    assert found == [{**ROW, "_fivetran_synced": NOW}, {**empty, "_fivetran_synced": NOW}]


def test_a_load_of_the_same_rows_writes_nothing(tmp_path: Path) -> None:
    rows: Rows = {"types": [ROW, {**dict.fromkeys(ROW), "id": 2}]}
    load_rows(tmp_path, EVERY_TYPE, rows)
    assert load_rows(tmp_path, EVERY_TYPE, rows, NOW + HOUR) == Loaded()
    assert {row["_fivetran_synced"] for row in rows_in(tmp_path, "crm.types")} == {NOW}


@pytest.mark.parametrize("column", [name for name in ROW if name != "id"])
def test_a_change_of_any_column_is_seen(tmp_path: Path, column: str) -> None:
    load_rows(tmp_path, EVERY_TYPE, {"types": [ROW]})
    assert load_rows(tmp_path, EVERY_TYPE, {"types": [{**ROW, column: None}]}, NOW + HOUR) == Loaded(
        updated=1
    )
    (found,) = rows_in(tmp_path, "crm.types")
    assert (found[column], found["_fivetran_synced"]) == (None, NOW + HOUR)


def test_a_key_that_is_partly_null_is_a_key(tmp_path: Path) -> None:
    rows: Rows = {"marked": [{"a": "x", "b": None, "value": "1"}, {"a": None, "b": 1, "value": "2"}]}
    assert load_rows(tmp_path, TABLES, rows) == Loaded(inserted=2)
    assert load_rows(tmp_path, TABLES, rows, NOW + HOUR) == Loaded()
    assert load_rows(tmp_path, TABLES, {"marked": rows["marked"][:1]}, NOW + HOUR) == Loaded(deleted=1)


def test_a_resync_writes_all_rows_of_its_tables_and_no_others(tmp_path: Path) -> None:
    rows: Rows = {"marked": [{"a": "x", "b": 1, "value": "1"}], "plain": [{"a": "x", "value": 1.0}]}
    load_rows(tmp_path, TABLES, rows)
    assert load_rows(tmp_path, TABLES, rows, NOW + HOUR, ["marked"]) == Loaded(updated=1)
    assert [row["_fivetran_synced"] for row in rows_in(tmp_path, "crm.marked")] == [NOW + HOUR]
    assert [row["_fivetran_synced"] for row in rows_in(tmp_path, "crm.plain")] == [NOW]


def test_what_the_source_adds_is_added_and_what_it_drops_stays(tmp_path: Path) -> None:
    load_rows(tmp_path, {"t": {"id": "LONG pk", "old": "STRING"}}, {"t": [{"id": 1, "old": "kept"}]})
    changed: Tables = {"t": {"id": "LONG pk", "new": "JSON"}, "u": {"id": "LONG pk"}}

    loaded = load_rows(tmp_path, changed, {"t": [{"id": 1, "new": "[]"}, {"id": 2}]}, NOW + HOUR)

    assert loaded == Loaded(inserted=1, updated=1)
    assert [(row["id"], row["old"], row["new"]) for row in rows_in(tmp_path, "crm.t")] == [
        (1, "kept", "[]"),
        (2, None, None),
    ]
    assert rows_in(tmp_path, "crm.u") == []


def test_a_column_that_becomes_wider_keeps_its_values(tmp_path: Path) -> None:
    load_rows(tmp_path, {"t": {"id": "LONG pk", "n": "INT"}}, {"t": [{"id": 1, "n": 5}]})
    wider: Tables = {"t": {"id": "LONG pk", "n": "STRING"}}
    assert load_rows(tmp_path, wider, {"t": [{"id": 1, "n": "5"}]}, NOW + HOUR) == Loaded()
    assert [row["n"] for row in rows_in(tmp_path, "crm.t")] == ["5"]


@pytest.mark.parametrize(
    "rows",
    [
        {"marked": [{"a": "x", "b": 1}], "plain": [{"a": "x"}, {"a": "x"}]},
        {"marked": [{"a": "x", "b": 1}], "plain": [{"a": "x", "value": "no number"}]},
    ],
)
def test_a_table_that_does_not_fit_stops_the_load_and_nothing_of_it_stays(tmp_path: Path, rows: Rows) -> None:
    load_rows(tmp_path, TABLES, {"marked": [{"a": "first", "b": 1, "value": "1"}]})
    found = layouts_of({**TABLES, "plain": {"a": "STRING pk", "value": "STRING"}})
    arrow = {
        name: pa.Table.from_pylist([dict(row) for row in content], schema=found[name].schema)
        for name, content in rows.items()
    }
    wanted = Load("crm", list(layouts_of(TABLES).values()), arrow, (), NOW + HOUR)

    with (
        pytest.raises(SyncError, match="plain"),
        Destination(database_file(tmp_path, DATABASE), 0.0).transaction(threading.Event()) as connection,
    ):
        load(connection, wanted, lambda: None)

    assert [row["a"] for row in rows_in(tmp_path, "crm.marked")] == ["first"]
    assert [row["_fivetran_deleted"] for row in rows_in(tmp_path, "crm.marked")] == [False]


@pytest.mark.parametrize("schema", layout_names())
def test_every_table_of_the_company_can_be_made_in_the_destination(tmp_path: Path, schema: str) -> None:
    wanted = Load(schema, list(layouts(schema).values()), {}, (), NOW)
    for _ in range(2):  # the second time they are there, with these columns
        with Destination(database_file(tmp_path, DATABASE), 0.0).transaction(threading.Event()) as connection:
            assert load(connection, wanted, lambda: None) == Loaded()
            found = connection.execute(
                "SELECT table_name, list((column_name, data_type) ORDER BY column_index) FROM duckdb_columns() "
                "WHERE schema_name = ? GROUP BY 1",
                [schema],
            ).fetchall()
        assert dict(found) == {
            name: [(column.name, destination_type(column)) for column in layout.columns]
            for name, layout in layouts(schema).items()
        }
