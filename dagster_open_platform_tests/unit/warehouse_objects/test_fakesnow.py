"""Those statements about declared objects that fakesnow executes, executed.

Measured with fakesnow 0.11.18: it makes and shows stages, external ones without their storage integration, file format and comment;
it makes views, ignoring SECURE and COPY GRANTS, and fails on a comment with a quote; it answers INFORMATION_SCHEMA.TABLES for
tables and lacks views there; it makes an ordinary table of a dynamic one. It does not read: ALTER STAGE, external tables,
refreshes, SHOW of what it does not know, semantic views, GRANT OWNERSHIP. Decisions about those are tested with the session of
`snowflake/fake.py`.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from dagster_open_platform.lib.warehouse.objects import Stage, View
from dagster_open_platform.lib.warehouse.snowflake import object_sql, sql
from dagster_open_platform_tests.fixtures.warehouse_objects import named

VIEW = View(named("v"), "SELECT 1 AS A")


@pytest.fixture
def cursor() -> Iterator[Any]:
    import fakesnow
    import snowflake.connector

    with fakesnow.patch(), snowflake.connector.connect(paramstyle="qmark") as session:
        cursor = session.cursor()
        cursor.execute('CREATE DATABASE "PURINA"')
        cursor.execute(sql.create_schema(VIEW.name))
        yield cursor


def rows(cursor: Any, statement: str, *values: str) -> list[dict[str, Any]]:
    cursor.execute(statement, list(values) or None)
    names = [column.name.lower() for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_a_stage_is_made_once_and_shown(cursor: Any) -> None:
    stage = Stage(named("files"), "s3://bucket/prefix/", "my_integration", directory=True)
    for _ in range(2):
        cursor.execute(object_sql.create_stage(stage, "c"))
    (shown,) = rows(cursor, object_sql.show("stage", stage.name))
    assert (shown["name"], shown["url"]) == ("FILES", "s3://bucket/prefix/")
    assert {"owner", "comment", "storage_integration", "directory_enabled", "created_on"} <= {*shown}


def test_a_view_is_made_replaced_shown_and_asked_for_no_rows(cursor: Any) -> None:
    cursor.execute(object_sql.create_view(VIEW, "c", replace=False))
    cursor.execute(object_sql.create_view(View(VIEW.name, "SELECT 2 AS B", secure=True), "c", replace=True))
    (shown,) = [row for row in rows(cursor, object_sql.show("view", VIEW.name)) if row["name"] == "V"]
    assert "SELECT 2 AS B" in shown["text"]
    assert {"owner", "comment", "is_secure"} <= {*shown}
    cursor.execute(object_sql.no_rows(VIEW.name))
    assert [column.name for column in cursor.description] == ["B"]
    assert cursor.fetchall() == []


def test_what_stands_under_a_name(cursor: Any) -> None:
    assert rows(cursor, object_sql.relation(named("t")), "EXPORTS", "T") == []
    cursor.execute('CREATE TABLE "PURINA"."EXPORTS"."T" ("A" INT) COMMENT = \'ours\'')
    (table,) = rows(cursor, object_sql.relation(named("t")), "EXPORTS", "T")
    assert (table["table_type"], table["is_dynamic"], table["comment"]) == ("BASE TABLE", "NO", "ours")
    assert "table_owner" in table
