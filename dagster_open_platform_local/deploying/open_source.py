"""Tries the open-source deployment: its own commands and files, on a PostgreSQL of this machine, in production on DuckDB files.

What belongs here: starting all of it, running one job, and looking into the database for what is recorded. What does not: what it is
(`composed.py`, `deploy/open_source`).
"""

import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from dagster_open_platform.utils.source_code import REPOSITORY_ROOT
from dagster_open_platform_local.deploying.composed import FOLDER, Composed, services
from dagster_open_platform_local.deploying.errors import DeploymentError
from dagster_open_platform_local.deploying.graph import load_errors
from dagster_open_platform_local.deploying.serving import Webserver, inherited, process
from dagster_open_platform_local.services.postgres.binaries import find_binaries
from dagster_open_platform_local.services.postgres.cluster import Cluster
from dagster_open_platform_local.services.postgres.databases import HOST, ProductDatabases
from dagster_open_platform_local.services.postgres.roles import create_database
from dagster_open_platform_local.stack.health import HealthCheck, http_health, port_open, started
from dagster_open_platform_local.stack.ports import free_port
from dagster_open_platform_local.stack.services import postgres_service

JOB = "drop_database_clones"
"""Opens the warehouse and changes nothing where there is no clone."""
_CONFIG = {"ops": {"drop_clones": {"config": {"pull_request_id": "1"}}}}
_ENDED = ("SUCCESS", "FAILURE", "CANCELED")
_RUN_SECONDS = 300.0
_DAEMON_SECONDS = 120.0
_POLL_SECONDS = 1.0
_LAUNCH = """
mutation Launch($parameters: ExecutionParams!) {
  launchRun(executionParams: $parameters) {
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
    ... on RunConfigValidationInvalid { errors { message } }
  }
}
"""
_STATUS = "query Status($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"
_DAEMONS = "{ instance { daemonHealth { allDaemonStatuses { daemonType required healthy } } } }"


def try_open_source() -> Iterator[str]:
    """Start the deployment, run a job and find it in PostgreSQL; a sentence for each thing that works.

    Raises:
        DeploymentError: Something does not.
        StackError: A process did not start.
    """
    with tempfile.TemporaryDirectory(prefix="open-source-") as name, ExitStack() as running:
        directory = Path(name)
        # PostgreSQL's account must reach its cluster.
        directory.chmod(0o755)
        database = running.enter_context(_database(directory))
        yield "PostgreSQL runs"
        webserver = running.enter_context(_deployment(directory, database))
        yield "code servers, webserver and daemon run"
        if failed := load_errors(webserver):
            raise DeploymentError(f"These code locations do not load: {failed}")
        yield "both code locations load"
        run = _launched(webserver)
        status = _end_of(webserver, run)
        recorded = _recorded(database, run)
        if (status, recorded["status"]) != ("SUCCESS", "SUCCESS"):
            raise DeploymentError(f"The run ended with {status}, and PostgreSQL has {recorded}")
        yield f"a run of {JOB} was queued, launched and done; PostgreSQL has it with {recorded['events']} events"
        yield f"healthy daemons: {', '.join(_healthy_daemons(webserver))}"


@contextmanager
def _database(directory: Path) -> Iterator[Mapping[str, str]]:
    """A PostgreSQL with a database and a role for the instance; gives the variables with which it is reached."""
    databases = ProductDatabases.with_new_passwords(free_port())
    service = postgres_service(directory / "postgres", databases)
    with process(
        "postgres",
        service.command(databases.port),
        {**inherited(), **service.secrets},
        log=directory / "postgres.log",
        directory=REPOSITORY_ROOT,
        port=databases.port,
        health=service.health,
    ):
        cluster = Cluster(directory / "postgres", find_binaries())
        password = secrets.token_urlsafe(24)
        with cluster.connect(databases.port) as connection:
            role = sql.SQL("CREATE ROLE dagster LOGIN PASSWORD {}").format(sql.Literal(password))
            connection.execute(role)
        create_database(lambda name: cluster.connect(databases.port, name), "dagster", "dagster")
        yield {
            "DAGSTER_POSTGRES_HOST": HOST,
            "DAGSTER_POSTGRES_PORT": str(databases.port),
            "DAGSTER_POSTGRES_PASSWORD": password,
        }


@contextmanager
def _deployment(directory: Path, database: Mapping[str, str]) -> Iterator[Webserver]:
    """All processes of the deployment; gives its webserver."""
    home = directory / "home"
    home.mkdir()
    for file in ("dagster.yaml", "workspace.yaml"):
        shutil.copy(FOLDER / file, home)
    composed = services()
    ports = {name: free_port() for name in composed}
    variables = {
        **_in_place_of_hosts(composed, ports),
        **_in_place_of_snowflake(directory),
        **database,
    }
    with ExitStack() as running:
        for name, service in composed.items():
            here = service.here(home, variables, ports[name])
            # Beside the interpreter, so that no PATH is needed.
            program = str(Path(sys.executable).with_name(here.command[0]))
            running.enter_context(
                process(
                    name,
                    [program, *here.command[1:]],
                    {**inherited(), **here.variables},
                    log=directory / f"{name}.log",
                    directory=REPOSITORY_ROOT,
                    port=ports[name],
                    health=_health(service),
                )
            )
        yield Webserver(ports["webserver"])


def _health(service: Composed) -> HealthCheck:
    if not service.listens:
        return started
    return http_health("/server_info") if service.name == "webserver" else port_open


def _in_place_of_hosts(composed: Mapping[str, Composed], ports: Mapping[str, int]) -> dict[str, str]:
    """The variables that name services' hosts and ports, with those of here."""
    return {
        name: HOST if name.endswith("_HOST") else str(ports[service.variables[f"{name[:-5]}_HOST"]])
        for service in composed.values()
        for name in service.variables
        if name.startswith("DAGSTER_CODE_")
    }


def _in_place_of_snowflake(directory: Path) -> dict[str, str]:
    warehouses = {"WAREHOUSE_DUCKDB_DIR": "warehouse", "WAREHOUSE_EU_DUCKDB_DIR": "warehouse_eu"}
    for name in warehouses.values():
        (directory / name).mkdir()
    return {"WAREHOUSE_ENGINE": "duckdb", **{key: str(directory / name) for key, name in warehouses.items()}}


def _launched(webserver: Webserver) -> str:
    """The id of a new run."""
    selector = {
        "repositoryLocationName": "dagster_open_platform",
        "repositoryName": "__repository__",
        "pipelineName": JOB,
    }
    parameters = {"selector": selector, "runConfigData": _CONFIG, "mode": "default"}
    answer = webserver.ask(_LAUNCH, parameters=parameters)["launchRun"]
    if "run" not in answer:
        raise DeploymentError(f"The run is not launched: {answer}")
    return answer["run"]["runId"]


def _end_of(webserver: Webserver, run: str) -> str:
    """The status with which a run ends, or that it has when its time is up."""
    deadline = time.monotonic() + _RUN_SECONDS
    while True:
        status = webserver.ask(_STATUS, id=run)["runOrError"]["status"]
        if status in _ENDED or time.monotonic() >= deadline:
            return status
        time.sleep(_POLL_SECONDS)


def _recorded(database: Mapping[str, str], run: str) -> dict[str, Any]:
    """What PostgreSQL itself has of a run."""
    host, port, password = (database[f"DAGSTER_POSTGRES_{name}"] for name in ("HOST", "PORT", "PASSWORD"))
    with psycopg.connect(
        host=host, port=port, dbname="dagster", user="dagster", password=password
    ) as connection:
        row = connection.execute("SELECT status FROM runs WHERE run_id = %s", [run]).fetchone()
        events = connection.execute("SELECT count(*) FROM event_logs WHERE run_id = %s", [run]).fetchone()
    return {"status": row and row[0], "events": events[0] if events else 0}


def _healthy_daemons(webserver: Webserver) -> list[str]:
    """The daemons that are needed, all of them healthy.

    Raises:
        DeploymentError: One is not, when its time is up.
    """
    deadline = time.monotonic() + _DAEMON_SECONDS
    while True:
        found = webserver.ask(_DAEMONS)["instance"]["daemonHealth"]["allDaemonStatuses"]
        needed = [daemon for daemon in found if daemon["required"]]
        ill = [daemon["daemonType"] for daemon in needed if not daemon["healthy"]]
        if needed and not ill:
            return [daemon["daemonType"] for daemon in needed]
        if time.monotonic() >= deadline:
            raise DeploymentError(f"These daemons are not healthy: {', '.join(ill) or 'there are none'}.")
        time.sleep(_POLL_SECONDS)
