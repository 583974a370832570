"""What a Dagster instance knows of a platform's health.

What belongs here: asking the instance, and putting the answers together by owner. What does not: showing them (`report.py`).
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import dagster as dg

from dagster_open_platform.lib.code_location import PlatformGraph
from dagster_open_platform.lib.health.failures import failures_of, first_lines
from dagster_open_platform.lib.health.freshness import Freshness, freshness_of
from dagster_open_platform.lib.health.model import (
    BadCheck,
    FailedRun,
    Health,
    HourOfRuns,
    OwnerHealth,
    Owners,
    StaleAsset,
)
from dagster_open_platform.lib.health.runs import (
    RETRIED_AS,
    RETRY_PATIENCE,
    WindowOfRuns,
    ended_at,
    parent_of,
    root_of,
    runs_of,
    will_retry,
)
from dagster_open_platform.lib.health.steps import MOST_RUNS, materializations_of, slowest_steps

WINDOW = dt.timedelta(hours=24)
MOST_FAILURES = 50
"""Failed runs whose errors are read at most."""
SLOWEST = 10
_HOUR = dt.timedelta(hours=1)
_Status = dg.DagsterRunStatus


def health_of(
    instance: dg.DagsterInstance,
    graph: PlatformGraph,
    now: dt.datetime,
    window: dt.timedelta = WINDOW,
    except_run: str | None = None,
    results: Mapping[dg.AssetCheckKey, dg.AssetCheckResult] | None = None,
) -> Health:
    """Measures a platform.

    Args:
        instance: Where its runs are recorded; asked by pages and with bounds, whatever it holds.
        graph: What is declared.
        now: The end of the window; aware.
        window: Whole hours.
        except_run: Id of a run that does not count as under way: the one that asks.
        results: What checks say that are evaluated in that run: the instance does not know it yet.
    """
    since = now - window
    runs = runs_of(instance, since, now, except_run=except_run)
    made = _last_made(instance, graph)
    counted = materializations_of(instance, (key for key, last in made.items() if last >= since), since, now)
    slowest, is_exact = slowest_steps(instance, runs.ended, SLOWEST)
    failed = _failed_runs(instance, graph, runs, now)
    stale, fresh, never = _freshness(graph, made, now)
    checks, passed, unknown = _checks(instance, graph, results or {}, now)
    return Health(
        since=since,
        until=now,
        hours=_by_hour(runs.ended, since, now),
        under_way=runs.under_way,
        failed_runs=failed,
        materializations=counted.total(),
        slowest=slowest,
        stale=stale,
        never=never,
        fresh=fresh,
        checks=checks,
        checks_passed=passed,
        checks_unknown=unknown,
        owners=_by_owner(graph, counted, failed, stale, checks),
        left_out=tuple(_left_out(runs, is_exact)),
    )


def _by_hour(ended: Iterable[dg.RunRecord], since: dt.datetime, until: dt.datetime) -> tuple[HourOfRuns, ...]:
    counts: Counter[tuple[int, dg.DagsterRunStatus]] = Counter(
        ((ended_at(record) - since) // _HOUR, record.dagster_run.status) for record in ended
    )
    return tuple(
        HourOfRuns(
            since + hour * _HOUR,
            succeeded=counts[hour, _Status.SUCCESS],
            failed=counts[hour, _Status.FAILURE],
            canceled=counts[hour, _Status.CANCELED],
        )
        for hour in range((until - since) // _HOUR)
    )


def _failed_runs(
    instance: dg.DagsterInstance, graph: PlatformGraph, runs: WindowOfRuns, until: dt.datetime
) -> tuple[FailedRun, ...]:
    recovered = {
        root_of(record.dagster_run) for record in runs.ended if record.dagster_run.status is _Status.SUCCESS
    }
    retried = {
        parent_of(record.dagster_run)
        for record in runs.ended
        if record.dagster_run.status is not _Status.CANCELED
    }
    failed = sorted(
        (record for record in runs.ended if record.dagster_run.status is _Status.FAILURE),
        key=ended_at,
        reverse=True,
    )
    found = []
    for number, record in enumerate(failed):
        run = record.dagster_run
        failures = tuple(failures_of(instance, run)) if number < MOST_FAILURES else ()
        owners = {owner for each in failures for key in each.assets for owner in graph.owners_of(key)}
        found.append(
            FailedRun(
                run_id=run.run_id,
                job=run.job_name,
                ended_at=ended_at(record),
                failures=failures,
                owners=tuple(sorted(owners)),
                recovered=root_of(run) in recovered,
                # An attempt whose next one failed, too, is told by that one.
                will_retry=run.run_id in retried
                or (
                    will_retry(run) and (RETRIED_AS in run.tags or until - ended_at(record) < RETRY_PATIENCE)
                ),
            )
        )
    return tuple(found)


def _last_made(instance: dg.DagsterInstance, graph: PlatformGraph) -> dict[dg.AssetKey, dt.datetime]:
    """When each asset was materialized last; those that never were are left out."""
    made = {}
    for record in instance.get_asset_records(list(graph.assets)) if graph.assets else ():
        event = record.asset_entry.last_materialization_record
        if event is not None:
            made[record.asset_entry.asset_key] = dt.datetime.fromtimestamp(event.timestamp, dt.UTC)
    return made


def _freshness(
    graph: PlatformGraph, made: Mapping[dg.AssetKey, dt.datetime], now: dt.datetime
) -> tuple[tuple[StaleAsset, ...], int, int]:
    """Assets that are not fresh, and how many are fresh and how many were never made."""
    policies = {key: facts.freshness for key, facts in graph.assets.items() if facts.freshness is not None}
    stale, count = [], Counter[Freshness]()
    for key, policy in policies.items():
        last = made.get(key)
        state = freshness_of(policy, last, now)
        count[state] += 1
        if last is not None and state in (Freshness.WARN, Freshness.FAIL):
            stale.append(StaleAsset(key, graph.owners_of(key), state, last))
    stale.sort(key=lambda asset: (asset.state is not Freshness.FAIL, asset.last, asset.key))
    return tuple(stale), count[Freshness.PASS], count[Freshness.UNKNOWN]


def _checks(
    instance: dg.DagsterInstance,
    graph: PlatformGraph,
    results: Mapping[dg.AssetCheckKey, dg.AssetCheckResult],
    now: dt.datetime,
) -> tuple[tuple[BadCheck, ...], int, int]:
    """Checks that did not pass, and how many passed and how many said nothing."""
    bad, passed, unknown = [], 0, 0
    for key in sorted(graph.checks):
        said, at = (results[key], now) if key in results else last_evaluation(instance, key)
        if said is None:
            unknown += 1
        elif said.passed:
            passed += 1
        else:
            bad.append(
                BadCheck(
                    key,
                    graph.owners_of(key.asset_key),
                    said.severity is dg.AssetCheckSeverity.ERROR,
                    first_lines(said.description or ""),
                    at,
                )
            )
    bad.sort(key=lambda check: (not check.is_error, check.key))
    return tuple(bad), passed, unknown


def last_evaluation(
    instance: dg.DagsterInstance, key: dg.AssetCheckKey
) -> tuple[dg.AssetCheckEvaluation | None, dt.datetime]:
    """What a check said last; nothing if it was never evaluated, or if a run is under way, or died, that was to evaluate it."""
    record = instance.get_latest_asset_check_evaluation_record(key)
    entry = record.event if record else None
    if entry is not None and entry.dagster_event is not None:
        said = entry.dagster_event.event_specific_data
        if isinstance(said, dg.AssetCheckEvaluation):
            return said, dt.datetime.fromtimestamp(entry.timestamp, dt.UTC)
    return None, dt.datetime.min.replace(tzinfo=dt.UTC)


def _by_owner(
    graph: PlatformGraph,
    counted: Mapping[dg.AssetKey, int],
    failed: Sequence[FailedRun],
    stale: Sequence[StaleAsset],
    checks: Sequence[BadCheck],
) -> tuple[OwnerHealth, ...]:
    materializations: Counter[str] = Counter()
    for key, number in counted.items():
        for owner in graph.owners_of(key):
            materializations[owner] += number
    assets = _counted(graph.owners_of(key) for key in graph.assets)
    failures = _counted(run.owners for run in failed if run.is_open)
    degraded = _counted(asset.owners for asset in stale)
    failing = _counted(check.owners for check in checks if check.is_error)
    warning = _counted(check.owners for check in checks if not check.is_error)
    everybody = assets.keys() | materializations.keys() | failures.keys() | failing.keys() | warning.keys()
    return tuple(
        OwnerHealth(
            owner,
            assets=assets[owner],
            materializations=materializations[owner],
            failed_runs=failures[owner],
            stale=degraded[owner],
            failing=failing[owner],
            warning=warning[owner],
        )
        for owner in sorted(everybody)
    )


def _counted(owners: Iterable[Owners]) -> Counter[str]:
    return Counter(owner for each in owners for owner in each)


def _left_out(runs: WindowOfRuns, is_exact: bool) -> Iterable[str]:
    if not runs.is_whole:
        yield f"only the newest {len(runs.ended):,} runs were read: earlier ones of the window are missing"
    if not is_exact:
        yield f"the slowest assets are those of the {MOST_RUNS:,} longest runs"
    failed = sum(record.dagster_run.status is _Status.FAILURE for record in runs.ended)
    if failed > MOST_FAILURES:
        yield f"the errors of the {failed - MOST_FAILURES:,} oldest failed runs were not read"
