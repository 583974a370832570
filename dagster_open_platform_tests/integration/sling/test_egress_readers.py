"""Readers of a published table see one version of it, whole, whenever they look and however long their transaction is."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import IsolationLevel

from dagster_open_platform_tests.fixtures.egress import SCHEMA, Outlet, outlet_fixture

__all__ = ["outlet_fixture"]

STREAM = f"{SCHEMA}.versions"
QUERY = "select count(*), coalesce(sum(version), 0), min(version), max(version) from public.versions"
LEVELS = [IsolationLevel.READ_COMMITTED, IsolationLevel.REPEATABLE_READ]
PUBLICATIONS = 6


def size(version: int) -> int:
    """How many rows a version has; none has those of another."""
    return 2000 + 700 * (version % 3) + version


def model(outlet: Outlet, version: int, more: str = "") -> None:
    outlet.model(
        f"create or replace table versions as select range as id, {version}::bigint as version{more} from range({size(version)})"  # noqa: S608 - the test's own
    )


def version_of(row: tuple[int, int, int, int] | None) -> int:
    """The version that a reader saw; every row has its number, and there are as many as it has."""
    assert row is not None
    count, total, least, greatest = row
    assert least == greatest
    assert count == size(least)
    assert total == count * least
    return least


class Reader(threading.Thread):
    """Reads without a pause until it is stopped.

    Args:
        url: Of the reporting database.
        level: Of its transactions, in each of which it reads three times.
    """

    def __init__(self, url: str, level: IsolationLevel) -> None:
        super().__init__(daemon=True)
        self._url, self._level = url, level
        self._done = threading.Event()
        self.transactions: list[list[int]] = []
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            with psycopg.connect(self._url) as connection:
                connection.isolation_level = self._level
                while not self._done.is_set():
                    with connection.transaction():
                        seen = [version_of(connection.execute(QUERY).fetchone()) for _ in range(3)]
                    self.transactions.append(seen)
        except (AssertionError, psycopg.Error) as error:
            self.error = error

    def stop(self) -> None:
        self._done.set()
        self.join(60)


@contextmanager
def readers(url: str, levels: list[IsolationLevel]) -> Iterator[list[Reader]]:
    started = [Reader(url, level) for level in levels]
    for reader in started:
        reader.start()
    try:
        yield started
    finally:
        for reader in started:
            reader.stop()


def test_who_reads_all_the_time_sees_whole_versions_one_after_the_other(outlet: Outlet) -> None:
    model(outlet, 0)
    outlet.publish(f"{STREAM}: {{}}")
    with readers(outlet.url, LEVELS) as started:
        for version in range(1, PUBLICATIONS + 1):
            model(outlet, version)
            assert outlet.publish(f"{STREAM}: {{}}")[STREAM].published.rows == size(version)
    for reader, level in zip(started, LEVELS, strict=True):
        assert reader.error is None
        versions = [version for seen in reader.transactions for version in seen]
        assert versions == sorted(versions)
        assert len(set(versions)) > PUBLICATIONS // 2, "the reader saw few versions, so it proves little"
        if level is IsolationLevel.REPEATABLE_READ:
            assert all(len(set(seen)) == 1 for seen in reader.transactions)


CHANGES: list[tuple[str, str, str]] = [
    ("the same columns", "", ""),
    ("a column more", "", ", 'new' as extra"),
    ("a column less", ", 'old' as extra", ""),
    ("a column of another type", ", 'old' as extra", ", 1.5::double as extra"),
]


@pytest.mark.parametrize(("before", "after"), [change[1:] for change in CHANGES], ids=[c[0] for c in CHANGES])
def test_a_snapshot_from_before_a_publication_holds_the_old_rows(
    outlet: Outlet, before: str, after: str
) -> None:
    """What TRUNCATE and ALTER COLUMN TYPE would break: they show such a reader an empty table."""
    model(outlet, 1, before)
    outlet.publish(f"{STREAM}: {{}}")
    model(outlet, 2, after)
    with psycopg.connect(outlet.url) as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        # A snapshot, and no lock of the table.
        connection.execute("select count(*) from pg_class")
        outlet.publish(f"{STREAM}: {{}}")
        assert version_of(connection.execute(QUERY).fetchone()) == 1
        connection.commit()
        assert version_of(connection.execute(QUERY).fetchone()) == 2


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
def test_who_has_read_and_stays_in_the_transaction_does_not_hold_up_a_publication(
    outlet: Outlet, level: IsolationLevel
) -> None:
    model(outlet, 1)
    outlet.publish(f"{STREAM}: {{}}")
    model(outlet, 2)
    with psycopg.connect(outlet.url) as connection:
        connection.isolation_level = level
        assert version_of(connection.execute(QUERY).fetchone()) == 1
        outlet.publish(f"{STREAM}: {{}}")
        seen = version_of(connection.execute(QUERY).fetchone())
        assert seen == (2 if level is IsolationLevel.READ_COMMITTED else 1)
