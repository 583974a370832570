"""The dbt models behind the numbers, as the page shows them.

What belongs here: what dbt says of a model, and where it is shown. What does not: which models those are (`statements.py`).
"""

from collections.abc import Collection, Mapping
from typing import Any

from dagster_open_platform.lib.dbt.properties import key_of
from dagster_open_platform.lib.health.links import Links
from dagster_open_platform.lib.metrics_report.page import ModelPage


def model_pages(manifest: Mapping[str, Any], names: Collection[str], links: Links) -> Mapping[str, ModelPage]:
    """What is shown of models, by name.

    Args:
        manifest: dbt's.
        names: Of the models.
        links: Where assets are shown.
    """
    found: dict[str, ModelPage] = {}
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model" and node["name"] in names:
            key = key_of(node)
            # The first paragraph says what a row is; the rest is for who works on the model.
            first = str(node["description"]).strip().split("\n\n")[0]
            found[node["name"]] = ModelPage(
                key.to_user_string(), " ".join(first.split()), links.asset_address(key)
            )
    return found
