"""A running stack as a world: the services are one for all worlds, and the warehouse is put back for each.

What belongs here: the world. What does not: starting a stack (`command.py`), what is compared (`written.py`).

The services read and write the warehouse where the stack has it, so that one world is there at a time: opening another puts back the files
of the demo that went before, and empties the reporting database. What services keep for themselves, such as the CRM, stays as it is, since
the company's date does not move: what is sent there once more is the same.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import duckdb
import httpx
import psycopg
from psycopg import sql

from dagster_open_platform.conformance.world import World, Written
from dagster_open_platform.lib.aws.resource import S3StoreResource
from dagster_open_platform.lib.bigquery.resource import BigQueryResource
from dagster_open_platform.lib.fivetran.resource import FivetranResource
from dagster_open_platform.lib.hightouch.resource import HightouchResource
from dagster_open_platform.lib.segment.resource import SegmentResource
from dagster_open_platform.resources import default_resources
from dagster_open_platform.utils.environment_helpers import Environment, EnvironmentName
from dagster_open_platform_local.conformance.snapshot import put_back, snapshot_of
from dagster_open_platform_local.conformance.written import published_in, published_tables, written_in
from dagster_open_platform_local.stack.environment import live_environment
from dagster_open_platform_local.state import LocalState, local_state

OWN = "purina.duckdb"
REPORTING = "PRODUCT_REPORTING"
LOCAL = Environment(EnvironmentName.LOCAL)
REFUSED, BROKEN = "a refused login", "a server error"
_SECRET = re.compile(r".*_(TOKEN|KEY|SECRET|PASSWORD|CREDENTIALS)")
_IDENTIFIERS = ("AWS_ACCESS_KEY_ID", "AWS_REGION")
_ACTIVE = "conformance_world"
_SECONDS = 20.0


@dataclass
class StackWorld:
    """The stack.

    Args:
        state: Its directories.
        stack: Its variables.
    """

    state: LocalState
    stack: Mapping[str, str] = field(repr=False)
    partitions: tuple[str, str] | None = None
    faults: Sequence[str] = (REFUSED, BROKEN)

    def __post_init__(self) -> None:
        self.variables: Mapping[str, str] = self.stack
        self.resources: Mapping[str, Any] = {
            **default_resources(LOCAL),
            # A failure counts at once.
            "bigquery": BigQueryResource(retry_seconds=0),
            "fivetran": FivetranResource(max_attempts=1),
            "hightouch": HightouchResource(max_attempts=1),
            "s3": S3StoreResource(max_attempts=1),
            "segment": SegmentResource(max_attempts=1),
        }

    @property
    def secrets(self) -> Sequence[str]:
        """Every credential of the stack."""
        alone = [value for name, value in self.stack.items() if _is_secret(name)]
        urls = [urlsplit(value).password for value in self.stack.values() if "://" in value]
        return [value for value in [*alone, *urls] if value and len(value) >= 8]

    @contextmanager
    def disturb(self, fault: str) -> Iterator[None]:
        """Gives wrong credentials, or has the vendors' services answer with theirs, within the block."""
        faults = f"{urlsplit(self.stack['GITHUB_API_URL'])._replace(path='').geturl()}/_faults"
        if fault == REFUSED:
            self.variables = {name: _refused(name, value) for name, value in self.stack.items()}
        else:
            httpx.put(faults, json=list(_broken(self.stack)), timeout=_SECONDS).raise_for_status()
        try:
            yield
        finally:
            self.variables = self.stack
            httpx.delete(faults, timeout=_SECONDS)

    def written(self) -> Written:
        """The rows of both warehouses and of the reporting database."""
        return {
            **written_in(self.state.warehouse, self.state.warehouse_eu),
            **published_in(self.stack[REPORTING]),
        }


@contextmanager
def stack_world(directory: Path, without: Sequence[str] = ()) -> Iterator[World]:
    """The stack of `DOP_LOCAL_DIR`, as the demo left it when the directory is a new one.

    Args:
        directory: Names the world.
        without: Tables, as `schema.name`, that are taken out of the platform's own database: of those it is asked what a partition
            writes.

    Raises:
        StackNotRunningError: None runs.
    """
    state = local_state()
    stack = live_environment(state)
    active = state.root / _ACTIVE
    if not active.exists() or active.read_text() != str(directory):
        active.write_text(str(directory))
        for place in (state.warehouse, state.warehouse_eu):
            put_back(snapshot_of(state) / place.name, place)
        _empty(stack[REPORTING])
        _take_out(state.warehouse, without)
    yield StackWorld(state, stack)


def _empty(url: str) -> None:
    with psycopg.connect(url) as connection:
        for name in published_tables(connection):
            connection.execute(sql.SQL("drop table public.{} cascade").format(sql.Identifier(name)))


def _take_out(warehouse: Path, tables: Sequence[str]) -> None:
    if tables:
        with duckdb.connect(str(warehouse / OWN)) as connection:
            for table in tables:
                schema, name = table.split(".")
                connection.execute(f'DROP TABLE IF EXISTS "{schema}"."{name}"')


def _broken(stack: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """A fault of each vendor, who repeats what it was told, and nobody else's."""
    by_vendor: dict[str, list[str]] = defaultdict(list)
    for name, value in stack.items():
        if _is_secret(name):
            by_vendor[name.partition("_")[0].lower()].append(value)
    for vendor, told in by_vendor.items():
        yield {"path": f"^/{vendor}/", "status": 500, "payload": " ".join(told)}


def _is_secret(name: str) -> bool:
    return _SECRET.fullmatch(name) is not None and name not in _IDENTIFIERS


def _refused(name: str, value: str) -> str:
    """A credential that is wrong, and has what the right one looks like."""
    parts = urlsplit(value) if "://" in value else None
    if parts is not None and parts.password:
        return value.replace(f":{parts.password}@", f":{quote(parts.password[::-1], safe='')}@")
    return value[::-1] if _is_secret(name) and not name.startswith("GCP_") else value
