"""Fivetran among the company's vendors."""

from dagster_open_platform_local.company.clock import read_clock
from dagster_open_platform_local.company.fivetran.connectors import CONNECTORS
from dagster_open_platform_local.services.saas.crm.overlay import written_into
from dagster_open_platform_local.services.saas.crm.store import CrmStore
from dagster_open_platform_local.services.saas.fivetran.account import FivetranAccount
from dagster_open_platform_local.services.saas.fivetran.app import FivetranApi, fivetran_app
from dagster_open_platform_local.services.saas.fivetran.credentials import FivetranCredentials
from dagster_open_platform_local.services.saas.fivetran.sources import sources_of
from dagster_open_platform_local.services.saas.vendor import Mounted, Premises, Vendor


def _mounted(premises: Premises) -> Mounted:
    credentials = FivetranCredentials.of(premises.environ)
    company = premises.company
    account = FivetranAccount(
        sources_of(CONNECTORS, written_into(CrmStore(company))),
        company,
        premises.warehouse,
        lambda: read_clock(company),
    )
    return Mounted(fivetran_app(FivetranApi(account, credentials)), close=account.close)


FIVETRAN = Vendor("fivetran", FivetranCredentials.new, _mounted)
