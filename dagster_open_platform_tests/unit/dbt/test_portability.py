"""SQL outside ``macros/cross_engine/`` uses only what DuckDB and Snowflake both know and agree on."""

import re
from pathlib import Path

import pytest

from dagster_open_platform_dbt import PROJECT_DIR

CROSS_ENGINE = PROJECT_DIR / "macros" / "cross_engine"
FOLDERS = ("models", "snapshots", "tests", "analyses", "macros/incremental")

PORTABLE_FUNCTIONS = frozenset(
    [
        "abs",
        "avg",
        "cast",
        "coalesce",
        "count",
        "floor",
        "lag",
        "lead",
        "lower",
        "max",
        "min",
        "nullif",
        "row_number",
        "split_part",
        "sum",
        "trim",
        "upper",
    ]
)
"""Functions that were seen to give the same on both engines, nulls included. Not here, for instance: greatest and least
(null with null on Snowflake only), round (other types), concat, date functions of any kind."""

KEYWORDS = frozenset(
    [
        "and",
        "as",
        "by",
        "case",
        "exists",
        "from",
        "in",
        "into",
        "not",
        "on",
        "or",
        "over",
        "partition",
        "select",
        "then",
        "union",
        "values",
        "when",
        "where",
    ]
)
FORBIDDEN = {
    "cast by two colons (write cast)": re.compile(r"::"),
    "interval (use add_days)": re.compile(r"\binterval\b", re.I),
    "path into JSON (use a macro on JSON)": re.compile(r"->"),
    "lambda, struct or list literal": re.compile(r"[\[{]"),
    "select * except/exclude": re.compile(r"\*\s*(?:exclude|except|replace)\b", re.I),
    "the run's own clock (depends on the session's time zone)": re.compile(
        r"\bcurrent_(?:date|time|timestamp)\b", re.I
    ),
}

SQL_FILES = sorted(path for folder in FOLDERS for path in (PROJECT_DIR / folder).rglob("*.sql"))


def plain_sql(text: str) -> str:
    """SQL without Jinja, comments and literals; an expression in braces becomes one word."""
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}", " ", text, flags=re.S)
    text = re.sub(r"\{\{.*?\}\}", " jinja ", text, flags=re.S)
    text = re.sub(r"--[^\n]*", " ", text)
    return re.sub(r"'(?:[^']|'')*'", "''", text)


def functions_of(sql: str) -> set[str]:
    return {name.lower() for name in re.findall(r"\b([a-z_]\w*)\s*\(", sql, re.I)} - KEYWORDS


def findings(text: str) -> list[str]:
    sql = plain_sql(text)
    unknown = sorted(functions_of(sql) - PORTABLE_FUNCTIONS - {"jinja"})
    return [f"{name}()" for name in unknown] + [
        what for what, pattern in FORBIDDEN.items() if pattern.search(sql)
    ]


@pytest.mark.parametrize("path", SQL_FILES, ids=lambda path: path.relative_to(PROJECT_DIR).as_posix())
def test_only_portable_sql(path: Path) -> None:
    # A common table expression that is named with its columns, `name (a, b) as`, would look like a call.
    assert findings(path.read_text()) == [], "put it into macros/cross_engine/ with a golden test"


@pytest.mark.parametrize(
    ("sql", "finding"),
    [
        ("select date_trunc('week', day) from days", "date_trunc()"),
        ("select bool_or(x) from flags", "bool_or()"),
        ("select iff(a, 1, 2) from t", "iff()"),
        ("select a::date from t", "cast by two colons (write cast)"),
        ("select day + interval 1 day from t", "interval (use add_days)"),
        ("select labels->>'$[0]' from t", "path into JSON (use a macro on JSON)"),
        ("select * exclude (a) from t", "select * except/exclude"),
        ("select current_date from t", "the run's own clock (depends on the session's time zone)"),
    ],
)
def test_what_one_engine_does_differently_is_found(sql: str, finding: str) -> None:
    assert finding in findings(sql)


def test_words_in_comments_literals_and_jinja_are_not_sql() -> None:
    text = (
        "-- date_trunc(x)\n{# iff(x) #}{{ week_start('a') }} {% if f(x) %} select 'iff(1)', count(*) from t"
    )
    assert findings(text) == []


MACROS = sorted(CROSS_ENGINE.glob("*.sql"))


@pytest.mark.parametrize("path", MACROS, ids=lambda path: path.stem)
def test_a_cross_engine_macro_names_its_traps_and_has_golden_values(path: Path) -> None:
    text = path.read_text()
    public = {name for name in re.findall(r"macro (\w+)\(", text) if "__" not in name}
    assert "Trap" in text.split("#}", maxsplit=1)[0]
    for name in public:
        golden = PROJECT_DIR / "analyses" / "cross_engine" / f"{name}.sql"
        assert f"{name}(" in golden.read_text()
        engines = set(re.findall(rf"macro (\w+)__{name}\(", text))
        assert engines in (set(), {"duckdb", "snowflake"})


def test_sqlfluff_has_a_stand_in_for_every_macro_that_models_call() -> None:
    texts = [path.read_text() for path in (PROJECT_DIR / "sqlfluff").glob("*.sql")]
    stand_ins = {name for text in texts for name in re.findall(r"macro (\w+)\(", text)}
    public = {
        name for path in MACROS for name in re.findall(r"macro (\w+)\(", path.read_text()) if "__" not in name
    }
    assert public <= stand_ins
