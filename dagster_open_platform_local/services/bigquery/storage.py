"""The routes of projects, datasets, tables and their rows; all of them only read.

What belongs here: `datasets.list/get`, `tables.list/get`, `tabledata.list`. What does not: which tables exist
(`tables.py`).
"""

from datetime import UTC, datetime, time
from typing import Any

from dagster_open_platform_local.services.bigquery.calls import Call
from dagster_open_platform_local.services.bigquery.encoding import arrow_field
from dagster_open_platform_local.services.bigquery.engine import Engine
from dagster_open_platform_local.services.bigquery.errors import BigQueryError, not_implemented
from dagster_open_platform_local.services.bigquery.jobs import RESULTS_DATASET, Job, JobStore
from dagster_open_platform_local.services.bigquery.pages import page, page_request
from dagster_open_platform_local.services.bigquery.tables import LOCATION, DailyTable, TableName


class StorageRoutes:
    """Datasets, tables, rows.

    Args:
        engine: Knows the tables.
        jobs: Know the hidden tables that hold results.
    """

    def __init__(self, engine: Engine, jobs: JobStore) -> None:
        self._engine = engine
        self._jobs = jobs

    def list_datasets(self, call: Call) -> dict[str, Any]:
        """`datasets.list`: https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets/list."""
        project = call.path["project"]
        datasets = [_dataset(project, name) for name in self._engine.catalog.datasets(project)]
        return {"kind": "bigquery#datasetList", "etag": str(len(datasets)), "datasets": datasets}

    def get_dataset(self, call: Call) -> dict[str, Any]:
        """`datasets.get`: https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets/get."""
        project, dataset = call.path["project"], call.path["dataset"]
        self._engine.catalog.tables(project, dataset)
        return {**_dataset(project, dataset), "kind": "bigquery#dataset", "access": []}

    def list_tables(self, call: Call) -> dict[str, Any]:
        """`tables.list`: https://cloud.google.com/bigquery/docs/reference/rest/v2/tables/list."""
        tables = self._engine.catalog.tables(call.path["project"], call.path["dataset"])
        return {
            "kind": "bigquery#tableList",
            "etag": str(len(tables)),
            "tables": [{**_table(table.name), "timePartitioning": _partitioning(table)} for table in tables],
            "totalItems": len(tables),
        }

    def get_table(self, call: Call) -> dict[str, Any]:
        """`tables.get`: https://cloud.google.com/bigquery/docs/reference/rest/v2/tables/get."""
        if call.path["dataset"] == RESULTS_DATASET:
            return _result_table(self._result(call))
        table = self._engine.catalog.table(_name(call))
        clock, days = table.clock(), table.days()
        rows = sum(table.rows(day) for day in days)
        created = datetime.combine(clock.settings.epoch, time(tzinfo=UTC))
        return {
            **_table(table.name),
            "kind": "bigquery#table",
            "schema": {"fields": [arrow_field(column) for column in table.schema]},
            "timePartitioning": _partitioning(table),
            "numRows": str(rows),
            "numBytes": str(rows * sum(table.leaves().values())),
            "creationTime": str(int(created.timestamp() * 1000)),
            "lastModifiedTime": str(int(clock.now.timestamp() * 1000)),
            "location": LOCATION,
        }

    def list_rows(self, call: Call) -> bytes:
        """`tabledata.list`: https://cloud.google.com/bigquery/docs/reference/rest/v2/tabledata/list."""
        if call.query.get("selectedFields"):
            raise not_implemented("selectedFields")
        request = page_request(call.query)
        int64 = call.query.get("formatOptions.useInt64Timestamp", "").lower() == "true"
        if call.path["dataset"] == RESULTS_DATASET:
            job = self._result(call)
            total, known = job.rows, job.rows_a_page

            def read(start: int, count: int) -> list[str]:
                return self._engine.rows(job.plan.columns, job.result, start, count, int64_timestamp=int64)
        else:
            table = self._engine.catalog.table(_name(call))
            total, known = sum(table.rows(day) for day in table.days()), None

            def read(start: int, count: int) -> list[str]:
                return self._engine.table_rows(table, start, count, int64_timestamp=int64)

        envelope = {"kind": "bigquery#tableDataList", "etag": str(total), "totalRows": str(total)}
        return page(call.masked(envelope), request, total, read, known)[0]

    def _result(self, call: Call) -> Job:
        job = self._jobs.find_by_result(call.path["project"], call.path["table"])
        if not job.done.is_set() or job.error is not None:
            raise BigQueryError(
                "notFound", f"Not found: Table {_name(call)} was not found in location {LOCATION}"
            )
        return job


def _name(call: Call) -> TableName:
    return TableName(call.path["project"], call.path["dataset"], call.path["table"])


def _dataset(project: str, dataset: str) -> dict[str, Any]:
    return {
        "kind": "bigquery#datasetListItem",
        "id": f"{project}:{dataset}",
        "datasetReference": {"projectId": project, "datasetId": dataset},
        "location": LOCATION,
    }


def _table(name: TableName) -> dict[str, Any]:
    return {
        "kind": "bigquery#tableListItem",
        "id": str(name),
        "tableReference": {"projectId": name.project, "datasetId": name.dataset, "tableId": name.table},
        "type": "TABLE",
    }


def _partitioning(table: DailyTable) -> dict[str, str]:
    return {"type": "DAY", "field": table.partition_column}


def _result_table(job: Job) -> dict[str, Any]:
    return {
        **_table(TableName(job.project, RESULTS_DATASET, job.result)),
        "kind": "bigquery#table",
        "schema": job.plan.schema(),
        "numRows": str(job.rows),
        "creationTime": str(job.created),
        "lastModifiedTime": str(job.ended),
        "location": LOCATION,
    }
