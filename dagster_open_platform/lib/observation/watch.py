"""The op and the sensor that observe tables which others load.

What belongs here: what a run and what a tick do. What does not: the questions to the warehouse (`lookup.py`), the events
(`events.py`), the fields in YAML (`component.py`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg

from dagster_open_platform.lib.observation.events import (
    FRESHNESS_CHECK,
    Event,
    Told,
    check_result,
    news,
    observe_result,
    read_cursor,
    write_cursor,
)
from dagster_open_platform.lib.observation.lookup import Answer, Watched, ask
from dagster_open_platform.lib.warehouse.resource import WarehouseResource
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure

LONGEST_WAIT_SECONDS = 10.0
"""For a file that another process holds, in a sensor."""

POOL = "warehouse"


class UnknownLastUpdate(PermanentFailure):
    """A run was to observe tables of which nobody knows when they changed."""


@dataclass(frozen=True)
class Watch:
    """Tables of one warehouse that are observed together.

    Args:
        name: Of the sensor; the op's has `observe_` before it.
        tables: Each with a key of its own.
        resource_key: Of the warehouse.
    """

    name: str
    tables: tuple[Watched, ...]
    resource_key: str

    @property
    def windows(self) -> Mapping[dg.AssetKey, timedelta]:
        """How long ago the last change of a table may be; a table that is not in it has no check."""
        return {table.key: table.freshness for table in self.tables if table.freshness is not None}

    def assets(self, specs: Sequence[dg.AssetSpec]) -> dg.AssetsDefinition:
        """The observable assets, and the op that observes them by hand.

        Args:
            specs: One for each table.
        """
        checks = [
            dg.AssetCheckSpec(
                FRESHNESS_CHECK, asset=key, description=f"Whether it changed in the last {window}."
            )
            for key, window in self.windows.items()
        ]

        def observe(context: dg.AssetExecutionContext) -> Iterator[dg.ObserveResult | dg.AssetCheckResult]:
            warehouse: WarehouseResource = getattr(context.resources, self.resource_key)
            selected = [table for table in self.tables if table.key in context.selected_asset_keys]
            yield from observed(ask(warehouse, selected), self.windows)

        return in_pool(
            dg.multi_observable_source_asset(
                specs=specs,
                name=f"observe_{self.name}",
                description="Observes when the tables changed last.",
                can_subset=True,
                required_resource_keys={self.resource_key},
                check_specs=checks,
            )(observe)
        )

    def sensor(self, interval: timedelta, status: dg.DefaultSensorStatus) -> dg.SensorDefinition:
        """What reports changes without runs.

        Args:
            interval: How often the warehouse is asked.
            status: Where nobody switched it on or off.
        """

        def look(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
            warehouse: WarehouseResource = getattr(context.resources, self.resource_key)
            try:
                answers = ask(warehouse.waiting_at_most(LONGEST_WAIT_SECONDS), self.tables)
            except RetryableFailure as failure:
                return dg.SkipReason(f"{type(failure).__name__}: {failure.description}")
            for answer in answers.values():
                if answer.problem:
                    context.log.error(f"Nobody knows when {answer.table} changed last. {answer.problem}")
            return told(answers, context.cursor, self.windows, datetime.now(UTC))

        return dg.SensorDefinition(
            name=self.name,
            evaluation_fn=look,
            required_resource_keys={self.resource_key},
            minimum_interval_seconds=round(interval.total_seconds()),
            default_status=status,
            description=f"Reports when {len(self.tables)} tables change that others load.",
        )


def observed(
    answers: Mapping[dg.AssetKey, Answer], windows: Mapping[dg.AssetKey, timedelta]
) -> Iterator[dg.ObserveResult | dg.AssetCheckResult]:
    """What a run reports.

    Args:
        answers: Of each table that was selected.
        windows: How long ago the last change may be, of tables that have a check.

    Raises:
        UnknownLastUpdate: At the end, if nobody knows of some of them.
    """
    for key, answer in answers.items():
        if answer.updated_at is not None:
            yield observe_result(key, answer)
            if key in windows:
                yield check_result(key, answer.updated_at, windows[key], datetime.now(UTC))
    if problems := [answer.problem for answer in answers.values() if answer.problem]:
        raise UnknownLastUpdate(f"The other tables were observed. {' '.join(problems)}")


def told(
    answers: Mapping[dg.AssetKey, Answer],
    cursor: str | None,
    windows: Mapping[dg.AssetKey, timedelta],
    now: datetime,
) -> dg.SensorResult:
    """What a sensor reports.

    Args:
        answers: Of each table.
        cursor: The sensor's.
        windows: How long ago the last change may be, of tables that have a check.
        now: Aware.
    """
    before, after = read_cursor(cursor), dict[str, Told]()
    events: list[Event] = []
    changed: list[str] = []
    for key, answer in answers.items():
        name = key.to_user_string()
        old = before.get(name, Told())
        more, after[name] = news(key, answer, old, windows.get(key), now)
        events += more
        if after[name].updated_at != old.updated_at:
            changed.append(name)
    problems = [answer.problem for answer in answers.values() if answer.problem]
    said = f"{len(changed)} of {len(answers)} tables changed{': ' if changed else ''}{', '.join(changed)}."
    return dg.SensorResult(
        # A sensor without runs is said to have skipped, with the reason; its events are reported nevertheless.
        skip_reason=" ".join([said, *problems]),
        asset_events=events,
        cursor=write_cursor(after),
    )


def in_pool(asset: dg.AssetsDefinition) -> dg.AssetsDefinition:
    """The same observable assets with their op in the warehouse's pool, which the decorator has no parameter for."""
    op = asset.op
    pooled = dg.OpDefinition(
        compute_fn=op.compute_fn,
        name=op.name,
        description=op.description,
        ins=op.ins,
        outs=op.outs,
        config_schema=op.config_schema,
        required_resource_keys=op.required_resource_keys,
        pool=POOL,
    )
    attributes: dict[str, Any] = {**asset.get_attributes_dict(), "node_def": pooled}
    return dg.AssetsDefinition(**attributes)
