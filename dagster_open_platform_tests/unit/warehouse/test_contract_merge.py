"""What the protocol promises of a merge, kept by both engines."""

import pyarrow as pa
import pytest

from dagster_open_platform.lib.warehouse import (
    WarehouseConnection,
    WriteResult,
)
from dagster_open_platform.lib.warehouse.errors import (
    DuplicateKeys,
    InvalidKey,
)
from dagster_open_platform_tests.fixtures.warehouse import TABLE, stored

ISSUES = pa.table({"id": ["a", "b"], "at": [2, 2], "title": ["A", "B"]})


def test_a_merge_updates_and_inserts(connection: WarehouseConnection) -> None:
    assert connection.merge(TABLE, ISSUES, ["id"], "at") == WriteResult(0, 2, 0)
    newer = pa.table({"id": ["b", "c"], "at": [3, 1], "title": ["B2", "C"]})

    assert connection.merge(TABLE, newer, ["ID"], "AT") == WriteResult(0, 1, 1)
    assert connection.merge(TABLE, newer, ["id"], "at") == WriteResult(0, 0, 2)

    assert {row["id"]: row["title"] for row in stored(connection)} == {"a": "A", "b": "B2", "c": "C"}


def test_a_merge_never_overwrites_with_an_older_row(connection: WarehouseConnection) -> None:
    connection.merge(TABLE, ISSUES, ["id"], "at")
    late = pa.table({"id": ["a", "b"], "at": pa.array([1, None], pa.int64()), "title": ["late", "undated"]})

    assert connection.merge(TABLE, late, ["id"], "at") == WriteResult(0, 0, 0)

    assert stored(connection) == ISSUES.to_pylist()


def test_of_several_rows_of_a_key_the_newest_counts_and_then_the_last(
    connection: WarehouseConnection,
) -> None:
    data = pa.table(
        {
            "id": ["a", "a", "a", "b", "b"],
            "at": pa.array([1, 3, 2, None, None], pa.int64()),
            "title": ["old", "new", "middle", "first", "last"],
        }
    )

    connection.merge(TABLE, data, ["id"], "at")

    assert [row["title"] for row in stored(connection)] == ["new", "last"]


def test_keys_that_are_not_keys_are_refused_and_nothing_changes(connection: WarehouseConnection) -> None:
    connection.merge(TABLE, ISSUES, ["id"])
    twice = pa.table({"id": ["x", "x"], "at": [1, 2], "title": ["1", "2"]})
    absent = pa.table({"id": pa.array(["x", None]), "at": [1, 2], "title": ["1", "2"]})

    with pytest.raises(DuplicateKeys, match="example: x"):
        connection.merge(TABLE, twice, ["id"])
    with pytest.raises(InvalidKey, match="1 rows"):
        connection.merge(TABLE, absent, ["id"], "at")
    with pytest.raises(InvalidKey, match=r"lacks columns .*: nope"):
        connection.merge(TABLE, ISSUES, ["nope"])
    with pytest.raises(InvalidKey, match="at least one column"):
        connection.merge(TABLE, ISSUES, [])

    assert stored(connection) == ISSUES.to_pylist()


def test_a_merge_of_keys_alone_inserts_what_is_missing(connection: WarehouseConnection) -> None:
    connection.merge(TABLE, ISSUES.select(["id"]), ["id"])

    assert connection.merge(TABLE, pa.table({"id": ["b", "c"]}), ["id"]) == WriteResult(0, 1, 0)
    assert [row["id"] for row in stored(connection)] == ["a", "b", "c"]
