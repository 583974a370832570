# ruff: noqa: S608 - the SQL is the test's own
"""One stream that fails keeps no other from being loaded, and its failure speaks of it alone.

What belongs here: failures of single streams. What does not: failures of everything (`test_faults.py`).
"""

import psycopg
import pytest

from dagster_open_platform.lib.postgres.errors import (
    DatabaseBusy,
    DatabasePermissionDenied,
    MissingTable,
)
from dagster_open_platform.lib.postgres.resource import PostgresResource
from dagster_open_platform.lib.sling.errors import (
    InvalidReplication,
    SlingRefused,
    UnrepresentableValue,
    UnsupportedColumn,
)
from dagster_open_platform.lib.sling.ingest import StreamLoaded
from dagster_open_platform.lib.sling.outcomes import StreamFailed
from dagster_open_platform.lib.warehouse.errors import (
    DuplicateKeys,
    InvalidIdentifier,
    InvalidKey,
    SchemaMismatch,
)
from dagster_open_platform_tests.fixtures.sling import Site, only_loaded

STREAMS = """
public.user:
public.absent:
public.user_s:
public.exact:
public.users:
public.not_a_number: {mode: truncate}
public.use:
public.doubled: {mode: incremental, primary_key: id, update_key: id}
public.keyless: {mode: incremental, primary_key: id, update_key: at}
public.retyped: {mode: incremental, primary_key: id, update_key: at}
public.renamed: {mode: incremental, primary_key: id, update_key: at}
public.texts: {mode: incremental, primary_key: id, update_key: words}
public.periods: {mode: incremental, primary_key: id, update_key: id, meta: {lookback: 2h}}
public.named:
public.twice:
public.forbidden:
public.broken:
public.nothing:
public.locked:
public.last: {mode: snapshot}
"""
GOOD = {"public.user": 3, "public.user_s": 4, "public.users": 5, "public.use": 6, "public.last": 7}
BAD = {
    "public.absent": (MissingTable, "public.absent"),
    "public.exact": (UnsupportedColumn, "column amount of public.exact"),
    "public.not_a_number": (UnrepresentableValue, "rows or more of public.not_a_number"),
    "public.doubled": (DuplicateKeys, "product.doubled"),
    "public.keyless": (InvalidKey, "product.keyless"),
    "public.retyped": (SchemaMismatch, "product.retyped"),
    "public.renamed": (UnsupportedColumn, "public.renamed has no column at; it has: id, moment"),
    "public.texts": (UnsupportedColumn, "update key words of public.texts"),
    "public.periods": (InvalidReplication, "id of public.periods is a int"),
    "public.named": (InvalidIdentifier, "'two words'"),
    "public.twice": (SchemaMismatch, "product.twice"),
    "public.forbidden": (DatabasePermissionDenied, "extracting public.forbidden of TEST_PRODUCT"),
    "public.broken": (SlingRefused, "extracting public.broken of TEST_PRODUCT"),
    "public.nothing": (MissingTable, "public.nothing"),
    "public.locked": (DatabaseBusy, "extracting public.locked of TEST_PRODUCT"),
}


BAD_TABLES = (
    "create table exact (id int, amount numeric)",
    "create table not_a_number (id int, ratio float8)",
    "create table doubled (id int)",
    "create table keyless (id int, at timestamptz)",
    "create table retyped (id int, at timestamptz, amount int)",
    "create table renamed (id int, at timestamptz)",
    "create table texts (id int, words text)",
    "create table periods as select 1 as id",
    'create table named (id int, "two words" text)',
    'create table twice (id int, "Id" text)',
    "create view broken as select n / (n - 2) as id from generate_series(1, 3) n",
    "create table nothing ()",
    "create table locked (id int)",
    "create function secret() returns int language sql as 'select 1'",
    "revoke execute on function secret from public",
    "create view forbidden as select secret() as id",
)


def test_each_stream_for_itself(site: Site) -> None:
    for name, count in GOOD.items():
        site.source(
            f"create table \"{name.partition('.')[2]}\" as select n as id, '{name}' as name from generate_series(1, {count}) n"
        )
    site.source(
        *BAD_TABLES,
    )
    loaded_before = ("not_a_number", "doubled", "keyless", "retyped", "renamed", "periods", "locked")
    site.load(
        "\n".join(
            line
            for line in STREAMS.splitlines()
            if line.startswith(tuple(f"public.{n}:" for n in loaded_before))
        )
    )
    site.source(
        "insert into not_a_number values (1, 1), (2, 'NaN')",
        "insert into doubled values (1), (2), (1)",
        "insert into keyless values (1, now()), (null, now())",
        "alter table retyped alter amount type text",
        "insert into retyped values (1, now(), 'one')",
        "alter table renamed rename at to moment",
    )
    before = {name: site.stored(name.partition(".")[2]) for name in BAD}

    with psycopg.connect(site.url) as holder:
        holder.execute("lock table locked in access exclusive mode")
        outcomes = site.ingest(STREAMS, postgres=PostgresResource(lock_timeout_seconds=1))

    assert only_loaded(outcomes) == set(GOOD)
    for name, count in GOOD.items():
        outcome = outcomes[name]
        assert isinstance(outcome, StreamLoaded)
        assert (outcome.rows_read, outcome.row_count, outcome.written.rows_inserted) == (count,) * 3
        rows = site.stored(name.partition(".")[2])
        assert {row["id"] for row in rows} == set(range(1, count + 1))
        assert {row["name"] for row in rows} == {name}
    for name, (kind, words) in BAD.items():
        outcome = outcomes[name]
        assert isinstance(outcome, StreamFailed)
        said = str(outcome.failure.description)
        assert (type(outcome.failure), words in said) == (kind, True), (name, type(outcome.failure), said)
        assert not [other for other in (*GOOD, *BAD) if other != name and f"{other} " in said]
        assert site.stored(name.partition(".")[2]) == before[name]


def test_a_stream_that_is_not_there_is_named_before_anything_happens(site: Site) -> None:
    site.source("create table users (id int)")
    run = site.ingestion(site.replication("public.users:\n")).run(["public.users", "public.user"])
    with pytest.raises(InvalidReplication, match=r"no stream public\.user\. Did you mean 'public\.users'"):
        next(run)
    assert site.stored("users") == []


def test_only_the_streams_that_are_asked_for(site: Site) -> None:
    site.source("create table a as select 1 as id", "create table b as select 1 as id")
    assert set(site.ingest(site.replication("public.a:\npublic.b:\n"), ["public.b"])) == {"public.b"}
    assert (len(site.stored("a")), len(site.stored("b"))) == (0, 1)
    assert site.ingest(site.replication("public.a:\n"), []) == {}
