"""The ways between Postgres and DuckDB that the benchmark of replication compares.

What belongs here: the platform's own, Sling's without the platform, and DuckDB's extension for Postgres; each from nothing
open to everything closed. What does not: the rows (`replication_data.py`), and how long it takes (`replication.py`).

Sling on its own is its command line, as one would type it, with the settings without which it would download something.
Sling 1.4.10 drives the program duckdb through its standard input and output, and about once in fifty runs waits forever for
an answer that somebody else has read.
"""

import contextlib
import importlib.util
import json
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dagster_open_platform.lib.postgres.resource import PostgresResource
from dagster_open_platform.lib.sling.config import Replication, load_replication
from dagster_open_platform.lib.sling.ingest import Ingestion
from dagster_open_platform.lib.sling.outcomes import StreamFailed
from dagster_open_platform.lib.sling.publication import Publication
from dagster_open_platform.lib.sling.resource import SlingResource
from dagster_open_platform.lib.warehouse import WarehouseResource, duckdb_warehouse
from dagster_open_platform_local.bench.replication_data import TABLE, Content, in_duckdb

SOURCE = "CLOUD_PRODUCT_MAIN"
TARGET = "PRODUCT_REPORTING"
INGESTED = "purina.product.bench"
MART = "purina.marts.bench"
_HUNG_SECONDS = 120.0
_EXTENSION = "postgres_scanner"


class HungError(Exception):
    """Sling on its own stood still and was ended; whatever it began, the next attempt does anew."""


@dataclass(frozen=True)
class Site:
    """A warehouse with a working directory of Sling's beside it.

    Args:
        directory: Of both; made if it is missing.
    """

    directory: Path

    @property
    def file(self) -> Path:
        """The warehouse's one file; its directory is there."""
        folder = self.directory / "warehouse"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / "purina.duckdb"

    @property
    def warehouse(self) -> WarehouseResource:
        """The warehouse, as the platform opens it."""
        return duckdb_warehouse(self.file.parent, {"purina": "purina"})

    @contextlib.contextmanager
    def opened(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The warehouse's file, with nothing of the platform; created when it is missing."""
        with duckdb.connect(":memory:") as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute(f"ATTACH '{self.file}' AS purina")
            yield connection

    def content(self, table: str) -> Content:
        """What one of its tables holds."""
        with self.opened() as connection:
            return in_duckdb(connection, table)

    def replication(self, text: str, schema: str) -> Replication:
        """A replication from a file with the given text."""
        file = self.directory / "replication.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return load_replication(file, schema)

    @property
    def sling(self) -> SlingResource:
        """Sling, as the platform runs it."""
        return SlingResource(directory=str(self.directory / "sling"))


def ingest(site: Site, mode: str) -> None:
    """The platform's way into the warehouse.

    Args:
        site: Whose warehouse is loaded.
        mode: `full-refresh`, or `incremental` by `updated_at`.

    Raises:
        PermanentFailure, RetryableFailure: It failed.
    """
    keys = ", primary_key: [id], update_key: updated_at" if mode == "incremental" else ""
    text = f"source: {SOURCE}\ntarget: PURINA\nstreams:\n  {TABLE}: {{mode: {mode}{keys}}}\n"
    replication = site.replication(text, "product")
    run = Ingestion(replication, "purina", PostgresResource(), site.sling, site.warehouse)
    for outcome in run.run([TABLE]):
        if isinstance(outcome, StreamFailed):
            raise outcome.failure


def publish(site: Site, table: str) -> None:
    """The platform's way out of the warehouse.

    Args:
        site: Whose warehouse is read.
        table: Of the reporting database: schema and name.

    Raises:
        PermanentFailure, RetryableFailure: It failed.
    """
    text = f"source: PURINA\ntarget: {TARGET}\nstreams:\n  marts.bench: {{object: {table}}}\n"
    replication = site.replication(text, "public")
    run = Publication(replication, "purina", PostgresResource(), site.sling, site.warehouse)
    for outcome in run.run(["marts.bench"]):
        if isinstance(outcome, StreamFailed):
            raise outcome.failure


def sling_in(site: Site, mode: str) -> None:
    """Sling's own way into the warehouse, which it writes itself.

    Args:
        site: Whose warehouse is loaded.
        mode: As in `ingest`.
    """
    keys = ("--primary-key", "id", "--update-key", "updated_at") if mode == "incremental" else ()
    _sling(
        site,
        *("--src-conn", SOURCE, "--src-stream", TABLE),
        *("--tgt-conn", "WAREHOUSE", "--tgt-object", "product.bench", "--mode", mode, *keys),
    )


def sling_out(site: Site, table: str) -> None:
    """Sling's own way out of the warehouse.

    Args:
        site: Whose warehouse is read.
        table: Of the reporting database: schema and name.
    """
    _sling(
        site,
        *("--src-conn", "WAREHOUSE", "--src-stream", "marts.bench"),
        *("--tgt-conn", TARGET, "--tgt-object", table, "--mode", "full-refresh"),
    )


def extension_in(site: Site) -> None:
    """DuckDB's own way into the warehouse."""
    with site.opened() as connection:
        connection.execute(f"LOAD '{_extension()}'")
        connection.execute(f"ATTACH '{os.environ[SOURCE]}' AS source (TYPE postgres, READ_ONLY)")
        connection.execute("CREATE SCHEMA purina.product")
        connection.execute(f"CREATE TABLE {INGESTED} AS SELECT * FROM source.{TABLE}")  # noqa: S608 - our own names


def make_mart(site: Site) -> None:
    """Make the table that is published out of the one that was ingested, with the types that a model would give it."""
    with site.opened() as connection:
        connection.execute("CREATE SCHEMA purina.marts")
        connection.execute(
            f"CREATE TABLE {MART} AS SELECT * EXCLUDE _sling_loaded_at"  # noqa: S608 - our own names
            f" REPLACE (token::UUID AS token, payload::JSON AS payload) FROM {INGESTED}"
        )


def _extension() -> Path:
    """The extension's file, which a package brings, so that nothing is downloaded."""
    return _packaged(
        f"duckdb_extension_{_EXTENSION}", f"extensions/v{duckdb.__version__}/{_EXTENSION}.duckdb_extension"
    )


def _warehouse_connection(site: Site) -> dict[str, str]:
    """The variables with which Sling opens the warehouse's file itself, with the program duckdb that a package brings."""
    settings = {"type": "duckdb", "instance": str(site.file), "copy_method": "csv_files"}
    return {
        "WAREHOUSE": json.dumps(settings),
        "DUCKDB_PATH": str(_packaged("duckdb_cli", "duckdb")),
        "DUCKDB_USE_INSTALLED_EXTENSIONS": "true",
        "TZ": "UTC",
    }


def _packaged(package: str, file: str) -> Path:
    """A file of an installed package.

    Raises:
        RuntimeError: It is not there.
    """
    found = importlib.util.find_spec(package)
    for folder in (found.submodule_search_locations or []) if found else []:
        if (path := Path(folder) / file).is_file():
            return path
    raise RuntimeError(f"The package {package} with {file} is not installed: `uv sync` brings it.")


def _sling(site: Site, *arguments: str) -> None:
    """Run Sling's command line to its end.

    Raises:
        RuntimeError: It failed; says the end of its output.
        HungError: It took too long.
    """
    environment: Mapping[str, str] = {
        **{name: os.environ[name] for name in ("PATH", "HOME", SOURCE, TARGET)},
        **_warehouse_connection(site),
        "SLING_DISABLE_TELEMETRY": "true",
        "SLING_HOME_DIR": str(site.directory / "sling_home"),
        "SLING_TEMP_DIR": str(site.directory / "sling_temp"),
    }
    process = subprocess.Popen(  # noqa: S603 - our own words
        [str(site.sling.program()), "run", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(timeout=_HUNG_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise HungError(f"Sling was not done after {_HUNG_SECONDS:g} s.") from error
    finally:
        # Sling starts the program duckdb, which must not outlive it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.returncode != 0:
        raise RuntimeError(f"Sling ended with code {process.returncode}:\n{said[-2000:]}")
