"""Checks that look at an integration's tables as a whole, and may run without a load.

What belongs here: the op that makes them, and that one fails whose tables are not there yet. What does not: what is asked of the tables
(`defs/<integration>/py/checks.py`), checks of a single load, which run with it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import dagster as dg

from dagster_open_platform.lib.outcomes import RETRIES
from dagster_open_platform.lib.warehouse import TableRef, WarehouseConnection, WarehouseResource

if TYPE_CHECKING:
    import pyarrow as pa


class Judgement(NamedTuple):
    """What a check found.

    Args:
        passed: Whether it holds.
        text: What was found, in words.
        metadata: The same in numbers and samples.
    """

    passed: bool
    text: str
    metadata: Mapping[str, Any]


@dataclass(frozen=True)
class Look:
    """What a check looks at.

    Args:
        connection: The warehouse.
        tables: The integration's tables, by name.
        partitions: Gives the materialized partitions of a table's asset.
    """

    connection: WarehouseConnection
    tables: Mapping[str, TableRef]
    partitions: Callable[[str], Set[str]]

    def rows(self, statement: str, parameters: Sequence[Any] = (), **others: TableRef) -> "pa.Table":
        """The rows that a statement finds.

        Args:
            statement: Names its tables in braces; values are `?`.
            parameters: The values.
            others: Tables by other names than their own.
        """
        names = {name: self.connection.quoted(table) for name, table in {**self.tables, **others}.items()}
        return self.connection.query(statement.format(**names), parameters)


@dataclass(frozen=True)
class TableCheck:
    """A check.

    Args:
        table: That it stands on.
        name: Its name.
        description: What holds.
        judge: Makes it.
        others: Further tables that it reads.
        severity: Of a failure.
    """

    table: str
    name: str
    description: str
    judge: Callable[[Look], Judgement] = field(repr=False)
    others: tuple[str, ...] = ()
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR

    @property
    def reads(self) -> tuple[str, ...]:
        """All tables that it reads."""
        return (self.table, *self.others)


KeyOf = Callable[[str], dg.AssetKey]
"""Gives the asset of a table."""


def table_checks(
    name: str,
    checks: Sequence[TableCheck],
    key_of: KeyOf,
    table_of: Callable[[WarehouseResource, str], TableRef],
) -> dg.AssetChecksDefinition:
    """The checks of an integration, made by one op.

    Args:
        name: Of the op.
        checks: The checks.
        key_of: Gives the asset of a table.
        table_of: Gives the table itself.
    """

    @dg.multi_asset_check(
        name=name,
        specs=[
            dg.AssetCheckSpec(
                name=check.name,
                asset=key_of(check.table),
                description=check.description,
                additional_deps=[key_of(table) for table in check.others],
            )
            for check in checks
        ],
        can_subset=True,
        retry_policy=RETRIES,
        pool="warehouse",
        description="Asks the warehouse.",
    )
    def op(
        context: dg.AssetCheckExecutionContext, warehouse: WarehouseResource
    ) -> Iterator[dg.AssetCheckResult]:
        tables = {table: table_of(warehouse, table) for check in checks for table in check.reads}

        def partitions(table: str) -> Set[str]:
            return context.instance.get_materialized_partitions(key_of(table))

        with warehouse.connect() as connection:
            look = Look(connection, tables, partitions)
            for check in checks:
                if dg.AssetCheckKey(key_of(check.table), check.name) in context.selected_asset_check_keys:
                    yield result_of(check, look, key_of)

    return op


def result_of(check: TableCheck, look: Look, key_of: KeyOf) -> dg.AssetCheckResult:
    """Makes one check; it fails, however bad its failures are, if a table that it reads is not there yet.

    Args:
        check: Which.
        look: At the integration's tables.
        key_of: Gives the asset of a table.
    """
    key = key_of(check.table)
    missing = [table for table in check.reads if look.connection.columns(look.tables[table]) is None]
    if missing:
        tables = " and ".join(str(look.tables[table]) for table in missing)
        assets = " and ".join(key_of(table).to_user_string() for table in missing)
        return dg.AssetCheckResult(
            asset_key=key,
            check_name=check.name,
            passed=False,
            description=f"There is no table {tables} yet: materialize {assets} first.",
        )
    found = check.judge(look)
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=check.name,
        passed=found.passed,
        severity=check.severity,
        description=found.text,
        metadata=found.metadata,
    )
