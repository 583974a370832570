"""The statements for Snowflake: literals that come back, and the statements as Snowflake documents them."""

import dataclasses
import logging

import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from dagster_open_platform.lib.warehouse.objects import (
    DeclaredColumn,
    DynamicTable,
    ExternalTable,
    FileFormat,
    SemanticExpression,
    SemanticRelationship,
    SemanticTable,
    SemanticView,
    Stage,
    View,
)
from dagster_open_platform.lib.warehouse.snowflake import object_sql
from dagster_open_platform.lib.warehouse.snowflake.fake import parsed_literal
from dagster_open_platform_tests.fixtures.warehouse_objects import (
    EVENT_COLUMNS,
    JSON_GZ,
    PARQUET,
    events,
    named,
)

STAGE = Stage(named("files"), "s3://bucket/prefix/", "my_integration", True, PARQUET)
VIEW = View(named("v"), "select 1 as n -- a comment;\n;", secure=True)
DYNAMIC = DynamicTable(named("d"), "select 1 as n", "1 hour", "loading")
SEMANTIC = SemanticView(
    named("sales"),
    tables=(
        SemanticTable(
            "orders", named("orders"), ("id",), (("number", "year"),), ("purchases", "it's"), "Orders."
        ),
        SemanticTable("customers", named("customers"), ("id",)),
    ),
    relationships=(SemanticRelationship("who", "orders", ("customer_id",), "customers", ("id",)),),
    facts=(SemanticExpression("orders", "net", "orders.amount * 0.8"),),
    dimensions=(SemanticExpression("customers", "country", "customers.country", ("land",), "ISO 3166."),),
    metrics=(
        SemanticExpression("orders", "revenue", "sum(orders.net)"),
        SemanticExpression(None, "per_customer", "orders.revenue / count(customers.id)"),
    ),
)

texts = st.text() | st.text(alphabet="'\\\n\";-$", max_size=12)


@given(text=texts)
def test_a_literal_is_the_text_again(text: str) -> None:
    literal = object_sql.literal(text)
    # By sqlglot, and by a reader of our own that follows the page on string constants.
    tree = sqlglot.parse_one(f"SELECT {literal}", read="snowflake")
    assert isinstance(tree, exp.Select)
    (found,) = tree.expressions
    assert found.is_string
    assert found.name == text or "\0" in text  # sqlglot leaves \0 as it is
    assert parsed_literal(literal) == text


@given(text=texts)
def test_a_literal_ends_where_it_ends(text: str) -> None:
    statement = object_sql.create_view(dataclasses.replace(VIEW, query="select 2"), text, replace=True)
    start = statement.index("COMMENT = ") + len("COMMENT = ")
    assert parsed_literal(statement[start:]) == text
    assert statement.endswith(f"{object_sql.literal(text)} AS select 2")


GOLDEN = {
    object_sql.create_stage(STAGE, "c"): (
        'CREATE STAGE IF NOT EXISTS "PURINA"."EXPORTS"."FILES" URL = \'s3://bucket/prefix/\''
        ' STORAGE_INTEGRATION = "MY_INTEGRATION" FILE_FORMAT = (TYPE = PARQUET) DIRECTORY = (ENABLE = TRUE)'
        " COMMENT = 'c'"
    ),
    object_sql.alter_stage(dataclasses.replace(STAGE, file_format=None), "c"): (
        'ALTER STAGE "PURINA"."EXPORTS"."FILES" SET URL = \'s3://bucket/prefix/\''
        " STORAGE_INTEGRATION = \"MY_INTEGRATION\" FILE_FORMAT = (TYPE = CSV) COMMENT = 'c'"
    ),
    object_sql.alter_directory(
        STAGE
    ): 'ALTER STAGE "PURINA"."EXPORTS"."FILES" SET DIRECTORY = (ENABLE = TRUE)',
    object_sql.create_external_table(
        events(columns=EVENT_COLUMNS[-1:], pattern=r".*[.]gz"), "c", replace=True
    ): (
        'CREATE OR REPLACE EXTERNAL TABLE "PURINA"."EXPORTS"."EVENTS" ("DAY" date AS'
        " (to_date(split_part(split_part(metadata$filename, 'dt=', 2), '/', 1)))) PARTITION BY (\"DAY\")"
        ' LOCATION = @"PURINA"."EXPORTS"."FILES"/events/ REFRESH_ON_CREATE = TRUE AUTO_REFRESH = FALSE'
        " PATTERN = '.*[.]gz' FILE_FORMAT = (TYPE = JSON COMPRESSION = GZIP) COPY GRANTS COMMENT = 'c'"
    ),
    object_sql.create_external_table(
        ExternalTable(named("e"), named("files"), JSON_GZ), "c", replace=False
    ): (
        'CREATE EXTERNAL TABLE IF NOT EXISTS "PURINA"."EXPORTS"."E" LOCATION = @"PURINA"."EXPORTS"."FILES"'
        " REFRESH_ON_CREATE = TRUE AUTO_REFRESH = FALSE FILE_FORMAT = (TYPE = JSON COMPRESSION = GZIP) COMMENT = 'c'"
    ),
    object_sql.create_view(dataclasses.replace(VIEW, query="select 1 as n;\n"), "c", replace=True): (
        'CREATE OR REPLACE SECURE VIEW "PURINA"."EXPORTS"."V" COPY GRANTS COMMENT = \'c\' AS select 1 as n'
    ),
    object_sql.create_dynamic_table(DYNAMIC, "loading", "c", replace=True): (
        'CREATE OR REPLACE DYNAMIC TABLE "PURINA"."EXPORTS"."D" TARGET_LAG = \'1 hour\' WAREHOUSE = "LOADING"'
        " REFRESH_MODE = AUTO COMMENT = 'c' COPY GRANTS AS select 1 as n"
    ),
    object_sql.alter_dynamic_table(dataclasses.replace(DYNAMIC, target_lag="downstream"), "w", "c"): (
        'ALTER DYNAMIC TABLE "PURINA"."EXPORTS"."D" SET TARGET_LAG = DOWNSTREAM WAREHOUSE = "W" COMMENT = \'c\''
    ),
    object_sql.create_semantic_view(SEMANTIC, "c", replace=True): (
        'CREATE OR REPLACE SEMANTIC VIEW "PURINA"."EXPORTS"."SALES" TABLES ("ORDERS" AS "PURINA"."EXPORTS"."ORDERS"'
        " PRIMARY KEY (\"ID\") UNIQUE (\"NUMBER\", \"YEAR\") WITH SYNONYMS = ('purchases', 'it''s') COMMENT = 'Orders.',"
        ' "CUSTOMERS" AS "PURINA"."EXPORTS"."CUSTOMERS" PRIMARY KEY ("ID")) RELATIONSHIPS ("WHO" AS "ORDERS"'
        ' ("CUSTOMER_ID") REFERENCES "CUSTOMERS" ("ID")) FACTS ("ORDERS"."NET" AS orders.amount * 0.8) DIMENSIONS'
        " (\"CUSTOMERS\".\"COUNTRY\" AS customers.country WITH SYNONYMS = ('land') COMMENT = 'ISO 3166.') METRICS"
        ' ("ORDERS"."REVENUE" AS sum(orders.net), "PER_CUSTOMER" AS orders.revenue / count(customers.id))'
        " COMMENT = 'c' COPY GRANTS"
    ),
    object_sql.grant_ownership("external table", named("e"), "Owner"): (
        'GRANT OWNERSHIP ON EXTERNAL TABLE "PURINA"."EXPORTS"."E" TO ROLE "OWNER" COPY CURRENT GRANTS'
    ),
    object_sql.show(
        "dynamic table", named("d")
    ): 'SHOW DYNAMIC TABLES LIKE \'D\' IN SCHEMA "PURINA"."EXPORTS"',
    object_sql.query_metric(SEMANTIC, SEMANTIC.metrics[1]): (
        'SELECT * FROM SEMANTIC_VIEW("PURINA"."EXPORTS"."SALES" METRICS "PER_CUSTOMER") LIMIT 0'
    ),
}


@pytest.mark.parametrize(("statement", "expected"), GOLDEN.items())
def test_a_statement_is_as_documented(statement: str, expected: str) -> None:
    assert statement == expected


@pytest.mark.parametrize("statement", [each for each in GOLDEN if "SEMANTIC VIEW" not in each])
def test_sqlglot_reads_a_statement(statement: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        tree = sqlglot.parse_one(statement, read="snowflake")
    # What sqlglot has no node for it keeps as a command; CREATE and SELECT it knows.
    known = statement.startswith(("CREATE", "SELECT"))
    assert isinstance(tree, exp.Command) != known


def test_a_comment_at_the_end_of_an_expression_takes_nothing_with_it() -> None:
    column = DeclaredColumn("a", "varchar", "value:a::varchar -- the first")
    statement = object_sql.create_external_table(
        events(columns=(column,), partition_by=()), "c", replace=False
    )
    tree = sqlglot.parse_one(statement, read="snowflake")
    assert tree.find(exp.ColumnDef)
    assert "LOCATION" in tree.sql("snowflake")


def test_options_of_a_file_format() -> None:
    declared = FileFormat(
        "json", {"compression": "auto", "strip_outer_array": True, "date_format": "YYYY-MM-DD", "n": 3}
    )
    assert object_sql.file_format(declared) == (
        "(TYPE = JSON COMPRESSION = AUTO STRIP_OUTER_ARRAY = TRUE DATE_FORMAT = 'YYYY-MM-DD' N = 3)"
    )
