"""What the protocol promises of columns that come and go, kept by both engines."""

# ruff: noqa: S608 - names of tables are quoted by the seam itself

import pyarrow as pa
import pytest

from dagster_open_platform.lib.warehouse import SchemaDrift, WarehouseConnection, WriteResult
from dagster_open_platform.lib.warehouse.errors import InvalidKey, InvalidWindow, SchemaMismatch
from dagster_open_platform_tests.fixtures.warehouse import DAY, TABLE, days, stored

BEFORE = pa.table({"day": [DAY] * 2, "id": [1, 2], "at": [1, 1], "gone": ["x", "y"]})
# `gone` went and `came` came; 2 changed and 3 is new.
AFTER = pa.table({"came": [0.5, 0.5], "day": [DAY] * 2, "id": [2, 3], "at": [2, 2]})


def cells(connection: WarehouseConnection) -> list[tuple[object, ...]]:
    """Return id, at, gone and came of every row."""
    return [(row["id"], row["at"], row["gone"], row["came"]) for row in stored(connection)]


@pytest.fixture
def filled(connection: WarehouseConnection) -> WarehouseConnection:
    """A table with the columns of before."""
    connection.append(TABLE, BEFORE)
    return connection


@pytest.mark.parametrize("newer_by", [None, "at"])
def test_a_merge_that_follows_keeps_what_the_data_lacks(
    filled: WarehouseConnection, newer_by: str | None
) -> None:
    result = filled.merge(TABLE, AFTER, ["id"], newer_by, SchemaDrift.FOLLOW)

    assert result == WriteResult(0, 1, 1)
    assert sorted(cells(filled), key=str) == [(1, 1, "x", None), (2, 2, "y", 0.5), (3, 2, None, 0.5)]
    assert list(filled.columns(TABLE) or {}) == ["day", "id", "at", "gone", "came"]


def test_a_merge_of_keys_alone_that_follows_changes_no_row(filled: WarehouseConnection) -> None:
    assert filled.merge(TABLE, AFTER.select(["id"]), ["id"], drift=SchemaDrift.FOLLOW) == WriteResult(0, 1, 0)

    assert sorted((row["id"], row["gone"], row["at"]) for row in stored(filled) if row["id"] < 3) == [
        (1, "x", 1),
        (2, "y", 1),
    ]


def test_a_window_that_follows_has_null_where_the_data_lacks_a_column(filled: WarehouseConnection) -> None:
    assert filled.replace_window(TABLE, AFTER, days(DAY, 1), SchemaDrift.FOLLOW) == WriteResult(2, 2)

    assert sorted(cells(filled), key=str) == [(2, 2, None, 0.5), (3, 2, None, 0.5)]


def test_an_append_that_follows_has_null_where_the_data_lacks_a_column(filled: WarehouseConnection) -> None:
    assert filled.append(TABLE, AFTER, SchemaDrift.FOLLOW) == WriteResult(0, 2)

    assert sorted(cells(filled), key=str) == [
        (1, 1, "x", None),
        (2, 1, "y", None),
        (2, 2, None, 0.5),
        (3, 2, None, 0.5),
    ]


def test_adding_columns_still_demands_the_others(filled: WarehouseConnection) -> None:
    before = stored(filled)

    for write in (filled.append, lambda *args: filled.merge(args[0], args[1], ["id"], drift=args[2])):
        with pytest.raises(SchemaMismatch, match="missing column 'gone'") as raised:
            write(TABLE, AFTER, SchemaDrift.ADD_COLUMNS)
        assert "came" not in str(raised.value)

    assert stored(filled) == before


def test_following_never_takes_another_type(filled: WarehouseConnection) -> None:
    before = stored(filled)
    changed = AFTER.set_column(3, "at", pa.array(["1", "2"]))

    with pytest.raises(SchemaMismatch, match="column 'at' changed its type") as raised:
        filled.append(TABLE, changed, SchemaDrift.FOLLOW)

    assert "gone" not in str(raised.value)
    assert stored(filled) == before
    assert list(filled.columns(TABLE) or {}) == BEFORE.column_names


def test_following_still_needs_the_columns_that_the_write_is_about(filled: WarehouseConnection) -> None:
    with pytest.raises(InvalidKey, match="lacks columns"):
        filled.merge(TABLE, AFTER.drop_columns(["id"]), ["id"], drift=SchemaDrift.FOLLOW)
    with pytest.raises(InvalidWindow, match="no column 'day'"):
        filled.replace_window(TABLE, AFTER.drop_columns(["day"]), days(DAY, 1), SchemaDrift.FOLLOW)


def test_what_is_missing_is_null_and_not_its_default(connection: WarehouseConnection) -> None:
    connection.append(TABLE, BEFORE.select(["id"]))
    connection.execute(f"DROP TABLE {connection.quoted(TABLE)}")
    connection.execute(f"CREATE TABLE {connection.quoted(TABLE)} (id BIGINT, kind VARCHAR DEFAULT 'theirs')")

    connection.append(TABLE, pa.table({"id": [1]}), SchemaDrift.FOLLOW)
    connection.merge(TABLE, pa.table({"id": [2]}), ["id"], drift=SchemaDrift.FOLLOW)
    connection.execute(f"INSERT INTO {connection.quoted(TABLE)} (id) VALUES (3)")

    assert [(row["id"], row["kind"]) for row in stored(connection)] == [(1, None), (2, None), (3, "theirs")]
