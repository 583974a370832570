"""Which tables the product has, and where.

What belongs here: all of them together. What does not: their columns (`tables_accounts.py`, `tables_shards.py`), their rows.
"""

from datetime import date

from dagster_open_platform_local.company.product.schema import ProductTable
from dagster_open_platform_local.company.product.tables_accounts import ACCOUNT_TABLES
from dagster_open_platform_local.company.product.tables_shards import SHARD_TABLES
from dagster_open_platform_local.company.settings import CompanySettings

TABLES: tuple[ProductTable, ...] = (*ACCOUNT_TABLES, *SHARD_TABLES)

TABLE_BY_NAME = {each.name: each for each in TABLES}


def tables_of(database: str) -> tuple[ProductTable, ...]:
    """The tables of one database.

    Args:
        database: One of `schema.DATABASES`.
    """
    return tuple(each for each in TABLES if database in each.databases)


def ddl(settings: CompanySettings, database: str, today: date) -> list[str]:
    """Every statement that makes the empty tables of a database, and their indexes, as of a date."""
    return [
        statement
        for each in tables_of(database)
        for statement in (each.create(settings, today), *each.create_indexes())
    ]
