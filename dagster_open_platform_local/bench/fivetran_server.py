"""The emulated Fivetran with one connection of fifty tables, as a process that a measure asks.

What belongs here: that process. What does not: the measure (`fivetran.py`).

    python -m dagster_open_platform_local.bench.fivetran_server DIRECTORY

prints its address, and ends with its standard input.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

import pyarrow as pa

from dagster_open_platform_local.bench.serving import serve_measure
from dagster_open_platform_local.company.clock import CompanyClock
from dagster_open_platform_local.company.fivetran.connectors import CONNECTORS, Connector
from dagster_open_platform_local.company.fivetran.layouts import Layout, layouts
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.services.saas.fivetran.account import FivetranAccount
from dagster_open_platform_local.services.saas.fivetran.app import FivetranApi, fivetran_app
from dagster_open_platform_local.services.saas.fivetran.credentials import ACCOUNT_ID, FivetranCredentials
from dagster_open_platform_local.services.saas.fivetran.limits import Limits
from dagster_open_platform_local.services.saas.fivetran.sources import Source

MODULE = "dagster_open_platform_local.bench.fivetran_server"
TABLES = 50
TODAY = date(2026, 9, 17)
CONNECTION = "measured_meadow"
_UNLIMITED = Limits(10**9, 10**9, 10**9)


@dataclass
class Workspace:
    """The key that both the service and its callers know."""

    account_id: str = ACCOUNT_ID
    api_key: str = "key-of-the-measure"
    api_secret: str = "secret-of-the-measure"  # noqa: S105 - of a service that lives for a minute


WORKSPACE = Workspace()


def source() -> Source:
    """Fifty tables of the company's HubSpot, with their rows."""
    hubspot = next(each for each in CONNECTORS if each.service == "hubspot")

    def some(schema: str) -> Mapping[str, Layout]:
        return dict(islice(layouts(schema).items(), TABLES))

    def rows(settings: CompanySettings, today: date) -> Mapping[str, pa.Table]:
        return {
            name: table for name, table in hubspot.rows(settings, today).items() if name in some("hubspot")
        }

    return Source(Connector(CONNECTION, "hubspot", "hubspot", rows), some)


def main() -> None:
    """Serve until the standard input ends."""
    directory = Path(sys.argv[1])
    clock = CompanyClock(CompanySettings(), TODAY)
    account = FivetranAccount({CONNECTION: source()}, directory, directory / "warehouse", lambda: clock)
    credentials = FivetranCredentials(WORKSPACE.api_key, WORKSPACE.api_secret)
    serve_measure(fivetran_app(FivetranApi(account, credentials, _UNLIMITED)))


if __name__ == "__main__":
    main()
