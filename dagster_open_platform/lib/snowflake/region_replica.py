"""What another region lets out, taken over: its replica refreshed, and a schema of it cloned to where the platform works.

What belongs here: the two steps and what is found of them, over the seam. What does not: the assets (`defs/snowflake/py/eu.py`),
and how an engine does it (`lib/warehouse/`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from dagster_open_platform.lib.warehouse.protocol import TableRef, WarehouseConnection
from dagster_open_platform.lib.warehouse.replicas import SchemaRef
from dagster_open_platform.utils.environment_helpers import Environment
from dagster_open_platform.utils.failures import PermanentFailure
from dagster_open_platform.utils.outside import left_alone, may_change_outside


class NotAllTablesArrived(PermanentFailure):
    """The replica lacks tables that the other region should let out."""


@dataclass(frozen=True)
class ClonedSchema:
    """What came of a clone.

    Args:
        rows: Rows of each table, by its name.
        source_rows: The same of the replica.
        unexpected: Tables that came and were not declared, so that they should never have left their region.
    """

    rows: Mapping[str, int]
    source_rows: Mapping[str, int]
    unexpected: tuple[str, ...]


def refresh(connection: WarehouseConnection, replica: str, origin: str, environment: Environment) -> None:
    """Make a replica hold what its region lets out now.

    Args:
        connection: Of the platform's own warehouse.
        replica: A database of it.
        origin: Where it is a replica of.
        environment: Where that happens.

    Raises:
        OutsideLeftAlone: It is production's, and not this environment's to refresh. Nothing was changed.
        PermanentFailure, RetryableFailure: The warehouse could not do it.
    """
    if not may_change_outside(environment):
        raise left_alone(f"production's replica {replica} was not refreshed")
    connection.refresh_replica(replica, origin)


def clone(
    connection: WarehouseConnection, source: SchemaRef, target: SchemaRef, declared: Collection[str]
) -> ClonedSchema:
    """Clone a replica's schema, and look at what came.

    Args:
        connection: Of the platform's own warehouse.
        source: In the replica.
        target: Where it goes; what was there is gone.
        declared: The tables that it should hold.

    Raises:
        NotAllTablesArrived: Some are missing. The clone was made.
        PermanentFailure, RetryableFailure: The warehouse could not do it. Nothing was changed.
    """
    rows = connection.clone_schema(source, target)
    if missing := sorted({*declared} - {*rows}):
        raise NotAllTablesArrived(
            f"The replica's schema {source} has no table {', '.join(missing)}: the other region's platform has not let"
            " them out yet, or no longer."
        )
    source_rows = {
        name: connection.query(
            f"SELECT count(*) AS n FROM {connection.quoted(TableRef(source.database, source.name, name))}"  # noqa: S608 - quoted
        )["n"][0].as_py()
        for name in sorted(declared)
    }
    return ClonedSchema(rows, source_rows, tuple(sorted({*rows} - {*declared})))
