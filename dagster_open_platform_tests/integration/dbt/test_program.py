"""The dbt command that takes what was parsed ahead, and how that is made, on a project of one model and one snapshot."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from dagster_open_platform.lib.dbt import program
from dagster_open_platform.lib.dbt.branch import on_clones
from dagster_open_platform.lib.dbt.errors import ManifestNotBuilt, ManifestStale
from dagster_open_platform.lib.dbt.manifest import build_manifest, load_manifest
from dagster_open_platform.lib.dbt.parsed import (
    FINGERPRINT,
    MANIFEST,
    PARTIAL_PARSE,
    SEMANTIC_MANIFEST,
    load_parsed,
)
from dagster_open_platform_dbt import PROJECT_DIR
from dagster_open_platform_tests.fixtures.dbt import RawData

SNAPSHOT = "snapshots/github_issues_snapshot.yml"


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's GitHub models and snapshot, which the real command has parsed."""
    project = tmp_path_factory.mktemp("small")
    for name in ("macros", "models/staging/github"):
        shutil.copytree(PROJECT_DIR / name, project / name)
    (project / SNAPSHOT).parent.mkdir()
    for name in ("dbt_project.yml", "profiles.yml", SNAPSHOT):
        shutil.copy(PROJECT_DIR / name, project / name)
    build_manifest(project_dir=project)
    return project


@pytest.fixture
def project(parsed: Path, tmp_path: Path, raw: RawData, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, where dbt finds it as a run of the platform does."""
    copy = tmp_path / "project"
    shutil.copytree(parsed, copy)
    for name, value in {"PROJECT_DIR": copy, "PROFILES_DIR": copy, "TARGET_PATH": tmp_path / "out"}.items():
        monkeypatch.setenv(f"DBT_{name}", str(value))
    return copy


def dbt(*arguments: str) -> int:
    try:
        return program.main(["--log-level-file", "none", *arguments])
    finally:
        DuckDBConnectionManager.close_all_connections()


def has_parsed(tmp_path: Path) -> bool:
    """Whether dbt parsed the project, after which it keeps the result."""
    return (tmp_path / "out" / PARTIAL_PARSE).is_file()


def test_a_run_does_not_parse_whatever_its_days_and_its_warehouse(project: Path, tmp_path: Path) -> None:
    days = json.dumps({"min_date": "2026-06-01", "max_date": "2026-06-02"})
    assert dbt("run", "--select", "stg_github__issues", "--vars", days, "--target", "local") == 0
    [result] = json.loads((tmp_path / "out/run_results.json").read_text())["results"]
    assert result["unique_id"].endswith(".stg_github__issues")
    assert not has_parsed(tmp_path)


@pytest.mark.parametrize("is_broken", [False, True])
def test_without_descriptions_only_what_became_of_each_node_is_written(
    project: Path, tmp_path: Path, raw: RawData, is_broken: bool
) -> None:
    if is_broken:
        with raw.connect() as connection:
            connection.execute("drop table github.issues")
    dbt("run", "--select", "stg_github__issues", "--target", "local", program.NO_DESCRIPTIONS)
    [result] = json.loads((tmp_path / "out" / program.RUN_RESULTS).read_text())["results"]
    assert result["status"] == ("error" if is_broken else "success")
    assert not (tmp_path / "out" / MANIFEST).exists()


@pytest.mark.parametrize(
    "options",
    [("--target", "prod"), ("--target", "local", "--vars", '{"max_date": null, "first_date": "2026-06-02"}')],
)
def test_what_may_change_names_or_configurations_is_parsed(
    project: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    assert dbt("list", "--select", "stg_github__issues", *options) == 0
    assert has_parsed(tmp_path)


def test_a_branch_is_spared_the_parse_and_has_what_it_would_have_found(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_CLOUD_PULL_REQUEST_ID", "42")
    content = load_parsed("local", project)
    assert content is not None
    renamed = Manifest.from_msgpack(content)
    on_clones(renamed, "42")
    # dbt's own command, to which nobody hands a parse.
    assert dbtRunner().invoke(["--log-level-file", "none", "parse", "--target", "branch_local"]).success
    DuckDBConnectionManager.close_all_connections()
    parsed = Manifest.from_msgpack((tmp_path / "out" / PARTIAL_PARSE).read_bytes())
    for kind in ("nodes", "sources", "macros", "unit_tests", "semantic_models"):
        assert told(getattr(renamed, kind)) == told(getattr(parsed, kind)), kind
    (tmp_path / "out" / PARTIAL_PARSE).unlink()

    (tmp_path / "purina.duckdb").rename(tmp_path / "purina_clone_42.duckdb")
    assert dbt("run", "--select", "stg_github__issues", "--target", "branch_local") == 0
    assert not has_parsed(tmp_path)
    assert {file.stem for file in tmp_path.glob("*_*.duckdb")} == {
        "purina_clone_42",
        "dwh_reporting_clone_42",
    }
    assert not (tmp_path / "dwh_reporting.duckdb").exists()
    monkeypatch.delenv("DAGSTER_CLOUD_PULL_REQUEST_ID")
    assert dbt("list", "--target", "branch_local") == program.NOT_RUN


def told(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """All that a parse says of things, but when it said so."""
    return {name: {**each.to_dict(), "created_at": None, "root_path": None} for name, each in found.items()}


def test_a_run_of_a_changed_project_runs_what_has_changed(project: Path, tmp_path: Path) -> None:
    (project / "models/staging/github/added.sql").write_text("select 1 as one")
    assert dbt("run", "--select", "added", "--target", "local") == 0
    assert has_parsed(tmp_path)


def test_the_exit_code_is_dbts(project: Path, raw: RawData, capfd: pytest.CaptureFixture[str]) -> None:
    with raw.connect() as connection:
        connection.execute("drop table github.issues")
    assert dbt("run", "--select", "stg_github__issues", "--target", "local") == program.FAILED
    (raw.directory / "purina.duckdb").unlink()
    assert dbt("run", "--select", "stg_github__issues", "--target", "local") == program.NOT_RUN
    assert dbt("run", "--no-such-option", "--target", "local") == program.NOT_RUN
    assert "no-such-option" in capfd.readouterr().err


def test_a_project_that_does_not_parse_leaves_the_manifest_as_it_was(project: Path) -> None:
    output = project / "target"
    before = (output / MANIFEST).read_bytes()
    snapshot = project / SNAPSHOT
    snapshot.write_text(snapshot.read_text().replace("ref('stg_github__issues')", "ref('no_such_model')"))
    with pytest.raises(ManifestNotBuilt, match="no_such_model"):
        build_manifest(project_dir=project)
    assert (output / MANIFEST).read_bytes() == before
    assert sorted(path.name for path in output.iterdir()) == [
        MANIFEST,
        FINGERPRINT,
        PARTIAL_PARSE,
        SEMANTIC_MANIFEST,
    ]
    with pytest.raises(ManifestStale, match=r"changed snapshots/github_issues_snapshot\.yml"):
        load_manifest(project)
