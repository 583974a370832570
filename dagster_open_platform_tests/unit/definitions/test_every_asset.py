"""What holds for every asset, whoever declared it."""

import json
import re
from collections.abc import Set
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from dagster_open_platform.definitions import DEFAULT_FRESHNESS
from dagster_open_platform.lib.automation_sensors import family_selections
from dagster_open_platform.utils.source_code import CODE_REFERENCES, REPOSITORY_ROOT
from dagster_open_platform_tests.fixtures.definitions import GIT, LOCAL, PROD, definitions_in


@pytest.fixture(scope="module")
def defs() -> dg.Definitions:
    return definitions_in(LOCAL)


@pytest.fixture(scope="module")
def deployed() -> dg.Definitions:
    return definitions_in(PROD)


def materializable(defs: dg.Definitions) -> Set[dg.AssetKey]:
    return defs.resolve_asset_graph().materializable_asset_keys


def test_has_an_owner_a_group_a_description_and_a_kind(defs: dg.Definitions) -> None:
    lacking = {
        spec.key.to_user_string(): [
            name
            for name, value in {
                "owner": spec.owners,
                "group": spec.group_name not in (None, "default"),
                "description": spec.description,
                "kind": spec.kinds,
            }.items()
            if not value
        ]
        for spec in defs.resolve_all_asset_specs()
    }
    assert {key: fields for key, fields in lacking.items() if fields} == {}


def test_is_fresh_or_says_when_it_is_not(defs: dg.Definitions) -> None:
    policies = {spec.key: spec.freshness_policy for spec in defs.resolve_all_asset_specs()}
    assert {key for key, policy in policies.items() if policy} >= materializable(defs)
    assert dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36)) == DEFAULT_FRESHNESS
    # The default applies where nothing is declared, and a declaration wins over it.
    assert any(policy == DEFAULT_FRESHNESS for policy in policies.values())
    assert any(policy not in (None, DEFAULT_FRESHNESS) for policy in policies.values())


def test_an_external_source_gets_no_freshness_that_nobody_keeps(defs: dg.Definitions) -> None:
    external = [s for s in defs.resolve_all_asset_specs() if s.key not in materializable(defs)]
    assert external
    assert [spec.key for spec in external if spec.freshness_policy == DEFAULT_FRESHNESS] == []


def test_opens_the_warehouse_only_in_its_pool(defs: dg.Definitions) -> None:
    outside = [
        asset.keys
        for asset in defs.assets or ()
        if isinstance(asset, dg.AssetsDefinition)
        and asset.is_executable
        and {"warehouse", "dbt"} & asset.required_resource_keys
        and asset.op.pool != "warehouse"
    ]
    assert outside == []


@cache
def lines_of(path: str) -> int:
    return len(Path(path).read_text().splitlines())


def test_refers_to_a_line_that_exists(defs: dg.Definitions) -> None:
    for spec in defs.resolve_all_asset_specs():
        references = spec.metadata[CODE_REFERENCES].code_references
        assert references, spec.key
        for reference in references:
            assert 1 <= (reference.line_number or 1) <= lines_of(reference.file_path), (spec.key, reference)


def test_refers_to_the_same_line_of_the_deployed_commit(
    defs: dg.Definitions, deployed: dg.Definitions
) -> None:
    local = {
        spec.key: spec.metadata[CODE_REFERENCES].code_references for spec in defs.resolve_all_asset_specs()
    }
    for spec in deployed.resolve_all_asset_specs():
        urls = [reference.url for reference in spec.metadata[CODE_REFERENCES].code_references]
        expected = []
        for reference in local[spec.key]:
            path = Path(reference.file_path).relative_to(REPOSITORY_ROOT).as_posix()
            line = f"#L{reference.line_number}" if reference.line_number else ""
            expected.append(f"https://github.com/company/platform/blob/{GIT.revision}/{path}{line}")
        assert urls == expected, spec.key


def other_references(defs: dg.Definitions) -> dict[tuple[str, object], list[Any]]:
    """The references of what is no asset: checks, jobs, schedules and sensors, of those that have one."""
    parts = [
        asset
        for asset in [*(defs.assets or ()), *(defs.asset_checks or ())]
        if isinstance(asset, dg.AssetsDefinition)
    ]
    found: list[tuple[tuple[str, object], Any]] = [
        (("check", spec.key), spec.metadata) for part in parts for spec in part.check_specs
    ]
    for kind in ("jobs", "schedules", "sensors"):
        found += [((kind, each.name), each.metadata) for each in getattr(defs, kind) or ()]
    return {
        key: metadata[CODE_REFERENCES].code_references
        for key, metadata in found
        if metadata and CODE_REFERENCES in metadata
    }


def test_checks_jobs_schedules_and_sensors_refer_to_the_same_line_of_the_deployed_commit(
    defs: dg.Definitions, deployed: dg.Definitions
) -> None:
    local = other_references(defs)
    found = other_references(deployed)
    assert {kind for kind, _ in found} == {"check", "jobs", "schedules", "sensors"}
    assert len(found) > 700
    for key, references in found.items():
        expected = [
            f"{GIT.url}/blob/{GIT.revision}/{Path(each.file_path).relative_to(REPOSITORY_ROOT).as_posix()}#L{each.line_number}"
            for each in local.get(key, [])
        ]
        # A schedule or sensor of production only is not here.
        assert [each.url for each in references] == expected or key not in local, key


def test_belongs_to_exactly_one_automation_family(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    families = {name: selection.resolve(graph) for name, selection in family_selections().items()}
    assert sum(map(len, families.values())) == len(set().union(*families.values()))
    assert set().union(*families.values()) >= graph.materializable_asset_keys
    assert families["dbt"] == {k for k in graph.materializable_asset_keys if "dbt" in graph.get(k).kinds}
    sensors = {sensor.name: sensor for sensor in defs.sensors or ()}
    assert set(sensors) >= {f"{family}_automation_condition_sensor" for family in families}


def test_every_dependency_exists(defs: dg.Definitions) -> None:
    declared = {spec.key for spec in defs.resolve_all_asset_specs()}
    needed = {dep.asset_key for spec in defs.resolve_all_asset_specs() for dep in spec.deps}
    assert needed - declared == set()


def test_every_dbt_source_has_exactly_one_producer(defs: dg.Definitions) -> None:
    path = REPOSITORY_ROOT / "dagster_open_platform_dbt" / "target" / "manifest.json"
    sources = json.loads(path.read_text())["sources"].values()
    keys = [dg.AssetKey(source["meta"]["dagster"]["asset_key"]) for source in sources]
    assert keys
    assert len(keys) == len(set(keys))
    graph = defs.resolve_asset_graph()
    # What others load is observed, which makes what reads it run.
    observed = {key for key in keys if graph.has(key) and graph.get(key).is_observable}
    assert set(keys) - materializable(defs) - observed == set()


def test_metadata_holds_no_secret(defs: dg.Definitions) -> None:
    # What many share is looked through once: hundreds refer to the same manifest of dbt, which is written out with 10 MB.
    entries = [entry for spec in defs.resolve_all_asset_specs() for entry in spec.metadata.items()]
    once = {(name, id(value)): {name: value} for name, value in entries}
    secret = re.compile(r"(?i)(password|token|secret|private_key)\W{1,4}\w{8,}")
    assert [name for (name, _), entry in once.items() if secret.search(repr(entry))] == []
