"""The company's week as a page that people open, and the checks that it is true.

What belongs here: the asset, when it runs, and its checks. What does not: what is told and how (`lib/metrics_report`).
"""

import datetime as dt
from collections.abc import Callable, Iterator

import dagster as dg
from pydantic import Field

from dagster_open_platform.lib.automation import on_inputs_settled
from dagster_open_platform.lib.aws.buckets import REPORTS, metrics_report_prefix
from dagster_open_platform.lib.aws.protocol import ObjectStore
from dagster_open_platform.lib.aws.resource import S3StoreResource
from dagster_open_platform.lib.dbt.asset_keys import dbt_asset_key_finder
from dagster_open_platform.lib.dbt.manifest import load_manifest
from dagster_open_platform.lib.health.links import Links
from dagster_open_platform.lib.metrics_report.check import compare, numbers_of_page, severity_of
from dagster_open_platform.lib.metrics_report.models import model_pages
from dagster_open_platform.lib.metrics_report.page import Context, html_of
from dagster_open_platform.lib.metrics_report.publish import Published, metadata_of, numbers_of, publish
from dagster_open_platform.lib.metrics_report.report import Report, metrics_of
from dagster_open_platform.lib.metrics_report.statements import TableOf, models_checked, models_read
from dagster_open_platform.lib.metrics_report.week import Week
from dagster_open_platform.lib.outcomes import RETRIES
from dagster_open_platform.lib.warehouse import TableRef, WarehouseConnection, WarehouseResource

KEY = dg.AssetKey(["reports", "metrics"])
NUMBERS_ARE_TRUE = "numbers_are_true"
PAGE_SAYS_ITS_NUMBERS = "page_says_its_numbers"

KeyOf = Callable[[str], str]
"""Gives the asset key of a dbt model."""


class MetricsReportConfig(dg.Config):
    """Which week is told."""

    week: str | None = Field(
        default=None,
        description=(
            "A past week, such as 2026-W30, whose page is made anew from today's data; the latest page stays. If not given: the last"
            " whole week for which there are data."
        ),
    )


@dg.definitions
def metrics_report() -> dg.Definitions:
    """The asset, whose inputs are found in the dbt manifest."""
    return dg.Definitions(assets=[report_asset(dbt_asset_key_finder())])


def report_asset(key_of: KeyOf, retry_policy: dg.RetryPolicy | None = RETRIES) -> dg.AssetsDefinition:
    """The asset.

    Args:
        key_of: Gives the asset key of a dbt model.
        retry_policy: For failures that may pass; permanent ones are never retried.
    """

    @dg.asset(
        key=KEY,
        deps=_keys(models_read(), key_of),
        group_name="reports",
        owners=["team:data-platform", "team:finance"],
        kinds={"html", "s3", "python"},
        description=(
            "The company's last whole week as a page: revenue, active organizations, usage, pipeline, downloads and costs, each against"
            " the twelve weeks before, with the models behind it. One page a week, and the latest under a name of its own."
        ),
        # Not on Mondays alone: sources end on different days (downloads come a day or two late, AWS corrects its bill), so the week's
        # page is made again, and replaced, as its data come in. A run takes seconds.
        automation_condition=on_inputs_settled(),
        check_specs=[_numbers_spec(key_of), _page_spec()],
        retry_policy=retry_policy,
        pool="warehouse",
    )
    def metrics(
        context: dg.AssetExecutionContext,
        config: MetricsReportConfig,
        warehouse: WarehouseResource,
        s3: S3StoreResource,
    ) -> Iterator[dg.MaterializeResult]:
        now = dt.datetime.now(dt.UTC)
        as_of = Week.of_key(config.week).last_day + dt.timedelta(days=1) if config.week else now.date()
        page_context = Context(now, model_pages(load_manifest(), models_read(), Links.from_environment()))
        with warehouse.connect() as connection:
            table_of = _tables(warehouse, key_of)
            report = metrics_of(connection, table_of, as_of)
            compared = numbers_are_true(connection, table_of, report)
        with s3.connect() as store:
            page, prefix = html_of(report, page_context), metrics_report_prefix()
            published = publish(store, prefix, report.week, page, is_latest=config.week is None)
            read = page_says_its_numbers(store, published, report)
        results = [
            each
            for each in (compared, read)
            if dg.AssetCheckKey(KEY, each.check_name or "") in context.selected_asset_check_keys
        ]
        context.log.info(f"{report.week.label.capitalize()} is in {published.uri}.")
        yield dg.MaterializeResult(metadata=metadata_of(report, published), check_results=results)

    return metrics


def numbers_are_true(
    connection: WarehouseConnection, table_of: TableOf, report: Report
) -> dg.AssetCheckResult:
    """Compares each number with what core and staging models give.

    Args:
        connection: The warehouse.
        table_of: Gives the table of a dbt model.
        report: The numbers.
    """
    found = compare(connection, table_of, report)
    return dg.AssetCheckResult(
        asset_key=KEY,
        check_name=NUMBERS_ARE_TRUE,
        passed=found.passed,
        severity=severity_of(found),
        description=found.text,
        metadata={"compared": found.compared, "differences": [str(each) for each in found.differences]},
    )


def page_says_its_numbers(store: ObjectStore, published: Published, report: Report) -> dg.AssetCheckResult:
    """Reads the page back and compares what it says with what is recorded.

    Args:
        store: Has it.
        published: Where.
        report: The numbers.
    """
    body, _ = store.get_object(REPORTS, published.key)
    said, recorded = numbers_of_page(body.decode()), numbers_of(report)
    wrong = sorted(name for name in {*said, *recorded} if said.get(name) != recorded.get(name))
    return dg.AssetCheckResult(
        asset_key=KEY,
        check_name=PAGE_SAYS_ITS_NUMBERS,
        passed=not wrong,
        description=f"The page differs in {', '.join(wrong)}."
        if wrong
        else f"The page says all {len(recorded)} numbers.",
        metadata={"numbers": len(recorded), "wrong": wrong},
    )


def _numbers_spec(key_of: KeyOf) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        NUMBERS_ARE_TRUE,
        asset=KEY,
        additional_deps=_keys(models_checked() - models_read(), key_of),
        description=(
            "Each number of the thirteen weeks is what core and staging models give, to the cent. Up to 1 % it only warns: rows that came"
            " late are there first."
        ),
    )


def _page_spec() -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        PAGE_SAYS_ITS_NUMBERS,
        asset=KEY,
        description="The page that is kept says the numbers that are recorded with it.",
    )


def _keys(models: frozenset[str], key_of: KeyOf) -> list[dg.AssetKey]:
    return [dg.AssetKey.from_user_string(key_of(model)) for model in sorted(models)]


def _tables(warehouse: WarehouseResource, key_of: KeyOf) -> TableOf:
    def table_of(model: str) -> TableRef:
        database, schema, name = key_of(model).split("/")
        return warehouse.table(database, schema, name)

    return table_of
