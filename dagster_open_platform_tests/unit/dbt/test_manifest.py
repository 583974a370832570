"""A manifest is loaded only if it describes the project as it is."""

import hashlib
import json
from pathlib import Path

import pytest

from dagster_open_platform.lib.dbt.errors import ManifestMissing, ManifestStale, UnknownTarget
from dagster_open_platform.lib.dbt.fingerprint import take_fingerprint
from dagster_open_platform.lib.dbt.manifest import build_manifest, load_manifest, load_semantic_manifest
from dagster_open_platform.lib.dbt.parsed import (
    FINGERPRINT,
    MANIFEST,
    PARTIAL_PARSE,
    SEMANTIC_MANIFEST,
    load_parsed,
)

SEMANTIC = '{"metrics": []}'
PARSED = b"the same in dbt's own form"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose manifest has just been built (by hand)."""
    models = tmp_path / "models"
    models.mkdir()
    (tmp_path / "dbt_project.yml").write_text("name: shop")
    (models / "orders.sql").write_text("select 1")
    content = json.dumps({"nodes": {}}).encode()
    target = tmp_path / "target"
    target.mkdir()
    (target / MANIFEST).write_bytes(content)
    (target / PARTIAL_PARSE).write_bytes(PARSED)
    (target / SEMANTIC_MANIFEST).write_text(SEMANTIC)
    recorded = {
        "manifest": hashlib.sha256(content).hexdigest(),
        "parsed": hashlib.sha256(PARSED).hexdigest(),
        "semantic": hashlib.sha256(SEMANTIC.encode()).hexdigest(),
        **take_fingerprint(tmp_path, "local").to_json(),
    }
    (target / FINGERPRINT).write_text(json.dumps(recorded))
    return tmp_path


def test_a_fresh_manifest_loads(project: Path) -> None:
    assert load_manifest(project) == {"nodes": {}}


@pytest.mark.parametrize("name", [MANIFEST, FINGERPRINT])
def test_a_missing_manifest_says_how_to_build_it(project: Path, name: str) -> None:
    (project / "target" / name).unlink()
    with pytest.raises(ManifestMissing, match="just manifest"):
        load_manifest(project)


def test_a_stale_manifest_names_what_has_changed(project: Path) -> None:
    (project / "dbt_project.yml").write_text("name: shop2")
    (project / "models/orders.sql").unlink()
    (project / "models/customers.sql").write_text("select 2")
    with pytest.raises(ManifestStale) as caught:
        load_manifest(project)
    message = caught.value.description or ""
    assert "just manifest" in message
    assert message.splitlines()[1:] == [
        "  changed dbt_project.yml",
        "  added models/customers.sql",
        "  removed models/orders.sql",
    ]
    assert caught.value.allow_retries is False


def test_many_changes_are_counted(project: Path) -> None:
    for number in range(30):
        (project / f"models/new_{number:02}.sql").write_text("select 1")
    with pytest.raises(ManifestStale, match="and 10 more"):
        load_manifest(project)


def test_a_manifest_that_was_cut_off_is_stale(project: Path) -> None:
    (project / "target" / MANIFEST).write_text("{")
    with pytest.raises(ManifestStale, match=r"changed manifest\.json itself"):
        load_manifest(project)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"files": 1, "versions": {}, "target": "local"}'])
def test_a_fingerprint_that_cannot_be_read_is_stale(project: Path, content: str) -> None:
    (project / "target" / FINGERPRINT).write_text(content)
    with pytest.raises(ManifestStale, match="just manifest"):
        load_manifest(project)


@pytest.mark.parametrize(
    "target", ["branch_deployment", "branch_local", "dev", "personal", "ci", "production"]
)
def test_a_target_with_names_of_its_own_makes_no_manifest(project: Path, target: str) -> None:
    with pytest.raises(UnknownTarget, match="local, prod"):
        build_manifest(target, project_dir=project)


def test_a_run_takes_what_was_parsed_with_its_own_target(project: Path) -> None:
    assert load_parsed("local", project) == PARSED
    for other in ("prod", "dev", None):
        assert load_parsed(other, project) is None


@pytest.mark.parametrize("name", [PARTIAL_PARSE, FINGERPRINT, "../models/orders.sql"])
def test_a_run_parses_by_itself_if_anything_is_not_as_it_was(project: Path, name: str) -> None:
    content = (project / "target" / name).read_bytes()
    for changed in (content + b" ", b""):
        (project / "target" / name).write_bytes(changed)
        # A space more at a fingerprint's end says the same.
        expected = PARSED if name == FINGERPRINT and changed else None
        assert load_parsed("local", project) == expected
    (project / "target" / name).unlink()
    assert load_parsed("local", project) is None


def test_the_semantic_manifest_is_the_one_that_was_built(project: Path) -> None:
    assert load_semantic_manifest(project) == SEMANTIC
    (project / "target" / SEMANTIC_MANIFEST).write_text(SEMANTIC + " ")
    with pytest.raises(ManifestStale, match=r"changed semantic_manifest\.json itself"):
        load_semantic_manifest(project)
    (project / "target" / SEMANTIC_MANIFEST).unlink()
    with pytest.raises(ManifestMissing, match="just manifest"):
        load_semantic_manifest(project)
