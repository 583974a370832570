"""The component as it is loaded from YAML: what it makes, what runs when events arrive, and what is refused with its line."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from dagster_open_platform.lib.automation import on_inputs_updated
from dagster_open_platform.lib.segment.resource import SegmentResource
from dagster_open_platform.lib.warehouse import WarehouseResource, duckdb_warehouse
from dagster_open_platform.lib.yaml_errors import InvalidYaml
from dagster_open_platform.utils.environment_helpers import EnvironmentName
from dagster_open_platform_tests.fixtures.components import loaded

YAML = """\
type: dagster_open_platform.lib.SegmentComponent
attributes:
  name: segment_docs
  group_name: segment_docs
  description: The documentation sends it.
  kinds: [segment]
  owners: ["team:devrel"]
  keys:
    docs:
      calls: [pages, tracks]
      feedback: [feedback_submitted]
  freshness:
    calls: {hours: 30}
  environments: [local, prod]
"""
TABLES = """\
pages: {kind: page, description: One row per page., columns: {path: Its path.}}
tracks: {description: One row per event.}
feedback_submitted:
  description: One row per answer.
  columns:
    rating: [integer, Stars.]
"""
PAGES = dg.AssetKey(["segment", "docs", "calls", "pages"])
FEEDBACK = dg.AssetKey(["segment", "docs", "feedback", "feedback_submitted"])


@contextmanager
def component(
    yaml: str = YAML,
    tables: str = TABLES,
    warehouse: WarehouseResource | None = None,
    environment: EnvironmentName = EnvironmentName.LOCAL,
) -> Iterator[dg.Definitions]:
    files = {"a/components/defs.yaml": yaml, "a/components/tables/docs.yaml": tables}
    with loaded(files, {"warehouse": warehouse, "segment": SegmentResource()}, environment) as defs:
        yield defs


def test_each_table_is_an_observed_asset_with_its_columns() -> None:
    with component() as defs:
        graph = defs.resolve_asset_graph()
        assert graph.observable_asset_keys == {PAGES, dg.AssetKey([*PAGES.path[:3], "tracks"]), FEEDBACK}
        node = graph.get(FEEDBACK)
        assert (node.group_name, node.owners, node.kinds) == ("segment_docs", ["team:devrel"], {"segment"})
        assert node.description == "One row per answer. The documentation sends it."
        assert node.metadata["dagster/table_name"] == "segment.docs.feedback_submitted"
        columns = node.metadata["dagster/column_schema"].columns
        assert [column.name for column in columns][-3:] == ["event", "event_text", "rating"]
        assert columns[-1].type == "integer"


def test_each_table_has_its_checks_and_a_job_makes_them() -> None:
    with component() as defs:
        graph = defs.resolve_asset_graph()
        checks = {(key.asset_key.path[-1], key.name) for key in graph.asset_check_keys}
        loads = {
            (table, check)
            for table in ("pages", "tracks", "feedback_submitted")
            for check in ("delivery_lag", "volume_matches_deliveries")
        }
        fresh = {(table, "freshness_check") for table in ("pages", "tracks")}
        assert checks == loads | fresh | {("pages", "tables_are_declared")}
        schedule = defs.get_schedule_def("segment_docs_load_checks_schedule")
        assert (schedule.cron_schedule, schedule.job_name) == ("40 6 * * *", "segment_docs_load_checks")


@pytest.mark.parametrize("environment", EnvironmentName)
def test_the_graph_is_the_same_everywhere_and_the_schedule_is_not(environment: EnvironmentName) -> None:
    with component(environment=environment) as defs:
        assert len(defs.resolve_asset_graph().observable_asset_keys) == 3
        scheduled = environment in (EnvironmentName.LOCAL, EnvironmentName.PROD)
        assert bool(defs.schedules) == scheduled


def load(directory: Path, moment: datetime) -> None:
    """Deliver a call into every table."""
    with duckdb.connect(str(directory / "segment.duckdb")) as connection:
        connection.execute("CREATE SCHEMA IF NOT EXISTS docs")
        for name in ("pages", "tracks", "feedback_submitted"):
            connection.execute(
                f"CREATE TABLE IF NOT EXISTS docs.{name} (received_at TIMESTAMPTZ, uuid_ts TIMESTAMPTZ)"
            )
            connection.execute(f"INSERT INTO docs.{name} VALUES (?, ?)", [moment - timedelta(days=9), moment])  # noqa: S608 - our own name


def test_staging_runs_when_events_arrive_however_late_they_are(tmp_path: Path) -> None:
    first = datetime(2026, 6, 10, 12, 4, tzinfo=UTC)
    load(tmp_path, first)
    warehouse = duckdb_warehouse(tmp_path, {"segment": "segment"}, ["segment"])

    @dg.asset(deps=[PAGES], automation_condition=on_inputs_updated())
    def stg_pages() -> None: ...

    @dg.asset(deps=[FEEDBACK], automation_condition=on_inputs_updated())
    def stg_feedback() -> None: ...

    with component(warehouse=warehouse) as found, dg.DagsterInstance.ephemeral() as instance:
        defs = dg.Definitions.merge(found, dg.Definitions(assets=[stg_pages, stg_feedback]))
        sensor = defs.get_sensor_def("segment_docs_last_loaded")
        cursor: str | None = None

        def tick(
            before: dg.EvaluateAutomationConditionsResult | None,
        ) -> dg.EvaluateAutomationConditionsResult:
            nonlocal cursor
            with dg.build_sensor_context(instance, cursor, resources={"warehouse": warehouse}) as context:
                told = sensor.evaluate_tick(context)
            cursor = told.cursor
            for event in told.asset_events:
                instance.report_runless_asset_event(event)
            return dg.evaluate_automation_conditions(
                defs=defs, instance=instance, cursor=before.cursor if before else None
            )

        result = tick(None)
        assert dg.materialize([stg_pages, stg_feedback], instance=instance).success
        result = tick(result)
        assert tick(result).total_requested == 0, "nothing has arrived"
        with duckdb.connect(str(tmp_path / "segment.duckdb")) as connection:
            connection.execute(
                "INSERT INTO docs.pages VALUES (?, ?)",
                [first - timedelta(days=20), first + timedelta(hours=1)],
            )
        result = tick(result)
        assert result.get_num_requested(stg_pages.key) == 1
        assert result.get_num_requested(stg_feedback.key) == 0


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "calls: [pages, tracks]",
            "calls: [pages, pages]",
            r"defs.yaml:10: attributes.keys.docs.calls.*'pages' is there twice",
        ),
        (
            "calls: [pages, tracks]",
            "calls: [page, tracks]",
            r"defs.yaml:10: .*does not describe 'page'. Did you mean 'pages'",
        ),
        (
            "calls: [pages, tracks]",
            "calls: pages",
            r"defs.yaml:10: attributes.keys.docs.calls: found 'pages'",
        ),
        ("calls: [pages, tracks]", 'calls: ["pages; --"]', r"defs.yaml:10: "),
        (
            "calls: {hours: 30}",
            "call: {hours: 30}",
            r"defs.yaml:13: .*no category 'call'. Did you mean 'calls'",
        ),
        (
            "calls: {hours: 30}",
            "calls: {hours: 0}",
            r"defs.yaml:13: attributes.freshness.calls: .*a minute or more",
        ),
        ("name: segment_docs", "name: segment docs", r"defs.yaml:3: attributes.name: found 'segment docs'"),
        (
            "  environments",
            "  tolerance: 1.5\n  environments",
            r"defs.yaml:14: attributes.tolerance: found 1.5",
        ),
        (
            "  environments",
            "  days: 22\n  environments",
            r"defs.yaml:14: attributes.days: found 22; expected days from 1 to 21",
        ),
        (
            "  environments",
            "  checks_schedule: daily\n  environments",
            r"defs.yaml:14: attributes.checks_schedule",
        ),
        ("docs:\n", "doc:\n", r"tables/doc.yaml:1: the file cannot be read: No such file"),
        ("kinds:", "kind:", r"unknown field 'kind'. Did you mean 'kinds'"),
    ],
)
def test_wrong_yaml_is_refused_with_its_line(old: str, new: str, told: str) -> None:
    assert old in YAML
    with pytest.raises(InvalidYaml, match=told), component(YAML.replace(old, new, 1)):
        pass


@pytest.mark.parametrize(
    "tables",
    [
        "[]",
        "pages: 7",
        "pages: {columns: {}}",
        "pages: {description: x, columns: {a: [colour, y]}}",
        "a: [",
    ],
)
def test_wrong_descriptions_are_refused_with_their_file(tables: str) -> None:
    with pytest.raises(InvalidYaml, match=r"tables/docs.yaml:\d+: "), component(tables=tables):
        pass
