"""Postgres databases as systems that somebody connects: one that is replicated from, one that is written to.

A database's URL is the value of the variable that an instance requires, so which there are is read from the instances.
"""

import os

from dagster_open_platform.lib.postgres.errors import MissingConnection
from dagster_open_platform.lib.systems import Declared, Resources, System, counted

_URL = "the database's URL, postgresql://user:password@host:port/database"


def _probe(resources: Resources, declared: Declared) -> str:
    postgres = resources["postgres"]
    if not declared.variables:
        raise MissingConnection("No instance requires a connection, so there is no database to ask.")
    for name in declared.variables:
        with postgres.connect(name) as connection:
            connection.execute("SELECT 1")
    return f"logs into {counted(len(declared.variables), 'database')}"


def _product_probe(resources: Resources, declared: Declared) -> str:
    resources["sling"].program()
    return f"{_probe(resources, declared)}; Sling's program is there"


def _points_to(declared: Declared) -> list[str]:
    return [value for name in declared.variables if (value := os.environ.get(name, "").strip())]


PRODUCT_DATABASES = System(
    name="product_databases",
    title="Product databases (Sling)",
    use="the product's Postgres databases, which Sling replicates into the warehouse",
    folder="sling/components/cloud_product",
    resource="postgres",
    probe=_product_probe,
    points_to=_points_to,
    declared_as=f"{_URL}, with a role that only reads",
)
REPORTING = System(
    name="reporting",
    title="Postgres reporting",
    use="the database that the product reads, into which marts are published",
    folder="sling/components/reporting",
    resource="postgres",
    probe=_probe,
    points_to=_points_to,
    declared_as=f"{_URL}, with a role that owns its schema",
    beside_duckdb="marts that are made of simulated data would be published into the real database",
)
