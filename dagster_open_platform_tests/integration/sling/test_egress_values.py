"""What is published is what the warehouse holds: every row, read with DuckDB there and with psycopg here."""

import datetime as dt
import json
import struct
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_open_platform_tests.fixtures.egress import SCHEMA, Outlet, assert_same, outlet_fixture

__all__ = ["outlet_fixture"]

# Type in DuckDB: Postgres's name of it, and literals that are as nasty as the type allows.
TYPES: dict[str, tuple[str, list[str]]] = {
    "TINYINT": ("bigint", ["-128", "127", "0"]),
    "SMALLINT": ("bigint", ["-32768", "32767"]),
    "INTEGER": ("bigint", ["-2147483648", "2147483647"]),
    "BIGINT": ("bigint", ["-9223372036854775808", "9223372036854775807"]),
    "UTINYINT": ("bigint", ["0", "255"]),
    "USMALLINT": ("bigint", ["65535"]),
    "UINTEGER": ("bigint", ["4294967295"]),
    "UBIGINT": ("numeric", ["0", "18446744073709551615", "9223372036854775808"]),
    "HUGEINT": ("numeric", ["-170141183460469231731687303715884105727", "1" + "0" * 37]),
    "DECIMAL(18,0)": ("bigint", ["-999999999999999999", "999999999999999999"]),
    "DECIMAL(38,0)": ("numeric", ["9" * 38, "-" + "9" * 38]),
    "DECIMAL(38,9)": ("numeric", ["0.000000001", "-" + "9" * 29 + "." + "9" * 9, "1.5"]),
    "DECIMAL(5,2)": ("numeric", ["-999.99", "0.10", "0"]),
    "DOUBLE": (
        "double precision",
        [
            "'inf'",
            "'-inf'",
            "'nan'",
            "0.1",
            "1e308",
            "5e-324",
            "-0.0",
            "123456789.123456789",
            "1e21",
            "2.5e-5",
        ],
    ),
    "FLOAT": ("double precision", ["0.1", "16777217", "'inf'", "-3.4e38", "1e-45"]),
    "BOOLEAN": ("boolean", ["true", "false"]),
    "DATE": ("date", ["'1900-01-01'", "'9999-12-31'", "'0001-01-01'", "'1582-10-10'", "'2024-02-29'"]),
    "TIMESTAMP": (
        "timestamp without time zone",
        [
            "'1900-01-01 00:00:00.000001'",
            "'9999-12-31 23:59:59.999999'",
            "'0001-01-01'",
            "'2026-03-29 02:30:00'",
        ],
    ),
    "TIMESTAMPTZ": (
        "timestamp with time zone",
        ["'1969-12-31 23:59:59.999999+00'", "'2026-06-01 00:00:00.000001+05:30'", "'9999-12-31 23:59:59+00'"],
    ),
    "UUID": ("uuid", ["'00000000-0000-0000-0000-000000000000'", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"]),
    "JSON": (
        "jsonb",
        [
            """'{"a": [1, 1.50, null, true, "x\\u00e9\\n"], "": {}}'""",
            "'[]'",
            "'null'",
            "'\"text\"'",
            "'123456789012345678901234567890.5'",
            "'{' || chr(13) || chr(10) || '\"b\": 1}'",
        ],
    ),
}
TEXTS = [
    "",
    "NULL",
    "null",
    "\\N",
    "\\.",
    "\\",
    "\\n",
    "'",
    '"',
    '""',
    'a "quoted" word',
    ",",
    "a,b",
    " padded ",
    "  ",
    "\t",
    "a\tb",
    "\n",
    "\r",
    "\r\n",
    "a\r\nb\rc\nd",
    "\r\r\n\n",
    "\x01\x1f\x7f\x0b\x0c",
    "true",
    "1",
    "00123",
    "1e5",
    "2026-06-01",
    "2026-06-01 00:00:00",
    "NaN",
    "inf",
    "{}",
    "{{ braces }}",
    "$1 %s {0} ${HOME}",
    "ünï 😀 e\u0301 \u200b \u2028 \ufeff",
    # What stands for null and for a carriage return on the way.
    "\ue00d",
    "\ue00d0",
    "\ue00d1",
    "\ue00d2",
    "\r\ue00d\r1\ue00d\ue00d2",
    "-",
    "x" * 100_000,
]


def compare(outlet: Outlet, table: str, kinds: dict[str, str], order: str = "id") -> None:
    """Every row of a published table is that of the warehouse, in types that were meant.

    Args:
        outlet: Both ends.
        table: Its name at both.
        kinds: Column to its type in DuckDB.
        order: A column without duplicates.
    """
    names = ", ".join(f'"{name}"' for name in kinds)
    texts = ", ".join(f'"{name}"::text' if kind == "JSON" else f'"{name}"' for name, kind in kinds.items())
    expected = outlet.modelled(f'select {names} from {table} order by "{order}"')  # noqa: S608 - the test's own
    found = outlet.published(f'select {texts} from public.{table} order by "{order}"')  # noqa: S608 - the test's own

    def parsed(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        return [
            tuple(
                json.dumps(json.loads(value, parse_float=Decimal), sort_keys=True, default=str)
                if kind == "JSON" and value is not None
                else struct.unpack("f", struct.pack("f", value))[0]
                if kind == "FLOAT" and value is not None
                else value
                for value, kind in zip(row, kinds.values(), strict=True)
            )
            for row in rows
        ]

    assert_same(parsed(found), parsed(expected))


def test_every_type_survives_with_its_extremes_and_nulls(outlet: Outlet) -> None:
    count = max(len(literals) for _, literals in TYPES.values()) + 1
    kinds = {f"c{number}": kind for number, kind in enumerate(TYPES)}
    rows = []
    for row in range(count):
        values = [
            f"({literals[row % len(literals)]})::{kind}" if row < count - 1 else f"null::{kind}"
            for kind, (_, literals) in TYPES.items()
        ]
        rows.append(f"({row}, {', '.join(values)})")
    outlet.model(f"create table every_type as from (values {', '.join(rows)}) t(id, {', '.join(kinds)})")
    outcome = outlet.publish(f"{SCHEMA}.every_type: {{}}")[f"{SCHEMA}.every_type"]
    assert outcome.published.rows == count
    assert outcome.published.columns == {
        "id": "bigint",
        **{name: TYPES[kind][0] for name, kind in kinds.items()},
    }
    assert outcome.published.columns == dict(outlet.catalog("every_type"))
    compare(outlet, "every_type", {"id": "INTEGER", **kinds})


def test_every_text_survives(outlet: Outlet) -> None:
    outlet.model("create table texts (id integer, v varchar, w varchar)")
    with duckdb.connect(str(outlet.file)) as connection:
        rows = [(number, text, text + "\r") for number, text in enumerate(TEXTS)]
        connection.executemany(f"insert into {SCHEMA}.texts values (?, ?, ?)", [*rows, (len(rows), None, "")])  # noqa: S608 - the test's own
    outlet.publish(f"{SCHEMA}.texts: {{}}")
    assert_same(
        outlet.table("texts", "id"),
        [*((number, text, text + "\r") for number, text in enumerate(TEXTS)), (len(TEXTS), None, "")],
    )


NULLS = {f"c{number}": kind for number, kind in enumerate([*TYPES, "VARCHAR"], start=1)}


@pytest.mark.parametrize("rows", [0, 3])
def test_types_do_not_depend_on_values(outlet: Outlet, rows: int) -> None:
    """Empty tables and columns that are all null have the types of full ones."""
    columns = ", ".join(f"null::{kind} as {name}" for name, kind in NULLS.items())
    outlet.model(f"create table nothing as select range::integer as id, {columns} from range({rows})")  # noqa: S608 - the test's own
    outcome = outlet.publish(f"{SCHEMA}.nothing: {{}}")[f"{SCHEMA}.nothing"]
    assert outcome.published.rows == rows
    assert dict(outlet.catalog("nothing")) == {
        "id": "bigint",
        **{name: "text" if kind == "VARCHAR" else TYPES[kind][0] for name, kind in NULLS.items()},
    }
    assert outlet.table("nothing", "id") == [(number, *[None] * len(NULLS)) for number in range(rows)]


def test_columns_of_any_name(outlet: Outlet) -> None:
    names = [
        "id",
        "with space",
        "a-b",
        "a.b",
        "ünï",
        "select",
        "order",
        "9x",
        'a"b',
        "a'b",
        "%s",
        "{0}",
        "a;--",
    ]
    quoted = ['"' + name.replace('"', '""') + '"' for name in names]
    values = ", ".join(f"{number}::bigint as {name}" for number, name in enumerate(quoted))
    outlet.model(f"create table names as select {values}", 'create table capitals as select 1 as "CamelCase"')
    outlet.publish(f"{SCHEMA}.names: {{}}\n{SCHEMA}.capitals: {{}}\n")
    assert outlet.catalog("names") == [(name, "bigint") for name in names]
    assert outlet.table("names", "id") == [tuple(range(len(names)))]
    # The warehouse does not tell letters apart, so the platform writes them small.
    assert outlet.catalog("capitals") == [("camelcase", "bigint")]


def test_views_conditions_and_selections(outlet: Outlet) -> None:
    outlet.model(
        "create table numbers as select range as id, 'v' || range as word, -range as minus from range(10)",
        "create view evens as select * from numbers where id % 2 = 0",
    )
    outlet.publish(
        f"""
        {SCHEMA}.evens: {{where: "id > 2 or word = 'v0'", select: [-minus], object: public.chosen}}
        {SCHEMA}.numbers: {{select: [minus, id], object: extra.numbers}}
        """
    )
    assert outlet.table("chosen", "id") == [(0, "v0"), (4, "v4"), (6, "v6"), (8, "v8")]
    assert outlet.published("select * from extra.numbers order by id") == [
        (number, -number) for number in range(10)
    ]


def test_names_as_long_as_postgres_has_them(outlet: Outlet) -> None:
    long = ["a" * 62 + end for end in "bc"]
    outlet.model(*(f"create table {name} as select {place} as id" for place, name in enumerate(long)))
    for _ in range(2):  # the second finds the tables of the first
        outlet.publish("".join(f"{SCHEMA}.{name}: {{}}\n" for name in long))
    assert [outlet.table(name, "id") for name in long] == [[(0,)], [(1,)]]
    assert outlet.landing_tables() == []


CHARACTERS = st.characters(exclude_categories=("Cs",), exclude_characters="\0")
ROW = st.tuples(
    st.none() | st.text(CHARACTERS, max_size=20) | st.sampled_from(TEXTS[:-1]),
    st.none() | st.floats(),
    st.none() | st.decimals(min_value=-(10**29) + 1, max_value=10**29 - 1, places=9),
    st.none() | st.dates(),
    st.none() | st.datetimes(),
    st.none() | st.datetimes(timezones=st.just(dt.UTC)),
    st.none() | st.booleans(),
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | st.uuids(),
)
COLUMNS = {
    "word": "VARCHAR",
    "real": "DOUBLE",
    "exact": "DECIMAL(38,9)",
    "day": "DATE",
    "local": "TIMESTAMP",
    "moment": "TIMESTAMPTZ",
    "flag": "BOOLEAN",
    "whole": "BIGINT",
    "uid": "UUID",
}


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(rows=st.lists(ROW, max_size=60))
def test_any_rows_are_published_as_they_are(outlet: Outlet, rows: list[tuple[Any, ...]]) -> None:
    """Also one after another into the same table: nothing of an example is left in the next."""
    definitions = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    outlet.model(f"create or replace table anything (id integer, {definitions})")
    with duckdb.connect(str(outlet.file)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        if rows:
            marks = ", ".join("?" * (len(COLUMNS) + 1))
            connection.executemany(
                f"insert into {SCHEMA}.anything values ({marks})",  # noqa: S608 - the test's own
                [(number, *row) for number, row in enumerate(rows)],
            )
    outcome = outlet.publish(f"{SCHEMA}.anything: {{}}")[f"{SCHEMA}.anything"]
    assert outcome.published.rows == len(rows)
    assert_same(outlet.table("anything", "id"), [(number, *row) for number, row in enumerate(rows)])
