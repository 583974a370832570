"""What the warehouse shows of a finished node: rows and columns of a table, the rows that fail a test.

What belongs here: metadata that has to be looked up in the warehouse, through its seam. What does not: the run
(``runner.py``).

dagster-dbt's own ``fetch_row_counts().fetch_column_metadata()`` was measured first: on DuckDB it waits for dbt in a busy
loop, which cost 8 to 13 s of CPU beside a build of 6 s, and leaves the file open in this process.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg

from dagster_open_platform.lib.dbt.compiled import compiled_path
from dagster_open_platform.lib.dbt.events import DbtEvent, node_of
from dagster_open_platform.lib.dbt.properties import Properties
from dagster_open_platform.lib.presentation import markdown_table
from dagster_open_platform.lib.warehouse.protocol import WarehouseConnection
from dagster_open_platform.lib.warehouse.resource import WarehouseResource
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure

SAMPLE_ROWS = 5


class Evidence:
    """Adds to dbt's events what the warehouse shows.

    Args:
        connection: The warehouse; None if it could not be opened, then events stay as they are.
        warehouse: Names its tables.
        manifest: dbt's manifest.
        target_path: Where the run has put the SQL that it compiled.
        log: For what could not be looked up. A look that fails does not make a table that was built one that was not.
    """

    def __init__(
        self,
        connection: WarehouseConnection | None,
        *,
        warehouse: WarehouseResource,
        manifest: Mapping[str, Any],
        target_path: Path,
        log: dg.DagsterLogManager,
    ) -> None:
        self._connection = connection
        self._warehouse = warehouse
        self._manifest = manifest
        self._target_path = target_path
        self._log = log

    def added_to(self, event: DbtEvent) -> DbtEvent:
        """Return the event with more metadata, or as it is if there is nothing to add."""
        if self._connection is None or isinstance(event, dg.AssetCheckEvaluation):
            return event
        try:
            if isinstance(event, dg.Output):
                node = node_of(event.metadata, self._manifest)
                return event.with_metadata({**event.metadata, **self._of_table(self._connection, node)})
            if isinstance(event, dg.AssetCheckResult) and not event.passed:
                return self._with_sample(self._connection, event)
        except (PermanentFailure, RetryableFailure) as failure:
            self._log.warning(f"Metadata could not be looked up: {failure.description}")
        return event

    def _of_table(self, connection: WarehouseConnection, node: Properties) -> Mapping[str, Any]:
        config = node["config"]
        table = self._warehouse.table(config["database"], config["schema"], node["alias"])
        described = {name.lower(): column.get("description") for name, column in node["columns"].items()}
        columns = connection.columns(table) or {}
        schema = dg.TableSchema(
            columns=[
                dg.TableColumn(name, type=engine_type, description=described.get(name) or None)
                for name, engine_type in columns.items()
            ]
        )
        metadata: dict[str, Any] = {"dagster/column_schema": schema} if columns else {}
        # Counting a view's rows may cost as much as computing them.
        if columns and config["materialized"] != "view":
            count = connection.query(f"select count(*) as row_count from {connection.quoted(table)}")  # noqa: S608 -- quoted
            metadata["dagster/row_count"] = count["row_count"][0].as_py()
        return metadata

    def _with_sample(
        self, connection: WarehouseConnection, event: dg.AssetCheckResult
    ) -> dg.AssetCheckResult:
        metadata = dict(event.metadata or {})
        path = compiled_path(node_of(metadata, self._manifest), self._target_path)
        if not path.is_file():
            return event
        sql = path.read_text()
        metadata["query"] = dg.MetadataValue.md(f"```sql\n{sql.strip()}\n```")
        # The query is the test's own, as dbt has just run it.
        rows = connection.query(f"select * from (\n{sql}\n) as failing limit {SAMPLE_ROWS}")  # noqa: S608
        metadata["sample of failing rows"] = (
            markdown_table(rows) if rows.num_rows else dg.MetadataValue.md("_none: they are gone by now_")
        )
        return dg.AssetCheckResult(
            passed=event.passed,
            asset_key=event.asset_key,
            check_name=event.check_name,
            severity=event.severity,
            description=event.description,
            metadata=metadata,
        )


@contextmanager
def open_if_possible(
    warehouse: WarehouseResource, log: dg.DagsterLogManager
) -> Iterator[WarehouseConnection | None]:
    """Open the warehouse for looking things up; None if that fails, after saying so in the log."""
    opened = warehouse.connect()
    try:
        connection = opened.__enter__()
    except (PermanentFailure, RetryableFailure) as failure:
        log.warning(f"No row counts and columns, since the warehouse did not open: {failure.description}")
        yield None
        return
    try:
        yield connection
    finally:
        opened.__exit__(None, None, None)
