"""Where a model's table is: its physical name and a link to it.

What belongs here: from logical to physical names, and the address under which a person can look at a table. What does not:
opening the warehouse.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from dagster_open_platform.lib.dbt.targets import engine_of
from dagster_open_platform.utils.environment_helpers import (
    Environment,
    get_database_for_environment,
    get_dbt_target,
    get_schema_for_environment,
)
from dagster_open_platform.utils.regions import US, Region

LOCAL_DIR = Path(__file__).resolve().parents[3] / ".local"


@dataclass(frozen=True)
class Relations:
    """The tables of one environment.

    Args:
        environment: Whose tables.
        region: Whose tables there.
        snowflake_account: ``organization-account`` or ``locator.region``. Default: what the region's SNOWFLAKE_ACCOUNT says; without
            it there are no links into Snowflake.
        duckdb_dir: Directory of the DuckDB files. Default: what the region's WAREHOUSE_DUCKDB_DIR says.
    """

    environment: Environment
    region: Region = US
    snowflake_account: str | None = None
    duckdb_dir: Path | None = None

    def name(self, database: str, schema: str, table: str) -> str:
        """Return the physical name ``database.schema.table`` of a table's logical one."""
        return ".".join(
            (
                get_database_for_environment(database, self.environment),
                get_schema_for_environment(schema, self.environment),
                table,
            )
        )

    def url(self, database: str, schema: str, table: str, *, is_view: bool) -> str | None:
        """Return where to look at the table: Snowflake's own page of it, or the DuckDB file.

        Args:
            database: Logical name.
            schema: Logical name.
            table: Name of the table or view.
            is_view: Snowflake has other pages for views.
        """
        database, schema, table = self.name(database, schema, table).split(".")
        if engine_of(get_dbt_target(self.environment, self.region)) == "duckdb":
            return (
                f"{(self._directory.absolute() / f'{database}.duckdb').as_uri()}#{quote(f'{schema}.{table}')}"
            )
        account = self.snowflake_account or os.environ.get(self.region.variable("SNOWFLAKE", "ACCOUNT"))
        if not account:
            return None
        kind = "view" if is_view else "table"
        # Unquoted names are stored in upper case.
        database, schema, table = database.upper(), schema.upper(), table.upper()
        place = f"databases/{database}/schemas/{schema}/{kind}/{table}"
        return f"https://app.snowflake.com/{_account_path(account)}/#/data/{place}"

    @property
    def _directory(self) -> Path:
        given = self.duckdb_dir or os.environ.get(self.region.variable("WAREHOUSE", "DUCKDB_DIR"))
        return Path(given or LOCAL_DIR / self.region.variable("warehouse").lower())


def _account_path(account: str) -> str:
    """Return an account as Snowsight's addresses name it: ``organization/account`` or ``region/locator``."""
    if "." in account:
        locator, region = account.split(".", maxsplit=1)
        return f"{quote(region)}/{quote(locator)}"
    organization, _, name = account.partition("-")
    return f"{quote(organization)}/{quote(name)}" if name else quote(organization)
