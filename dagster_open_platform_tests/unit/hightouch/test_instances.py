"""The twelve instances fit the models that they read, and the syncs that the company's Hightouch has."""

from pathlib import Path
from typing import Any

import pytest
import yaml

import dagster_open_platform.defs.hightouch.components as components
from dagster_open_platform_dbt import PROJECT_DIR
from dagster_open_platform_local.services.saas.hightouch.syncs import SYNCS, Sync
from dagster_open_platform_local.services.saas.hightouch.vendor import VARIABLES

MODELS = PROJECT_DIR / "models" / "hightouch"
INSTANCES: list[dict[str, Any]] = list(
    yaml.safe_load_all((Path(*components.__path__) / "defs.yaml").read_text())
)
SLUGS = [sync.slug for sync in SYNCS]


@pytest.fixture(scope="module")
def models() -> dict[str, list[str]]:
    """The described columns of each model, in their order."""
    described = yaml.safe_load((MODELS / "_hightouch__models.yml").read_text())["models"]
    return {model["name"]: [column["name"] for column in model["columns"]] for model in described}


def test_there_is_an_instance_for_each_sync() -> None:
    keys = [instance["attributes"]["asset"]["key"] for instance in INSTANCES]
    assert keys == [f"hightouch/{slug}" for slug in SLUGS]
    assert len(keys) == 12


@pytest.mark.parametrize("instance", INSTANCES, ids=SLUGS)
def test_an_instance_reads_the_model_and_the_variable_of_its_name(instance: dict[str, Any]) -> None:
    attributes = instance["attributes"]
    slug = attributes["asset"]["key"].removeprefix("hightouch/")
    variable = f"HIGHTOUCH_{slug.upper()}_SYNC_ID"
    assert attributes["sync_id_env_var"] == variable
    assert attributes["asset"]["deps"] == [f"{{{{ dbt_asset_key('{slug}') }}}}"]
    assert slug.split("_")[0] in attributes["asset"]["kinds"]
    assert variable in dict(VARIABLES.others)


@pytest.mark.parametrize("sync", SYNCS, ids=SLUGS)
def test_a_sync_sends_columns_that_its_model_has(sync: Sync, models: dict[str, list[str]]) -> None:
    columns = models[sync.slug]
    assert columns[0] == sync.key
    # An e-mail address is there to look at, and changes no record.
    assert [column for column in columns[1:] if column != "email"] == list(sync.mappings)
    assert (MODELS / f"{sync.slug}.sql").is_file()
