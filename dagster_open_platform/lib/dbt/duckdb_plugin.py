"""dbt's connections to DuckDB, which can read `s3://` as the platform's own can: external tables are views over it.

What belongs here: what dbt-duckdb asks a plugin for (https://github.com/duckdb/dbt-duckdb#configuring-dbt-duckdb-plugins). What does not:
how a connection gets to object storage (`lib/warehouse/duckdb/object_storage.py`). `profiles.yml` names this module.
"""

import os

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin

from dagster_open_platform.lib.warehouse.duckdb import object_storage


class Plugin(BasePlugin):
    """Sets up object storage where there are credentials for it. dbt-duckdb looks for a class of this name."""

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Called for each new connection."""
        if all(os.environ.get(name) for name in object_storage.CREDENTIALS):
            object_storage.set_up(conn)
