"""The component of declared warehouse objects: its assets, what they do and say, and when they are requested."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from dagster_open_platform.lib.snowflake.component import SHOWN_CHARACTERS, metadata_of, shown
from dagster_open_platform.lib.warehouse.objects import Action, ObjectResult
from dagster_open_platform.utils.environment_helpers import EnvironmentName
from dagster_open_platform_tests.fixtures.components import loaded
from dagster_open_platform_tests.fixtures.warehouse import local_duckdb
from dagster_open_platform_tests.fixtures.warehouse_objects import event, json_lines

VIEW = """\
type: dagster_open_platform.lib.SnowflakeCreateOrRefreshComponent
template_vars_module: dagster_open_platform.lib.template_vars
attributes:
  name: numbers
  database_name: "{{ database_from_env('purina') }}"
  schema_name: "{{ schema_from_env('exports') }}"
  type: view
  role: "{{ role_from_env() }}"
  options:
    query: select 1 as n from {{ database_from_env('purina') }}.exports.source
    comment: Numbers.
  deps: [source]
"""
FILES = """\
type: dagster_open_platform.lib.SnowflakeCreateOrRefreshComponent
template_vars_module: dagster_open_platform.lib.template_vars
attributes:
  name: files
  database_name: "{{{{ database_from_env('purina') }}}}"
  schema_name: exports
  type: stage
  options:
    url: {url}
    comment: "1,2"
  asset_attributes:
    automation_condition: "{{{{ ingest_on_cron('0 6 * * *') }}}}"
---
type: dagster_open_platform.lib.SnowflakeCreateOrRefreshComponent
template_vars_module: dagster_open_platform.lib.template_vars
attributes:
  name: events
  database_name: "{{{{ database_from_env('purina') }}}}"
  schema_name: exports
  type: external table
  columns:
    - {{name: event_id, type: varchar, as: "value:event_id::varchar"}}
    - {{name: one, type: "number(38,0)", as: "1"}}
    - {{name: text, type: varchar, as: "'quoted'"}}
  options:
    location: "@files/events/"
    file_format: {{type: json, compression: gzip}}
  asset_attributes:
    key: custom/events
    deps: [snowflake/exports/files]
    description: Events of somebody.
    group_name: somebody
    owners: ["team:product"]
    kinds: [snowflake]
    tags: {{tier: 1}}
    freshness_policy: "{{{{ fresh_within(fail_hours=7) }}}}"
"""


def specs(defs: dg.Definitions) -> dict[str, dg.AssetSpec]:
    found = [
        spec for asset in defs.assets or () if isinstance(asset, dg.AssetsDefinition) for spec in asset.specs
    ]
    return {spec.key.to_user_string(): spec for spec in found}


@pytest.fixture
def warehouse(tmp_path: Path) -> Any:
    found = local_duckdb(tmp_path / "warehouse")
    with found.connect() as connection:
        connection.execute("CREATE SCHEMA purina.exports")
        connection.execute("CREATE TABLE purina.exports.source AS SELECT 1 AS n")
    return found


def test_an_asset_has_defaults(warehouse: Any) -> None:
    with loaded({"a/components/defs.yaml": VIEW}, {"warehouse": warehouse}) as defs:
        (spec,) = specs(defs).values()
        (asset,) = [each for each in defs.assets or () if isinstance(each, dg.AssetsDefinition)]
    assert spec.key == dg.AssetKey(["snowflake", "exports", "numbers"])
    assert [dep.asset_key.to_user_string() for dep in spec.deps] == ["source"]
    assert (spec.group_name, spec.description) == ("exports", "Numbers.")
    assert (spec.kinds, [*spec.owners]) == ({"snowflake"}, ["team:data-platform"])
    assert spec.metadata["dagster/table_name"] == "purina.exports.numbers"
    assert (asset.op.pool, asset.op.name) == ("warehouse", "view_exports_numbers")
    assert asset.op.retry_policy is not None
    assert spec.automation_condition is not None
    assert spec.automation_condition.get_label() == "on_inputs_updated or on_code_changed"


def test_an_asset_says_what_yaml_says(tmp_path: Path, warehouse: Any) -> None:
    yaml = FILES.format(url=tmp_path)
    with loaded({"a/components/defs.yaml": yaml}, {"warehouse": warehouse}) as defs:
        found = specs(defs)
    spec = found["custom/events"]
    assert (spec.group_name, spec.description, spec.tags["tier"]) == ("somebody", "Events of somebody.", "1")
    assert (spec.kinds, [*spec.owners]) == ({"snowflake"}, ["team:product"])
    assert spec.freshness_policy == dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=7))
    stage = found["snowflake/exports/files"]
    assert "dagster/table_name" not in stage.metadata
    assert stage.description == "1,2"
    assert stage.automation_condition is not None
    assert stage.automation_condition.get_label() == "ingest_on_cron(0 6 * * *) or on_code_changed"


def test_materializing_tells_what_was_done(tmp_path: Path, warehouse: Any) -> None:
    file = tmp_path / "files" / "events" / "one.json.gz"
    file.parent.mkdir(parents=True)
    file.write_bytes(json_lines([event(1), event(2)]))
    yaml = FILES.format(url=tmp_path / "files")
    with loaded({"a/components/defs.yaml": yaml}, {"warehouse": warehouse}) as defs:
        assets = [asset for asset in defs.assets or () if isinstance(asset, dg.AssetsDefinition)]
        told = [told_by(assets, warehouse) for _ in range(2)]
    stage, table = (told[0][key] for key in ("snowflake/exports/files", "custom/events"))
    assert (stage["action"], stage["files"], stage["bytes"]) == ("created", 1, file.stat().st_size)
    assert (table["action"], table["files"]) == ("created", 1)
    assert "CREATE OR REPLACE VIEW" in table["ddl"]
    assert [column.name for column in table["dagster/column_schema"].columns] == [
        "event_id",
        "one",
        "text",
        "metadata$filename",
    ]
    assert {each["action"] for each in told[1].values()} == {"refreshed"}
    with warehouse.connect() as connection:
        rows = connection.query(
            "SELECT event_id, one, text FROM purina.exports.events ORDER BY 1"
        ).to_pylist()
    assert rows == [{"event_id": f"e{n}", "one": 1, "text": "quoted"} for n in (1, 2)]


def told_by(assets: list[dg.AssetsDefinition], warehouse: Any) -> dict[str, dict[str, Any]]:
    done = dg.materialize(assets, resources={"warehouse": warehouse})
    events = [each.materialization for each in done.get_asset_materialization_events()]
    return {
        each.asset_key.to_user_string(): {name: value.value for name, value in each.metadata.items()}
        for each in events
    }


def test_keys_and_versions_are_the_same_in_every_environment_and_names_are_not() -> None:
    found = []
    for environment in EnvironmentName:
        with loaded({"a/components/defs.yaml": VIEW}, {"warehouse": 1}, environment) as defs:
            ((key, spec),) = specs(defs).items()
            found.append((key, spec.code_version, spec.metadata["dagster/table_name"]))
    assert len({(key, version) for key, version, _ in found}) == 1
    assert {table for _, _, table in found} == {"purina.exports.numbers", "purina_clone_7.exports.numbers"}


CHANGES = [
    ("select 1 as n", "select 2 as n", True),
    ("comment: Numbers.", "comment: Other numbers.", True),
    ("name: numbers", "name: figures", True),
    ("deps: [source]", "deps: [other]", False),
    ("deps: [source]", "asset_attributes: {deps: [source], description: Said otherwise.}", False),
]


@pytest.mark.parametrize(("old", "new", "is_declared"), CHANGES)
def test_the_version_is_of_what_is_declared(old: str, new: str, is_declared: bool) -> None:
    versions = []
    for yaml in (VIEW, VIEW.replace(old, new), f"# A comment.\n{VIEW}"):
        with loaded({"a/components/defs.yaml": yaml}, {"warehouse": 1}) as defs:
            versions.append(next(iter(specs(defs).values())).code_version)
    assert (versions[0] != versions[1]) == is_declared
    assert versions[0] == versions[2]


def test_the_version_of_a_semantic_view_is_of_its_file_too() -> None:
    model = {
        "version": "0.1.1",
        "semantic_model": [
            {
                "name": "m",
                "datasets": [
                    {
                        "name": "numbers",
                        "source": "purina.exports.source",
                        "primary_key": ["n"],
                        "fields": [
                            {
                                "name": "number",
                                "expression": {"dialects": [{"dialect": "ANSI_SQL", "expression": "n"}]},
                                "dimension": {"is_time": False},
                            }
                        ],
                    }
                ],
            }
        ],
    }
    query = VIEW[VIEW.index("    query:") : VIEW.index("    comment:")]
    yaml = VIEW.replace("type: view", "type: semantic view").replace(query, "    osi: m.osi.yaml\n")
    yaml = yaml.replace("    comment: Numbers.\n", "")
    versions = []
    for description in ("One.", "Another."):
        model["semantic_model"][0]["description"] = description
        files = {"a/components/defs.yaml": yaml, "a/components/m.osi.yaml": json.dumps(model)}
        with loaded(files, {"warehouse": 1}) as defs:
            spec = next(iter(specs(defs).values()))
            versions.append(spec.code_version)
            assert spec.description == description
    assert versions[0] != versions[1]


NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)


class Ticks:
    """The automation sensor of a code location whose YAML changes; what it requests is made at once."""

    def __init__(self, warehouse: Any, instance: dg.DagsterInstance) -> None:
        self.warehouse, self.instance, self.cursor, self.at = warehouse, instance, None, NOON

    def requested(self, yaml: str) -> bool:
        """Whether a tick with this YAML requests the object."""
        with loaded({"a/components/defs.yaml": yaml}, {"warehouse": self.warehouse}) as defs:
            result = dg.evaluate_automation_conditions(
                defs=defs, instance=self.instance, cursor=self.cursor, evaluation_time=self.at
            )
            self.cursor, self.at = result.cursor, self.at + timedelta(minutes=1)
            if result.total_requested:
                assets = [asset for asset in defs.assets or () if isinstance(asset, dg.AssetsDefinition)]
                done = dg.materialize(assets, instance=self.instance, resources={"warehouse": self.warehouse})
                assert done.success
        return result.total_requested > 0


def test_automation_creates_an_object_and_applies_a_changed_declaration(warehouse: Any) -> None:
    changed = VIEW.replace("select 1 as n", "select 2 as n")
    with dg.DagsterInstance.ephemeral() as instance:
        ticks = Ticks(warehouse, instance)
        observed = [ticks.requested(yaml) for yaml in (VIEW, VIEW, VIEW, changed, changed, changed)]
    assert observed == [True, False, False, True, False, False]
    with warehouse.connect() as connection:
        assert connection.query("SELECT n FROM purina.exports.numbers")["n"].to_pylist() == [2]


def test_statements_that_are_long_are_cut_in_the_middle() -> None:
    long = f"SELECT {'x' * 3 * SHOWN_CHARACTERS} AS end_of_it"
    text = shown(("SELECT 1", long))
    assert text.startswith("```sql\nSELECT 1\n```\n\n```sql\nSELECT xxx")
    assert text.endswith("AS end_of_it\n```")
    assert len(text) < SHOWN_CHARACTERS + 200
    assert f"{len(long) - SHOWN_CHARACTERS:,} characters left out" in text
    assert shown(()) == "Nothing had to be run."


def test_rows_are_told_by_dagsters_own_name() -> None:
    found = metadata_of(ObjectResult(Action.CREATED, ("x",), {"rows": 3, "files": 2}), {"a": "BIGINT"})
    assert (found["dagster/row_count"], found["files"], found["action"]) == (3, 2, "created")
    assert [(each.name, each.type) for each in found["dagster/column_schema"].columns] == [("a", "BIGINT")]
