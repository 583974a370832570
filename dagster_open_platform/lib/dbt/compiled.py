"""What the SQL that dbt has compiled shows of a finished node: where it is, and from which columns its columns come.

What belongs here: what is known as soon as dbt is done with a node, whether or not the warehouse can be read then. What does not:
reading lineage off a query (``lineage.py``), what the warehouse shows (``evidence.py``).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from dagster_open_platform.lib.dbt.errors import LineageUnknown
from dagster_open_platform.lib.dbt.events import DbtEvent, node_of
from dagster_open_platform.lib.dbt.lineage import column_lineage
from dagster_open_platform.lib.dbt.properties import Properties
from dagster_open_platform.utils.environment_helpers import Engine


def with_lineage(
    event: DbtEvent,
    *,
    manifest: Mapping[str, Any],
    target_path: Path,
    engine: Engine,
    log: dg.DagsterLogManager,
) -> DbtEvent:
    """Return a built table's event with its column lineage; any other as it is.

    Args:
        event: dbt's.
        manifest: dbt's manifest.
        target_path: Where the run puts the SQL that it compiles.
        engine: In whose dialect that is.
        log: For a query that can't be read: its table was built all the same.
    """
    if not isinstance(event, dg.Output):
        return event
    node = node_of(event.metadata, manifest)
    path = compiled_path(node, target_path)
    if not path.is_file():  # a seed has no query, a snapshot's is not written
        return event
    try:
        lineage = column_lineage(node, manifest, path.read_text(), engine)
    except LineageUnknown as error:
        log.warning(f"The column lineage of {node['name']} is unknown: {error.description}")
        return event
    return event.with_metadata({**event.metadata, "dagster/column_lineage": lineage})


def compiled_path(node: Properties, target_path: Path) -> Path:
    """Return where dbt has put the SQL of a node that it has just compiled."""
    original = Path(node["original_file_path"])
    place = target_path / "compiled" / node["package_name"] / original
    # Several tests are written in one YAML file, which then names their directory.
    return place if original.name == Path(node["path"]).name else place / node["path"]
