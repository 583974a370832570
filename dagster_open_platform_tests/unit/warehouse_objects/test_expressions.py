"""Expressions of Snowflake's, translated to DuckDB and run: each value is what Snowflake documents, worked out by hand."""

import datetime as dt
import decimal
import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dagster_open_platform.lib.warehouse.duckdb import casts
from dagster_open_platform.lib.warehouse.duckdb.expressions import Row, reads_the_row, translate
from dagster_open_platform.lib.warehouse.errors import InvalidDeclaration

PATH = "slack/2026/06/01/dt=2026-06-02/activity.json.gz"
DOCUMENT = {
    "text": "hello",
    "empty": "",
    "null": None,
    "yes": True,
    "no": False,
    "whole": 12,
    "half": 2.5,
    "minus": -2.5,
    "price": "1.005",
    "Case": "upper",
    "two words": 5,
    "on": "on",
    "one": 1,
    "zero": 0,
    "nested": {"list": [1, {"deep": "x"}], "z": 1, "a": 2},
    "offset": "2026-06-01T02:00:00+02:00",
    "zulu": "2026-06-01T02:00:00.123456Z",
    "spaced": "2026-06-01 02:00:00 +0200",
    "local": "2026-06-01 02:03:04",
    "day": "2026-06-01",
    "seconds": 1780000000,
    "millis": 1780000000123,
    "micros": 1780000000123456,
    "nanos": "1780000000123456789",
    "clock": "01:02:03",
}
naive = dt.datetime.fromisoformat
MOMENT = naive("2026-05-28T20:26:40")
UTC = dt.UTC


@pytest.fixture(scope="module")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def value_of(
    duck: duckdb.DuckDBPyConnection, expression: str, document: Any = DOCUMENT, kind: str | None = None
) -> Any:
    """What an expression is for a document, cast to a declared type if there is one."""
    value = translate(expression, Row(filename="path", document="document"))
    if kind is not None:
        value = casts.cast(value, casts.target_of(kind))
    sql = f"SELECT {value.sql} AS v FROM (SELECT CAST(? AS JSON) AS document, ? AS path)"  # noqa: S608 - under test
    found = duck.execute(sql, [json.dumps(document), PATH]).to_arrow_table()["v"][0].as_py()
    return json.loads(found) if value.kind is casts.Kind.VARIANT and found is not None else found


TEXTS = [
    ("value:text::varchar", "hello"),
    ("value:text::string", "hello"),
    ("cast(value:text as text)", "hello"),
    ("value:null::varchar", None),
    ("value:missing::varchar", None),
    ("value:whole::varchar", "12"),
    ("value:yes::varchar", "true"),
    ("value:Case::varchar", "upper"),
    ("value:case::varchar", None),  # keys are told apart by case
    ('value:"two words"::varchar', "5"),
    ("value:nested.list[1].deep::varchar", "x"),
    ("value:nested:list[1]:deep::varchar", "x"),
    ("value['nested']['list'][1]['deep']::varchar", "x"),
    ("get_path(value, 'nested.list[1].deep')::varchar", "x"),
    ("get(value, 'text')::varchar", "hello"),
    ("to_varchar(value:whole)", "12"),
    ("upper(value:text)", "HELLO"),
    ("lower(trim('  A '))", "a"),
    ("ltrim('xxa', 'x') || rtrim('byy', 'y')", "ab"),
    ("substr(value:text, 2, 3)", "ell"),
    ("substr(value:text, 0, 2)", "he"),
    ("substring(value:text, 4)", "lo"),
    ("left(value:text, 2) || right(value:text, 1)", "heo"),
    ("left(value:text, -1)", ""),
    ("replace(value:text, 'l', 'L')", "heLLo"),
    ("value:text || '-' || value:whole", "hello-12"),
    ("concat(value:text, value:null::varchar)", None),
    ("nullif(value:empty::varchar, '')", None),
    ("nullif(value:text::varchar, '')", "hello"),
    ("coalesce(value:missing::varchar, value:null::varchar, value:text)", "hello"),
    ("nvl(value:missing::varchar, 'x')", "x"),
    ("iff(value:yes::boolean, 'a', 'b')", "a"),
    ("case when value:one = 2 then 'two' when value:one = 1 then 'one' else 'none' end", "one"),
    ("metadata$filename", PATH),
    ("METADATA$FILENAME", PATH),
    ("split_part(metadata$filename, '/', 2)", "2026"),
    ("split_part(metadata$filename, '/', 0)", "slack"),
    ("split_part(metadata$filename, '/', -1)", "activity.json.gz"),
    ("split_part(metadata$filename, '/', 9)", ""),
    ("regexp_substr(metadata$filename, '[0-9]{4}')", "2026"),
    ("regexp_substr(metadata$filename, 'dt=([^/]+)', 1, 1, 'e')", "2026-06-02"),
    ("regexp_substr(metadata$filename, 'DT=([^/]+)', 1, 1, 'ie', 1)", "2026-06-02"),
    ("regexp_substr(metadata$filename, 'nothing')", None),
    (r"regexp_substr(value:zulu, '\\d+')", "2026"),  # a backslash escapes in Snowflake's constants
    ("'it''s'", "it's"),
]


@pytest.mark.parametrize(("expression", "expected"), TEXTS)
def test_text(duck: duckdb.DuckDBPyConnection, expression: str, expected: str | None) -> None:
    assert value_of(duck, expression) == expected


NUMBERS = [
    ("value:whole::number", 12),
    ("value:half::int", 3),
    ("value:minus::number(38,0)", -3),
    ("value:price::number(38,2)", decimal.Decimal("1.01")),
    ("value:half::number(10,1)", decimal.Decimal("2.5")),
    ("value:half::float", 2.5),
    ("to_number(value:price, 10, 2)", decimal.Decimal("1.01")),
    ("try_to_number(value:text::varchar)", None),
    ("try_cast(value:text::varchar as int)", None),
    ("value:missing::number(38,2)", None),
    ("value:null::float", None),
    ("value:whole + 1", 13.0),
    ("-value:whole", -12.0),
    ("1 / 2", 0.5),
    ("length(value:text)", 5),
    ("coalesce(value:missing::int, 0)", 0),
]


@pytest.mark.parametrize(("expression", "expected"), NUMBERS)
def test_numbers(duck: duckdb.DuckDBPyConnection, expression: str, expected: Any) -> None:
    found = value_of(duck, expression)
    assert (found, type(found)) == (expected, type(expected))


TRUTHS = [
    ("value:yes::boolean", True),
    ("value:no::boolean", False),
    ("value:on::boolean", True),
    ("value:one::boolean", True),
    ("value:zero::boolean", False),
    ("value:null::boolean", None),
    ("to_boolean('off')", False),
    ("to_boolean('Y')", True),
    ("value:null is null", False),  # a JSON null is a value
    ("value:missing is null", True),
    ("value:null::varchar is null", True),
    ("is_null_value(value:null)", True),
    ("is_null_value(value:missing)", None),
    ("value:one = '1'", True),
    ("value:text in ('hello', 'x')", True),
    ("value:text like 'he%'", True),
    ("not value:yes::boolean or value:whole >= 12", True),
    ("startswith(value:text, 'he')", True),
    ("regexp_like(value:text, 'hel')", False),  # the whole text has to match
    ("regexp_like(value:text, 'h.*')", True),
]


@pytest.mark.parametrize(("expression", "expected"), TRUTHS)
def test_truth(duck: duckdb.DuckDBPyConnection, expression: str, expected: bool | None) -> None:
    assert value_of(duck, expression) is expected


TIMES = [
    ("value:offset::timestamp_ntz", naive("2026-06-01T02:00")),  # the clock on that wall
    ("value:offset::timestamp_tz", dt.datetime(2026, 6, 1, 0, tzinfo=UTC)),
    ("value:spaced::timestamp_ltz", dt.datetime(2026, 6, 1, 0, tzinfo=UTC)),
    ("value:zulu::timestamp", naive("2026-06-01T02:00:00.123456")),
    ("value:local::timestamp_tz", dt.datetime(2026, 6, 1, 2, 3, 4, tzinfo=UTC)),
    ("to_timestamp_ntz(value:day)", naive("2026-06-01")),
    ("try_to_timestamp_ntz(value:text)", None),
    ("value:seconds::timestamp", MOMENT),
    ("value:millis::timestamp", MOMENT.replace(microsecond=123000)),
    ("value:micros::timestamp_tz", MOMENT.replace(microsecond=123456, tzinfo=UTC)),
    ("value:seconds::varchar::timestamp", MOMENT),
    ("value:offset::date", dt.date(2026, 6, 1)),
    ("value:seconds::date", dt.date(2026, 5, 28)),
    ("to_date(value:day)", dt.date(2026, 6, 1)),
    ("to_date('01.06.2026', 'DD.MM.YYYY')", dt.date(2026, 6, 1)),
    ("to_date(split_part(split_part(metadata$filename, 'dt=', 2), '/', 1))", dt.date(2026, 6, 2)),
    ("date_from_parts(2026, split_part(metadata$filename, '/', 3), 4)", dt.date(2026, 6, 4)),
    ("date_trunc('month', value:offset::date)", dt.date(2026, 6, 1)),
    ("date_trunc('hour', value:zulu::timestamp)", naive("2026-06-01T02:00")),
    ("value:clock::time", dt.time(1, 2, 3)),
    ("value:null::timestamp", None),
]


@pytest.mark.parametrize(("expression", "expected"), TIMES)
def test_times(duck: duckdb.DuckDBPyConnection, expression: str, expected: Any) -> None:
    assert value_of(duck, expression) == expected


VARIANTS = [
    ("value", DOCUMENT),
    ("value:nested", DOCUMENT["nested"]),
    ("value:nested.list[0]", 1),
    ("value:missing", None),
    ("parse_json('{\"a\": [1]}'):a", [1]),
    ("value:nested::object", DOCUMENT["nested"]),
    ("coalesce(value:missing, value:text)", "hello"),
    ("to_variant(value:whole::int)", 12),
]


@pytest.mark.parametrize(("expression", "expected"), VARIANTS)
def test_variants(duck: duckdb.DuckDBPyConnection, expression: str, expected: Any) -> None:
    assert value_of(duck, expression) == expected


REFUSED = [
    ("foo", "foo in the expression 'foo' is neither value nor metadata"),
    ("md5(value:text)", "no translation for DuckDB"),
    ("dateadd(day, 1, value:day::date)", "no translation"),
    ("value:x::geography", "The type GEOGRAPHY has no counterpart"),
    ("value:x::number(40,2)", "is no type"),
    ("case value:one when 1 then 'y' end", "write CASE WHEN"),
    ("regexp_substr(value:text, 'l', 1, 2)", "another than the first occurrence"),
    ("regexp_substr(value:text, 'l', 1, 1, 's')", "has the parameters 's'"),
    ("value:yes::boolean::date", "A boolean cannot become a date"),
    ("value:day::date + 1", "calculates with a date"),
    ("date_trunc('day', value:day)", "cast it first"),
    ("value:l[", "is not an expression"),
    ("value:a; drop table x", "is not one expression"),
    ("select 1", "is not one expression"),
    ("value[value:one]", "a step that is not written out"),
]


@pytest.mark.parametrize(("expression", "phrase"), REFUSED)
def test_what_has_no_counterpart_is_refused_with_the_expression(expression: str, phrase: str) -> None:
    with pytest.raises(InvalidDeclaration) as raised:
        translate(expression, Row(filename="path", document="document"))
    assert phrase in str(raised.value)
    assert "\x1b" not in str(raised.value)  # sqlglot underlines in terminals


@pytest.mark.parametrize("expression", ["value:text::int", "value:text::boolean", "value:text::date"])
def test_a_value_that_does_not_fit_fails_and_is_not_null(
    duck: duckdb.DuckDBPyConnection, expression: str
) -> None:
    with pytest.raises(duckdb.ConversionException):
        value_of(duck, expression)


def test_what_an_expression_reads() -> None:
    assert reads_the_row("value:a::varchar")
    assert reads_the_row("coalesce(metadata$filename, value:a)")
    assert not reads_the_row("to_date(split_part(METADATA$FILENAME, '/', 2))")
    assert not reads_the_row("'constant'")


decimals = st.decimals(min_value=-(10**9), max_value=10**9, allow_nan=False, allow_infinity=False, places=4)


@settings(max_examples=30)
@given(number=decimals, scale=st.integers(0, 4))
def test_numbers_round_half_away_from_zero(number: decimal.Decimal, scale: int) -> None:
    with duckdb.connect() as duck:
        found = value_of(duck, f"value:n::number(38,{scale})", {"n": str(number)})
    expected = number.quantize(decimal.Decimal(1).scaleb(-scale), rounding=decimal.ROUND_HALF_UP)
    assert found == expected


@settings(max_examples=30)
@given(text=st.text())
def test_text_arrives_as_it_is(text: str) -> None:
    with duckdb.connect() as duck:
        assert value_of(duck, "value:t::varchar", {"t": text}) == text


keys = st.text(st.characters(exclude_categories=["Cs"], exclude_characters='"\\\0'), min_size=1)


@settings(max_examples=30)
@given(key=keys, other=keys, value=st.integers(-(2**62), 2**62))
@example(key="a", other="*", value=1)
@example(key="*", other="a", value=1)
def test_any_key_is_found_and_no_other(key: str, other: str, value: int) -> None:
    with duckdb.connect() as duck:
        assert value_of(duck, f'value:"{key}"::int', {key: value}) == value
        if other != key:
            assert value_of(duck, f'value:"{other}"::int', {key: value}) is None


instants = st.datetimes(
    naive("1970-01-02"),
    naive("2200-01-01"),
    timezones=st.timedeltas(dt.timedelta(hours=-14), dt.timedelta(hours=14)).map(
        lambda delta: dt.timezone(dt.timedelta(minutes=delta // dt.timedelta(minutes=1)))
    ),
)


@settings(max_examples=30)
@given(instant=instants)
def test_an_instant_survives_and_its_wall_clock_too(instant: dt.datetime) -> None:
    text = instant.isoformat()
    with duckdb.connect() as duck:
        duck.execute("SET TimeZone = 'UTC'")
        assert value_of(duck, "value:t::timestamp_tz", {"t": text}) == instant
        assert value_of(duck, "value:t::timestamp_ntz", {"t": text}) == instant.replace(tzinfo=None)
        assert value_of(duck, "value:t::date", {"t": text}) == instant.date()
