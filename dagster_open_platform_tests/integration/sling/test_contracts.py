# ruff: noqa: S608 - the SQL is the test's own
"""Whatever happens to the source between runs, each table of the warehouse is what its mode promises.

What belongs here: random histories of tables, one of each mode, against `contract_model.py`. What does not: faults of
processes and databases (`test_faults.py`, `test_kill.py`).
"""

import contextlib
import datetime as dt
import itertools
import random
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from dagster_open_platform.lib.sling.ingest import StreamLoaded
from dagster_open_platform.lib.sling.outcomes import StreamFailed
from dagster_open_platform.lib.warehouse.errors import SchemaMismatch
from dagster_open_platform_tests.fixtures.sling import Site, all_stored, in_order
from dagster_open_platform_tests.integration.sling.contract_model import LOADED_AT, Target

STEPS = 12
BEGINNING = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)

STREAMS = """
public.wholes: {mode: full-refresh}
public.truncated: {mode: truncate}
public.times: {mode: incremental, primary_key: id, update_key: updated_at}
public.looking_back: {mode: incremental, primary_key: [id], update_key: updated_at, meta: {lookback: 3h}}
public.ids: {mode: incremental, primary_key: id, update_key: id}
public.days: {mode: incremental, primary_key: [region, id], update_key: updated_at, meta: {lookback: 1d}}
public.snapshots: {mode: snapshot}
"""
# By stream: the type of `updated_at`, and the model.
TABLES: dict[str, tuple[str, Callable[[], Target]]] = {
    "wholes": ("timestamptz", lambda: Target("full-refresh")),
    "truncated": ("timestamptz", lambda: Target("truncate")),
    "times": ("timestamptz", lambda: Target("incremental", ("id",), "updated_at")),
    "looking_back": ("timestamp", lambda: Target("incremental", ("id",), "updated_at", 3 * HOUR)),
    "ids": ("timestamptz", lambda: Target("incremental", ("id",), "id")),
    "days": ("date", lambda: Target("incremental", ("region", "id"), "updated_at", dt.timedelta(1))),
    "snapshots": ("timestamptz", lambda: Target("snapshot")),
}


class History:
    """One table of the source, to which things happen.

    Args:
        name: The table's.
        moment_type: The type of its column `updated_at`.
        source: Open; every statement is a transaction.
        rng: Decides.
    """

    def __init__(self, name: str, moment_type: str, source: psycopg.Connection, rng: random.Random) -> None:
        self.name, self.moment_type, self.source, self.rng = name, moment_type, source, rng
        self.last_id = 0
        self.columns = 0
        self.now = BEGINNING
        self.retyped = False
        self.sql(
            f"create table {name} (id int8 not null, region int4 not null, updated_at {moment_type}, words text,"
            " ratio float8, amount int8)"
        )

    def sql(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        cursor = self.source.execute(statement.encode(), values or None)
        return cursor.fetchall() if cursor.description else []

    def moment(self, hours: float) -> dt.datetime:
        """So many hours before now; the database takes from it what its type holds."""
        return self.now - dt.timedelta(hours=hours)

    def insert(self, when: dt.datetime | None, count: int = 1) -> None:
        for _ in range(count):
            self.last_id += 1
            self.sql(
                f"insert into {self.name} (id, region, updated_at, words, amount) values (%s, %s, %s, %s, %s)",
                self.last_id,
                self.rng.randrange(2),
                when,
                f"words {self.rng.random()}",
                str(self.last_id) if self.retyped else self.last_id,
            )

    def some(self) -> str:
        """A condition that some rows meet."""
        return f"mod(id, 3) = {self.rng.randrange(3)}"

    def happen(self) -> None:
        """One thing, drawn by weight."""
        happenings: list[tuple[int, Callable[[], object]]] = [
            (6, lambda: self.insert(self.moment(0), self.rng.randint(1, 4))),
            (2, lambda: self.insert(self.moment(self.rng.uniform(1, 2)))),  # late, within the lookback
            (2, lambda: self.insert(self.moment(self.rng.uniform(4, 100)))),  # late, beyond it
            (1, lambda: self.insert(self.moment(-self.rng.uniform(1, 1000)))),  # a clock that is wrong
            (2, lambda: self.insert(None)),
            (4, lambda: self.change(self.moment(0))),
            (1, lambda: self.change(self.moment(50))),  # an update that looks older
            (1, lambda: self.change(None)),
            (2, lambda: self.sql(f"update {self.name} set words = 'unnoticed' where {self.some()}")),
            (2, lambda: self.sql(f"delete from {self.name} where {self.some()}")),
            (1, lambda: self.sql(f"truncate {self.name}")),
            (2, self.add_column),
            (1, self.drop_column),
            (1, self.rename_column),
            (1, self.retype),
            (1, lambda: self.sql(f"update {self.name} set ratio = 'NaN' where {self.some()}")),
            (3, lambda: self.sql(f"update {self.name} set ratio = 0.5 where ratio = 'NaN'")),
        ]
        if self.name not in ("ids", "days"):
            happenings.append((1, self.double))
        weights = [weight for weight, _ in happenings]
        self.rng.choices([happening for _, happening in happenings], weights)[0]()

    def change(self, when: dt.datetime | None) -> None:
        words = f"changed {self.rng.random()}"
        self.sql(
            f"update {self.name} set words = %s, updated_at = %s where {self.some()}",
            words,
            when,
        )

    def double(self) -> None:
        """A second, newer row of a key; never one that is as new, for then nobody knows which one counts."""
        others = ", ".join(name for name in self.kinds() if name not in ("updated_at", "words"))
        self.sql(
            f"insert into {self.name} (updated_at, words, {others})"
            f" select greatest(max(updated_at) over (), %s) + interval '1 second', 'doubled', {others}"
            f" from {self.name} where id = (select max(id) from {self.name}) limit 1",
            self.moment(0),
        )

    def extra_columns(self) -> list[str]:
        return [name for name in self.kinds() if name.startswith("extra")]

    def add_column(self) -> None:
        self.columns += 1
        kind = self.rng.choice(
            ["text default 'new'", "int8", "bool default true", "numeric(9,2) default 1.5"]
        )
        self.sql(f"alter table {self.name} add column extra_{self.columns} {kind}")

    def drop_column(self) -> None:
        if extra := self.extra_columns():
            self.sql(f"alter table {self.name} drop column {self.rng.choice(extra)}")

    def rename_column(self) -> None:
        if extra := self.extra_columns():
            self.columns += 1
            self.sql(f"alter table {self.name} rename {self.rng.choice(extra)} to extra_{self.columns}")

    def retype(self) -> None:
        self.retyped = not self.retyped
        kind = "text" if self.retyped else "int8"
        self.sql(f"alter table {self.name} alter amount type {kind} using amount::{kind}")

    def kinds(self) -> dict[str, str]:
        """Columns and types."""
        found = self.sql(
            "select attname, format_type(atttypid, atttypmod) from pg_attribute"
            f" where attrelid = '{self.name}'::regclass and attnum > 0 and not attisdropped"
        )
        return dict(found)

    def rows(self) -> list[dict[str, Any]]:
        """All rows, by a client of our own."""
        names = list(self.kinds())
        quoted = ", ".join(names)
        return [dict(zip(names, row, strict=True)) for row in self.sql(f"select {quoted} from {self.name}")]


def comparable(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.astimezone(dt.UTC) if isinstance(value, dt.datetime) and value.tzinfo else value
        for name, value in row.items()
    }


def require_contract(
    site: Site,
    histories: dict[str, History],
    models: dict[str, Target],
    now: dt.datetime,
    *,
    full_refresh: bool,
    break_off_after: int,
) -> None:
    """Run, let the models run, and compare every row and column of every table.

    Args:
        site: Where.
        histories: The source.
        models: What the warehouse must hold.
        now: When the run starts; later than all before.
        full_refresh: Whether incremental tables are made anew.
        break_off_after: After how many streams nobody wants to know more.
    """
    replication = site.replication(STREAMS)
    run = site.ingestion(replication, started_at=now, full_refresh=full_refresh).run(
        [stream.name for stream in replication.streams]
    )
    with contextlib.closing(run):
        for outcome in itertools.islice(run, break_off_after):
            name = outcome.stream.table
            model, history = models[name], histories[name]
            mark = None if full_refresh or model.mode != "incremental" else model.mark(now)
            read = model.run(history.rows(), history.kinds(), now, full_refresh=full_refresh)
            if isinstance(read, str):
                assert isinstance(outcome, StreamFailed), (name, read)
                assert type(outcome.failure).__name__ == read
                continue
            assert isinstance(outcome, StreamLoaded), outcome
            assert (outcome.rows_read, outcome.row_count) == (read, len(model.rows))
            assert outcome.since == mark
            assert set(outcome.columns) == {*(model.kinds or {}), LOADED_AT}
            written = outcome.written.rows_inserted + outcome.written.rows_updated
            assert written == sum(row[LOADED_AT] == now for row in model.rows)
    assert site.workspaces == []
    found = all_stored(site.directory / "warehouse", models.keys())
    for name, model in models.items():
        wanted = in_order([comparable(row) for row in model.rows])
        assert in_order([comparable(row) for row in found[name]]) == wanted, name


@pytest.mark.parametrize("seed", range(3))
def test_random_histories(site: Site, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - a history, no secret
    now = BEGINNING
    with psycopg.connect(site.url, autocommit=True, options="-c timezone=UTC") as source:
        histories = {name: History(name, kind, source, rng) for name, (kind, _) in TABLES.items()}
        models = {name: model() for name, (_, model) in TABLES.items()}
        for _ in range(STEPS):
            now += dt.timedelta(minutes=rng.choice((1, 40, 500)))
            for history in histories.values():
                history.now = now
                for _ in range(rng.randint(0, 5)):
                    history.happen()
            require_contract(
                site,
                histories,
                models,
                now,
                full_refresh=rng.random() < 0.15,
                break_off_after=rng.choice(
                    (len(TABLES), len(TABLES), len(TABLES), rng.randint(1, len(TABLES)))
                ),
            )


def test_a_full_refresh_keeps_the_newest_row_of_a_key_and_repairs_what_an_increment_cannot(
    site: Site,
) -> None:
    stream = (
        "public.facts: {mode: incremental, primary_key: [id, region], update_key: at, meta: {lookback: 1h}}\n"
    )
    site.source(
        "create table facts (id int, region text, at timestamptz, words text, extra int)",
        "insert into facts values (1, 'a', '2026-01-01Z', 'old', 1), (1, 'a', '2026-01-02Z', 'new', 2),"
        " (1, 'a', null, 'oldest', 3), (1, 'b', null, 'alone', 4), (2, 'a', '2026-01-01Z', 'one', 5)",
    )
    newest = [(1, "a", "new"), (1, "b", "alone"), (2, "a", "one")]

    def found() -> list[tuple[object, ...]]:
        return sorted((row["id"], row["region"], row["words"]) for row in site.stored("facts"))

    site.load(stream)
    assert found() == newest
    (outcome,) = site.load(stream, full_refresh=True).values()
    assert (outcome.rows_read, outcome.row_count, outcome.since) == (3, 3, None)
    assert found() == newest
    # Deletes, updates that leave the key behind, dropped columns and changed types arrive with a full refresh.
    site.source(
        "delete from facts where region = 'b'",
        "update facts set words = 'silent' where id = 2",
        "alter table facts drop column extra",
        "alter table facts alter words type int using length(words)",
    )
    (failed,) = site.ingest(stream).values()
    assert isinstance(failed, StreamFailed)
    assert isinstance(failed.failure, SchemaMismatch)
    assert found() == newest
    site.load(stream, full_refresh=True)
    assert found() == [(1, "a", 3), (2, "a", 6)]
    assert set(site.stored("facts")[0]) == {"id", "region", "at", "words", LOADED_AT}


def test_a_truncate_table_takes_a_changed_type_with_a_full_refresh(site: Site) -> None:
    stream = "public.facts: {mode: truncate}\n"
    site.source("create table facts (id int, words text)", "insert into facts values (1, 'one')")
    site.load(stream)
    site.source("alter table facts alter words type int using length(words)")
    (failed,) = site.ingest(stream).values()
    assert isinstance(failed, StreamFailed)
    assert isinstance(failed.failure, SchemaMismatch)
    assert [row["words"] for row in site.stored("facts")] == ["one"]
    site.load(stream, full_refresh=True)
    assert [row["words"] for row in site.stored("facts")] == [3]


def test_a_snapshot_is_taken_once_a_run(site: Site) -> None:
    stream = "public.facts: {mode: snapshot}\n"
    first, second = (dt.datetime(2026, 6, day, tzinfo=dt.UTC) for day in (1, 2))
    site.source("create table facts (id int)", "insert into facts values (1), (2)")

    def found() -> list[tuple[object, ...]]:
        return sorted((row[LOADED_AT], row["id"]) for row in site.stored("facts"))

    site.load(stream, started_at=first)
    # The retry of the same run, whose source has moved on.
    site.source("insert into facts values (3)")
    site.load(stream, started_at=first)
    assert found() == [(first, 1), (first, 2), (first, 3)]
    site.source("delete from facts where id < 3")
    site.load(stream, started_at=second)
    assert found() == [(first, 1), (first, 2), (first, 3), (second, 3)]
