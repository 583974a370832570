# ruff: noqa: DTZ001, S608 - Postgres has times without a zone too; the SQL is the test's own
"""Every value arrives as it was, or the stream fails and nothing is changed.

What belongs here: types and values. What does not: modes (`test_contracts.py`).
"""

import datetime as dt
import ipaddress
import json
import math
import struct
from decimal import Decimal
from typing import Any

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql
from psycopg.types.string import TextLoader

from dagster_open_platform.lib.sling.errors import UnrepresentableValue, UnsupportedColumn
from dagster_open_platform.lib.sling.ingest import StreamLoaded
from dagster_open_platform.lib.sling.load import LOADED_AT
from dagster_open_platform.lib.sling.outcomes import StreamFailed
from dagster_open_platform_tests.fixtures.sling import Site, all_stored, in_order

HUGE = Decimal("9" * 28 + "." + "9" * 10)
ODD_TEXTS = [
    "",
    " ",
    r"\N",
    r"\\N",
    "NULL",
    "null",
    "None",
    '"',
    "'",
    '""quoted""',
    "a,b;c|d\te",
    "line\nfeed",
    "carriage\r\nreturn\r",
    "\r",
    "\n",
    "ünï ✓ 漢字 🦆 \u202e\u0001\x7f",
    "{stream_table} ${HOME} $1 %s {{ x }}",
    "0x41",
    "1e5",
    "007",
    "true",
    "2026-01-01",
    "-infinity",
    "NaN",
    "x" * 3_000_000,
    "trailing ",
    None,
]
# By Postgres' type: values as psycopg sends them; each column is padded with nulls.
NASTY: dict[str, list[Any]] = {
    "text": ODD_TEXTS,
    "varchar(40)": [text for text in ODD_TEXTS if text is None or len(text) < 40],
    "char(5)": ["ab", "", "abcde", " a"],
    "name": ["a name", ""],
    "int2": [0, -(2**15), 2**15 - 1],
    "int4": [0, -(2**31), 2**31 - 1],
    "int8": [0, -(2**63), 2**63 - 1, 2**53 + 1, -(2**53) - 1],
    "oid": [0, 2**32 - 1],
    "numeric(38,10)": [
        HUGE,
        HUGE.copy_negate(),
        Decimal("0.0000000001"),
        Decimal(0),
        Decimal("1.5000000000"),
    ],
    "numeric(38,0)": [Decimal(10**38 - 1), Decimal(-(10**38) + 1)],
    "numeric(5,5)": [Decimal("0.99999"), Decimal("-0.00001")],
    "numeric(12)": [Decimal(999999999999)],
    "float4": [0.1, -3.4028235e38, 1.17549435e-38, 16777217.0, math.inf, -math.inf, -0.0],
    "float8": [0.1, 5e-324, -1.7976931348623157e308, 0.1 + 0.2, 1e15 + 0.3, math.inf, -math.inf],
    "bool": [True, False],
    "bytea": [b"", b"\x00", bytes(range(256)), rb"\N", rb"\x00", b"\r\n", "é".encode(), b"\xff" * 100_000],
    "date": [dt.date(1, 1, 1), dt.date(9999, 12, 31), dt.date(1969, 12, 31), dt.date(2024, 2, 29)],
    "timestamp": [
        dt.datetime(1, 1, 1),
        dt.datetime(9999, 12, 31, 23, 59, 59, 999999),
        dt.datetime(1969, 12, 31, 23, 59, 59, 999999),
        dt.datetime(2026, 3, 29, 2, 30, 0, 1),
        dt.datetime(1900, 1, 1, 0, 0, 0, 123456),
    ],
    "timestamptz": [
        dt.datetime(1, 1, 1, tzinfo=dt.UTC),
        dt.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=dt.UTC),
        dt.datetime(1883, 11, 18, 12, 3, 58, 1, tzinfo=dt.UTC),
        dt.datetime(2026, 3, 29, 1, 30, 0, 10, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=45))),
        dt.datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=dt.UTC),
    ],
    "time": ["00:00:00", "23:59:59.999999", "24:00:00", "12:00:00.1"],
    "timetz": ["12:00:00.000001+05:45"],
    "interval": ["1 year 2 mons -3 days 04:05:06.000007", "-00:00:01", "00:00:00"],
    "json": ['{"b": 1,  "a": [1, "\\u00e9", null]}', "null", '"\\\\N"', "1e400"],
    "jsonb": ['{"b": 1.10, "a": {"x": "\\n"}}', "null", "[]", '"NaN"'],
    "uuid": ["00000000-0000-0000-0000-000000000000", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"],
    "int4[]": ["{}", "{1,NULL,-3}", "{{1,2},{3,4}}", "[0:1]={1,2}"],
    "text[]": ['{"","NULL",NULL,"a,b","q\\"q","\\\\N"}', "{}"],
    "inet": ["10.0.0.1", "10.0.0.1/8", "::1", "2001:db8::/32"],
    "cidr": ["10.0.0.0/8"],
    "macaddr": ["08:00:2b:01:02:03"],
    "mood": ["happy", "it's", "null"],
    "int4range": ["[1,5)", "empty", "(,)"],
    "money": ["-1234.56"],
    "bit(3)": ["101"],
    "tsvector": ["'a':1 'b''c':2"],
    "point": ["(1.5,-2)"],
    "positive": [1, 2**31 - 1],
    "price": [Decimal("12.30"), Decimal("-0.05")],
    "pair": ['(1,"a,b")'],
}
TYPES = [
    "create type mood as enum ('happy', 'it''s', 'null')",
    "create domain positive as int4 check (value > 0)",
    "create domain money_like as numeric(10,2)",
    "create domain price as money_like",
    "create type pair as (a int4, b text)",
]
# Those whose values arrive as what psycopg makes of them; all others arrive as text.
NATIVE = {"int2", "int4", "int8", "oid", "numeric", "float4", "float8", "bool", "bytea", "date", "timestamp"}
NATIVE |= {"timestamptz"}


def what_psycopg_reads(url: str, table: str) -> list[dict[str, Any]]:
    """All rows of a table as another client reads them: texts as the server writes them, numbers and times as such."""
    query = sql.SQL("select * from {}").format(sql.Identifier(table))
    with psycopg.connect(url, options="-c timezone=UTC") as connection:
        names = connection.execute(query).description or []
        kinds: dict[str, str] = {}
        for column in names:
            found = connection.execute(
                "select typname::text from pg_type where oid = %s", [column.type_code]
            ).fetchone()
            assert found is not None
            kinds[column.name] = found[0]
            if found[0] not in NATIVE:
                connection.adapters.register_loader(column.type_code, TextLoader)
        rows = connection.execute(query).fetchall()
    return [
        {name: expected(value, kinds[name]) for name, value in zip(kinds, row, strict=True)} for row in rows
    ]


def expected(value: Any, kind: str) -> Any:
    """A value as the warehouse shall have it."""
    if value is None:
        return None
    if kind == "float4":
        return struct.unpack("f", struct.pack("f", value))[0]
    if kind == "bpchar":
        return value.rstrip(" ")  # blanks at the end mean nothing in this type, and casts leave them out
    if kind == "inet":
        return str(ipaddress.ip_interface(value))  # casts always write the length of the mask
    return value


def found_in(site: Site, table: str) -> list[dict[str, Any]]:
    rows = site.stored(table)
    for row in rows:
        assert row.pop(LOADED_AT) is not None
        for name, value in row.items():
            if isinstance(value, dt.datetime) and value.tzinfo:
                row[name] = value.astimezone(dt.UTC)
    return in_order(rows)


def test_nasty_values_of_every_type(site: Site) -> None:
    kinds = list(NASTY)
    length = max(map(len, NASTY.values()))
    columns = ", ".join(f"c{number} {kind}" for number, kind in enumerate(kinds))
    site.source(
        *TYPES,
        f"create table everything ({columns})",
        f"create table nothing ({columns})",
        f"create table nulls ({columns})",
        "insert into nulls select from generate_series(1, 3)",
    )
    with psycopg.connect(site.url) as connection, connection.cursor() as cursor:
        slots = ", ".join(f"%s::{kind}" for kind in kinds)
        cursor.executemany(
            f"insert into everything values ({slots})".encode(),
            [
                [values[row] if row < len(values) else None for values in NASTY.values()]
                for row in range(length)
            ],
        )
    loaded = site.load("public.everything:\npublic.nothing:\npublic.nulls:\n")

    rows = what_psycopg_reads(site.url, "everything")
    assert len(rows) == length
    found = found_in(site, "everything")
    for one, other in zip(in_order(rows), found, strict=True):
        for name in one:
            assert (type(other[name]), other[name]) == (type(one[name]), one[name]), kinds[int(name[1:])]
    assert found_in(site, "nothing") == []
    assert found_in(site, "nulls") == [{f"c{number}": None for number in range(len(kinds))}] * 3
    # A column's type is its source's, whatever values there are.
    assert loaded["public.everything"].columns == loaded["public.nothing"].columns
    assert loaded["public.everything"].columns == loaded["public.nulls"].columns


def test_the_servers_settings_do_not_change_values(site: Site) -> None:
    site.source(
        "create table settings (a timestamptz, b timestamptz[], c interval, d date[], e bytea[], f float8[], g tstzrange)",
        "insert into settings values ('2026-01-02 00:00+00', '{2026-01-02 00:00+00}', '1 day -00:00:01', '{2026-01-02}',"
        " array['\\x00ff'::bytea], '{0.30000000000000004}', '[2026-01-02 00:00+00,)')",
    )
    site.load("public.settings:\n")
    before = found_in(site, "settings")
    name = site.url.rpartition("/")[2].partition("?")[0]
    for setting in (
        "timezone = 'Asia/Kathmandu'",
        "datestyle = 'German'",
        "intervalstyle = 'iso_8601'",
        "bytea_output = 'escape'",
        "extra_float_digits = 0",
    ):
        site.source(f"alter database {name} set {setting}")
    site.load("public.settings:\n")
    assert found_in(site, "settings") == before


def test_names_that_need_quotes(site: Site) -> None:
    site.source(
        'create table "Mixed_Case" ("Id" int primary key, "UPPER" text, "select" text, "order" int, "_sling_column_0" int,'
        ' "_sling_lossy" bool)',
        """insert into "Mixed_Case" values (2, 'u', 's', 3, 4, true)""",
    )
    site.load("public.Mixed_Case: {mode: incremental, primary_key: Id, update_key: order}\n")
    wanted = {
        "id": 2,
        "upper": "u",
        "select": "s",
        "order": 3,
        "_sling_column_0": 4,
        "_sling_lossy": True,
    }
    assert found_in(site, "Mixed_Case") == [wanted]
    site.source("""insert into "Mixed_Case" values (3, 'v', 's', 3, 5, null)""")
    (loaded,) = site.load(
        "public.Mixed_Case: {mode: incremental, primary_key: Id, update_key: order}\n"
    ).values()
    assert (loaded.since, loaded.rows_read, loaded.row_count) == (3, 2, 2)
    site.load(
        "public.Mixed_Case: {mode: incremental, primary_key: Id, update_key: order}\n", full_refresh=True
    )
    assert [row["id"] for row in found_in(site, "Mixed_Case")] == [2, 3]


# What a column cannot hold on its way, and what the stream says of the column.
LOSSY = [
    ("float8", "NaN", ""),
    ("float4", "NaN", ""),
    ("numeric(5,2)", "NaN", ""),
    ("numeric", "NaN", "decimal(38,9)"),
    ("numeric", "NaN", "float"),
    ("text", "NaN", "float"),
    ("date", "infinity", ""),
    ("timestamp", "-infinity", ""),
    ("timestamptz", "infinity", ""),
    ("date", "10000-01-01", ""),
    ("timestamp", "10000-01-01 00:00:00", ""),
    ("timestamptz", "0001-01-01 00:00:00+00 BC", ""),
]


def test_values_that_would_not_survive_are_refused_and_nothing_is_changed(site: Site) -> None:
    names = [f"lossy_{number}" for number in range(len(LOSSY))]
    told = {
        name: f'columns: {{c: "{column}"}}' if column else "columns: {}"
        for name, (_, _, column) in zip(names, LOSSY, strict=True)
    }
    streams = "".join(f"public.{name}: {{{told[name]}}}\n" for name in names)
    for name, (kind, _, _) in zip(names, LOSSY, strict=True):
        site.source(f"create table {name} (id int, c {kind})", f"insert into {name} values (1, null)")
    site.load(streams)
    before = all_stored(site.directory / "warehouse", names)
    for name, (_, value, _) in zip(names, LOSSY, strict=True):
        site.source(f"insert into {name} values (2, '{value}')")

    outcomes = site.ingest(streams)
    for number, name in enumerate(names, start=4):
        failed = outcomes[f"public.{name}"]
        assert isinstance(failed, StreamFailed), LOSSY[number - 4]
        assert isinstance(failed.failure, UnrepresentableValue)
        for word in (
            f"replication.yaml:{number}",
            f"public.{name} ",
            "1 rows",
            "in one of c.",
            "Nothing was",
        ):
            assert word in str(failed.failure.description)
    assert all_stored(site.directory / "warehouse", names) == before

    # What the message says that helps.
    site.load("".join(f"public.{name}: {{where: id = 1, {told[name]}}}\n" for name in names))
    for name in names:
        assert found_in(site, name) == [{"id": 1, "c": None}]
    site.load("".join(f"public.{name}: {{columns: {{c: string}}}}\n" for name in names))
    for name, (_, value, _) in zip(names, LOSSY, strict=True):
        assert {row["c"] for row in found_in(site, name)} == {None, value}


def test_a_numeric_without_precision_needs_a_word(site: Site) -> None:
    site.source(
        "create table amounts (id int, amount numeric, n50 numeric(50,10), neg numeric(5,-2))",
        "insert into amounts values (1, 1.123456789012345, 1e39, 12300)",
    )
    for column in ("amount", "n50", "neg"):
        others = {"amount", "n50", "neg"} - {column}
        told = ", ".join(f"{name}: string" for name in sorted(others))
        failed = site.ingest(f"public.amounts: {{columns: {{{told}}}}}\n")["public.amounts"]
        assert isinstance(failed, StreamFailed)
        assert isinstance(failed.failure, UnsupportedColumn)
        assert f"column {column} of public.amounts" in str(failed.failure.description)
    site.load(
        'public.amounts: {columns: {amount: "decimal(38,15)", n50: string, neg: "decimal(38,0)", id: "decimal(5,1)"}}\n'
    )
    assert found_in(site, "amounts") == [
        {
            "id": Decimal("1.0"),
            "amount": Decimal("1.123456789012345"),
            "n50": "1" + "0" * 39 + "." + "0" * 10,
            "neg": Decimal(12300),
        }
    ]


NAMES = [chr(ord("a") + number) for number in range(6)]
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=30)
MOMENTS = st.datetimes(dt.datetime(1, 1, 2), dt.datetime(9999, 12, 30))
STRATEGIES: dict[str, st.SearchStrategy[Any]] = {
    "text": TEXTS,
    "varchar": TEXTS | st.sampled_from([r"\N", "NULL", "", '"', "\r\n"]),
    "int2": st.integers(-(2**15), 2**15 - 1),
    "int8": st.integers(-(2**63), 2**63 - 1),
    "numeric(38,10)": st.decimals(-(10**28) + 1, 10**28 - 1, places=10),
    "numeric(9,9)": st.decimals(Decimal("-0.9"), Decimal("0.9"), places=9),
    "float8": st.floats(allow_nan=False),
    "float4": st.floats(allow_nan=False, width=32),
    "bool": st.booleans(),
    "bytea": st.binary(max_size=40),
    "date": st.dates(),
    "timestamp": MOMENTS,
    "timestamptz": MOMENTS.map(lambda moment: moment.replace(tzinfo=dt.UTC)),
    "time": st.times().map(str),
    "jsonb": st.recursive(
        st.none() | st.integers(-1000, 1000) | TEXTS, lambda inner: st.lists(inner, max_size=3)
    ).map(json.dumps),
    "text[]": st.lists(TEXTS, max_size=3),
    "interval": st.timedeltas(dt.timedelta(-1000), dt.timedelta(1000)),
}


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[Any]]]:
    """Types of columns, and rows of nullable values."""
    kinds = draw(st.lists(st.sampled_from(sorted(STRATEGIES)), min_size=1, max_size=6))
    row = st.tuples(*(st.none() | STRATEGIES[kind] for kind in kinds)).map(list)
    return kinds, draw(st.lists(row, max_size=8))


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=tables())
def test_random_rows_of_random_tables(site: Site, table: tuple[list[str], list[list[Any]]]) -> None:
    kinds, rows = table
    columns = ", ".join(f"{name} {kind}" for name, kind in zip(NAMES, kinds, strict=False))
    site.source("drop table if exists random_rows", f"create table random_rows ({columns})")
    with psycopg.connect(site.url) as connection, connection.cursor() as cursor:
        slots = ", ".join(f"%s::{kind}" for kind in kinds)
        cursor.executemany(f"insert into random_rows values ({slots})".encode(), rows)
    (outcome,) = site.ingest("public.random_rows:\n").values()
    assert isinstance(outcome, StreamLoaded), outcome
    assert outcome.rows_read == outcome.row_count == outcome.written.rows_inserted == len(rows)
    assert found_in(site, "random_rows") == in_order(what_psycopg_reads(site.url, "random_rows"))
