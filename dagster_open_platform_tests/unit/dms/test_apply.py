"""A change table is the newest change of each key, whatever came in whatever order."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_open_platform.lib.aws.buckets import DMS
from dagster_open_platform.lib.aws.errors import ObjectStoreUnavailable
from dagster_open_platform.lib.aws.fake import FakeObjectStore
from dagster_open_platform.lib.dms.applied import BOOKKEEPING, applied_etags
from dagster_open_platform.lib.dms.apply import Applied, apply_changes
from dagster_open_platform.lib.dms.errors import NoChangeFiles
from dagster_open_platform.lib.warehouse import TableRef, WarehouseResource
from dagster_open_platform_tests.fixtures.dms import (
    USERS,
    Change,
    change_file,
    expected,
    key_of,
    random_changes,
    random_files,
    read_changes,
    source_of,
    stored,
)
from dagster_open_platform_tests.fixtures.warehouse import fake_snowflake, local_duckdb

TABLE = TableRef("purina", "dms", "users")
LOAD = [Change("I", 0, {"id": key, "name": f"n{key}", "size": key}) for key in range(4)]
LATER = [
    Change("U", 1, {"id": 0, "name": "first"}),
    Change("D", 2, {"id": 1}),
    Change("I", 3, {"id": 9, "name": "new"}),
    Change("U", 4, {"id": 0, "name": "second"}),
]


def applied(
    warehouse: WarehouseResource, store: FakeObjectStore, anew: bool = False, batch_bytes: int | None = None
) -> Applied:
    with warehouse.connect() as connection:
        return apply_changes(connection, source_of(store, batch_bytes), USERS, TABLE, anew=anew)


@pytest.fixture
def warehouse(tmp_path: Path) -> WarehouseResource:
    return local_duckdb(tmp_path)


@pytest.fixture
def store() -> FakeObjectStore:
    found = FakeObjectStore([DMS])
    found.put(DMS, key_of("LOAD00000001.parquet"), change_file(LOAD))
    return found


def test_a_load_and_its_changes(warehouse: WarehouseResource, store: FakeObjectStore, tmp_path: Path) -> None:
    first = applied(warehouse, store)
    assert (first.rows_inserted, first.rows_updated, first.changes_read) == (4, 0, 4)
    assert stored(tmp_path) == expected(LOAD)

    store.put(DMS, key_of("2026/07/01/1.parquet"), change_file(LATER))
    second = applied(warehouse, store)
    assert [one.file.key for one in second.files] == [key_of("2026/07/01/1.parquet")]
    assert (second.rows_inserted, second.rows_updated) == (1, 2)
    assert dict(second.operations) == {"I": 1, "U": 2, "D": 1}
    assert stored(tmp_path) == expected([*LOAD, *LATER])
    deleted = stored(tmp_path)[1]
    assert deleted["_dms_deleted"]
    assert [deleted[name] for name in ("name", "size", "is_active", "seen_at")] == [None] * 4

    assert applied(warehouse, store).files == []
    assert stored(tmp_path) == expected([*LOAD, *LATER])


def test_an_older_change_that_comes_late_neither_brings_back_nor_overwrites(
    warehouse: WarehouseResource, store: FakeObjectStore, tmp_path: Path
) -> None:
    """The load itself may be the late one."""
    load = store.objects(DMS)[key_of("LOAD00000001.parquet")]
    store.delete_objects(DMS, [key_of("LOAD00000001.parquet")])
    for number, change in enumerate(reversed(LATER)):
        store.put(DMS, key_of(f"2026/07/01/{number}.parquet"), change_file([change]))
        applied(warehouse, store)
    store.put(DMS, key_of("LOAD00000001.parquet"), load)
    applied(warehouse, store)

    found = stored(tmp_path)
    assert found == expected([*LOAD, *LATER])
    assert found[1]["_dms_deleted"]
    assert found[0]["name"] == "second"


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_any_changes_in_any_files_in_any_order(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    """After each run the table is what the changes in the files that were there say, every row and column."""
    draw = random.Random(seed)  # noqa: S311 - a test's choices
    directory = tmp_path_factory.mktemp("warehouse")
    warehouse, store = local_duckdb(directory), FakeObjectStore([DMS], page=3)
    changes = random_changes(draw, keys=8, count=draw.randrange(40))
    files = list(random_files(draw, changes).items())
    draw.shuffle(files)
    while files:
        some, files = files[: (size := draw.randrange(1, 6))], files[size:]
        for key, body in some:
            store.put(DMS, key, body)
        applied(warehouse, store, batch_bytes=draw.choice([None, 1, 3000]))
        assert stored(directory) == expected(read_changes(store.objects(DMS)))
    assert applied(warehouse, store).files == []
    assert stored(directory) == expected(changes)


def test_a_run_that_dies_between_two_batches_has_applied_the_first_once_and_whole(
    warehouse: WarehouseResource, store: FakeObjectStore, tmp_path: Path
) -> None:
    for number, change in enumerate(LATER):
        store.put(DMS, key_of(f"2026/07/01/{number}.parquet"), change_file([change]))

    def dies(request: str, key: str) -> None:
        if request == "get_object" and key == key_of("2026/07/01/2.parquet"):
            raise ObjectStoreUnavailable("The connection broke.")

    store.before = dies
    with pytest.raises(ObjectStoreUnavailable):
        applied(warehouse, store, batch_bytes=1)
    assert stored(tmp_path) == expected([*LOAD, *LATER[:2]])

    store.before = lambda request, key: None
    assert [one.file.key[-9:] for one in applied(warehouse, store).files] == ["2.parquet", "3.parquet"]
    assert stored(tmp_path) == expected([*LOAD, *LATER])


def test_a_run_that_dies_before_it_notes_what_it_did_is_repaired_by_the_next(
    warehouse: WarehouseResource, store: FakeObjectStore, tmp_path: Path
) -> None:
    store.put(DMS, key_of("2026/07/01/1.parquet"), change_file(LATER))
    applied(warehouse, store)
    with warehouse.connect() as connection:
        connection.execute(f"DELETE FROM purina.dms.{BOOKKEEPING}")  # noqa: S608 - a constant

    again = applied(warehouse, store)

    assert len(again.files) == 2
    assert again.rows_inserted == 0
    assert stored(tmp_path) == expected([*LOAD, *LATER])
    with warehouse.connect() as connection:
        assert len(applied_etags(connection, TABLE)) == 2


def test_a_file_that_was_replaced_is_applied_again(
    warehouse: WarehouseResource, store: FakeObjectStore, tmp_path: Path
) -> None:
    key = key_of("2026/07/01/1.parquet")
    store.put(DMS, key, change_file(LATER[:1]))
    applied(warehouse, store)
    store.put(DMS, key, change_file(LATER))

    assert [one.file.key for one in applied(warehouse, store).files] == [key]
    assert stored(tmp_path) == expected([*LOAD, *LATER])
    assert applied(warehouse, store).files == []


def test_a_table_that_is_gone_is_made_from_all_files(
    warehouse: WarehouseResource, store: FakeObjectStore, tmp_path: Path
) -> None:
    store.put(DMS, key_of("2026/07/01/1.parquet"), change_file(LATER))
    applied(warehouse, store)
    with warehouse.connect() as connection:
        connection.execute("DROP TABLE purina.dms.users")

    assert len(applied(warehouse, store).files) == 2
    assert stored(tmp_path) == expected([*LOAD, *LATER])


def test_a_full_refresh_makes_the_table_of_the_files_that_there_are(
    warehouse: WarehouseResource, store: FakeObjectStore, tmp_path: Path
) -> None:
    store.put(DMS, key_of("2026/07/01/1.parquet"), change_file(LATER))
    applied(warehouse, store)
    with warehouse.connect() as connection:
        connection.execute("UPDATE purina.dms.users SET name = 'by hand', _dms_sequence = 99")
        connection.execute("CREATE TABLE purina.dms._anew_users AS SELECT 1 AS left_by_a_killed_run")
    assert applied(warehouse, store).files == []

    refreshed = applied(warehouse, store, anew=True, batch_bytes=1)

    assert len(refreshed.files) == 2
    assert stored(tmp_path) == expected([*LOAD, *LATER])
    with warehouse.connect() as connection:
        assert connection.columns(TableRef("purina", "dms", "_anew_users")) is None
    assert applied(warehouse, store).files == []


def test_without_any_file_nothing_is_said_to_be_made(warehouse: WarehouseResource) -> None:
    with pytest.raises(NoChangeFiles, match=r"s3://dop-dms/cloud_product/public/users/"):
        applied(warehouse, FakeObjectStore([DMS]))


def test_on_snowflake_too(store: FakeObjectStore) -> None:
    # One session for all: fakesnow describes a table only after the session has used a schema.
    with fake_snowflake() as warehouse, warehouse.connect() as connection:
        apply_changes(connection, source_of(store), USERS, TABLE)
        store.put(DMS, key_of("2026/07/01/1.parquet"), change_file(LATER))
        for anew in (False, True):
            apply_changes(connection, source_of(store), USERS, TABLE, anew=anew)
            rows = connection.query("SELECT * FROM purina.dms.users").to_pylist()
            assert {row["id"]: row for row in rows} == expected([*LOAD, *LATER])
            assert len(applied_etags(connection, TABLE)) == 2
