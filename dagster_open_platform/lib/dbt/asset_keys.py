"""The keys of the dbt project's assets, for components whose assets read them.

What belongs here: finding a key by the model's name. What does not: how a key is made (``properties.py``).
"""

from collections.abc import Callable, Mapping
from functools import lru_cache

from dagster_open_platform.lib.yaml_errors import suggestion
from dagster_open_platform_dbt import PROJECT_DIR


def dbt_asset_key_finder() -> Callable[[str], str]:
    """The function `dbt_asset_key` of YAML; it reads the manifest when it is called, once for all who call it."""

    def dbt_asset_key(model: str) -> str:
        path = PROJECT_DIR / "target" / "manifest.json"
        found = path.stat() if path.is_file() else None
        keys = _keys((found.st_mtime_ns, found.st_size) if found else None)
        if model not in keys:
            raise ValueError(f"The dbt project has no model {model!r}.{suggestion(model, keys)}")
        return keys[model]

    return dbt_asset_key


@lru_cache(maxsize=1)
def _keys(_manifest: tuple[int, int] | None) -> Mapping[str, str]:
    """By model, seed or snapshot; read anew when the manifest is another one."""
    from dagster_open_platform.lib.dbt.manifest import load_manifest
    from dagster_open_platform.lib.dbt.properties import key_of

    nodes = load_manifest()["nodes"].values()
    models = [node for node in nodes if node["resource_type"] in ("model", "seed", "snapshot")]
    return {node["name"]: key_of(node).to_user_string() for node in models}
