"""What clones a region's databases for pull requests, drops the clones, and looks for those that nobody uses any more.

What belongs here: the jobs, the report of idle clones, and what requests it. What does not: what is done (``clones.py``), and who
launches the jobs (`defs/snowflake/py/clones.py`).
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence

import dagster as dg
from pydantic import Field

from dagster_open_platform.lib.automation import ingest_on_cron
from dagster_open_platform.lib.automation_sensors import RUNNING_BY_DEFAULT
from dagster_open_platform.lib.snowflake.clones import (
    IDLE_DAYS,
    chosen_pull_request,
    drop_clones,
    drop_idle_clones,
    idle_clones,
    make_clones,
    table_of,
)
from dagster_open_platform.lib.warehouse import WarehouseResource
from dagster_open_platform.utils.environment_helpers import EnvironmentName, get_environment
from dagster_open_platform.utils.failures import RetryableFailure
from dagster_open_platform.utils.regions import Region

DRY_RUN: Mapping[EnvironmentName, bool] = {
    EnvironmentName.LOCAL: True,
    EnvironmentName.BRANCH: True,
    EnvironmentName.DOGFOOD: True,
    # The only one whose databases are cloned, and so the only one that has to tidy up.
    EnvironmentName.PROD: False,
}
SENSOR_ENVIRONMENTS: Sequence[EnvironmentName] = (
    EnvironmentName.LOCAL,
    EnvironmentName.DOGFOOD,
    EnvironmentName.PROD,
)
"""Where the sensor is registered: a pull request does not tidy up after others."""
# Somebody has the database open, or Snowflake was not reached.
RETRIES = dg.RetryPolicy(max_retries=2, delay=60, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)
LONGEST_WAIT_SECONDS = 10
"""How long the sensor waits for a file: a tick that takes a minute is ended by Dagster."""


class PullRequestConfig(dg.Config):
    """Whose databases."""

    pull_request_id: str | None = Field(
        default=None,
        description='Number of the pull request, such as "42". Default: the branch deployment\'s own.',
    )


class IdleClonesConfig(dg.Config):
    """Which clones are dropped, and whether they are."""

    dry_run: bool | None = Field(
        default=None,
        description="Whether to report only what would be dropped. Default: yes, except in prod.",
    )
    idle_days: float = Field(
        default=IDLE_DAYS, ge=1, description="After how many days without use a clone is dropped."
    )


def clone_definitions(region: Region) -> dg.Definitions:
    """The jobs and the asset everywhere, the sensor in the environments that have it.

    Args:
        region: Whose databases.
    """
    environment = get_environment().name
    report = idle_clones_report(region)
    sensors = (
        [idle_clones_sensor(report.key, RUNNING_BY_DEFAULT[environment])]
        if environment in SENSOR_ENVIRONMENTS
        else []
    )
    return dg.Definitions(assets=[report], jobs=[creating_job(region), dropping_job(region)], sensors=sensors)


def creating_job(region: Region) -> dg.JobDefinition:
    """The job `create_database_clones`."""

    @dg.op(pool="warehouse", retry_policy=RETRIES)
    def create_clones(
        context: dg.OpExecutionContext, config: PullRequestConfig, warehouse: WarehouseResource
    ) -> None:
        """Clones every database for a pull request, and has views read the clones; those that are there already stay as they are."""
        pull_request = chosen_pull_request(config.pull_request_id, get_environment())
        with warehouse.connect_without_databases() as connection:
            reports = make_clones(connection, pull_request, region)
        context.add_output_metadata(
            {
                "clones": table_of(reports),
                "views_repointed": sum(report.views.repointed for report in reports),
                "views_dropped": [
                    f"{report.name}.{view}" for report in reports for view in report.views.dropped
                ],
            }
        )

    @dg.job(
        description="Gives a pull request clones of the platform's databases, which its branch deployment writes to."
    )
    def create_database_clones() -> None:
        """One op: it is idempotent as a whole."""
        create_clones()

    return create_database_clones


def dropping_job(region: Region) -> dg.JobDefinition:
    """The job `drop_database_clones`."""

    @dg.op(name="drop_clones", pool="warehouse", retry_policy=RETRIES)
    def drop_clones_op(
        context: dg.OpExecutionContext, config: PullRequestConfig, warehouse: WarehouseResource
    ) -> None:
        """Drops a pull request's clones; those that are gone already are no error."""
        pull_request = chosen_pull_request(config.pull_request_id, get_environment())
        with warehouse.connect_without_databases() as connection:
            context.add_output_metadata({"clones": table_of(drop_clones(connection, pull_request, region))})

    @dg.job(description="Drops the clones of a pull request that was closed.")
    def drop_database_clones() -> None:
        """One op: it is idempotent as a whole."""
        drop_clones_op()

    return drop_database_clones


def idle_clones_report(region: Region) -> dg.AssetsDefinition:
    """The asset that drops what is idle, or says what would be dropped."""

    @dg.asset(
        key=[*region.key_prefix, "snowflake", "housekeeping", "idle_clones"],
        group_name="snowflake",
        owners=["team:data-platform"],
        kinds={"snowflake"},
        description=(
            f"Clones of pull requests, and how long each has been idle. Those that nobody has used for {IDLE_DAYS} days are"
            " dropped; nothing else ever is."
        ),
        automation_condition=ingest_on_cron("0 4 * * *"),
        retry_policy=RETRIES,
        pool="warehouse",
    )
    def idle_clones_asset(config: IdleClonesConfig, warehouse: WarehouseResource) -> dg.MaterializeResult:
        """Drops what is idle, or says what would be dropped."""
        dry_run = DRY_RUN[get_environment().name] if config.dry_run is None else config.dry_run
        with warehouse.connect_without_databases() as connection:
            reports = drop_idle_clones(connection, dt.datetime.now(dt.UTC), config.idle_days, dry_run=dry_run)
        return dg.MaterializeResult(
            metadata={
                "clones": table_of(reports),
                "clones_found": len(reports),
                "clones_dropped": sum(report.action == "dropped" for report in reports),
                "dry_run": dry_run,
            }
        )

    return idle_clones_asset


def idle_clones_sensor(key: dg.AssetKey, status: dg.DefaultSensorStatus) -> dg.SensorDefinition:
    """Requests the report as soon as clones have become idle that it has not been requested for.

    The cursor holds their names: a clone that stays, in a dry run or because somebody has it open, is requested once, and
    after that reported by the daily run.

    Args:
        key: Of the report.
        status: Whether it is on where it was never switched.
    """

    @dg.sensor(
        name="idle_clones_sensor",
        target=dg.AssetSelection.assets(key),
        minimum_interval_seconds=6 * 60 * 60,
        default_status=status,
        description=f"Requests {key.to_user_string()} when clones have been idle for {IDLE_DAYS} days.",
    )
    def sensor(
        context: dg.SensorEvaluationContext, warehouse: WarehouseResource
    ) -> dg.SensorResult | dg.SkipReason:
        try:
            with warehouse.waiting_at_most(LONGEST_WAIT_SECONDS).connect_without_databases() as connection:
                databases = connection.databases()
        except RetryableFailure as failure:
            return dg.SkipReason(f"{type(failure).__name__}: {failure.description}")
        found = idle_clones(databases, dt.datetime.now(dt.UTC))
        idle = [report.name for report in found if report.action != "kept"]
        before = json.loads(context.cursor) if context.cursor else []
        cursor = json.dumps(idle)
        if not set(idle) - set(before):
            return dg.SensorResult(cursor=cursor, skip_reason=f"No clone of {len(found)} has become idle.")
        return dg.SensorResult(
            cursor=cursor,
            run_requests=[dg.RunRequest(asset_selection=[key], tags={"idle_clones": str(len(idle))})],
        )

    return sensor
