"""What a sync of fifty tables costs through the platform, beside a bare client that makes the same calls.

What belongs here: both ways and their quotient. What does not: the service that both ask (`fivetran_server.py`).

Both look at a connection, start a sync, look again at the same intervals until it has ended, ask for the schema config, and count the
rows and columns of each table in the warehouse. The platform does so with what its op is made of: its HTTP client with time-outs,
retries and redaction, the states of a connection, and the warehouse's seam; the bare client with httpx and DuckDB. What Dagster
itself adds, which stores every materialization, is not the platform's; it is left out.

The service's own work is the time from the answer to the start until the moment at which it says that the sync has ended. It is taken
off both sides: what is left is what is done before, how late the end is noticed, and what is done after. Each sync takes the same time,
so that both notice its end at the same look.
"""

import datetime as dt
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import httpx

from dagster_open_platform.lib.fivetran import specs
from dagster_open_platform.lib.fivetran.fetch import fetch_state
from dagster_open_platform.lib.fivetran.materialize import arrived
from dagster_open_platform.lib.fivetran.resource import FivetranResource
from dagster_open_platform.lib.fivetran.state import ConnectorState
from dagster_open_platform.lib.fivetran.sync import NotSynced, SyncLimits, sync_connector
from dagster_open_platform.lib.warehouse.duckdb.resource import duckdb_warehouse
from dagster_open_platform_local.bench import fivetran_server as server
from dagster_open_platform_local.bench.ratio import Ratio
from dagster_open_platform_local.bench.serving import TIMEOUT, served

ROUNDS = 7
_SYNC_SECONDS = 1.2
"""How long every sync waits before it loads, so that it ends between two looks."""
Counts = Mapping[str, tuple[int, int]]
"""Rows and columns by table."""


@dataclass(frozen=True)
class Synced:
    """What a way tells of a sync.

    Args:
        counts: What arrived.
        started: When the service had answered that it starts (Unix seconds).
        ended: When it had ended.
    """

    counts: Counts
    started: float
    ended: float


Way = Callable[[], Synced]


def platform_way(url: str, warehouse: Path) -> Way:
    """As the op of a connector does it."""
    resource = FivetranResource(api_url=url)
    with resource.open(server.WORKSPACE) as api:
        state = fetch_state(api, server.WORKSPACE.account_id)
    connector = state.connectors[server.CONNECTION]
    tables = list(specs.tables_of(state, connector))
    duckdb_files = duckdb_warehouse(warehouse, {"fivetran": "fivetran"}, ["fivetran"])

    def sync() -> Synced:
        waits: list[float] = []

        def wait(length: float) -> None:
            waits.append(time.time())
            time.sleep(length)

        with resource.open(server.WORKSPACE) as api:
            outcome = sync_connector(api, connector.id, sleep=wait)
            if isinstance(outcome, NotSynced):
                raise RuntimeError(outcome.message)
            loaded = ConnectorState(
                connector.id, connector.name, connector.service, connector.group_id, api.schemas(connector.id)
            )
            names = {f"{schema.name}.{table.name}" for *_, schema, table in loaded.tables()}
            found = arrived(duckdb_files, [table for table in tables if str(table) in names])
        counts = {str(table): (each.rows, len(each.types)) for table, each in found.items()}
        return Synced(counts, waits[0], _unix(outcome.connector.succeeded_at))

    return sync


def bare_way(url: str, warehouse: Path) -> Way:
    """With httpx and DuckDB alone."""
    connection = f"/v1/connections/{server.CONNECTION}"

    def sync() -> Synced:
        auth = (server.WORKSPACE.api_key, server.WORKSPACE.api_secret)
        with httpx.Client(base_url=url, auth=auth, timeout=TIMEOUT) as http:

            def data(method: str, path: str, body: Mapping[str, bool] | None = None) -> dict:
                return http.request(method, path, json=body).raise_for_status().json().get("data")

            before = data("GET", connection)["succeeded_at"]
            data("POST", f"{connection}/sync", {"force": False})
            started, limits = time.time(), SyncLimits()
            wait = limits.first_poll
            while True:
                time.sleep(wait)
                wait = limits.wait_after(wait)
                ended = data("GET", connection)["succeeded_at"]
                if ended != before:
                    break
            schemas = data("GET", f"{connection}/schemas")["schemas"]
        return Synced(_counted(warehouse, schemas), started, _unix(dt.datetime.fromisoformat(ended)))

    return sync


def _counted(warehouse: Path, schemas: dict) -> Counts:
    counts = {}
    with duckdb.connect() as files:
        files.execute(f"ATTACH '{warehouse / 'fivetran.duckdb'}' AS fivetran (READ_ONLY)")
        for schema in schemas.values():
            name = schema["name_in_destination"]
            columns = files.execute(
                "SELECT table_name, count(*) FROM duckdb_columns() WHERE schema_name = ? GROUP BY ALL", [name]
            )
            for table, number in columns.fetchall():
                count = files.table(f'fivetran."{name}"."{table}"').count("*").fetchone()
                rows = count[0] if count else 0
                counts[f"{name}.{table}"] = (rows, number)
    return counts


def _unix(moment: dt.datetime | None) -> float:
    if moment is None:
        raise RuntimeError("The sync has no end.")
    return moment.timestamp()


def seconds() -> Mapping[str, list[float]]:
    """What each way takes besides the service's work, by way, a figure a round.

    Raises:
        RuntimeError: The ways found different tables.
    """
    found: dict[str, list[float]] = {"platform": [], "bare": []}
    with tempfile.TemporaryDirectory() as temporary, served(server.MODULE, temporary) as url:
        control = f"{url}/_control/connections/{server.CONNECTION}"
        httpx.put(control, json={"sync_seconds": _SYNC_SECONDS}, timeout=TIMEOUT).raise_for_status()
        warehouse = Path(temporary) / "warehouse"
        bare_way(url, warehouse)()  # the first sync makes the tables
        ways = {"platform": platform_way(url, warehouse), "bare": bare_way(url, warehouse)}
        for number in range(ROUNDS + 1):
            seen = []
            for name in sorted(ways, reverse=bool(number % 2)):
                began = time.time()
                done = ways[name]()
                took = time.time() - began - (done.ended - done.started)
                seen.append(done.counts)
                if number:  # the first round reads byte code
                    found[name].append(took)
            if seen[0] != seen[1] or len(seen[0]) != server.TABLES:
                raise RuntimeError(f"The ways found {len(seen[0])} and {len(seen[1])} tables, or other ones.")
    return found


def ratio(found: Mapping[str, list[float]]) -> Ratio:
    """The quotient of the medians.

    Args:
        found: As `seconds` gives it.
    """
    platform, bare = (statistics.median(found[name]) for name in ("platform", "bare"))
    return Ratio(
        name=f"a sync of {server.TABLES} tables ÷ a bare client's same calls, beyond the service's own work (wall time)",
        value=platform / bare,
        limit=1.2,
        higher_is_better=False,
        detail=f"{platform:.3f} s ÷ {bare:.3f} s besides the sync, medians of {ROUNDS}",
    )


def measure() -> list[Ratio]:
    """Measure both ways."""
    return [ratio(seconds())]
