"""Which tests a run leaves to others.

What belongs here: the difference between what dbt would run and what the op stands for. What does not: the selection of
assets, which dagster-dbt turns into dbt's own.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import dagster as dg

from dagster_open_platform.lib.dbt.properties import key_of
from dagster_open_platform.lib.dbt.regions import WHOLE


def foreign_tests(
    manifest: Mapping[str, Any], assets: Collection[dg.AssetKey], checks: Collection[dg.AssetCheckKey]
) -> Sequence[str]:
    """Return the names of the tests that dbt would run with these assets although they are not checks of the run.

    dbt runs a test as soon as one of its parents is selected. A test of two models that different ops build would then run
    with the earlier op too, where the other table does not exist yet. dbt's other modes are of no help: each drops tests
    that should run (``cautious`` and ``buildable`` those that compare with a model which is no ancestor).

    Args:
        manifest: dbt's manifest.
        assets: What the run materializes.
        checks: What the run evaluates; tests of sources, which dagster-dbt adds, may be missing.
    """
    own = {check.name for check in checks}
    selected = {
        unique_id
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] in ("model", "seed", "snapshot") and key_of(node) in assets
    }
    return sorted(
        node["name"]
        # A region's manifest lacks the tests that look at what is not there, and dbt does not.
        for node in manifest.get(WHOLE, manifest["nodes"]).values()
        if node["resource_type"] == "test"
        and node["name"] not in own
        and not selected.isdisjoint(node["depends_on"]["nodes"])
    )
