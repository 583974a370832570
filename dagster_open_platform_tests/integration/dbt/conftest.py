"""What the tests of the dbt project share: parsed and compiled projects, a raw database, a built warehouse."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_open_platform.lib.dbt.manifest import load_manifest
from dagster_open_platform_tests.fixtures.dbt import EPOCH, RawData
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
    found = {}
    for target in ("local", "prod"):
        directory = manifest_directory(target, tmp_path_factory)
        project = InProcessDbt(dbt_local.scratch, target).parsed_in(directory)
        project.run("compile", "--no-introspect", "--no-populate-cache")
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
    """Everything built and tested once, over all days; for looking only."""
    directory = tmp_path_factory.mktemp("built")
    data = RawData(directory)
    data.create()
    data.load(EPOCH, TODAY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WAREHOUSE_DUCKDB_DIR", str(directory))
        dbt_local.run("build")
    with duckdb.connect() as connection:
        for name in ("purina", "segment", "dwh_reporting"):
            connection.execute(f"attach '{directory / name}.duckdb' as {name} (read_only)")
        yield connection
