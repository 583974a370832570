"""The warehouse as a system that somebody connects, and what is only reached through it: another region's, and shared databases.

What belongs here: what an engine needs, and one cheap question. What does not: which engine an environment has (`resources.py`).
"""

import os
from collections.abc import Sequence
from typing import Any

from dagster_open_platform.lib.systems import Declared, System, Variable, address_in, counted
from dagster_open_platform.lib.warehouse.errors import MissingObject, PermissionDenied
from dagster_open_platform.lib.warehouse.protocol import TableRef
from dagster_open_platform.lib.warehouse.resource import WarehouseResource
from dagster_open_platform.lib.warehouse.snowflake.resource import SnowflakeWarehouse

_LOGIN_SECONDS = 10
"""How long a login may take for somebody who only wants to know whether it works."""


def is_snowflake(resource: Any) -> bool:
    """Whether the engine is Snowflake and not DuckDB files."""
    return isinstance(resource, SnowflakeWarehouse)


def hurried(resource: WarehouseResource) -> WarehouseResource:
    """The same warehouse for somebody who does not wait long."""
    if isinstance(resource, SnowflakeWarehouse):
        bounds = {"login_timeout_seconds": _LOGIN_SECONDS, "network_timeout_seconds": _LOGIN_SECONDS}
        return resource.model_copy(update=bounds)
    return resource.waiting_at_most(1.0)


def needed_by(resource: WarehouseResource) -> tuple[Variable, ...]:
    """What must be set so that the warehouse can be opened.

    Args:
        resource: Of the environment.
    """
    if isinstance(resource, SnowflakeWarehouse):
        beginning = resource.variables
        return (
            Variable(
                f"{beginning}_ACCOUNT",
                "the account's identifier, ORGANIZATION-ACCOUNT (Admin > Accounts)",
                is_secret=False,
            ),
            Variable(f"{beginning}_USER", "the service user", is_secret=False),
            Variable(
                f"{beginning}_PRIVATE_KEY",
                "the user's private key (PKCS #8), in PEM or that in base64",
                instead=(f"{beginning}_PASSWORD",),
            ),
        )
    name = _directory_variable(resource)
    return (Variable(name, "the directory of the DuckDB files, which must exist", is_secret=False),)


def warehouse_system(resource: WarehouseResource, key: str, title: str, folder: str) -> System:
    """The warehouse, or another region's.

    Args:
        resource: What stands behind the key in the environment.
        key: Its resource key, which is its name, too.
        title: As it is called.
        folder: Where it is worked on, below `defs/`.
    """
    engine = "Snowflake" if is_snowflake(resource) else "DuckDB"
    prefix = key.upper().replace("WAREHOUSE", "SNOWFLAKE")
    names = ("PASSWORD", "PRIVATE_KEY_PASSPHRASE", "ROLE", "WAREHOUSE", "HOST", "PORT", "PROTOCOL")
    return System(
        name=key,
        title=f"{title} ({engine})",
        use="where everything is loaded and modelled" if key == "warehouse" else "the EU's, which is read",
        folder=folder,
        resource=key,
        probe=lambda resources, _declared: _probe(resources[key]),
        needed=needed_by(resource),
        optional=tuple(
            Variable(f"{prefix}_{name}", "see lib/warehouse/snowflake/resource.py") for name in names
        )
        if is_snowflake(resource)
        else (),
        points_to=_points_to(resource),
    )


def stripe_system(resource: WarehouseResource) -> System:
    """What Stripe shares: a database of the warehouse, with no API of its own.

    Args:
        resource: The environment's warehouse.
    """
    return System(
        name="stripe",
        title="Stripe (a shared database)",
        use="invoices, subscriptions and payments, which Stripe's Data Pipeline delivers into the warehouse",
        folder="stripe",
        resource="warehouse",
        probe=lambda resources, _declared: _shared(resources["warehouse"], "stripe"),
        needed=needed_by(resource),
        points_to=_points_to(resource),
        in_warehouse=True,
    )


def _probe(resource: WarehouseResource) -> str:
    if isinstance(resource, SnowflakeWarehouse):
        # Entering the database is part of it. What is asked needs no virtual warehouse to run.
        with hurried(resource).connect() as connection:
            connection.query("SELECT 1 AS one")
        return "logs in and answers"
    with hurried(resource).connect_without_databases() as connection:
        names = {found.name.lower() for found in connection.databases()}
    missing = sorted({name.lower() for name in resource.written} - names)
    told = f"opens; {counted(len(names), 'database')}"
    return f"{told}, and {' and '.join(missing)} will be made when first written" if missing else told


def _shared(resource: WarehouseResource, database: str) -> str:
    """Whether a database is there that others fill."""
    physical = resource.databases.get(database, database)
    missing = (
        f"The warehouse shows no database {physical}: accept Stripe's share under that name (Stripe's Dashboard > Data Pipeline; in"
        " Snowflake: CREATE DATABASE … FROM SHARE), and let the platform's role read it."
    )
    with hurried(resource).connect_without_databases() as connection:
        if isinstance(resource, SnowflakeWarehouse):
            schemata = connection.quoted(TableRef(physical, "information_schema", "schemata"))
            try:
                connection.query(f"SELECT 1 AS one FROM {schemata} LIMIT 1")  # noqa: S608 - quoted
            except (MissingObject, PermissionDenied) as failure:
                raise MissingObject(f"{missing} {failure.description}") from failure
        elif physical.lower() not in {each.name.lower() for each in connection.databases()}:
            raise MissingObject(missing)
    return f"the database {physical} is there"


def _points_to(resource: WarehouseResource) -> Any:
    if isinstance(resource, SnowflakeWarehouse):
        return address_in(f"{resource.variables}_HOST")
    name = _directory_variable(resource)

    def directory(_declared: Declared) -> Sequence[str]:
        found = os.environ.get(name, "").strip()
        # Any directory is on this machine, also one that is given as a relative path.
        return [os.path.abspath(os.path.expanduser(found))] if found else []  # noqa: PTH100, PTH111 - a text

    return directory


def _directory_variable(resource: WarehouseResource) -> str:
    setting = getattr(resource, "directory", None)
    return str(getattr(setting, "env_var_name", "WAREHOUSE_DUCKDB_DIR"))
