"""Clones of the platform's databases for pull requests: made, dropped, and found idle.

What belongs here: what is done with them, over the seam. What does not: how an engine clones (`lib/warehouse/`), what a clone
is called (`utils/environment_helpers.py`), and when this runs (`clone_jobs.py`).

Everything here can be run again: a clone that is there is left as it is, one that is gone is no error, and a run that was
killed in the middle is completed by the next one.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import dagster as dg

from dagster_open_platform.lib.warehouse.databases import DatabaseInfo, RepointedViews
from dagster_open_platform.lib.warehouse.protocol import WarehouseConnection
from dagster_open_platform.utils.clone_names import DatabaseClone, parse_clone_name
from dagster_open_platform.utils.databases import REGION_DATABASES
from dagster_open_platform.utils.environment_helpers import Environment
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure
from dagster_open_platform.utils.regions import US, Region

MASK = "masked-"
"""What a value begins with that a pull request's dbt has masked (`macros/naming/masked.sql`)."""
MASKS: Mapping[str, str] = {"pii": MASK}
"""Schemas that are nothing but views of who somebody is (`dagster_open_platform_dbt/models/pii`). Copies of production's are dropped; the
pull request's dbt makes them anew, masked."""
MASKED_COLUMNS: Sequence[tuple[str, str, str]] = (("dwh_reporting", "hightouch", "email"),)
"""Database, schema and column of the tables that hold what those views show: what the reverse-ETL syncs find their records by."""

IDLE_DAYS = 14
"""How long nobody must have used a pull request's clones before they are dropped."""


class NoPullRequest(PermanentFailure):
    """Nobody said which pull request, or another one than this deployment's."""


class ClonesNotDropped(RetryableFailure):
    """Some clones could not be dropped. The others were; what is left is found again by the next run."""


@dataclass(frozen=True)
class CloneReport:
    """What came of a clone.

    Args:
        name: Physical name of the database.
        pull_request_id: Whose it is.
        idle_days: Since anybody used any clone of the pull request; None: not looked at, or nobody knows.
        action: `created`, `dropped`, `would be dropped`, `kept`, `was there` or `was not there`.
        bytes: How large it is; None: nobody knows.
        views: What became of its views that read the originals.
    """

    name: str
    pull_request_id: str
    action: str
    idle_days: float | None = None
    bytes: int | None = None
    views: RepointedViews = field(default_factory=RepointedViews)


def chosen_pull_request(configured: str | None, environment: Environment) -> str:
    """Return the pull request that a run is about.

    Args:
        configured: In the run's config.
        environment: Where it runs; a branch deployment is of one pull request and touches no other's clones.

    Raises:
        NoPullRequest: There is none, or not the deployment's own.
    """
    own = environment.pull_request_id
    if configured and own and configured != own:
        raise NoPullRequest(
            f"This is the branch deployment of pull request {own}, and the run is about {configured}. Launch it in"
            " production, or leave pull_request_id out."
        )
    if found := configured or own:
        return found
    raise NoPullRequest(
        'Whose clones? Outside a branch deployment, say so in the run\'s config: pull_request_id: "42".'
    )


def make_clones(
    connection: WarehouseConnection, pull_request_id: str, region: Region = US
) -> list[CloneReport]:
    """Give a pull request a clone of each database that a region's platform writes, that reads clones only and names nobody.

    Raises:
        InvalidEnvironment: The pull request is no number. Nothing was made.
        PermanentFailure, RetryableFailure: A clone could not be made. Those before it were.
    """
    clones = _clones_of(pull_request_id, region)
    made = {clone: connection.clone_database(clone.database, clone.name) for clone in clones}
    # Only now, for views of one read the others; and also in those that were there, in case that a run was killed here.
    for clone in clones:
        for database, schema, column in MASKED_COLUMNS:
            if database == clone.database:
                connection.mask_column(clone.name, schema, column, MASK)
    return [
        replace(
            _report(clone, "created" if made[clone] else "was there"),
            views=connection.repoint_views(clone.name, MASKS),
        )
        for clone in clones
    ]


def drop_clones(
    connection: WarehouseConnection, pull_request_id: str, region: Region = US
) -> list[CloneReport]:
    """Drop a pull request's clones.

    Raises:
        InvalidEnvironment: The pull request is no number. Nothing was dropped.
        ClonesNotDropped: Some are there still.
    """
    clones = _clones_of(pull_request_id, region)
    dropped = _dropped(connection, clones)
    return [_report(clone, "dropped" if dropped[clone] else "was not there") for clone in clones]


def idle_clones(
    databases: Iterable[DatabaseInfo], now: dt.datetime, idle_days: float = IDLE_DAYS
) -> list[CloneReport]:
    """Find the clones among databases, and decide which have been idle for long enough.

    The clones of a pull request go together: somebody who works with one of them needs the others.

    Args:
        databases: Of the warehouse; those that are no clones are left out.
        now: Aware.
        idle_days: After how many days without use a clone goes; at least so many.

    Returns:
        Every clone, in order of names, with the action `kept` or `would be dropped`. Clones of whose use nobody knows are
        kept.
    """
    clones = [(clone, info) for info in databases if (clone := parse_clone_name(info.name)) is not None]
    last_used: dict[str, list[dt.datetime | None]] = {}
    for clone, info in clones:
        last_used.setdefault(clone.pull_request_id, []).append(info.last_used_at)
    idle = {pull_request: _idle_days(times, now) for pull_request, times in last_used.items()}
    return [
        CloneReport(
            clone.name,
            clone.pull_request_id,
            action="kept"
            if (days := idle[clone.pull_request_id]) is None or days < idle_days
            else "would be dropped",
            idle_days=days,
            bytes=info.bytes,
        )
        for clone, info in sorted(clones, key=lambda pair: pair[0].name)
    ]


def drop_idle_clones(
    connection: WarehouseConnection, now: dt.datetime, idle_days: float = IDLE_DAYS, *, dry_run: bool
) -> list[CloneReport]:
    """Drop the clones that nobody has used for long, and say what became of each clone.

    Args:
        connection: Of the warehouse.
        now: Aware.
        idle_days: As for `idle_clones`.
        dry_run: Whether to say only what would be dropped.

    Raises:
        ClonesNotDropped: Some that are idle are there still.
        PermanentFailure, RetryableFailure: The databases cannot be listed.
    """
    reports = idle_clones(connection.databases(), now, idle_days)
    if dry_run:
        return reports
    idle = [report for report in reports if report.action == "would be dropped"]
    _dropped(connection, [parsed for report in idle if (parsed := parse_clone_name(report.name))])
    return [
        CloneReport(report.name, report.pull_request_id, "dropped", report.idle_days, report.bytes)
        if report in idle
        else report
        for report in reports
    ]


def table_of(reports: Sequence[CloneReport]) -> dg.TableMetadataValue:
    """Show reports on the page of a run."""
    columns: Mapping[str, str] = {
        "name": "string",
        "pull_request": "string",
        "idle_days": "float",
        "bytes": "int",
        "action": "string",
    }
    rows: Sequence[Callable[[CloneReport], str | float | int | None]] = (
        lambda report: report.name,
        lambda report: report.pull_request_id,
        lambda report: None if report.idle_days is None else round(report.idle_days, 1),
        lambda report: report.bytes,
        lambda report: report.action,
    )
    return dg.MetadataValue.table(
        records=[
            dg.TableRecord({name: value(report) for name, value in zip(columns, rows, strict=True)})
            for report in reports
        ],
        schema=dg.TableSchema([dg.TableColumn(name, kind) for name, kind in columns.items()]),
    )


def _clones_of(pull_request_id: str, region: Region) -> list[DatabaseClone]:
    return [DatabaseClone(database, pull_request_id) for database in REGION_DATABASES[region.name]]


def _report(clone: DatabaseClone, action: str) -> CloneReport:
    return CloneReport(clone.name, clone.pull_request_id, action)


def _idle_days(times: Sequence[dt.datetime | None], now: dt.datetime) -> float | None:
    known = [time for time in times if time is not None]
    if len(known) < len(times):
        return None
    return (now - max(known)) / dt.timedelta(days=1)


def _dropped(connection: WarehouseConnection, clones: Sequence[DatabaseClone]) -> dict[DatabaseClone, bool]:
    """Drop clones, each whatever becomes of the others, and tell which were there."""
    dropped, failures = dict[DatabaseClone, bool](), dict[str, PermanentFailure | RetryableFailure]()
    for clone in clones:
        try:
            dropped[clone] = connection.drop_database(clone.name)
        except (PermanentFailure, RetryableFailure) as failure:
            failures[clone.name] = failure
    if failures:
        told = " ".join(f"{name}: {failure.description}" for name, failure in failures.items())
        raise ClonesNotDropped(
            f"{len(failures)} of {len(clones)} clones could not be dropped; the others were. Run it again when this is"
            f" mended: {told}"
        ) from next(iter(failures.values()))
    return dropped
