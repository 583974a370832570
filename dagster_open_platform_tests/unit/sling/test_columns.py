# ruff: noqa: S608 - the SQL is only looked at
"""What is selected for each column, and what is loaded."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform.lib.postgres.catalog import SourceColumn
from dagster_open_platform.lib.sling.columns import (
    LOSSY,
    alias,
    arrow_type,
    plan_columns,
    select_sql,
    sling_types,
)
from dagster_open_platform.lib.sling.config import Mode, Stream
from dagster_open_platform.lib.sling.errors import UnsupportedColumn


def stream(**settings: object) -> Stream:
    given_settings = {"name": "public.users", "mode": Mode.FULL_REFRESH, "schema": "s", "table": "users"}
    return Stream(**{**given_settings, "place": "users.yaml:7", **settings})


NAN = "coalesce({} = 'NaN', false)"
TIME = "coalesce(not isfinite({0}) or extract(year from {0}) not between 1 and 9999, false)"
C = '"c"'
TYPES = [
    # Type at the source, override: what is selected, what Sling is told, what is loaded, when it does not survive.
    (SourceColumn("c", "int2"), "", C, "bigint", pa.int64(), ""),
    (SourceColumn("c", "int4"), "", C, "bigint", pa.int64(), ""),
    (SourceColumn("c", "int8"), "", C, "bigint", pa.int64(), ""),
    (SourceColumn("c", "oid"), "", f"{C}::bigint", "bigint", pa.int64(), ""),
    (SourceColumn("c", "float4"), "", f"{C}::float8", "float", pa.float64(), NAN.format(f"{C}::float8")),
    (SourceColumn("c", "float8"), "", f"{C}::float8", "float", pa.float64(), NAN.format(f"{C}::float8")),
    (SourceColumn("c", "bool"), "", C, "bool", pa.bool_(), ""),
    (SourceColumn("c", "bytea"), "", C, "binary", pa.binary(), ""),
    (SourceColumn("c", "date"), "", C, "date", pa.date32(), TIME.format(C)),
    (SourceColumn("c", "timestamp"), "", C, "timestamp", pa.timestamp("us"), TIME.format(C)),
    (SourceColumn("c", "timestamptz"), "", C, "timestampz", pa.timestamp("us", "UTC"), TIME.format(C)),
    *(
        (SourceColumn("c", kind, category), "", f"{C}::text", "text", pa.string(), "")
        for kind, category in (
            ("text", "b"),
            ("varchar", "b"),
            ("bpchar", "b"),
            ("uuid", "b"),
            ("jsonb", "b"),
            ("time", "b"),
            ("interval", "b"),
            ("inet", "b"),
            ("_text", "b"),
            ("mood", "e"),
            ("int4range", "r"),
            ("pair", "c"),
        )
    ),
    *(
        (
            SourceColumn("c", "numeric", precision=precision, scale=scale),
            override,
            f"({C}::numeric({p},{s}))::text",
            "text",
            pa.decimal128(p, s),
            NAN.format(f"{C}::numeric({p},{s})"),
        )
        for precision, scale, override, p, s in (
            (38, 10, "", 38, 10),
            (1, 1, "", 1, 1),
            (12, 0, "", 12, 0),
            (None, None, "decimal(38,9)", 38, 9),
            (None, None, "decimal(5, 0)", 5, 0),
            (50, 2, "decimal(38,2)", 38, 2),
            (10, 2, "decimal(20,4)", 20, 4),
        )
    ),
    (SourceColumn("c", "numeric"), "string", f"{C}::text", "text", pa.string(), ""),
    (SourceColumn("c", "float8"), "string", f"{C}::text", "text", pa.string(), ""),
    (
        SourceColumn("c", "numeric"),
        "float",
        f"{C}::float8",
        "float",
        pa.float64(),
        NAN.format(f"{C}::float8"),
    ),
    (SourceColumn("c", "int4"), "float", f"{C}::float8", "float", pa.float64(), NAN.format(f"{C}::float8")),
]


@pytest.mark.parametrize(("column", "override", "selected", "told", "loaded", "lossy"), TYPES)
def test_each_type(
    column: SourceColumn, override: str, selected: str, told: str, loaded: pa.DataType, lossy: str
) -> None:
    taken = stream(columns={"c": override} if override else {})
    plans = plan_columns(taken, (column,))
    assert [plan.name for plan in plans] == ["c"]
    assert arrow_type(plans[0]) == loaded
    assert sling_types(plans) == {"_sling_column_0": told, "_sling_lossy": "bool"}
    assert select_sql(taken, plans) == (
        f'select {selected} as _sling_column_0, ({lossy or "false"}) as _sling_lossy from "public"."users"'
    )


@pytest.mark.parametrize(
    ("precision", "scale"), [(None, None), (39, 0), (1000, 10), (5, -2), (3, 5), (38, 39)]
)
def test_numerics_that_the_warehouse_has_not(precision: int | None, scale: int | None) -> None:
    column = SourceColumn("amount", "numeric", precision=precision, scale=scale)
    with pytest.raises(UnsupportedColumn) as caught:
        plan_columns(stream(), (column,))
    said = str(caught.value.description)
    assert said.startswith("users.yaml:7: column amount of public.users ")
    assert 'columns: {amount: "decimal(38,9)"}' in said
    assert plan_columns(stream(exclude=frozenset({"amount"})), (column, SourceColumn("id", "int4")))


@pytest.mark.parametrize(
    "override",
    [
        "decimal",
        "decimal(39,2)",
        "decimal(5,6)",
        "decimal(5)",
        "decimal(5,-1)",
        "text",
        "String",
        "int",
        " float",
    ],
)
def test_overrides_that_are_none(override: str) -> None:
    with pytest.raises(
        UnsupportedColumn, match=r"users\.yaml:7: columns\.c: found '.*'; expected string, float"
    ):
        plan_columns(stream(columns={"c": override}), (SourceColumn("c", "numeric"),))


@pytest.mark.parametrize(
    "settings",
    [
        {"include": ("id", "nme")},
        {"exclude": frozenset({"nme"})},
        {"primary_key": ("nme",)},
        {"update_key": "nme"},
        {"columns": {"nme": "string"}},
        {"primary_key": ("ID", "nme")},
    ],
)
def test_columns_that_are_gone(settings: dict[str, object]) -> None:
    with pytest.raises(UnsupportedColumn) as caught:
        plan_columns(stream(**settings), (SourceColumn("id", "int4"), SourceColumn("name", "text")))
    said = str(caught.value.description)
    assert said.startswith("users.yaml:7: public.users has no column ")
    assert "nme; it has: id, name. Was it dropped or renamed" in said


@pytest.mark.parametrize("kind", ["text", "uuid", "interval", "time", "bool", "bytea", "mood", "inet"])
def test_update_keys_whose_order_is_each_engines_own(kind: str) -> None:
    incremental = stream(mode=Mode.INCREMENTAL, primary_key=("id",), update_key="at")
    columns = (SourceColumn("id", "int4"), SourceColumn("at", kind))
    with pytest.raises(
        UnsupportedColumn, match=r"users\.yaml:7: the update key at of public\.users arrives as"
    ):
        plan_columns(incremental, columns)


@pytest.mark.parametrize("kind", ["int4", "int8", "date", "timestamp", "timestamptz", "float8"])
def test_update_keys_that_grow(kind: str) -> None:
    incremental = stream(mode=Mode.INCREMENTAL, primary_key=("id",), update_key="at")
    assert plan_columns(incremental, (SourceColumn("id", "text"), SourceColumn("at", kind)))


def test_which_columns_and_in_which_order() -> None:
    columns = tuple(SourceColumn(name, "int4") for name in "abcd")
    assert [plan.name for plan in plan_columns(stream(), columns)] == list("abcd")
    assert [plan.name for plan in plan_columns(stream(include=("d", "b")), columns)] == ["b", "d"]
    assert [plan.name for plan in plan_columns(stream(exclude=frozenset("ac")), columns)] == ["b", "d"]


def test_conditions_are_apart_and_the_newest_row_of_a_key_comes_first() -> None:
    taken = stream(
        name="public.Odd",
        mode=Mode.INCREMENTAL,
        primary_key=("id", "region"),
        update_key="at",
        where="a or b",
    )
    columns = tuple(SourceColumn(name, "int8") for name in ("id", "region", "at"))
    plans = plan_columns(taken, columns)
    selected = '"id" as _sling_column_0, "region" as _sling_column_1, "at" as _sling_column_2, (false) as _sling_lossy'
    assert select_sql(taken, plans, "c or d") == (
        f'select {selected} from "public"."Odd" where (a or b) and (c or d)'
    )
    assert select_sql(taken, plans, newest_of_key=True) == (
        f'select distinct on ("id", "region") {selected} from "public"."Odd" where (a or b)'
        ' order by "id", "region", "at" desc nulls last'
    )


NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1, max_size=20)


@given(st.lists(NAMES, min_size=1, max_size=5, unique=True))
def test_any_name_stays_inside_its_quotes(names: list[str]) -> None:
    plans = plan_columns(stream(), tuple(SourceColumn(name, "text") for name in names))
    text = select_sql(stream(), plans)
    for number, name in enumerate(names):
        quoted = '"' + name.replace('"', '""') + '"'
        assert f"{quoted}::text as {alias(number)}" in text
        text = text.replace(quoted, "?", 1)
    aliases = ", ".join(f"?::text as _sling_column_{number}" for number in range(len(names)))
    assert text == f'select {aliases}, (false) as {LOSSY} from "public"."users"'
