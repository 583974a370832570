"""What an ``ExecutableComponent`` builds and runs."""

import dagster as dg
import pytest

from dagster_open_platform.lib import ExecutableComponent
from dagster_open_platform.lib.executable.component import InvalidResult
from dagster_open_platform_tests.fixtures.components import loaded

HEADER = """
type: dagster_open_platform.lib.ExecutableComponent
attributes:
"""


def one(attributes: str) -> dict[str, str]:
    lines = "\n".join(f"  {line.strip()}" for line in attributes.strip().splitlines())
    return {"a/components/defs.yaml": HEADER + lines}


def test_a_function_becomes_an_asset_with_what_yaml_says() -> None:
    with loaded(
        one(
            """
            name: invoices
            execute_fn: .functions.materialize
            assets: [{key: finance/invoices, group_name: finance, owners: ["team:finance"], deps: [finance/raw]}]
            checks: []
            pool: warehouse
            tags: {tier: 1}
            description: Copies invoices.
            partitions_def: {type: daily, start_date: 2026-06-01, timezone: Europe/Berlin, end_offset: 1}
            backfill_policy: {type: single_run}
            retry_policy: {max_retries: 3, delay: 2.5, backoff: exponential, jitter: full}
            """
        )
    ) as defs:
        asset = defs.resolve_assets_def(dg.AssetKey(["finance", "invoices"]))
    spec = asset.specs_by_key[dg.AssetKey(["finance", "invoices"])]
    assert (spec.group_name, spec.owners) == ("finance", ["team:finance"])
    assert asset.partitions_def == dg.DailyPartitionsDefinition(
        start_date="2026-06-01", timezone="Europe/Berlin", end_offset=1
    )
    assert asset.backfill_policy == dg.BackfillPolicy.single_run()
    assert asset.op.name == "invoices"
    assert asset.op.pool == "warehouse"
    assert asset.op.tags["tier"] == "1"
    assert asset.op.description == "Copies invoices."
    assert asset.op.retry_policy == dg.RetryPolicy(
        max_retries=3, delay=2.5, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.FULL
    )


@pytest.mark.parametrize(
    ("yaml", "expected"),
    [
        (
            "{type: hourly, start_date: '2026-06-01T05:00'}",
            dg.HourlyPartitionsDefinition(start_date="2026-06-01-05:00", timezone="UTC"),
        ),
        (
            "{type: weekly, start_date: 2026-06-01}",
            dg.WeeklyPartitionsDefinition(start_date="2026-06-01", day_offset=1, timezone="UTC"),
        ),
        (
            "{type: weekly, start_date: 2026-06-01, day_offset: 0}",
            dg.WeeklyPartitionsDefinition(start_date="2026-06-01", day_offset=0, timezone="UTC"),
        ),
        (
            "{type: monthly, start_date: 2026-06-01, end_offset: -1}",
            dg.MonthlyPartitionsDefinition(start_date="2026-06-01", end_offset=-1, timezone="UTC"),
        ),
        ("{type: static, partition_keys: [eu, us]}", dg.StaticPartitionsDefinition(["eu", "us"])),
    ],
)
def test_partitions_are_those_that_dagster_would_build(yaml: str, expected: dg.PartitionsDefinition) -> None:
    with loaded(
        one(f"name: a\nexecute_fn: .functions.materialize\nassets: [{{key: a}}]\npartitions_def: {yaml}")
    ) as defs:
        assert defs.resolve_assets_def("a").partitions_def == expected


def test_parameters_name_the_resources() -> None:
    store: list[str] = []
    with loaded(
        one("name: a\nexecute_fn: .functions.with_store\nassets: [{key: a}]"), resources={"store": store}
    ) as defs:
        assert defs.resolve_assets_def("a").required_resource_keys >= {"store"}
        assert defs.resolve_implicit_global_asset_job_def().execute_in_process().success
    assert store == ["called"]


def test_config_reaches_the_function() -> None:
    with loaded(one("name: a\nexecute_fn: .functions.with_config\nassets: [{key: a}]")) as defs:
        job = defs.resolve_implicit_global_asset_job_def()
        result = job.execute_in_process(run_config={"ops": {"a": {"config": {"rows": 11}}}})
        (event,) = result.asset_materializations_for_node("a")
        assert event.metadata["rows"].value == 11


def test_checks_alone_become_a_check_op() -> None:
    with loaded(
        {
            **one("name: a\nexecute_fn: .functions.materialize\nassets: [{key: a}]"),
            "b/components/defs.yaml": HEADER
            + "  name: check_a\n  execute_fn: .functions.check\n  checks: [{asset: a, name: fine}]\n",
        }
    ) as defs:
        result = defs.resolve_implicit_global_asset_job_def().execute_in_process()
    (evaluation,) = result.get_asset_check_evaluations()
    assert (evaluation.check_name, evaluation.passed) == ("fine", True)


def test_a_range_of_partitions_is_one_run_and_materializes_each() -> None:
    store: list[tuple[str, str]] = []
    with (
        loaded(
            one(
                """
                name: a
                execute_fn: .functions.remember_partitions
                assets: [{key: a}]
                partitions_def: {type: daily, start_date: 2026-06-01}
                backfill_policy: {type: single_run}
                """
            ),
            resources={"store": store},
        ) as defs,
        dg.DagsterInstance.ephemeral() as instance,
    ):
        result = dg.materialize(
            [defs.resolve_assets_def("a")],
            instance=instance,
            tags={
                "dagster/asset_partition_range_start": "2026-06-03",
                "dagster/asset_partition_range_end": "2026-06-09",
            },
        )
        assert result.success
        assert len(instance.get_materialized_partitions(dg.AssetKey("a"))) == 7
    assert store == [("2026-06-03", "2026-06-09")]


def test_a_function_that_returns_nothing_materializes_nothing() -> None:
    with (
        loaded(one("name: a\nexecute_fn: .functions.nothing\nassets: [{key: a}]")) as defs,
        dg.DagsterInstance.ephemeral() as instance,
    ):
        with pytest.raises(InvalidResult, match=r"functions\.nothing gave a NoneType; expected dg\.Mater"):
            dg.materialize([defs.resolve_assets_def("a")], instance=instance)
        assert instance.get_latest_materialization_event(dg.AssetKey("a")) is None


def test_yaml_references_lead_to_each_instance() -> None:
    with loaded(
        {
            "a/components/defs.yaml": "\n---\n".join(
                HEADER.strip()
                + f"\n  name: {name}\n  execute_fn: .functions.materialize\n  assets: [{{key: {name}}}]"
                for name in ("one", "two")
            )
        }
    ) as defs:
        lines = {}
        for spec in defs.resolve_all_asset_specs():
            (reference,) = spec.metadata["dagster/code_references"].code_references
            lines[spec.key.to_user_string()] = reference.line_number
    assert lines == {"one": 1, "two": 7}


def test_a_component_can_be_made_in_python() -> None:
    component = ExecutableComponent(
        name="a",
        execute_fn=lambda: dg.MaterializeResult(),
        assets=[dg.AssetSpec("a")],
        partitions_def=dg.StaticPartitionsDefinition(["x"]),
    )
    defs = dg.build_defs_for_component(component)
    assert defs.resolve_assets_def("a").partitions_def == dg.StaticPartitionsDefinition(["x"])
