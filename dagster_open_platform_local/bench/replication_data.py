"""The rows that the benchmark of replication moves, and how two engines tell whether they hold the same.

What belongs here: the table at the source, its changes, the checksums. What does not: who moves them
(`replication_ways.py`), and how long that takes (`replication.py`).

The rows are made inside Postgres, each a function of its id. A checksum is the sum over the rows of a part of the MD5 of a
text that both engines write the same way: times as microseconds, reals as multiples of their unit.
"""

from dataclasses import dataclass

import duckdb
import psycopg
from psycopg import sql

TABLE = "public.bench"

_CREATE = """
    drop table if exists bench;
    create table bench (
        id bigint primary key,
        email text not null,
        name text not null,
        status text not null,
        updated_at timestamptz not null,
        observed_at timestamp not null,
        score double precision not null,
        amount numeric(18, 6) not null,
        is_active boolean not null,
        token uuid not null,
        payload jsonb not null,
        day date not null,
        remark text
    )
"""
_FILL = """
    insert into bench
    select
        id,
        'user' || id || '@example.com',
        'Ünïversal "Widgets", ' || substr(md5(id::text), 1, 12),
        (array['active', 'invited', 'suspended', 'deleted'])[1 + (hash & 3)],
        timestamptz '2026-01-01 00:00:00+00' + id * interval '7.000013 seconds',
        timestamp '2025-01-01 00:00:00' + ((hash >> 3) & 9007199254740991) %% 31536000000000 * interval '1 microsecond',
        ((hash >> 11) & 9007199254740991) / 9007199254740992.0::float8,
        (hash %% 1000000000000)::numeric / 1000000,
        hash & 16 = 0,
        md5('token' || id)::uuid,
        jsonb_build_object(
            'plan', (array['free', 'team', 'enterprise'])[1 + (hash & 1023) %% 3],
            'seats', (hash >> 7) & 511,
            'limits', jsonb_build_object('daily', (hash >> 17) & 65535, 'note', 'as, "agreed"')
        ),
        date '2020-01-01' + ((hash >> 20) & 2047)::int,
        case when (hash >> 33) & 3 <> 0 then 'first seen, ' || substr(md5('remark' || id), 1, 20) end
    from (
        select id, hashint8extended(id, 20260101) as hash from generate_series(1, %(rows)s) as id
    ) as ids
"""
# Rows from all over the table become the newest, each at a moment of its own.
_CHANGE = """
    update bench
    set
        updated_at = timestamptz '2027-01-01 00:00:00+00' + %(pass)s * interval '1 day' + id * interval '1 microsecond',
        status = 'changed',
        amount = amount + 1
    where id %% (%(rows)s / %(changed)s) = %(pass)s
"""

_POSTGRES = """
    select count(*), sum(('x' || left(md5(row), 12))::bit(48)::bigint)::text
    from (
        select concat_ws(
            '|',
            id, email, name, status,
            (extract(epoch from updated_at) * 1000000)::bigint,
            (extract(epoch from observed_at) * 1000000)::bigint,
            (score * 9007199254740992)::bigint,
            amount::numeric(18, 6),
            is_active::int,
            token,
            payload::jsonb ->> 'plan', payload::jsonb ->> 'seats',
            payload::jsonb #>> array['limits', 'daily'], payload::jsonb #>> array['limits', 'note'],
            day,
            coalesce(remark, '<null>')
        ) as row
        from {}
    ) as texts
"""
_DUCKDB = """
    select count(*), sum(('0x' || left(md5(row), 12))::bigint)::varchar
    from (
        select concat_ws(
            '|',
            id, email, name, status,
            epoch_us(updated_at), epoch_us(observed_at),
            (score::double * 9007199254740992)::bigint,
            amount::decimal(18, 6),
            is_active::boolean::int,
            token,
            payload::json ->> '$.plan', payload::json ->> '$.seats',
            payload::json ->> '$.limits.daily', payload::json ->> '$.limits.note',
            day::date,
            coalesce(remark, '<null>')
        ) as row
        from {}
    ) as texts
"""


@dataclass(frozen=True)
class Content:
    """What a table holds, as far as two engines can agree on it.

    Args:
        rows: How many.
        checksum: Of all values.
    """

    rows: int
    checksum: str


def create(url: str, rows: int) -> None:
    """Make the table anew.

    Args:
        url: Of the database, for its owner.
        rows: How many.
    """
    with psycopg.connect(url) as connection:
        connection.execute(_CREATE)
        connection.execute(_FILL, {"rows": rows})
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("vacuum (freeze, analyze) bench")


def change(url: str, rows: int, changed: int, number: int) -> None:
    """Change some rows, so that they are newer than all others.

    Args:
        url: Of the database, for its owner.
        rows: How many there are.
        changed: How many to change; divides `rows`.
        number: Of the change, from 0 on; each changes other rows.

    Raises:
        RuntimeError: Another number was changed.
    """
    with psycopg.connect(url) as connection:
        values = {"rows": rows, "changed": changed, "pass": number}
        found = connection.execute(_CHANGE, values).rowcount
        if found != changed:
            raise RuntimeError(f"{found} rows were changed instead of {changed}.")


def in_postgres(url: str, table: str) -> Content:
    """What a table of Postgres holds.

    Args:
        url: Of the database.
        table: Schema and name.
    """
    query = sql.SQL(_POSTGRES).format(sql.Identifier(*table.split(".")))
    with psycopg.connect(url) as connection:
        return _content(connection.execute(query).fetchone())


def in_duckdb(connection: duckdb.DuckDBPyConnection, table: str) -> Content:
    """What a table of DuckDB holds.

    Args:
        connection: Open.
        table: Its name, as SQL writes it.
    """
    return _content(connection.execute(_DUCKDB.format(table)).fetchone())


def _content(found: tuple[object, ...] | None) -> Content:
    if found is None:
        raise RuntimeError("An aggregate answered no row.")
    return Content(int(str(found[0])), str(found[1]))
