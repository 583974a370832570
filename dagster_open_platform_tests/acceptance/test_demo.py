"""The demo as a user runs it: whole, incremental, repairable, and the same rows whichever way it went."""

import hashlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from dagster_open_platform.lib.aws.buckets import WORKSPACE
from dagster_open_platform_local.company.product.state import product_tables
from dagster_open_platform_local.company.settings import EPOCH, CompanySettings
from dagster_open_platform_local.conformance.written import HISTORIES, TOLD_BY_THE_CLOCK, WRITTEN_BACK
from dagster_open_platform_local.landing.external import staged_snapshots
from dagster_open_platform_local.landing.land import land
from dagster_open_platform_local.landing.product import OUTBOUND
from dagster_open_platform_local.landing.source import Company
from dagster_open_platform_local.stack.lock import is_held
from dagster_open_platform_local.state import LocalState
from dagster_open_platform_tests.fixtures.documentation import blocks, documented
from dagster_open_platform_tests.fixtures.landed import differences
from dagster_open_platform_tests.integration.dbt.in_process import InProcessDbt
from dagster_open_platform_tests.integration.dbt.parsed import manifest_directory

STAGED_HISTORY = "stg_salesforce__account_history"
BEFORE, AFTER = "2026-06-16", "2026-06-17"
BUILDING = "OK created sql table model"
"""What dbt says in the log when it has made a table."""
DAILY = dg.AssetKey(["bigquery", "pypi", "daily_file_downloads"])
WEEKLY = dg.AssetKey(["purina", "oss_analytics", "dagster_pypi_downloads"])

# Each demo makes the whole graph, and a fixture runs three of them.
pytestmark = pytest.mark.timeout(3600)

UNLANDED = {
    *(("purina", schema) for schema in ("account", "dms", "reconciliation")),
    *(("dwh_reporting", schema) for schema in ("metrics", "semantic")),
    ("snowflake", "account_usage"),
    ("outbound_eu", "cloud_product"),
}

Rows = dict[str, list[str]]


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "dagster_open_platform_local", *words]


def variables(state: LocalState) -> dict[str, str]:
    return {**os.environ, "DOP_LOCAL_DIR": str(state.root), "COMPANY_SCALE": "0.05", "COLUMNS": "200"}


def succeeded(state: LocalState, done: "subprocess.CompletedProcess[str]") -> str:
    """What a command said that must have succeeded."""
    log = state.logs / "demo.log"
    assert done.returncode == 0, done.stdout + done.stderr + (log.read_text()[-5000:] if log.exists() else "")
    return done.stdout


def rows(warehouse: Path, *, volatile: bool = True) -> Rows:
    """Every row of every table and view of the warehouse, sorted, as text.

    Args:
        warehouse: The directory of the .duckdb files.
        volatile: With what tells when a run was made: bookkeeping, snapshots, and when a row was replicated or compared.
    """
    found: dict[str, list[str]] = {}
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for file in sorted(warehouse.glob("*.duckdb")):
            connection.execute(f"ATTACH '{file}' AS {file.stem} (READ_ONLY)")
        for catalog, schema, name in relations(connection):
            is_told = schema.startswith("_") or name.startswith("_") or schema == "snapshots"
            back = written_back(catalog, name)
            kept = f"name NOT IN {TOLD_BY_THE_CLOCK} AND NOT regexp_full_match(name, '{back}')"
            columns = "*" if volatile else f"COLUMNS(lambda name: {kept})"
            if volatile or not (is_told or name in (*HISTORIES, STAGED_HISTORY)):
                table = f'"{catalog}"."{schema}"."{name}"'
                found[f"{catalog}.{schema}.{name}"] = sorted(
                    told(row)
                    for row in connection.execute(f"SELECT {columns} FROM {table}").fetchall()  # noqa: S608 - quoted
                )
    return found


def in_eu(state: LocalState) -> Rows:
    """Every row of the EU's own warehouse."""
    return {f"eu.{name}": found for name, found in rows(state.warehouse_eu).items()}


def told(row: tuple[object, ...]) -> str:
    """A row as text. In which order numbers were added up shows in their last digits, which are left out."""
    return str(tuple(f"{value:.9g}" if isinstance(value, float) else value for value in row))


def written_back(catalog: str, name: str) -> str:
    """Which columns of a table show what Hightouch has written to the CRM: a regular expression."""
    if catalog == "fivetran":
        return WRITTEN_BACK
    return "updated_at" if name.startswith(("stg_salesforce__", "stg_hubspot__")) else ""


def relations(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    """Tables and views, without those whose rows stay in object storage, which is not served now."""
    tables = connection.execute(
        "SELECT database_name, schema_name, table_name FROM duckdb_tables()"
    ).fetchall()
    views = connection.execute(
        "SELECT database_name, schema_name, view_name, sql FROM duckdb_views() WHERE NOT internal"
    ).fetchall()
    sql = {f"{catalog}.{schema}.{name}": text for catalog, schema, name, text in views}
    outside = {name for name, text in sql.items() if "s3://" in text}
    while found := {
        name
        for name, text in sql.items()
        if name not in outside and any(reads(text, other) for other in outside)
    }:
        outside |= found
    return sorted([*tables, *(view[:3] for view in views if ".".join(view[:3]) not in outside)])


def reads(sql: str, relation: str) -> bool:
    """Whether a view names a relation, with its database or without, quoted or not."""
    _, schema, name = relation.split(".")
    return re.search(rf'\b{re.escape(schema)}"?\."?{re.escape(name)}\b', sql) is not None


def staged(state: LocalState) -> dict[str, list[str]]:
    """The bytes of every chunk of the exploded snapshots; not the markers, which count how often they were written."""
    folder = state.s3 / WORKSPACE / "staging+"
    chunks = [path for path in folder.rglob("*.gz") if not path.relative_to(folder).parts[0].startswith("_")]
    assert chunks
    return {
        # The service marks folders by a plus.
        f"s3.{path.relative_to(folder)}".replace("+/", "/"): [hashlib.sha256(path.read_bytes()).hexdigest()]
        for path in chunks
    }


def run_count(state: LocalState) -> int:
    with dg.DagsterInstance.from_config(str(state.dagster_home)) as instance:
        return instance.get_runs_count()


def killed_demo(state: LocalState, *words: str) -> None:
    """Run a demo until product databases are replicated and dbt builds models, and kill it there."""
    log = state.logs / "demo.log"
    with subprocess.Popen(
        command("demo", *words),
        env=variables(state),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        while process.poll() is None and not (log.exists() and BUILDING in log.read_text()):
            time.sleep(0.1)
        process.kill()
    assert process.returncode == -9, log.read_text()[-5000:]


@dataclass(frozen=True)
class Grown:
    """A platform on which a demo was killed and README's day then passed; `settled` are its last rows without what is volatile."""

    state: LocalState
    said: tuple[str, str, str]
    rows: tuple[Rows, Rows, Rows]
    runs: tuple[int, int, int]
    settled: Rows


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Grown:
    state = LocalState(tmp_path_factory.mktemp("grown") / "state")
    said: list[str] = []
    seen: list[Rows] = []
    runs: list[int] = []
    env = variables(state)

    def day() -> Iterator["subprocess.CompletedProcess[str]"]:
        yield documented("uv run just demo --date 2026-06-16", variables=env, timeout=900)
        yield documented("uv run just demo", variables=env, timeout=900)
        moved = documented("uv run just advance", variables=env)
        assert f"It is {AFTER} in the company now." in succeeded(state, moved)
        yield documented("uv run just demo", variables=env, timeout=900)

    emptied = documented("uv run just reset --yes", variables=env)
    assert "There is nothing in" in succeeded(state, emptied)
    killed_demo(state, "--date", BEFORE)
    for done in day():
        said.append(succeeded(state, done))
        seen.append(rows(state.warehouse) | in_eu(state) | staged(state))
        runs.append(run_count(state))
    return Grown(
        state,
        (said[0], said[1], said[2]),
        (seen[0], seen[1], seen[2]),
        (runs[0], runs[1], runs[2]),
        rows(state.warehouse, volatile=False),
    )


@pytest.fixture(scope="module")
def computed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse of the same company and date whose raw tables were made by no ingestion, and its models by one command of dbt."""
    directory = tmp_path_factory.mktemp("computed")
    land(directory, CompanySettings(scale=0.05), date.fromisoformat(AFTER))
    dbt = InProcessDbt(tmp_path_factory.mktemp("dbt")).parsed_in(
        manifest_directory("local", tmp_path_factory)
    )
    window = {"min_date": EPOCH.isoformat(), "max_date": AFTER}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WAREHOUSE_DUCKDB_DIR", str(directory))
        dbt.run("build", "--exclude-resource-type", "test", "unit_test", "saved_query", variables=window)
    return directory


def test_everything_is_materialized_and_the_summary_says_what_came_of_it(grown: Grown) -> None:
    said = grown.said[0]
    assert "Everything is materialized and every check is evaluated." in said
    assert "0 failed" in said
    for figure in (
        "purina.pypi.daily_file_downloads",
        "Last full week",
        "Issues",
        "Customers",
        "SaaS tools",
        "Sales pipeline",
        "Time",
        "Dagster",
    ):
        assert figure in said
    assert "not available" not in said
    empty = {name for name, found in grown.rows[0].items() if name.startswith("purina.") and not found}
    # An external table without files: no workspace of so small a company has sensors.
    assert empty <= {"purina.workspace.sensors"}
    # Nothing of it looks like a traceback or a secret.
    assert "Traceback" not in said


def test_readme_shows_what_a_demo_says(grown: Grown) -> None:
    """Its figures are those of a larger company; what they are figures of is the same."""
    [shown] = [block for block in blocks(Path("README.md")) if block.language == "text"]
    labels = [re.split(r"  +| (?=\d)", line)[0] for line in shown.text.splitlines() if line]
    assert len(labels) > 10
    assert [label for label in labels if label not in grown.said[0]] == []


def test_a_second_demo_runs_nothing_and_changes_no_row(grown: Grown) -> None:
    assert "Nothing is due" in grown.said[1]
    assert grown.runs[1] == grown.runs[0]
    assert grown.rows[1] == grown.rows[0]


def test_a_day_later_that_day_lands_and_the_others_stay(grown: Grown) -> None:
    assert grown.runs[2] > grown.runs[1]
    table = "purina.pypi.daily_file_downloads"
    before, after = set(grown.rows[1][table]), set(grown.rows[2][table])
    assert before < after
    assert all("datetime.date(2026, 6, 16)" in row for row in after - before)
    with dg.DagsterInstance.from_config(str(grown.state.dagster_home)) as instance:
        days = {f"2026-06-{day:02}" for day in range(1, 17)}
        assert instance.get_materialized_partitions(DAILY) == days
        # The week of that day is not over.
        assert instance.get_materialized_partitions(WEEKLY) == {"2026-06-01", "2026-06-08"}


def test_the_eu_has_its_own_rows_and_the_american_side_what_it_lets_out(grown: Grown) -> None:
    found, company = grown.rows[2], CompanySettings(scale=0.05)
    for name, table in product_tables(company, "eu", date.fromisoformat(AFTER)).items():
        assert len(found[f"eu.purina.cloud_product.{name}"]) == table.num_rows, name
    for name in ("runs", "event_logs", "organizations"):
        raw, staged_rows = (
            found[f"eu.purina.cloud_product.{name}"],
            found[f"eu.dwh_reporting.staging.stg_cloud_product__{name}"],
        )
        assert len(raw) == len(staged_rows) > 0
    assert len(found["eu.dwh_reporting.core.fct_runs"]) == len(found["eu.purina.cloud_product.runs"])
    for name in OUTBOUND:
        let_out = found[f"eu.outbound.cloud_product.{name}"]
        assert found[f"outbound_eu.cloud_product.{name}"] == let_out
        assert found[f"purina.cloud_product_eu.{name}"] == let_out
    schemas = {tuple(name.split(".")[1:3]) for name in found if name.startswith("eu.")}
    assert {schema for database, schema in schemas if database == "outbound"} <= {
        "cloud_product",
        "_warehouse_seam",
    }


def test_landed_tables_are_like_those_that_the_demo_left(grown: Grown, computed: Path) -> None:
    """Tests of dbt's models read landed tables; what they show holds for ingested ones only if these are the same."""
    assert differences(computed, grown.state.warehouse) == []


def test_a_demo_that_was_killed_is_repaired_by_the_next(grown: Grown, computed: Path) -> None:
    """In the end every row is as it is where nothing was ingested, nothing came day by day, and nobody was disturbed."""
    assert "Unfinished runs of a process that is gone" in grown.said[0]
    assert not is_held(grown.state.lock)
    expected = rows(computed, volatile=False)
    both = grown.settled.keys() & expected.keys()
    # What others fill while the stack runs, and what is made by no dbt, each with tests of its own, is not landed.
    others = {tuple(name.split(".")[:2]) for name in grown.settled.keys() - both}
    assert others == UNLANDED
    assert [name for name in sorted(both) if grown.settled[name] != expected[name]] == []
    company = Company(CompanySettings(scale=0.05), date.fromisoformat(AFTER))
    assert staged(grown.state) == {
        f"s3.{each.key.removeprefix('staging/')}": [hashlib.sha256(each.body).hexdigest()]
        for each in staged_snapshots(company)
    }
