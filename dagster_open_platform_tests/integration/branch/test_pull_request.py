"""A pull request on a laptop's files: it gets clones, works on them while production is not even there, and leaves nothing behind.

What belongs here: the way of one pull request, with production's own definitions and resources. What does not: what is refused at the
doors to the outside (`unit/environment/test_outside.py`), clones that are killed or held (`integration/warehouse/test_clones.py`).
"""

# ruff: noqa: S608 - our own names

import datetime as dt
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from dagster_open_platform.definitions import build_definitions
from dagster_open_platform.lib.snowflake.clone_jobs import (
    creating_job,
    dropping_job,
    idle_clones_report,
    idle_clones_sensor,
)
from dagster_open_platform.resources import default_resources
from dagster_open_platform.utils.environment_helpers import environment_scope, parse_environment
from dagster_open_platform.utils.regions import US
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.landing.land import land
from dagster_open_platform_local.stack.clones import run_clones
from dagster_open_platform_local.state import LocalState
from dagster_open_platform_tests.fixtures.documentation import arguments_of, documented
from dagster_open_platform_tests.integration.dbt.in_process import InProcessDbt
from dagster_open_platform_tests.integration.dbt.parsed import manifest_directory

COMPANY, TODAY = CompanySettings(seed=5, scale=0.02), dt.date(2026, 6, 16)
WEEK, LAST_WEEK = "2026-06-01", "2026-06-08"
ORIGINALS = ("purina", "dwh_reporting")
WEEKLY, MART = "oss_analytics.dagster_pypi_downloads", "community.pypi_downloads_weekly"
PEOPLE, USERS = "pii.pii_cloud_product__users", "staging.stg_cloud_product__users"
PERSONAL = ("email_address", "given_name", "family_name", "full_name")
FILES = {"WAREHOUSE_ENGINE": "duckdb", "DAGSTER_CLOUD_DEPLOYMENT_NAME": "prod"}
BRANCH = {
    "WAREHOUSE_ENGINE": "duckdb",
    "DAGSTER_CLOUD_DEPLOYMENT_NAME": "3f2a9c",
    "DAGSTER_CLOUD_IS_BRANCH_DEPLOYMENT": "1",
    "DAGSTER_CLOUD_PULL_REQUEST_ID": "42",
}
"""As Dagster+ sets them, and that it is tried on files."""
INGEST = ("purina/oss_analytics/dagster_pypi_downloads",)
CHECK = "weekly_totals_equal_daily_totals"
RUN = (
    "dwh_reporting/staging/stg_oss_analytics__dagster_pypi_downloads",
    "dwh_reporting/community/pypi_downloads_weekly",
    "dwh_reporting/staging/stg_cloud_product__users",
    "dwh_reporting/pii/pii_cloud_product__users",
    "snowflake/aws/daily_costs",
)
TESTED_AGAINST = ("+dim_oss_packages", "time_spine", "stg_pypi__daily_file_downloads")
"""What tests of those models read besides."""
Digest = Mapping[str, tuple[int, int, str]]


def digest(directory: Path, databases: tuple[str, ...] = ORIGINALS) -> Digest:
    """Rows, a digest of them and, of a view, its text: of everything in some databases, read by DuckDB alone."""
    found = {}
    for database in databases:
        with duckdb.connect(str(directory / f"{database}.duckdb"), read_only=True) as connection:
            for schema, table in connection.execute(
                "SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL"
            ).fetchall():
                row = connection.execute(
                    f'SELECT count(*), bit_xor(hash(t)) FROM "{schema}"."{table}" AS t'
                ).fetchone()
                assert row is not None
                found[f"{database}.{schema}.{table}"] = (*row, "")
            for schema, view, text in connection.execute(
                "SELECT schema_name, view_name, sql FROM duckdb_views() WHERE NOT internal"
            ).fetchall():
                found[f"{database}.{schema}.{view}"] = (0, 0, text)
    return found


@dataclass
class PullRequest:
    """Production's files, and what the pull request's runs said.

    Args:
        directory: Of the files.
        before: Production's digest when the pull request was opened.
        clones: The clones' digest before its runs.
        said: Metadata of each event of its runs, as JSON.
    """

    directory: Path
    before: Digest
    clones: Digest = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """What DuckDB alone answers; originals and clones are attached."""
        with duckdb.connect() as connection:
            for file in self.directory.glob("*.duckdb"):
                connection.execute(f"ATTACH '{file}' AS {file.stem} (READ_ONLY)")
            return connection.execute(query).fetchall()

    def note(self, result: dg.ExecuteInProcessResult) -> None:
        """Keep what a run recorded."""
        assert result.success
        for event in result.all_events:
            if event.is_step_materialization:
                metadata = event.step_materialization_data.materialization.metadata
                self.said.append(json.dumps({name: str(value.value) for name, value in metadata.items()}))


def made(directory: Path, factory: pytest.TempPathFactory) -> None:
    """Production: raw tables of a small company and some models, all but the last week of PyPI."""
    land(directory, COMPANY, TODAY, sources=("product", "pypi", "aws"))
    with duckdb.connect(str(directory / "purina.duckdb")) as connection:
        connection.execute(f"DELETE FROM {WEEKLY} WHERE week_start = '{LAST_WEEK}'")
        connection.execute("DROP TABLE aws.daily_costs")
    dbt = InProcessDbt(factory.mktemp("production")).parsed_in(manifest_directory("local", factory))
    models = (*(key.rpartition("/")[2] for key in RUN[:4]), *TESTED_AGAINST)
    dbt.run("build", "--exclude-resource-type", "test", "unit_test", "--select", *models)


def worked(pull_request: PullRequest) -> None:
    """Materialize in the pull request's code location, with all that stands behind it there, while production's files are away."""
    definitions = build_definitions()
    instance = dg.DagsterInstance.ephemeral()
    pull_request.note(
        definitions.resolve_job_def("create_database_clones").execute_in_process(instance=instance)
    )
    pull_request.clones = digest(pull_request.directory, tuple(f"{name}_clone_42" for name in ORIGINALS))
    for name in ORIGINALS:
        (pull_request.directory / f"{name}.duckdb").rename(pull_request.directory / f"{name}.away")
    try:
        for wanted, partition in ((INGEST, LAST_WEEK), (RUN, None)):
            keys = {dg.AssetKey.from_user_string(key) for key in wanted}
            pull_request.note(
                dg.materialize(
                    [
                        asset
                        for asset in (*(definitions.assets or ()), *(definitions.asset_checks or ()))
                        if isinstance(asset, dg.AssetsDefinition)
                        and (keys & asset.keys or {check.name for check in asset.check_keys} == {CHECK})
                    ],
                    selection=dg.AssetSelection.assets(*keys),
                    partition_key=partition,
                    resources=definitions.resources,
                    instance=instance,
                )
            )
    finally:
        made_anew = [name for name in ORIGINALS if (pull_request.directory / f"{name}.duckdb").exists()]
        for name in ORIGINALS:
            (pull_request.directory / f"{name}.away").rename(pull_request.directory / f"{name}.duckdb")
    assert made_anew == []


@pytest.fixture(scope="module")
def pull_request(tmp_path_factory: pytest.TempPathFactory) -> PullRequest:
    """Number 42, opened and worked on."""
    state = LocalState(tmp_path_factory.mktemp("laptop"))
    state.create()
    directory = state.warehouse
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WAREHOUSE_DUCKDB_DIR", str(directory))
        made(directory, tmp_path_factory)
        found = PullRequest(directory, digest(directory))
        for name, value in BRANCH.items():
            patch.setenv(name, value)
        worked(found)
    return found


def test_production_is_as_it_was_and_the_clones_are_not(pull_request: PullRequest) -> None:
    assert digest(pull_request.directory) == pull_request.before
    assert len(pull_request.before) > 50
    after = digest(pull_request.directory, tuple(f"{name}_clone_42" for name in ORIGINALS))
    changed = {name.split(".", 1)[1] for name in after if after[name] != pull_request.clones.get(name)}
    assert {WEEKLY, MART, PEOPLE, "aws.daily_costs"} <= changed
    weeks = "SELECT DISTINCT CAST(week_start AS VARCHAR) FROM {}.{} ORDER BY ALL"
    for database, table in (("purina", WEEKLY), ("dwh_reporting", MART)):
        assert pull_request.rows(weeks.format(database, table)) == [(WEEK,)]
        assert pull_request.rows(weeks.format(f"{database}_clone_42", table)) == [(WEEK,), (LAST_WEEK,)]


def test_no_run_speaks_of_an_original(pull_request: PullRequest) -> None:
    told = "\n".join(pull_request.said)
    assert len(pull_request.said) == len(INGEST) + len(RUN)
    assert len(re.findall(r"(?:purina|dwh_reporting)_clone_42", told)) > 5
    assert re.findall(r"\b(?:purina|dwh_reporting)\b\"?\..{20}", told) == []


def test_persons_are_masked_and_what_they_are_joined_by_still_joins(pull_request: PullRequest) -> None:
    columns = ", ".join(f"list(DISTINCT {column}) FILTER ({column} IS NOT NULL)" for column in PERSONAL)
    original, masked = (
        pull_request.rows(f"SELECT {columns} FROM {database}.{PEOPLE}")[0]
        for database in ("dwh_reporting", "dwh_reporting_clone_42")
    )
    for column, names, masks in zip(PERSONAL, original, masked, strict=True):
        assert isinstance(names, list)
        assert isinstance(masks, list)
        assert len(masks) == len(names) > 0, column
        assert not [(name, mask) for mask in masks for name in names if name.lower() in mask.lower()], column
    joined = "SELECT count(*) FROM {0}.{1} AS u JOIN {0}.{2} AS p ON p.email_address = {3}"
    [hashed] = pull_request.rows(
        joined.format("dwh_reporting_clone_42", USERS, PEOPLE, "'masked-' || u.email_hash")
    )
    [(rows,)] = pull_request.rows(f"SELECT count(email_address) FROM dwh_reporting.{PEOPLE}")
    assert hashed == (rows,)
    assert isinstance(rows, int)
    assert rows > 0


def test_it_goes_when_it_is_closed_and_others_stay_unless_they_are_idle(
    pull_request: PullRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**FILES, "WAREHOUSE_DUCKDB_DIR": str(pull_request.directory)}.items():
        monkeypatch.setenv(name, value)
    production = parse_environment(os.environ)
    warehouse = default_resources(production)["warehouse"]

    def run(job: dg.JobDefinition, number: str) -> None:
        (op,) = job.nodes
        config = {"ops": {op.name: {"config": {"pull_request_id": number}}}}
        assert job.execute_in_process(resources={"warehouse": warehouse}, run_config=config).success

    def there() -> set[str]:
        return {file.stem.rpartition("_")[2] for file in pull_request.directory.glob("*_clone_*.duckdb")}

    report = idle_clones_report(US)
    with environment_scope(production):
        for number, days in {"43": 14.001, "44": 13.0}.items():
            run(creating_job(US), number)
            for file in pull_request.directory.glob(f"*_clone_{number}.duckdb"):
                unused = (dt.datetime.now(dt.UTC) - dt.timedelta(days=days)).timestamp()
                os.utime(file, (unused, unused))
        with dg.build_sensor_context(resources={"warehouse": warehouse}) as context:
            tick = idle_clones_sensor(report.key, dg.DefaultSensorStatus.RUNNING)(context)
        assert isinstance(tick, dg.SensorResult)
        assert [request.asset_selection for request in tick.run_requests or ()] == [[report.key]]
        assert there() == {"42", "43", "44"}
        assert dg.materialize([report], resources={"warehouse": warehouse}).success
        assert there() == {"42", "44"}
        run(dropping_job(US), "42")
        run(dropping_job(US), "42")
    assert there() == {"44"}
    assert digest(pull_request.directory) == pull_request.before


def test_somebody_at_a_terminal_does_the_same(pull_request: PullRequest) -> None:
    laptop = {"DOP_LOCAL_DIR": str(pull_request.directory.parent)}
    made = documented("uv run just clone --local make 42", variables=laptop)
    assert (made.returncode, made.stderr) == (0, "")
    assert "views repointed  dropped pii.pii_cloud_product__users" in made.stdout
    file = pull_request.directory / "dwh_reporting_clone_42.duckdb"
    assert file.exists()
    words = arguments_of("uv run just clone --local drop 42 --yes")
    assert run_clones(LocalState(pull_request.directory.parent), words[3:]) == 0
    assert not file.exists()
