"""Every statement that the Snowflake side can send is Snowflake's SQL, and holds no value."""

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fakesnow
import pyarrow as pa
import pytest
import snowflake.connector
import sqlglot
from sqlglot import exp

from dagster_open_platform.lib.warehouse import SchemaDrift, TableRef
from dagster_open_platform.lib.warehouse.snowflake import session_sql, sql
from dagster_open_platform.lib.warehouse.snowflake.connection import SnowflakeConnection
from dagster_open_platform_tests.fixtures.warehouse import ALL_TYPES, DAY, TABLE, days, stored

COLUMNS = {"id": "NUMBER(38,0)", "at": "TIMESTAMP_TZ", "title": "VARCHAR", "price": "NUMBER(12,3)"}
BUILT = {
    "columns": [sql.columns(TABLE)],
    "create_schema": [sql.create_schema(TABLE)],
    "use_schema": [sql.use_schema(TABLE)],
    "create_table": [sql.create_table(TABLE, COLUMNS)],
    "add_column": [sql.add_column(TABLE, "extra", "VARCHAR")],
    "create_staged": [sql.create_staged("_incoming_0a", COLUMNS)],
    "drop_staged": [sql.drop_staged("_incoming_0a")],
    "create_stage": [sql.create_stage(TABLE, "_files_0a")],
    "put": [sql.put(Path("/tmp/it's here/a.parquet"), TABLE, "_files_0a")],  # noqa: S108 - not used
    "copy": [sql.copy("_incoming_0a", COLUMNS, TABLE, "_files_0a")],
    "count_rows": [sql.count_rows("_incoming_0a")],
    "count_table": [sql.count_table(TABLE)],
    "replace_with_staged": [sql.replace_with_staged(TABLE, "_incoming_0a", [*COLUMNS])],
    "delete_all": [sql.delete_all(TABLE)],
    "delete_window": [sql.delete_window(TABLE, "at")],
    "insert_staged": [
        sql.insert_staged(TABLE, "_incoming_0a", [*COLUMNS]),
        sql.insert_staged(TABLE, "_incoming_0a", [*COLUMNS], ["old", "older"]),
    ],
    "count_null_keys": [sql.count_null_keys("_incoming_0a", ["id", "at"])],
    "sample_duplicate_keys": [sql.sample_duplicate_keys("_incoming_0a", ["id", "at"])],
    "merge_staged": [
        sql.merge_staged(TABLE, "_incoming_0a", [*COLUMNS], ["id"], "at"),
        sql.merge_staged(TABLE, "_incoming_0a", [*COLUMNS], ["id", "title"], None),
        sql.merge_staged(TABLE, "_incoming_0a", ["id"], ["id"], None),
        sql.merge_staged(TABLE, "_incoming_0a", [*COLUMNS], ["id"], "at", ["old", "older"]),
    ],
    "set_query_tag": [session_sql.set_query_tag('{"step": "it\'s \\"quoted\\""}')],
    "use_database": [session_sql.use_database("purina")],
    "last_altered": [sql.last_altered("purina", 1), sql.last_altered("purina", 3)],
}
CONSTANTS = [session_sql.BEGIN, session_sql.COMMIT, session_sql.ROLLBACK, session_sql.LANDING]
PARTS = {"name", "quoted", "file_column"}


class RecordingSession:
    """A session that keeps what it is asked to run, and runs it, or is interrupted at a statement's first word."""

    def __init__(self, session: Any) -> None:
        self.statements: list[str] = []
        self.fail_at: str | None = None
        self._session = session

    def cursor(self) -> "RecordingCursor":
        return RecordingCursor(self._session.cursor(), self)


class RecordingCursor:
    def __init__(self, cursor: Any, session: RecordingSession) -> None:
        self._cursor = cursor
        self._recording = session

    def execute(self, statement: str, parameters: list[Any] | None = None) -> None:
        self._recording.statements.append(statement)
        if statement.split()[0] == self._recording.fail_at:
            raise KeyboardInterrupt
        self._cursor.execute(statement, parameters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


@pytest.fixture
def session() -> Iterator[RecordingSession]:
    with fakesnow.patch(), snowflake.connector.connect(paramstyle="qmark", autocommit=True) as opened:
        opened.cursor().execute("CREATE DATABASE PURINA")
        yield RecordingSession(opened)


def opened(session: Any) -> SnowflakeConnection:
    """A connection over a recording session, which is narrower than the connector's."""
    return SnowflakeConnection(session, ["purina"])


def assert_is_snowflake(statement: str) -> None:
    """Parse one statement; sqlglot takes what it does not understand for a `Command`."""
    (parsed,) = sqlglot.parse(statement, read="snowflake")
    assert parsed is not None
    assert not isinstance(parsed, exp.Command), statement


@pytest.mark.parametrize(
    "statement", [*CONSTANTS, *(statement for built in BUILT.values() for statement in built)]
)
def test_every_built_statement_parses(statement: str) -> None:
    assert_is_snowflake(statement)


def test_no_builder_is_forgotten_above() -> None:
    builders = {
        name
        for module in (sql, session_sql)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }
    assert builders - PARTS == set(BUILT)


def test_what_is_sent_parses_and_holds_no_value(session: RecordingSession) -> None:
    connection = opened(session)
    secret = "no-statement-holds-this"
    data = pa.table({"day": [DAY], "id": [424242], "title": [secret]})

    connection.replace_window(TABLE, ALL_TYPES.slice(0, 0), days(DAY, 1))
    connection.execute(f"DROP TABLE {connection.quoted(TABLE)}")
    connection.replace_window(TABLE, data, days(DAY, 1))
    connection.replace_window(TABLE, data, days(DAY, 1))
    connection.merge(TABLE, data, ["title"], "id")
    wide = data.append_column("extra", [[1.5]])
    connection.merge(TABLE, wide, ["title", "id"], drift=SchemaDrift.ADD_COLUMNS)
    connection.last_updated([TABLE, TableRef("purina", "pypi", "other")])
    assert [row["extra"] for row in stored(connection)] == [1.5]
    connection.append(TABLE, data, SchemaDrift.FOLLOW)
    connection.merge(TABLE, data, ["title"], "id", SchemaDrift.FOLLOW)
    connection.replace_table(TABLE, data, keep_columns=True)
    connection.replace_table(TABLE, data)
    with connection.read(f"SELECT * FROM {connection.quoted(TABLE)} WHERE id = ?", [424242]) as reader:  # noqa: S608
        assert reader.read_all().to_pylist() == data.to_pylist()

    assert len(session.statements) > 70
    for statement in session.statements:
        assert_is_snowflake(statement)
        assert secret not in statement
        assert "424242" not in statement
        assert "2026-06-01" not in statement


def test_rows_change_only_between_begin_and_commit_and_no_ddl_is_there(session: RecordingSession) -> None:
    connection = opened(session)
    connection.replace_window(TABLE, ALL_TYPES, days(DAY, 1))

    begin, commit = session.statements.index(session_sql.BEGIN), session.statements.index(session_sql.COMMIT)
    inside = [
        sqlglot.parse_one(statement, read="snowflake") for statement in session.statements[begin + 1 : commit]
    ]
    outside = session.statements[:begin] + session.statements[commit + 1 :]

    assert [type(statement) for statement in inside] == [exp.Delete, exp.Insert]
    assert all(
        statement.split()[0] in {"DESCRIBE", "CREATE"}
        for statement in outside
        if sql.quoted(TABLE) in statement
    )


def statements_about(session: RecordingSession, table: TableRef) -> list[exp.Expr | None]:
    """Return what was sent that names a table, parsed."""
    about = [statement for statement in session.statements if sql.quoted(table) in statement]
    return [sqlglot.parse_one(statement, read="snowflake") for statement in about]


def test_a_table_is_replaced_by_one_statement_that_keeps_its_readers(session: RecordingSession) -> None:
    connection = opened(session)
    connection.replace_table(TABLE, ALL_TYPES)
    session.statements.clear()

    connection.replace_table(TABLE, ALL_TYPES.slice(0, 1))

    describe, count, replace = statements_about(session, TABLE)
    assert isinstance(describe, exp.Describe)
    assert isinstance(count, exp.Select)
    assert isinstance(replace, exp.Create)
    assert replace.args["replace"]
    assert replace.find(exp.CopyGrantsProperty)
    # The staged rows are complete before the target is touched.
    copied = [statement.split()[0] for statement in session.statements].index("COPY")
    assert copied < next(
        n for n, text in enumerate(session.statements) if text.startswith("CREATE OR REPLACE")
    )


def test_rows_alone_are_replaced_in_a_transaction_without_ddl(session: RecordingSession) -> None:
    connection = opened(session)
    connection.replace_table(TABLE, ALL_TYPES, keep_columns=True)

    begin, commit = session.statements.index(session_sql.BEGIN), session.statements.index(session_sql.COMMIT)
    inside = [
        sqlglot.parse_one(statement, read="snowflake") for statement in session.statements[begin + 1 : commit]
    ]
    assert [type(statement) for statement in inside] == [exp.Delete, exp.Insert]


def test_rows_are_appended_by_one_statement(session: RecordingSession) -> None:
    connection = opened(session)
    connection.append(TABLE, ALL_TYPES)
    session.statements.clear()

    connection.append(TABLE, ALL_TYPES)

    assert [type(statement) for statement in statements_about(session, TABLE)] == [exp.Describe, exp.Insert]


WRITES: dict[str, Callable[[SnowflakeConnection], object]] = {
    "window": lambda connection: connection.replace_window(TABLE, ALL_TYPES.slice(0, 1), days(DAY, 1)),
    "rows": lambda connection: connection.replace_table(TABLE, ALL_TYPES.slice(0, 1), keep_columns=True),
}


@pytest.mark.parametrize("write", WRITES)
def test_a_failure_inside_the_transaction_rolls_it_back(session: RecordingSession, write: str) -> None:
    connection = opened(session)
    connection.replace_window(TABLE, ALL_TYPES, days(DAY, 1))
    before = stored(connection)
    session.fail_at = "INSERT"

    with pytest.raises(KeyboardInterrupt):
        WRITES[write](connection)

    session.fail_at = None
    assert session_sql.ROLLBACK in session.statements
    assert stored(connection) == before
