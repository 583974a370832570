"""Nodes of a manifest as dbt writes them, cut down to what is read of them."""

from typing import Any


def model(name: str = "orders", folder: str = "marts/sales", **changes: Any) -> dict[str, Any]:
    """A model in ``models/<folder>/`` with everything that an asset needs."""
    schema = folder.rsplit("/", maxsplit=1)[-1] if folder.startswith("marts/") else folder.split("/")[0]
    config = {
        "database": "dwh_reporting",
        "schema": schema,
        "materialized": "table",
        "meta": {"owner": "team:sales", "grain": ["order_id"]},
        "tags": [],
    }
    path = f"{folder}/{name}.sql"
    return {
        "resource_type": "model",
        "unique_id": f"model.shop.{name}",
        "package_name": "shop",
        "name": name,
        "alias": name,
        # What a target makes of the configuration; keys must not depend on it.
        "database": "somebodys_own",
        "schema": f"prefix_{schema}",
        "path": path,
        "original_file_path": f"models/{path}",
        "fqn": ["shop", *folder.split("/"), name],
        "raw_code": "select 1 as order_id",
        "checksum": {"checksum": "1"},
        "description": "One row per order.",
        "columns": {"order_id": {"name": "order_id", "description": "Number of the order.", "tags": []}},
        "tags": [],
        "meta": config["meta"],
        "depends_on": {"nodes": []},
        **changes,
        "config": {**config, **changes.get("config", {})},
    }


def source(name: str = "raw_orders", **changes: Any) -> dict[str, Any]:
    """A source that says which asset makes it."""
    return {
        "resource_type": "source",
        "unique_id": f"source.shop.erp.{name}",
        "package_name": "shop",
        "source_name": "erp",
        "name": name,
        "identifier": name,
        "database": "purina",
        "schema": "erp",
        "original_file_path": "models/staging/erp/_sources.yml",
        "fqn": ["shop", "staging", "erp", "erp", name],
        "description": "",
        "columns": {},
        "tags": [],
        "config": {"meta": {"dagster": {"asset_key": ["erp", "orders"]}}},
        **changes,
    }


def generic_test(name: str, node: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A generic test on a column of a node."""
    return {
        "resource_type": "test",
        "unique_id": f"test.shop.{name}.1",
        "package_name": "shop",
        "name": name,
        "path": f"{name}.sql",
        "original_file_path": "models/marts/sales/_sales__models.yml",
        "attached_node": node["unique_id"],
        "depends_on": {"nodes": [node["unique_id"]]},
        "column_name": "order_id",
        "test_metadata": {"name": "not_null", "kwargs": {"column_name": "order_id", "model": "x"}},
        "config": {"severity": "ERROR", "meta": {}},
        "meta": {},
        "tags": [],
        **changes,
    }


def manifest(*nodes: dict[str, Any], adapter: str = "duckdb") -> dict[str, Any]:
    """A manifest of these nodes."""
    return {
        "metadata": {"adapter_type": adapter, "project_name": "shop", "dbt_version": "1.11.0"},
        "nodes": {node["unique_id"]: node for node in nodes if node["resource_type"] != "source"},
        "sources": {node["unique_id"]: node for node in nodes if node["resource_type"] == "source"},
        "groups": {},
        "parent_map": {node["unique_id"]: node.get("depends_on", {}).get("nodes", []) for node in nodes},
    }
