"""What Insights is told of the queries of a build."""

import json
from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster_dbt import DbtCliInvocation

from dagster_open_platform.lib.dbt.insights import cost_observations, is_metered
from dagster_open_platform.lib.dbt.resource import PlatformDbtResource
from dagster_open_platform_dbt import PROJECT_DIR

MODEL, INVOCATION = "model.dagster_open_platform_dbt.arr_by_month", "9a8b7c6d"
MANIFEST = {"metadata": {"adapter_type": "snowflake"}, "nodes": {}, "sources": {}}


@pytest.fixture
def ended(tmp_path: Path) -> DbtCliInvocation:
    """A call of dbt that has written its results."""
    (tmp_path / "run_results.json").write_text(json.dumps({"metadata": {"invocation_id": INVOCATION}}))
    executable = tmp_path / "dbt"
    executable.write_text("#!/bin/sh\n")
    executable.chmod(0o755)
    resource = PlatformDbtResource(
        project_dir=str(PROJECT_DIR), target="prod", dbt_executable=str(executable)
    )
    return resource.cli(["build"], manifest=MANIFEST, target_path=tmp_path, raise_on_error=False).wait()


def test_each_table_is_told_by_the_comment_of_its_queries(ended: DbtCliInvocation) -> None:
    table = dg.AssetMaterialization("arr_by_month", metadata={"unique_id": MODEL})
    (observation,) = cost_observations(dg.build_asset_context(), ended, [table])
    assert isinstance(observation, dg.AssetObservation)
    assert observation.asset_key == table.asset_key
    (name,) = observation.metadata
    comment = yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text())["query-comment"]["comment"]
    written = comment.replace("{{ node.unique_id }}", MODEL).replace("{{ invocation_id }}", INVOCATION)
    assert f"[[[{name.removeprefix('dagster_snowflake_opaque_id:')}]]]" in written


@pytest.mark.parametrize(
    ("target", "deployment", "expected"),
    [
        ("prod", "prod", True),
        ("branch_deployment", "b1", True),
        ("branch_local", "b1", False),
        ("prod", "", False),
        ("local", "prod", False),
    ],
)
def test_it_is_told_where_there_is_somebody_to_tell(target: str, deployment: str, expected: bool) -> None:
    assert is_metered(target, {"DAGSTER_CLOUD_DEPLOYMENT_NAME": deployment}) == expected
