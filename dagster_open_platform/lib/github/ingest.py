"""From GitHub into the warehouse: one fetch of a window, and the rows it lands.

What belongs here: what is fetched for which table, how it is written, what is told about it. What does not: assets and
partitions (``defs/github/``).

Everything is read before anything is written, so that a failure while reading leaves the tables as they were. Rows are merged
by id and never replace a newer state of the same item: windows may be fetched in any order and again and again. What is
deleted at GitHub stays in the tables, since no search tells of it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import dagster as dg

from dagster_open_platform.lib.github.arrow import TABLES, table_of
from dagster_open_platform.lib.github.windows import TimeWindow
from dagster_open_platform.lib.presentation import markdown_table
from dagster_open_platform.lib.warehouse import TableRef, WarehouseConnection, WriteResult

if TYPE_CHECKING:
    import pyarrow as pa

    from dagster_open_platform.lib.github.client import GitHubClient, Thread

_PREVIEW_ROWS = 5
_IDS_A_QUERY = 1000
_DAYS_NEVER_QUIET = 7
ROWS_LANDED = "rows_landed"
WINDOW_NOT_EMPTY = "window_not_empty"
_PREVIEW_COLUMNS = {
    "issues": ("repository", "number", "state", "title", "updated_at"),
    "discussions": ("repository", "number", "category", "title", "updated_at"),
    "comments": ("repository", "parent_type", "author", "created_at", "reaction_count"),
}


@dataclass(frozen=True)
class Fetched:
    """What one fetch found.

    Args:
        window: What was asked for.
        tables: By name, those that were wanted: keys and schemas of ``arrow.TABLES``, ids unique.
        statistics: How it went: requests, pages, windows, rate limit.
    """

    window: TimeWindow
    tables: Mapping[str, pa.Table]
    statistics: Mapping[str, int | float]


@dataclass(frozen=True)
class Landed:
    """What one table got.

    Args:
        name: Key of ``arrow.TABLES``.
        table: Where it went.
        fetched: The rows.
        written: What the merge did.
        rows_found: How many of the fetched ids are in the table after it.
        rows_in_table: All rows of the table after it.
    """

    name: str
    table: TableRef
    fetched: pa.Table
    written: WriteResult
    rows_found: int
    rows_in_table: int


def fetch(
    client: GitHubClient, repositories: Sequence[str], window: TimeWindow, wanted: Collection[str]
) -> Fetched:
    """Reads a window of all repositories.

    Args:
        client: Connected to GitHub.
        repositories: Each ``owner/name``.
        window: Of the time of the last update.
        wanted: Keys of ``arrow.TABLES``. Comments belong to the window in which their issue or discussion was updated.

    Raises:
        PermanentFailure, RetryableFailure: What the client raises.
    """
    # Imported when something is fetched: an HTTP client is much to load for a definition.
    from dagster_open_platform.lib.github.client import ThreadKind

    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES if name in wanted}
    for name, kind in {"issues": ThreadKind.ISSUE, "discussions": ThreadKind.DISCUSSION}.items():
        if name not in wanted and "comments" not in wanted:
            continue
        for repository in repositories:
            threads = client.threads(kind, repository, window, with_comments="comments" in wanted)
            _collect(threads, name, rows)
    statistics = {
        **asdict(client.statistics),
        **asdict(client.http.statistics),
        "rate_limit_remaining": client.graphql.rate_limit_remaining,
    }
    known = {name: value for name, value in statistics.items() if value is not None}
    return Fetched(window, {name: table_of(name, found) for name, found in rows.items()}, known)


def _collect(threads: Sequence[Thread], name: str, rows: dict[str, list[dict[str, Any]]]) -> None:
    for thread in threads:
        if name in rows:
            rows[name].append(thread.row)
        if "comments" in rows:
            rows["comments"].extend(thread.comments)


def land(connection: WarehouseConnection, name: str, table: TableRef, fetched: pa.Table) -> Landed:
    """Merges the rows of one table and counts what is there afterwards.

    Args:
        connection: The warehouse.
        name: Key of ``arrow.TABLES``.
        table: Where to.
        fetched: The rows.

    Raises:
        PermanentFailure, RetryableFailure: What the warehouse raises; the table is then as it was.
    """
    written = connection.merge(table, fetched, key=["id"], newer_by="updated_at")
    return Landed(
        name,
        table,
        fetched,
        written,
        _count_of_ids(connection, table, fetched["id"].to_pylist()),
        _count(connection, table),
    )


def _count(connection: WarehouseConnection, table: TableRef) -> int:
    return connection.query(f"SELECT count(*) AS n FROM {connection.quoted(table)}")["n"][0].as_py()  # noqa: S608


def _count_of_ids(connection: WarehouseConnection, table: TableRef, ids: Sequence[str]) -> int:
    """How many of the ids are in the table; asked of the table itself, not of what the merge says it did."""
    found = 0
    for start in range(0, len(ids), _IDS_A_QUERY):
        some = ids[start : start + _IDS_A_QUERY]
        places = ", ".join("?" * len(some))
        sql = f"SELECT count(DISTINCT id) AS n FROM {connection.quoted(table)} WHERE id IN ({places})"  # noqa: S608
        found += connection.query(sql, some)["n"][0].as_py()
    return found


def metadata_of(landed: Landed, fetched: Fetched) -> dict[str, Any]:
    """What a materialization tells."""
    return {
        "dagster/table_name": str(landed.table),
        "dagster/row_count": landed.rows_in_table,
        "dagster/partition_row_count": landed.fetched.num_rows,
        "window": str(fetched.window),
        "rows_fetched": landed.fetched.num_rows,
        "rows_inserted": landed.written.rows_inserted,
        "rows_updated": landed.written.rows_updated,
        **fetched.statistics,
        "preview": markdown_table(preview(landed.name, landed.fetched)),
    }


def preview(name: str, table: pa.Table) -> pa.Table:
    """The newest rows and their most telling columns, as texts.

    Args:
        name: Key of ``arrow.TABLES``.
        table: Its rows.
    """
    import pyarrow as pa

    columns = _PREVIEW_COLUMNS[name]
    newest = table.sort_by([("updated_at", "descending")]).slice(0, _PREVIEW_ROWS).select(columns)
    return newest.cast(pa.schema([(column, pa.string()) for column in columns]))


def checks_of(key: dg.AssetKey, landed: Landed, fetched: Fetched) -> list[dg.AssetCheckResult]:
    """The checks that only the fetch can make: whether its rows landed, and whether it is plausible at all.

    Args:
        key: The asset of the table.
        landed: What the table got.
        fetched: The fetch.
    """
    rows = landed.fetched.num_rows
    quiet_day = fetched.window.days < _DAYS_NEVER_QUIET
    return [
        dg.AssetCheckResult(
            asset_key=key,
            check_name=ROWS_LANDED,
            passed=landed.rows_found == rows,
            metadata={"rows_fetched": rows, "rows_found": landed.rows_found},
            description=f"{landed.rows_found} of the {rows} ids that were fetched are in {landed.table}.",
        ),
        dg.AssetCheckResult(
            asset_key=key,
            check_name=WINDOW_NOT_EMPTY,
            passed=rows > 0,
            # A day without any activity happens; a week without any means that the fetch is broken.
            severity=dg.AssetCheckSeverity.WARN if quiet_day else dg.AssetCheckSeverity.ERROR,
            metadata={"rows_fetched": rows, "days": fetched.window.days},
            description=f"{rows} rows for {fetched.window}.",
        ),
    ]
