"""One ``dbt build`` inside a Dagster op: from dbt's events to Dagster's, and from its failures to typed ones.

What belongs here: what every op that builds dbt assets does. What does not: which assets an op builds (``defs/dbt/``),
how dbt is called (``resource.py``), what its SQL and the warehouse show (``compiled.py``, ``evidence.py``), what a failure
means (``diagnosis.py``).
"""

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliInvocation
from pydantic import Field

from dagster_open_platform.lib.dbt.compiled import with_lineage
from dagster_open_platform.lib.dbt.diagnosis import diagnose, node_results
from dagster_open_platform.lib.dbt.errors import DbtNotStarted
from dagster_open_platform.lib.dbt.events import DbtEvent
from dagster_open_platform.lib.dbt.evidence import Evidence, open_if_possible
from dagster_open_platform.lib.dbt.insights import cost_observations, is_metered
from dagster_open_platform.lib.dbt.program import NO_DESCRIPTIONS, RUN_RESULTS
from dagster_open_platform.lib.dbt.resource import PlatformDbtResource
from dagster_open_platform.lib.dbt.selection import foreign_tests
from dagster_open_platform.lib.dbt.targets import engine_of
from dagster_open_platform.lib.dbt.variables import backfill_variables, window_variables
from dagster_open_platform.lib.warehouse.capabilities import CAPABILITIES, Capability
from dagster_open_platform.lib.warehouse.resource import WarehouseResource


class DbtRunConfig(dg.Config):
    """What a run of dbt assets can be told."""

    full_refresh: bool = Field(
        default=False,
        description=(
            "Rebuild incremental models and seeds from nothing. A partitioned model is then rebuilt over all its days,"
            " not only those of the run, because its table is made anew."
        ),
    )


def build(
    context: dg.AssetExecutionContext,
    dbt: PlatformDbtResource,
    warehouse: WarehouseResource,
    config: DbtRunConfig,
    manifest: Mapping[str, Any],
) -> Iterator[DbtEvent]:
    """Build and test the op's selected nodes, and yield their materializations and check results.

    Args:
        context: The op's. If it has partitions, their range becomes the vars ``min_date`` and ``max_date`` (exclusive).
        dbt: Runs dbt.
        warehouse: Shows what was built. dbt itself connects by ``profiles.yml``.
        config: The run's options.
        manifest: dbt's manifest, of which the op's assets were made.

    Raises:
        PermanentFailure, RetryableFailure: dbt did not succeed, after everything that did has been yielded.
    """
    with tempfile.TemporaryDirectory(prefix="dbt-") as scratch:
        target_path = Path(scratch)
        with starting(target_path):
            invocation = dbt.cli(
                _arguments(context, config, manifest, dbt),
                context=context,
                target_path=target_path,
                raise_on_error=False,
            )
        with _ended(invocation):
            yield from _built(context, dbt, warehouse, manifest, invocation)


@contextmanager
def starting(target_path: Path) -> Iterator[None]:
    """Tell what the operating system says about the files that dbt begins with, which dagster-dbt copies, as a failure.

    Args:
        target_path: Where they are copied to.

    Raises:
        DbtNotStarted: They cannot be.
    """
    try:
        yield
    except OSError as error:
        raise DbtNotStarted(
            f"dbt was not started, and nothing was built: {error.strerror or error}, while its files were copied to {target_path}."
            " Make space there, or set TMPDIR to a folder that has some, and run it again."
        ) from error


def _built(
    context: dg.AssetExecutionContext,
    dbt: PlatformDbtResource,
    warehouse: WarehouseResource,
    manifest: Mapping[str, Any],
    invocation: DbtCliInvocation,
) -> Iterator[DbtEvent]:
    """Yield what a build reports, with what the warehouse shows of it, and in the end raise what it failed with."""
    target_path, messages = invocation.target_path, list[str]()
    # Lineage is read while dbt runs on, which leaves a processor free.
    lineage = partial(
        with_lineage,
        manifest=manifest,
        target_path=target_path,
        engine=engine_of(_target(dbt)),
        log=context.log,
    )
    events: Iterable[DbtEvent] = map(lineage, _events(invocation, context, messages))
    if not _readable_while_dbt_runs(dbt):
        events = list(events)
    # Nothing has happened if dbt met a lock: it is not waited for just to look at nothing.
    with open_if_possible(warehouse, context.log) if events else nullcontext() as connection:
        evidence = Evidence(
            connection,
            warehouse=warehouse,
            manifest=manifest,
            target_path=target_path,
            log=context.log,
        )
        reported: list[DbtEvent] = []
        for event in events:
            reported.append(event)
            yield evidence.added_to(event)
    written = target_path / RUN_RESULTS
    if written.is_file() and is_metered(_target(dbt), os.environ):
        yield from cost_observations(context, invocation, reported)
    if not invocation.is_successful():
        results = node_results(json.loads(written.read_text())) if written.is_file() else []
        raise diagnose(results, messages, manifest)


@contextmanager
def _ended(invocation: DbtCliInvocation) -> Iterator[None]:
    """See to it that dbt has ended with the block: if that is left early, nobody reads what dbt says, and it would wait for ever."""
    try:
        yield
    finally:
        if invocation.process.poll() is None:
            invocation.process.kill()
            invocation.process.wait()


def _arguments(
    context: dg.AssetExecutionContext,
    config: DbtRunConfig,
    manifest: Mapping[str, Any],
    dbt: PlatformDbtResource,
) -> list[str]:
    # Unit tests say whether the code is right, which does not change from run to run: they belong to the test suite.
    arguments = ["build", "--exclude-resource-type", "unit_test"]
    if not is_metered(_target(dbt), os.environ):  # Insights reads the descriptions
        arguments.append(NO_DESCRIPTIONS)
    others = foreign_tests(manifest, context.selected_asset_keys, context.selected_asset_check_keys)
    if others:
        arguments += ["--exclude", " ".join(others)]
    if config.full_refresh:
        arguments.append("--full-refresh")
    variables = {
        **dbt.variables,
        **backfill_variables(context.run.tags, _target(dbt)),
    }
    # A run of nothing but checks has no days, whichever it is tagged with.
    if context.selected_asset_keys and (context.has_partition_key or context.has_partition_key_range):
        variables |= window_variables(context.partition_time_window)
    return [*arguments, "--vars", json.dumps(variables)] if variables else arguments


def _target(dbt: PlatformDbtResource) -> str:
    return dbt.target or "local"


def _readable_while_dbt_runs(dbt: PlatformDbtResource) -> bool:
    engine = engine_of(_target(dbt))
    return CAPABILITIES[Capability.CONCURRENT_WRITERS][engine] is not None


def _events(
    invocation: DbtCliInvocation, context: dg.AssetExecutionContext, messages: list[str]
) -> Iterator[DbtEvent]:
    """Yield what dbt reports as it comes, and collect its error messages."""
    for message in invocation.stream_raw_events():
        if message.raw_event["info"]["level"] == "error":
            messages.append(message.raw_event["info"]["msg"])
        yield from message.to_default_asset_events(
            manifest=invocation.manifest,
            dagster_dbt_translator=invocation.dagster_dbt_translator,
            context=context,
            target_path=invocation.target_path,
            project=invocation.project,
        )
