"""Which part of the dbt project is the EU's.

What belongs here: that, for the modules beside it. What does not: how it is cut out (``lib/dbt/regions.py``).
"""

from collections.abc import Mapping
from typing import Any

from dagster_open_platform.lib.dbt.manifest import load_manifest
from dagster_open_platform.lib.dbt.regions import manifest_of
from dagster_open_platform.utils.regions import EU

SOURCES = ("cloud_product",)
"""The dbt sources that the EU has. Which of them a model reads, `macros/sources/union_shards.sql` says; a test compares."""


def manifest() -> Mapping[str, Any]:
    """The EU's part of the manifest that was built ahead.

    Raises:
        ManifestMissing, ManifestStale: As for `load_manifest`.
    """
    return manifest_of(load_manifest(), EU, SOURCES)
