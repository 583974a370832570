"""What the ops stand for, compared with what dbt itself selects."""

from collections.abc import Iterable, Mapping
from typing import Any

import dagster as dg
import pytest
from dagster_dbt import DbtProject, dbt_assets

from dagster_open_platform.defs.dbt.py.assets import DAILY_PARTITIONS, SELECTIONS
from dagster_open_platform.lib.dbt.nodes import Selection, specs_of
from dagster_open_platform.lib.dbt.relations import Relations
from dagster_open_platform.lib.dbt.translator import PlatformDbtTranslator
from dagster_open_platform.utils.environment_helpers import Environment, EnvironmentName
from dagster_open_platform_dbt import PROJECT_DIR


def own_translator_aside(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Each side has a translator of its own, and keeps it in metadata."""
    return {name: value for name, value in metadata.items() if "translator" not in name}


def assets_by_key(specs: Iterable[dg.AssetSpec]) -> dict[dg.AssetKey, dg.AssetSpec]:
    return {spec.key: spec.replace_attributes(metadata=own_translator_aside(spec.metadata)) for spec in specs}


def checks_by_key(specs: Iterable[dg.AssetCheckSpec]) -> dict[dg.AssetCheckKey, dict[str, Any]]:
    return {spec.key: {**vars(spec), "metadata": own_translator_aside(spec.metadata or {})} for spec in specs}


@pytest.mark.parametrize("selection", SELECTIONS, ids=lambda selection: selection.op)
def test_an_op_has_what_dbt_selects(manifest: Mapping[str, Any], selection: Selection) -> None:
    relations, project = Relations(Environment(EnvironmentName.LOCAL)), DbtProject(PROJECT_DIR)

    def translator() -> PlatformDbtTranslator:
        # Each remembers the specs that it made.
        return PlatformDbtTranslator(relations=relations, daily_partitions=DAILY_PARTITIONS)

    @dbt_assets(
        manifest=manifest,
        project=project,
        dagster_dbt_translator=translator(),
        select=selection.tags()["dagster_dbt/select"],
        exclude=selection.exclude or None,
    )
    def by_dbt():
        yield from ()

    assets, checks = specs_of(manifest, translator(), project, selection)
    assert assets_by_key(assets) == assets_by_key(by_dbt.specs)
    assert checks_by_key(checks) == checks_by_key(by_dbt.check_specs)
    assert by_dbt.op.tags.items() >= selection.tags().items()


def test_every_node_has_one_op(manifest: Mapping[str, Any]) -> None:
    for node in manifest["nodes"].values():
        if node["resource_type"] in ("model", "seed", "snapshot"):
            assert len([selection.op for selection in SELECTIONS if selection.has(node)]) == 1
