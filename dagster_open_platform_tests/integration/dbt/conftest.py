"""What the tests of the dbt project share: parsed and compiled projects, a raw database, a built warehouse."""

from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.contracts.graph.manifest import Manifest

from dagster_open_platform.lib.dbt.manifest import load_manifest
from dagster_open_platform_tests.fixtures.dbt import EPOCH, RawData, without_shard
from dagster_open_platform_tests.integration.dbt.company import BuiltCompany, attached, built_company
from dagster_open_platform_tests.integration.dbt.in_process import InProcessDbt
from dagster_open_platform_tests.integration.dbt.parsed import manifest_directory

TODAY = EPOCH + timedelta(days=24)
"""Days before it are complete: three whole weeks and three days."""

WINDOW = {"min_date": "2026-06-10", "max_date": "2026-06-12"}


@pytest.fixture(scope="session")
def dbt_local(tmp_path_factory: pytest.TempPathFactory) -> InProcessDbt:
    """The project, parsed for DuckDB."""
    directory = manifest_directory("local", tmp_path_factory)
    return InProcessDbt(tmp_path_factory.mktemp("dbt")).parsed_in(directory)


@pytest.fixture(scope="session")
def compiled(dbt_local: InProcessDbt, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Target to the directory of the SQL that the project compiles to, without a connection."""
    # On DuckDB what is compiled is also run, by other tests.
    wanted = {
        "local": ["path:analyses"],
        "prod": [
            "path:analyses",
            *(f"resource_type:{kind}" for kind in ("model", "snapshot")),
            "test_type:singular",
            "test_name:holds",
            # What these are called with does not change what they are.
            *(f"test_name:{kind},path:models/core" for kind in ("primary_key", "not_null_columns")),
        ],
    }
    found = {}
    for target, selected in wanted.items():
        directory = manifest_directory(target, tmp_path_factory)
        project = InProcessDbt(dbt_local.scratch, target).parsed_in(directory)
        project.run("compile", "--no-introspect", "--no-populate-cache", "--select", *selected)
        found[target] = dbt_local.scratch / target / "compiled" / "dagster_open_platform_dbt"
    return found


@pytest.fixture(scope="session")
def manifests(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Mapping[str, Any]]:
    """Target to the manifest that the real command builds with it."""
    return {
        target: load_manifest(output_dir=manifest_directory(target, tmp_path_factory))
        for target in ("local", "prod")
    }


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """The one for DuckDB."""
    return load_manifest(output_dir=manifest_directory("local", tmp_path_factory))


@pytest.fixture
def raw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RawData:
    """An empty raw database in a warehouse of the test's own."""
    monkeypatch.setenv("WAREHOUSE_DUCKDB_DIR", str(tmp_path))
    data = RawData(tmp_path)
    data.create()
    return data


@pytest.fixture(scope="session")
def built(
    dbt_local: InProcessDbt, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """What the rows made by hand are enough for, built once over all days; for looking only."""
    directory = tmp_path_factory.mktemp("built")
    data = RawData(directory)
    data.create()
    data.load(EPOCH, TODAY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WAREHOUSE_DUCKDB_DIR", str(directory))
        found = made_by_hand(dbt_local.manifest, data.filled())
        dbt_local.run("build", "--select", *found, "--exclude-resource-type", "test", "unit_test", "snapshot")
    with attached(directory) as connection:
        yield connection


@pytest.fixture(scope="session")
def company(dbt_local: InProcessDbt, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BuiltCompany]:
    """Everything built and tested once, over a small company; for looking only."""
    found = built_company(dbt_local, tmp_path_factory)
    with found.connection:
        yield found


def made_by_hand(manifest: Manifest, filled: Collection[tuple[str, str, str]]) -> list[str]:
    """The names of models and seeds that read nothing but tables with rows made by hand, or other such models.

    Args:
        manifest: The project.
        filled: Database, schema and name of each of these tables.
    """
    fit: dict[str, bool] = {
        unique_id: (source.database, without_shard(source.schema), source.name) in filled
        for unique_id, source in manifest.sources.items()
    }

    def fits(unique_id: str) -> bool:
        if unique_id not in fit:
            node = manifest.nodes[unique_id]
            above = [each for each in getattr(node.depends_on, "nodes", ()) if not each.startswith("macro.")]
            fit[unique_id] = all(map(fits, above))
        return fit[unique_id]

    nodes = [node for node in manifest.nodes.values() if node.resource_type in ("model", "seed")]
    return sorted(node.name for node in nodes if fits(node.unique_id))
