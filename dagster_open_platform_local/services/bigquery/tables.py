"""The tables that exist: BigQuery's public table of PyPI downloads, over the company's files.

What belongs here: names, schemas, partitions and sizes of tables. What does not: deciding which partitions a query
needs (`pruning.py`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from dagster_open_platform_local.company.clock import CompanyClock, read_clock
from dagster_open_platform_local.company.pypi import FILE_DOWNLOADS, day_file
from dagster_open_platform_local.services.bigquery.errors import BigQueryError

PUBLIC_PROJECT = "bigquery-public-data"
LOCATION = "US"

_TEXT_BYTES = 16
"""Average size of a text, two bytes of length included."""


@dataclass(frozen=True, order=True)
class TableName:
    """Full name of a table."""

    project: str
    dataset: str
    table: str

    def __str__(self) -> str:
        return f"{self.project}:{self.dataset}.{self.table}"


@dataclass(frozen=True)
class DailyTable:
    """A table partitioned by the day of a timestamp, one Parquet file a day.

    Args:
        name: Its full name.
        schema: Its Arrow schema.
        partition_column: The timestamp column whose day (UTC) is the partition.
        company: The company's directory.
    """

    name: TableName
    schema: pa.Schema
    partition_column: str
    company: Path
    _rows: dict[date, int] = field(default_factory=dict, compare=False, repr=False)

    def clock(self) -> CompanyClock:
        """The company's clock now."""
        return read_clock(self.company)

    def days(self) -> list[date]:
        """The partitions, ascending: the days that are complete in the company."""
        clock = self.clock()
        start = clock.settings.epoch
        return [start + timedelta(days=offset) for offset in range((clock.today - start).days)]

    def file(self, day: date) -> Path:
        """The file of a partition."""
        return day_file(self.company, day)

    def rows(self, day: date) -> int:
        """How many rows a partition has; read once, because a day that is over does not change."""
        if day not in self._rows:
            self._rows[day] = pq.read_metadata(self.file(day)).num_rows
        return self._rows[day]

    def leaves(self) -> Mapping[tuple[str, ...], int]:
        """Every scalar column by its path, with its logical size in bytes.

        Sizes of types: https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#data_type_sizes.
        Texts count with an average, so that a size depends on the number of rows alone.
        """
        return dict(_leaves((), list(self.schema)))


def _leaves(path: tuple[str, ...], fields: list[pa.Field]) -> Iterator[tuple[tuple[str, ...], int]]:
    for each in fields:
        here = (*path, each.name)
        if pa.types.is_struct(each.type):
            yield from _leaves(here, list(each.type))
        elif pa.types.is_timestamp(each.type):
            yield here, 8
        elif pa.types.is_boolean(each.type):
            yield here, 1
        else:
            yield here, _TEXT_BYTES


class Catalog:
    """Every table that a query can name.

    Args:
        company: The company's directory.
        project: The project in which queries run; it has no tables.
    """

    def __init__(self, company: Path, project: str) -> None:
        self.project = project
        downloads = TableName(PUBLIC_PROJECT, "pypi", "file_downloads")
        self._tables = {downloads: DailyTable(downloads, FILE_DOWNLOADS, "timestamp", company)}

    def datasets(self, project: str) -> list[str]:
        """Names of the datasets of a project.

        Raises:
            BigQueryError: `accessDenied` for a project that is not one of ours.
        """
        if project not in (self.project, PUBLIC_PROJECT):
            raise BigQueryError(
                "accessDenied",
                f"Access Denied: Project {project}: User does not have permission to use project {project}, or perhaps "
                "it does not exist.",
            )
        return sorted({name.dataset for name in self._tables if name.project == project})

    def tables(self, project: str, dataset: str) -> list[DailyTable]:
        """The tables of a dataset.

        Raises:
            BigQueryError: `notFound` for the dataset, `accessDenied` for the project.
        """
        if dataset not in self.datasets(project):
            raise BigQueryError(
                "notFound", f"Not found: Dataset {project}:{dataset} was not found in location {LOCATION}"
            )
        return [
            table
            for name, table in sorted(self._tables.items())
            if (name.project, name.dataset) == (project, dataset)
        ]

    def table(self, name: TableName) -> DailyTable:
        """A table by its full name.

        Raises:
            BigQueryError: `notFound` for the table or its dataset, `accessDenied` for its project.
        """
        for table in self.tables(name.project, name.dataset):
            if table.name == name:
                return table
        raise BigQueryError("notFound", f"Not found: Table {name} was not found in location {LOCATION}")
