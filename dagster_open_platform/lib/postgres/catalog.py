"""What a Postgres database says about its tables.

What belongs here: reading the catalog. What does not: what somebody concludes from a type.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psycopg


@dataclass(frozen=True)
class SourceColumn:
    """A column of a table.

    Args:
        name: As the catalog spells it.
        type: Name of its type in `pg_type`, for example `int8`, `numeric`, `timestamptz`, `_text` (an array), or the name
            of an enum; of a domain, the type that it is made of.
        kind: `typtype` of the type: b(ase), e(num), c(omposite), r(ange), m(ultirange).
        precision: Of a numeric that declares one.
        scale: Of a numeric that declares one; may be negative.
    """

    name: str
    type: str
    kind: str = "b"
    precision: int | None = None
    scale: int | None = None


# atttypmod of a numeric is ((precision << 16) | (scale & 0x7ff)) + 4; see numeric.h of PostgreSQL.
_COLUMNS = """
    with recursive steps as (
        select oid as domain, typbasetype as base, typtypmod as modifier from pg_catalog.pg_type where typtype = 'd'
        union all
        select steps.domain, t.typbasetype, t.typtypmod
        from steps join pg_catalog.pg_type t on t.oid = steps.base and t.typtype = 'd'
    )
    select n.nspname || '.' || c.relname, a.attname, t.typname, t.typtype::text,
        case when t.typname = 'numeric' and m.modifier >= 4 then ((m.modifier - 4) >> 16) & 65535 end,
        case when t.typname = 'numeric' and m.modifier >= 4 then (((m.modifier - 4) & 2047) # 1024) - 1024 end
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join (
        select steps.* from steps join pg_catalog.pg_type b on b.oid = steps.base and b.typtype <> 'd'
    ) s on s.domain = a.atttypid
    join pg_catalog.pg_type t on t.oid = coalesce(s.base, a.atttypid)
    cross join lateral (select coalesce(s.modifier, a.atttypmod) as modifier) m
    where n.nspname || '.' || c.relname = any(%s) and c.relkind in ('r', 'p', 'v', 'm', 'f')
    order by 1, a.attnum
"""


def read_columns(
    connection: psycopg.Connection, tables: Collection[str]
) -> Mapping[str, tuple[SourceColumn, ...]]:
    """Read the columns of tables and views.

    Args:
        connection: Open.
        tables: Names as `schema.table`, in the catalog's spelling.

    Returns:
        By table; one that does not exist, or that the role must not see, is not in it.
    """
    found: dict[str, list[SourceColumn]] = {}
    for table, name, kind, category, precision, scale in connection.execute(_COLUMNS, [list(tables)]):
        found.setdefault(table, []).append(SourceColumn(name, kind, category, precision, scale))
    return {table: tuple(columns) for table, columns in found.items()}
