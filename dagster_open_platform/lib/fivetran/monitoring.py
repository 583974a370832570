"""What watches the connectors between their syncs: whether each is fresh, and whether each connection works.

What belongs here: the check of freshness, and the job that tests the connections. What does not: the connectors' tables.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta

import dagster as dg

from dagster_open_platform.lib.fivetran.errors import REFRESH, SetupTestsFailed
from dagster_open_platform.lib.fivetran.protocol import CONNECTED, ConnectorDetails, FivetranApi
from dagster_open_platform.lib.fivetran.resource import FivetranResource, Workspace
from dagster_open_platform.lib.fivetran.specs import source_key
from dagster_open_platform.lib.fivetran.state import ConnectorState
from dagster_open_platform.lib.outcomes import RETRIES
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure

CONNECTOR_IS_FRESH = "connector_is_fresh"
SETUP_TESTS_JOB = "fivetran_connection_setup_tests"
FRESHNESS_JOB = "fivetran_connector_freshness"
FRESHNESS_CRON = "15 * * * *"


def freshness_checks(
    workspace: Workspace,
    connectors: Sequence[ConnectorState],
    freshness: Mapping[str, timedelta],
    loads: Mapping[str, dg.AssetKey],
) -> dg.AssetChecksDefinition:
    """A check for each connector, all made by one op that asks Fivetran once a group.

    Args:
        workspace: The account.
        connectors: What is watched.
        freshness: How long ago the last sync may be that succeeded, by connector.
        loads: A table of each connector that has some. In a run that also syncs, the check comes after it; one stands for all, since
            one op syncs them.
    """

    @dg.multi_asset_check(
        name="fivetran_connectors_are_fresh",
        specs=[
            dg.AssetCheckSpec(
                name=CONNECTOR_IS_FRESH,
                asset=source_key(connector),
                additional_deps=[loads[connector.id]] if connector.id in loads else [],
                description=f"The connector {connector.name} works and has synced within {freshness[connector.id]}.",
            )
            for connector in connectors
        ],
        can_subset=True,
        retry_policy=RETRIES,
        description="Asks Fivetran when each connector has synced, and whether it is paused or broken.",
    )
    def fivetran_connectors_are_fresh(
        context: dg.AssetCheckExecutionContext, fivetran: FivetranResource
    ) -> Iterator[dg.AssetCheckResult]:
        wanted = {key.asset_key for key in context.selected_asset_check_keys}
        with fivetran.open(workspace) as api:
            found = {
                each.id: each
                for group in sorted({connector.group_id for connector in connectors})
                for each in api.connectors(group)
            }
        now = dt.datetime.fromtimestamp(fivetran.clock(), dt.UTC)
        for connector in connectors:
            if source_key(connector) in wanted:
                yield freshness_of(connector, found.get(connector.id), freshness[connector.id], now)

    return fivetran_connectors_are_fresh


def freshness_of(
    connector: ConnectorState, found: ConnectorDetails | None, allowed: timedelta, now: dt.datetime
) -> dg.AssetCheckResult:
    """Whether a connector is fresh.

    Args:
        connector: As the state file has it.
        found: As Fivetran has it; None: not at all.
        allowed: How long ago its last success may be.
        now: Aware.
    """
    metadata: dict[str, dg.MetadataValue] = {
        "allowed_hours": dg.MetadataValue.float(allowed / timedelta(hours=1))
    }
    if found is None:
        passed, told = False, [f"Fivetran has no such connector. Take it out of the graph with `{REFRESH}`."]
    else:
        succeeded = found.succeeded_at
        passed = succeeded is not None and now - succeeded <= allowed and found.setup_state == CONNECTED
        told = [
            f"The last sync that succeeded ended {_ago(now - succeeded)} ago; {_ago(allowed)} are allowed."
            if succeeded
            else "It has never synced.",
        ]
        if found.paused:
            told.append("It is paused.")
        if found.setup_state != CONNECTED:
            told.append(f"It is {found.setup_state}: {'; '.join(found.problems) or 'Fivetran says no more'}.")
        metadata |= {
            "connector_url": dg.MetadataValue.url(found.url),
            "paused": dg.MetadataValue.bool(found.paused),
            "setup_state": dg.MetadataValue.text(found.setup_state),
            "sync_state": dg.MetadataValue.text(found.sync_state),
        }
        if succeeded:
            metadata["succeeded_at"] = dg.MetadataValue.timestamp(succeeded)
    return dg.AssetCheckResult(
        asset_key=source_key(connector),
        check_name=CONNECTOR_IS_FRESH,
        passed=passed,
        metadata=metadata,
        description=" ".join([f"{connector.name}:", *told]),
    )


def _ago(length: timedelta) -> str:
    """To the minute: `26:05` is a day, two hours and five minutes."""
    minutes = max(round(length / timedelta(minutes=1)), 0)
    return f"{minutes // 60}:{minutes % 60:02} h"


def setup_tests_job(workspace: Workspace, connectors: Sequence[ConnectorState]) -> dg.JobDefinition:
    """The job that tests every connection.

    Args:
        workspace: The account.
        connectors: Whose connections are tested.
    """

    @dg.op(name="test_fivetran_connections", out=dg.Out(dg.Nothing), retry_policy=RETRIES)
    def test_fivetran_connections(context: dg.OpExecutionContext, fivetran: FivetranResource) -> None:
        """Has Fivetran test every connection, and reports all failures."""
        with fivetran.open(workspace) as api:
            run_setup_tests(context.log.info, api, connectors)

    @dg.job(
        name=SETUP_TESTS_JOB,
        description="Has Fivetran test its connection to every source, and fails with all that do not work.",
    )
    def fivetran_connection_setup_tests() -> None:
        test_fivetran_connections()

    return fivetran_connection_setup_tests


def run_setup_tests(
    log: Callable[[str], object], api: FivetranApi, connectors: Sequence[ConnectorState]
) -> None:
    """Test every connection, whatever comes of the others.

    Args:
        log: Told what each answered.
        api: Fivetran.
        connectors: Whose connections are tested.

    Raises:
        SetupTestsFailed: Some do not work, or could not be tested; each is named with what Fivetran says.
    """
    failures: dict[str, list[str]] = {}
    for connector in connectors:
        try:
            tests = api.run_setup_tests(connector.id)
        except (PermanentFailure, RetryableFailure) as failure:
            failures[connector.name] = [f"could not be tested: {failure.description}"]
            continue
        for test in tests:
            log(f"{connector.name}: {test.title}: {test.status}{f': {test.message}' if test.message else ''}")
        if failed := [f"{test.title} ({test.status}): {test.message}" for test in tests if test.failed]:
            failures[connector.name] = failed
    if failures:
        lines = [f"{name}: {problem}" for name, problems in failures.items() for problem in problems]
        raise SetupTestsFailed(
            f"{len(failures)} of {len(connectors)} connections do not work:\n" + "\n".join(lines),
            metadata={"failed": sorted(failures)},
        )
