"""Every connector of the company, loaded as the stack loads it."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.connectors import CONNECTORS
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.services.saas.fivetran.sources import Source, sources_of
from dagster_open_platform_tests.fixtures.fivetran import FivetranServer, fivetran_server

SETTINGS = CompanySettings(seed=5, scale=0.05)
TODAY = dt.date(2026, 7, 13)


@contextmanager
def reading(server: FivetranServer) -> Iterator[duckdb.DuckDBPyConnection]:
    """The destination, as the platform attaches it."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"ATTACH '{server.warehouse / 'fivetran.duckdb'}' AS fivetran (READ_ONLY)")
        yield connection


def differing(connection: duckdb.DuckDBPyConnection, source: Source, table: str, rows: pa.Table) -> int:
    """How many rows of a table are only in the destination, or only at the source; each as often as it stands there."""
    layout = source.layouts[table]
    names = ", ".join(f'"{name}"' for name in rows.column_names)
    where = "WHERE NOT _fivetran_deleted" if layout.keeps_deleted else ""
    connection.register("wanted", rows)
    # One grouping is a tenth of the work of EXCEPT ALL in both directions.
    both = f"""
        SELECT 1 AS side, {names} FROM fivetran.{source.connector.schema}.{table} {where}
        UNION ALL SELECT -1, {names} FROM wanted
    """  # noqa: S608  # of the company's own layouts
    ((count,),) = connection.execute(
        f"SELECT coalesce(sum(abs(more)), 0) FROM (SELECT sum(side) AS more FROM ({both}) GROUP BY {names})"  # noqa: S608
    ).fetchall()
    connection.unregister("wanted")
    return count


def test_every_connector_loads_all_its_rows_day_after_day(tmp_path: Path) -> None:
    sources = sources_of(CONNECTORS)
    assert len(sources) == len(CONNECTORS)
    with fivetran_server(tmp_path, sources, today=TODAY, settings=SETTINGS) as server:
        for _ in range(2):
            for connection_id in sources:
                details = server.sync(connection_id)
                assert (details["failed_at"], details["status"]["tasks"]) == (None, []), connection_id
            # At once, since a destination of so many tables takes its time to open.
            with reading(server) as connection:
                for connection_id, source in sources.items():
                    rows = source.connector.rows(SETTINGS, server.today)
                    assert {
                        table: differing(connection, source, table, rows[table])
                        for table in source.layouts
                        if table in rows
                    } == {table: 0 for table in source.layouts if table in rows}, connection_id
            server.advance()
