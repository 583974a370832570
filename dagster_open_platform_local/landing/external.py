"""What external tables show of object storage, as tables.

What belongs here: putting objects where DuckDB can read them without a network, and the platform's own declarations of external tables.
What does not: objects (`company/exports/`), and what an expression means (`lib/warehouse/duckdb`).

In the warehouse these are views over object storage; here their rows are kept, since nothing serves the files afterwards.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import yaml

from dagster_open_platform.lib.aws.buckets import BUCKETS, WORKSPACE
from dagster_open_platform.lib.aws.fake import FakeObjectStore
from dagster_open_platform.lib.aws.workspace.layout import OBJECTS, Layout
from dagster_open_platform.lib.aws.workspace.replicate import Replication
from dagster_open_platform.lib.warehouse.duckdb import external_tables
from dagster_open_platform.lib.warehouse.duckdb.files import Place, Reader
from dagster_open_platform.lib.warehouse.objects import DeclaredColumn, ExternalTable, FileFormat
from dagster_open_platform.lib.warehouse.protocol import TableRef
from dagster_open_platform_local.company.exports import billing, community, telemetry, workspace
from dagster_open_platform_local.company.exports.objects import Objects, StoredObject
from dagster_open_platform_local.landing.source import Company, Source

_COMPONENTS = files("dagster_open_platform.defs.snowflake") / "components"
_STAGING = "staging"
_DAILY_EVENTS = """
    CREATE OR REPLACE TABLE oss_telemetry.daily_events AS
    SELECT CAST(client_time AS DATE) AS day, action, dagster_version, count(DISTINCT event_id) AS events,
        count(DISTINCT instance_id) AS instances
    FROM oss_telemetry.events GROUP BY 1, 2, 3
"""


def _declared(folder: str) -> Iterator[dict[str, Any]]:
    """What is declared in a folder of components; names of databases and schemas are templates there."""
    for document in yaml.safe_load_all((_COMPONENTS / folder / "defs.yaml").read_text(encoding="utf-8")):
        yield document["attributes"]


def _external(folder: str, schema: str) -> dict[str, ExternalTable]:
    """The external tables of a schema, by the folder below their bucket in which their files are."""
    found: dict[str, ExternalTable] = {}
    for each in _declared(folder):
        if each["type"] != "external table" or f"'{schema}'" not in each["schema_name"]:
            continue
        columns = tuple(DeclaredColumn(one["name"], one["type"], one["as"]) for one in each["columns"])
        given = {name.upper(): value for name, value in each["options"]["file_format"].items()}
        name, stage = (TableRef("purina", schema, part) for part in (each["name"], "stage"))
        path = each["options"]["location"].partition("/")[2]
        found[path] = ExternalTable(name, stage, FileFormat(given.pop("TYPE"), given), columns=columns)
    return found


def _show(connection: duckdb.DuckDBPyConnection, table: ExternalTable, bucket: Path, folder: str) -> None:
    """Make a table of what an external table shows of a directory that stands for a bucket."""
    place = Place(f"{bucket}/{folder}", f"{bucket}/")
    addresses = sorted(str(path) for path in (bucket / folder).rglob("*.*") if path.is_file())
    reader = Reader(table.file_format, place, tuple(addresses))
    if addresses and not reader.is_json:
        reader = reader.of(external_tables.described(connection.execute(reader.description).fetchall()))
    query = external_tables.query(external_tables.columns_of(table, reader), reader)
    name = f'"{table.name.schema}"."{table.name.name}"'
    connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{table.name.schema}"')
    connection.execute(f"CREATE OR REPLACE TABLE {name} AS {query}")


def _source(
    tables: Callable[[], dict[str, ExternalTable]],
    objects: Callable[[Company], Iterable[StoredObject]],
    *afterwards: str,
) -> Source:
    def write(connection: duckdb.DuckDBPyConnection, company: Company | None) -> None:
        with tempfile.TemporaryDirectory() as directory:
            for each in () if company is None else objects(company):
                path = Path(directory) / each.key
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(each.body)
            for folder, table in tables().items():
                _show(connection, table, Path(directory), folder)
        for statement in afterwards:
            connection.execute(statement)

    return Source("purina", write)


def _put_day_by_day(company: Company, objects_of_day: Callable[..., Objects]) -> Iterator[StoredObject]:
    """The objects that are there in the end; what is written anew takes the place of what was."""
    return (each for day in company.days for each in objects_of_day(company.settings, day))


def _billed(company: Company) -> Iterator[StoredObject]:
    last = company.days[-1] if company.days else None
    for day in company.days:
        if last is not None and not billing.is_superseded(day, last):
            yield from billing.objects_of_day(company.settings, day)


def staged_snapshots(company: Company) -> Iterator[StoredObject]:
    """What the platform makes of the snapshots that organizations send."""
    store = FakeObjectStore(BUCKETS)
    for each in _put_day_by_day(company, workspace.objects_of_day):
        store.put(WORKSPACE, each.key, each.body)
    if company.days:
        Replication(store, Layout(_STAGING)).run(company.days[0].isoformat(), company.days[-1].isoformat())
    for kind in OBJECTS:
        for key, body in store.objects(WORKSPACE, f"{_STAGING}/{kind}/").items():
            yield StoredObject(WORKSPACE, key, body)


def _workspace() -> dict[str, ExternalTable]:
    return {f"{_STAGING}/{folder}": table for folder, table in _external("workspace", "workspace").items()}


COST_EXPORTS = _source(lambda: _external("external_tables", "aws"), _billed)
COMMUNITY = _source(
    lambda: _external("external_tables", "community"),
    lambda company: _put_day_by_day(company, community.objects_of_day),
)
TELEMETRY = _source(
    lambda: _external("external_tables", "oss_telemetry"),
    lambda company: _put_day_by_day(company, telemetry.objects_of_day),
    _DAILY_EVENTS,
)
SNAPSHOTS = _source(_workspace, staged_snapshots)
