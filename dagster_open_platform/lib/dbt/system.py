"""dbt as a system: it has no account of its own, and works where the warehouse does."""

from dagster_open_platform.lib.dbt.manifest import load_manifest
from dagster_open_platform.lib.systems import Declared, Resources, System, counted
from dagster_open_platform.lib.warehouse.resource import WarehouseResource
from dagster_open_platform.lib.warehouse.system import needed_by, warehouse_system


def dbt_system(warehouse: WarehouseResource) -> System:
    """What dbt needs in an environment.

    Args:
        warehouse: The environment's, with whose variables `profiles.yml` logs in.
    """
    return System(
        name="dbt",
        title="dbt",
        use="models and tests in the warehouse",
        folder="dbt",
        resource="dbt",
        probe=_probe,
        needed=needed_by(warehouse),
        points_to=warehouse_system(warehouse, "warehouse", "", "").points_to,
        in_warehouse=True,
    )


def _probe(resources: Resources, _declared: Declared) -> str:
    manifest = load_manifest()
    models = sum(node["resource_type"] == "model" for node in manifest["nodes"].values())
    return f"target {resources['dbt'].target}; the manifest is current and has {counted(models, 'model')}"
