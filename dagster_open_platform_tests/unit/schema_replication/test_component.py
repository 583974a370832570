"""What a ``SchemaReplicationComponent`` makes of its YAML, and what its runs report."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa
import pytest

from dagster_open_platform.lib.outcomes import TablesFailed
from dagster_open_platform.lib.warehouse import TableRef
from dagster_open_platform.lib.yaml_errors import InvalidYaml
from dagster_open_platform_tests.fixtures.components import loaded
from dagster_open_platform_tests.fixtures.warehouse import local_duckdb

GOOD = """
type: dagster_open_platform.lib.SchemaReplicationComponent
attributes:
  source: {resource: warehouse_eu, database: purina, schema: cloud_product}
  target: {database: purina, schema: cloud_product_eu}
  asset_key_prefix: [sling]
  source_key_prefix: [snowflake_eu, cloud_product]
  cron_schedule: "40 * * * *"
  freshness: {hours: 24}
  tables:
    - name: organizations
      description: One row per organization.
    - name: users
      description: One row per user.
      incremental_column: size
"""
TABLES = ("organizations", "users")
CHECKS = ("keys_unique", "row_count_equals_source")
RESOURCES: dict[str, str] = dict.fromkeys(("warehouse_eu", "warehouse"), "not used")


def key(table: str) -> dg.AssetKey:
    return dg.AssetKey(["sling", "cloud_product_eu", table])


def test_what_it_makes() -> None:
    with loaded({"eu/defs.yaml": GOOD}, RESOURCES) as defs:
        graph = defs.resolve_asset_graph()
        specs = {spec.key: spec for spec in defs.resolve_all_asset_specs()}
        assert graph.materializable_asset_keys == {key(table) for table in TABLES}
        for table in TABLES:
            source = dg.AssetKey(["snowflake_eu", "cloud_product", table])
            assert graph.get(key(table)).parent_keys == {source}
            assert specs[source].group_name == "snowflake_eu"
            assert specs[key(table)].metadata["dagster/table_name"] == f"purina.cloud_product_eu.{table}"
            assert specs[key(table)].freshness_policy == dg.FreshnessPolicy.time_window(
                fail_window=timedelta(hours=24)
            )
        assert {(each.asset_key, each.name) for each in graph.asset_check_keys} == {
            (key(table), check) for table in TABLES for check in CHECKS
        }


def test_sources_that_are_declared_elsewhere_are_not_declared_again() -> None:
    text = GOOD.replace("  tables:", "  declare_sources: false\n  tables:")
    with loaded({"eu/defs.yaml": text}, RESOURCES) as defs:
        [asset] = list(defs.assets or ())
        assert isinstance(asset, dg.AssetsDefinition)
        assert asset.keys == {key(table) for table in TABLES}


def test_a_table_is_copied_when_its_source_is_observed_to_have_changed() -> None:
    sources = [dg.AssetKey(["snowflake_eu", "cloud_product", table]) for table in TABLES]

    @dg.multi_observable_source_asset(specs=[dg.AssetSpec(source) for source in sources])
    def observed() -> Iterator[dg.ObserveResult]:
        yield from ()

    text = GOOD.replace("  tables:", "  declare_sources: false\n  tables:")
    with loaded({"eu/defs.yaml": text}, RESOURCES) as replicated, dg.DagsterInstance.ephemeral() as instance:
        defs = dg.Definitions.merge(replicated, dg.Definitions(assets=[observed]))
        before = dg.evaluate_automation_conditions(defs=defs, instance=instance)
        assert before.total_requested == 0
        instance.report_runless_asset_event(
            dg.AssetObservation(sources[0], tags={"dagster/data_version": "2026-06-02T00:00:00+00:00"})
        )
        after = dg.evaluate_automation_conditions(defs=defs, instance=instance, cursor=before.cursor)
        assert [after.get_num_requested(key(table)) for table in TABLES] == [1, 0]


def wrong(attribute: str, replacement: str) -> str:
    assert attribute in GOOD
    return GOOD.replace(attribute, f"{replacement} # here", 1)


@pytest.mark.parametrize(
    ("text", "field", "phrase"),
    [
        (
            wrong('cron_schedule: "40 * * * *"', "cron_schedule: hourly"),
            "attributes.cron_schedule",
            "five fields",
        ),
        (
            wrong(
                "{resource: warehouse_eu, database: purina,", "{resource: warehouse_eu, database: purin,"
            ).replace(" # here schema: cloud_product}", " schema: cloud_product} # here"),
            "attributes.source.database",
            "Did you mean 'purina'?",
        ),
        (
            wrong("target: {database: purina, schema: cloud_product_eu}", "target: {database: purina}"),
            "attributes.target.schema",
            "required, but missing",
        ),
        (
            wrong(
                "target: {database: purina, schema: cloud_product_eu}",
                "target: {resource: warehouse_eu, database: purina, schema: cloud_product}",
            ),
            "attributes.target",
            "the place of the source",
        ),
        (
            wrong("source_key_prefix: [snowflake_eu, cloud_product]", "source_key_prefix: []"),
            "attributes.source_key_prefix",
            "at least one",
        ),
        (wrong("- name: users", "- name: organizations"), "attributes.tables.1.name", "declared twice"),
        (
            wrong("incremental_column: size", "incremental_column: id"),
            "attributes.tables.1.incremental_column",
            "column of the key",
        ),
        (
            wrong("incremental_column: size", "incremental_column: a-b"),
            "attributes.tables.1.incremental_column",
            "found 'a-b'",
        ),
        (
            wrong("freshness: {hours: 24}", "freshness: {hours: 0}"),
            "attributes.freshness",
            "a minute or more",
        ),
    ],
)
def test_wrong_yaml_is_answered_with_its_line(text: str, field: str, phrase: str) -> None:
    with pytest.raises(InvalidYaml) as raised, loaded({"eu/defs.yaml": text}, RESOURCES):
        pass
    (line,) = [number for number, content in enumerate(text.strip().splitlines(), 1) if "# here" in content]
    place = re.compile(rf"\S*/defs/eu/defs\.yaml:{line}: {re.escape(field)}: .*{re.escape(phrase)}")
    assert any(map(place.match, str(raised.value).splitlines())), str(raised.value)


class Platform:
    """The component over two warehouses in files."""

    def __init__(self, directory: Path, defs: dg.Definitions) -> None:
        self.eu, self.us, self.defs = local_duckdb(directory / "eu"), local_duckdb(directory / "us"), defs
        self.instance = dg.DagsterInstance.ephemeral()

    def source(self, table: str, *rows: tuple[int, int]) -> None:
        data = pa.table({"id": [one for one, _ in rows], "size": [size for _, size in rows]})
        with self.eu.connect() as connection:
            connection.replace_table(TableRef("purina", "cloud_product", table), data)

    def run(self, *tables: str, raises: bool = True, **config: Any) -> dg.ExecuteInProcessResult:
        job = self.defs.resolve_implicit_global_asset_job_def()
        return job.execute_in_process(
            instance=self.instance,
            asset_selection=[key(table) for table in tables or TABLES],
            raise_on_error=raises,
            run_config={"ops": {"cloud_product_eu_from_warehouse_eu": {"config": config}}},
        )

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        with self.us.connect() as connection:
            found = connection.query(f"SELECT * FROM purina.cloud_product_eu.{table} ORDER BY id")  # noqa: S608 - the test's own
        return [tuple(row.values()) for row in found.to_pylist()]


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    resources = {"warehouse_eu": local_duckdb(tmp_path / "eu"), "warehouse": local_duckdb(tmp_path / "us")}
    with loaded({"eu/defs.yaml": GOOD}, resources) as defs:
        made = Platform(tmp_path, defs)
        for table in TABLES:
            made.source(table, (1, 10), (2, 20))
        yield made


def checks(result: dg.ExecuteInProcessResult) -> dict[tuple[str, str], tuple[bool, str]]:
    return {
        (found.asset_key.path[-1], found.check_name): (found.passed, found.severity.value)
        for found in result.get_asset_check_evaluations()
    }


def test_a_run_copies_and_says_what_it_did(platform: Platform) -> None:
    result = platform.run()
    assert platform.rows("organizations") == platform.rows("users") == [(1, 10), (2, 20)]
    assert {passed for passed, _ in checks(result).values()} == {True}

    platform.source("organizations", (1, 11))
    platform.source("users", (2, 21), (3, 30))
    result = platform.run()
    assert platform.rows("organizations") == [(1, 11)]
    assert platform.rows("users") == [(1, 10), (2, 21), (3, 30)]
    failed = {name: severity for name, (passed, severity) in checks(result).items() if not passed}
    assert failed == {("users", "row_count_equals_source"): "WARN"}
    metadata = {
        found.asset_key.path[-1]: {name: value.value for name, value in found.metadata.items()}
        for found in result.asset_materializations_for_node("cloud_product_eu_from_warehouse_eu")
    }
    assert {
        name: metadata["users"][name]
        for name in ("dagster/row_count", "rows_read", "rows_inserted", "rows_updated", "read_since")
    } == {
        "dagster/row_count": 3,
        "rows_read": 2,
        "rows_inserted": 1,
        "rows_updated": 1,
        "read_since": "20",
    }
    assert metadata["organizations"]["rows_deleted"] == 2

    platform.run("users", full_refresh=True)
    assert platform.rows("users") == [(2, 21), (3, 30)]


def test_one_table_that_fails_does_not_keep_the_others_from_being_copied(platform: Platform) -> None:
    platform.run()
    with platform.eu.connect() as connection:
        connection.execute("DROP TABLE purina.cloud_product.organizations")
    platform.source("users", (5, 50))

    with pytest.raises(
        TablesFailed, match=r"1 of 2 tables failed \(1 succeeded\):\norganizations: The source has no table"
    ):
        platform.run()
    assert platform.rows("organizations") == [(1, 10), (2, 20)]
    assert platform.rows("users") == [(1, 10), (2, 20), (5, 50)]


def test_keys_that_repeat_fail_the_check(platform: Platform) -> None:
    platform.source("organizations", (1, 10), (1, 11))
    result = platform.run("organizations")
    assert checks(result)["organizations", "keys_unique"] == (False, "ERROR")
    assert {table for table, _ in checks(result)} == {"organizations"}


def test_a_schema_beside_another_in_the_same_warehouse(tmp_path: Path) -> None:
    text = GOOD.replace("resource: warehouse_eu, ", "")
    with loaded({"eu/defs.yaml": text}, {"warehouse": local_duckdb(tmp_path / "eu")}) as defs:
        platform = Platform(tmp_path, defs)
        for table in TABLES:
            platform.source(table, (1, 10))
        job = defs.resolve_implicit_global_asset_job_def()
        assert job.execute_in_process(instance=platform.instance).success
        with platform.eu.connect() as connection:
            assert connection.query("SELECT * FROM purina.cloud_product_eu.users").to_pylist() == [
                {"id": 1, "size": 10}
            ]
