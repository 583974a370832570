"""What Fivetran, Segment and Stripe write.

What belongs here: calling what writes for them. What does not: how a sync goes on (`services/saas/fivetran/`), and the rows.
"""

import duckdb
import pyarrow as pa

from dagster_open_platform_local.company.clock import CompanyClock
from dagster_open_platform_local.company.fivetran.connectors import CONNECTORS, Connector
from dagster_open_platform_local.company.segment.catalogue import SOURCES, TRACKS, USERS
from dagster_open_platform_local.company.segment.tables import segment_tables
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.company.stripe.tables import stripe_tables
from dagster_open_platform_local.landing.source import Company, Source, Tables, of_tables
from dagster_open_platform_local.services.saas.fivetran.loading import Load, load, make_tables
from dagster_open_platform_local.services.saas.fivetran.sources import Source as Behind

_SMALL = CompanySettings(scale=0.01)


def fivetran(*schemas: str) -> Source:
    """The connectors of some schemas.

    Args:
        schemas: In the destination.
    """

    def write(connection: duckdb.DuckDBPyConnection, company: Company | None) -> None:
        for schema in schemas:
            connection.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
        for connector in CONNECTORS:
            if connector.schema in schemas:
                _sync(connection, connector, company)

    return Source("fivetran", write)


def _sync(connection: duckdb.DuckDBPyConnection, connector: Connector, company: Company | None) -> None:
    """The first sync of a connection."""
    behind = Behind(connector)
    tables = [each for each in behind.layouts.values() if each.name not in connector.disabled]
    make_tables(connection, connector.schema, tables)
    if company is not None:
        rows = behind.rows(CompanyClock(company.settings, company.today, follows_calendar=False))
        # A load looks at every table for what is gone; nothing is there yet.
        filled = [each for each in tables if each.name in rows and rows[each.name].num_rows]
        load(connection, Load(connector.schema, filled, rows, frozenset(), company.now), lambda: None)


def _stripe(company: Company) -> Tables:
    tables = stripe_tables(company.settings, company.today, company.now)
    return {f"stripe.{name}": rows for name, rows in tables.items()}


def _segment(company: Company) -> Tables:
    return {
        f"{source}.{name}": rows
        for source, tables in segment_tables(company.settings, company.today).items()
        for name, rows in tables.items()
    }


def _segment_columns() -> Tables:
    found: dict[str, pa.Table] = {}
    for source in SOURCES:
        shapes = {table.name: table.fields for table in source.calls} | {"tracks": TRACKS, "users": USERS}
        found |= {f"{source.slug}.{name}": pa.schema(shape).empty_table() for name, shape in shapes.items()}
    return found


def _stripe_columns() -> Tables:
    return {name: rows.slice(0, 0) for name, rows in _stripe(Company(_SMALL, _SMALL.epoch)).items()}


SEGMENT = of_tables("segment", _segment, _segment_columns)
STRIPE = of_tables("stripe", _stripe, _stripe_columns)
