"""How things work: component classes, resources, translators. Instances live in ``defs/``.

Component classes are offered here under the names that YAML uses (``type: dagster_open_platform.lib.X``). They are
imported when they are asked for: this package is imported by everything, and a component may need a heavy library.

`dg scaffold component X` writes a module here and an import at the end of this file, by which `dg list components` finds X at once. Move
that import to the others below, and its name into the two lists, so that it is imported like them.
"""

from typing import TYPE_CHECKING

from dagster_open_platform.utils.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from dagster_open_platform.lib.dms.component import DmsChangeTablesComponent
    from dagster_open_platform.lib.executable.component import ExecutableComponent
    from dagster_open_platform.lib.fivetran.component import FivetranComponent
    from dagster_open_platform.lib.hightouch.component import (
        DopHightouchSyncComponent,
        HightouchSyncComponent,
    )
    from dagster_open_platform.lib.observation.component import LastUpdatedObservationComponent
    from dagster_open_platform.lib.schedule.component import ScheduleComponent
    from dagster_open_platform.lib.segment.component import SegmentComponent
    from dagster_open_platform.lib.sling.cloud_product_ingest import ProdDbReplicationsComponent
    from dagster_open_platform.lib.sling.egress import EgressReplicationComponent
    from dagster_open_platform.lib.snowflake.component import SnowflakeCreateOrRefreshComponent
    from dagster_open_platform.lib.snowflake.schema_replication import SchemaReplicationComponent

__all__ = [
    "DmsChangeTablesComponent",
    "DopHightouchSyncComponent",
    "EgressReplicationComponent",
    "ExecutableComponent",
    "FivetranComponent",
    "HightouchSyncComponent",
    "LastUpdatedObservationComponent",
    "ProdDbReplicationsComponent",
    "ScheduleComponent",
    "SchemaReplicationComponent",
    "SegmentComponent",
    "SnowflakeCreateOrRefreshComponent",
]

_MODULES = {
    "LastUpdatedObservationComponent": "dagster_open_platform.lib.observation.component",
    "DmsChangeTablesComponent": "dagster_open_platform.lib.dms.component",
    "EgressReplicationComponent": "dagster_open_platform.lib.sling.egress",
    "ProdDbReplicationsComponent": "dagster_open_platform.lib.sling.cloud_product_ingest",
    "ExecutableComponent": "dagster_open_platform.lib.executable.component",
    "FivetranComponent": "dagster_open_platform.lib.fivetran.component",
    "HightouchSyncComponent": "dagster_open_platform.lib.hightouch.component",
    "DopHightouchSyncComponent": "dagster_open_platform.lib.hightouch.component",
    "ScheduleComponent": "dagster_open_platform.lib.schedule.component",
    "SchemaReplicationComponent": "dagster_open_platform.lib.snowflake.schema_replication",
    "SegmentComponent": "dagster_open_platform.lib.segment.component",
    "SnowflakeCreateOrRefreshComponent": "dagster_open_platform.lib.snowflake.component",
}

__getattr__, __dir__ = lazy_exports(__name__, _MODULES)
