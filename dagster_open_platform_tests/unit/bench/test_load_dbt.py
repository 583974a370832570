"""The dbt projects that the benchmark of loading compares: the grown one has the real one's shape, and its manifest is current."""

import re
from collections import Counter
from pathlib import Path

import pytest

from dagster_open_platform.lib.dbt.manifest import load_manifest
from dagster_open_platform.lib.dbt.properties import key_of
from dagster_open_platform_local.bench import load_dbt

TIMES = 3


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = load_dbt.copy_project(tmp_path_factory.mktemp("grown"))
    load_dbt.grow(project, TIMES * load_dbt.models_of(project))
    return project


def shape(manifest: dict) -> Counter[str]:
    """How many there are of what is loaded."""
    found = Counter(node["resource_type"] for node in manifest["nodes"].values())
    found["sources"] = len(manifest["sources"])
    for node in manifest["nodes"].values():
        found["columns"] += len(node.get("columns") or ())
        found["parents"] += len(node["depends_on"].get("nodes", ()))
    return found


def test_a_grown_project_has_everything_that_many_times(grown: Path) -> None:
    one, many = dict(load_manifest()), dict(load_manifest(grown))
    assert shape(many) == Counter({name: TIMES * count for name, count in shape(one).items()})
    assert load_dbt.models_of(grown) == TIMES * load_dbt.models_of(load_dbt.PROJECT)


def test_copies_share_nothing(grown: Path) -> None:
    manifest = load_manifest(grown)
    everything = {**manifest["nodes"], **manifest["sources"]}

    def copy_of(name: str) -> str:
        return "".join(re.findall(r"_copy_\d$", name))

    copies = Counter(map(copy_of, everything))
    assert len(set(copies.values())) == 1
    for name, node in everything.items():
        for parent in node.get("depends_on", {}).get("nodes", ()):
            assert parent in everything
            assert copy_of(parent) == copy_of(name)
    keys = Counter(
        key_of(node) for node in everything.values() if node["resource_type"] in ("model", "seed", "snapshot")
    )
    assert set(keys.values()) == {1}


def test_part_of_a_copy_has_the_same_shape_too(tmp_path: Path) -> None:
    project = load_dbt.copy_project(tmp_path)
    models = load_dbt.models_of(project) * 5 // 3
    load_dbt.grow(project, models)
    one, many = shape(dict(load_manifest())), shape(dict(load_manifest(project)))
    assert many["model"] == models
    assert {name: many[name] / one[name] for name in ("test", "sources", "columns", "parents")} == (
        pytest.approx(dict.fromkeys(("test", "sources", "columns", "parents"), 5 / 3), rel=0.1)
    )
